from datetime import date

import pytest

from planning_engine.cycles.decisions import (
    Check,
    Decision,
    actual_of,
    due_day,
    execution_rate,
    is_met,
    judge,
)
from planning_engine.data.sample import planted
from planning_engine.data.sample.decision_log import decisions as log

SEPTEMBER = {"start": date(2026, 9, 1), "end": date(2026, 9, 30)}
OCTOBER_ON = {"start": date(2026, 10, 1), "end": date(2026, 12, 31)}


def decided(check=None, *, status="approved", due_on=None, value=None, **more):
    return Decision("D", "Do it", status, due_on=due_on, check=check, value=value, **more)


@pytest.fixture
def facts(company_of):
    day = date(2026, 9, 15)
    place = {"product": "A", "site": "S"}
    return company_of(
        {
            "products": [{"product": "A", "family": "F"}],
            "sales": [
                {"date": date(2026, month, 1), **place, "customer": "K", "quantity": 100}
                for month in (8, 9, 10)
            ],
            "stock": [
                {"date": date(2026, 8, 31), **place, "quantity": 40},
                {"date": date(2026, 9, 30), **place, "quantity": 25},
            ],
            "receipts": [
                {
                    "receipt": "1",
                    **place,
                    "due_on": day,
                    "quantity": 60,
                    "received_on": day,
                    "received_quantity": 55,
                },
                {"receipt": "2", **place, "due_on": day, "quantity": 60},
            ],
            "production": [
                {
                    "date": day,
                    "product": "A",
                    "resource": "L",
                    "planned_quantity": 100,
                    "actual_quantity": 90,
                    "hours": 12,
                }
            ],
        }
    )


@pytest.mark.parametrize(
    ("measure", "actual"),
    [("sales", 100), ("stock", 25), ("receipts", 55), ("production", 90), ("hours", 12)],
)
def test_each_measure_reads_the_actuals_of_its_period(facts, measure, actual):
    assert actual_of(facts, Check(measure, **SEPTEMBER)) == actual


def test_a_check_can_look_at_one_part(facts):
    assert actual_of(facts, Check("sales", **SEPTEMBER, family="F")) == 100
    assert actual_of(facts, Check("hours", **SEPTEMBER, resource="M")) is None


def test_what_lies_ahead_or_is_not_in_the_data_is_unknown(facts, company_of):
    later = Check("sales", date(2026, 11, 1), date(2026, 11, 30))
    assert actual_of(facts, later) is None
    bare = company_of({"products": [{"product": "A"}], "sales": []})
    assert actual_of(bare, Check("hours", **SEPTEMBER)) is None


@pytest.mark.parametrize(
    ("bounds", "actual", "met"),
    [
        ({"at_least": 10}, 10, True),
        ({"at_least": 10}, 9, False),
        ({"at_least": 10}, None, False),
        ({"at_most": 10}, 11, False),
        ({"at_most": 10}, None, True),
        ({"at_least": 5, "at_most": 10}, 7, True),
    ],
)
def test_bounds_hold_the_measure(bounds, actual, met):
    assert is_met(Check("sales", **SEPTEMBER, **bounds), actual) is met


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (decided(Check("sales", **SEPTEMBER, at_least=100)), "carried_out"),
        (decided(Check("sales", **SEPTEMBER, at_least=101)), "failed"),
        (decided(Check("stock", **SEPTEMBER, at_most=30)), "carried_out"),
        # 100 sold so far: enough already, or not yet
        (decided(Check("sales", **OCTOBER_ON, at_least=100)), "carried_out"),
        (decided(Check("sales", **OCTOBER_ON, at_least=200)), "open"),
        (decided(Check("sales", **OCTOBER_ON, at_most=200)), "open"),
        (decided(Check("sales", **OCTOBER_ON, at_least=200), due_on=date(2026, 10, 15)), "overdue"),
        (decided(due_on=date(2026, 10, 15)), "unchecked"),
        (decided(due_on=date(2026, 12, 15)), "open"),
        (decided(), "open"),
        (decided(status="draft"), "draft"),
        (decided(status="rejected"), "rejected"),
        (decided(superseded_by="D2"), "superseded"),
        (decided(status="superseded"), "superseded"),
    ],
)
def test_what_became_of_a_decision_is_read_from_the_actuals(facts, decision, state):
    assert judge(facts, decision).state == state


def test_how_long_a_decision_is_overdue_counts_from_its_day(facts):
    verdict = judge(facts, decided(Check("sales", **SEPTEMBER, at_least=101)))
    assert due_day(verdict.decision) == date(2026, 9, 30)
    assert verdict.days_overdue == 31
    assert verdict.actual == 100


def test_the_rate_counts_decisions_due_and_their_worth(facts):
    kept = decided(Check("sales", **SEPTEMBER, at_least=100), value=30)
    missed = decided(Check("sales", **SEPTEMBER, at_least=101), value=70)
    vague = decided(due_on=date(2026, 9, 20))
    others = [
        decided(Check("sales", **OCTOBER_ON, at_least=1)),  # due in December
        decided(Check("sales", **SEPTEMBER, at_least=1), status="draft"),
        decided(Check("sales", **SEPTEMBER, at_least=1), superseded_by="D2"),
        decided(Check("sales", **SEPTEMBER, at_least=1), due_on=date(2025, 1, 1)),
    ]
    rate = execution_rate(facts, [kept, missed, vague, *others], date(2026, 9, 1), date(2027, 1, 1))
    assert rate.percent == 50
    assert rate.value_weighted == 30
    assert (rate.due, rate.carried_out, rate.without_check) == (2, 1, 1)
    assert rate.oldest_overdue_days == 31
    assert len(rate.verdicts) == 3


def test_no_decision_due_is_no_rate(facts):
    rate = execution_rate(facts, [], date(2026, 9, 1), date(2027, 1, 1))
    assert rate.percent is None
    assert rate.value_weighted is None
    assert rate.oldest_overdue_days is None


def test_the_decision_never_carried_out_is_found(demo):
    found = planted.NOT_CARRIED_OUT
    rate = execution_rate(demo, log(), date(2025, 11, 1), date(2026, 11, 1))
    missed = [v for v in rate.verdicts if v.decision.check and v.state != "carried_out"]
    assert [verdict.decision.id for verdict in missed] == [found.decision]
    assert missed[0].state == "failed"
    assert missed[0].actual == pytest.approx(found.hours_run, abs=0.1)
    assert missed[0].decision.check.at_least == found.wanted_hours

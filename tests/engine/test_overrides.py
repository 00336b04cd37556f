import doctest
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.data.sample.planted import UNDER_FORECASTER
from planning_engine.demand.accuracy import value_added
from planning_engine.demand.accuracy.overrides import latest_cycle, ledger
from planning_engine.demand.accuracy.value_added import value_added as added
from planning_engine.demand.accuracy.value_added import weights_by_accuracy
from planning_engine.demand.plan import consensus
from planning_engine.demand.plan.consensus import consensus_of_streams, weighted
from planning_engine.errors import BadRequest, DataProblem
from planning_engine.kpis import KpiQuery, measure

AUG, SEP, OCT, NOV = (date(2026, month, 1) for month in (8, 9, 10, 11))


@pytest.mark.parametrize("module", [consensus, value_added], ids=lambda m: m.__name__)
def test_examples(module):
    assert doctest.testmod(module).failed == 0


def said(stream, quantity, *, cycle=AUG, month=OCT, **more):
    row = {"cycle": cycle, "stream": stream, "month": month, "product": "A", "site": "S"}
    return row | {"quantity": quantity, **more}


@pytest.fixture
def shop(company_of):
    """Return a maker of a company that sold 100 in October, 90 a year before."""

    def build(*forecasts):
        sales = [
            {"date": day, "product": "A", "site": "S", "customer": "K", "quantity": quantity}
            for day, quantity in ((date(2025, 10, 1), 90), (OCT, 100), (SEP, 100))
        ]
        return company_of({"products": [{"product": "A"}], "sales": sales, "forecasts": forecasts})

    return build


def test_each_step_is_held_against_the_one_before(shop):
    # actual 100: naive 90 (error 10 %), stat 120 (20 %), sales 105 (5 %), consensus 110 (10 %)
    facts = shop(said("stat", 120), said("sales", 105, author="ann"), said("consensus", 110))
    steps = {one.name: one for one in added(facts, {}, "step")}
    assert [*steps] == ["naive", "stat", "sales", "consensus"]
    assert steps["naive"].error == pytest.approx(10)
    assert (steps["stat"].before, steps["stat"].points) == ("naive", pytest.approx(-10))
    assert (steps["sales"].before, steps["sales"].points) == ("stat", pytest.approx(15))
    assert steps["consensus"].points == pytest.approx(10)


def test_people_and_reasons_are_told_apart(shop):
    facts = shop(
        said("stat", 120),
        said("sales", 105, author="ann", reason="listing"),
        said("marketing", 150, author="bob"),
    )
    assert [(one.name, one.points) for one in added(facts, {}, "person")] == [
        ("bob", pytest.approx(-30)),
        ("ann", pytest.approx(15)),
    ]
    assert {one.name for one in added(facts, {}, "reason")} == {"listing", "(no reason given)"}


def test_the_lag_chooses_the_cycle(shop):
    facts = shop(said("stat", 120), said("stat", 100, cycle=SEP))
    assert [one.error for one in added(facts, {}, "step", 2)] == pytest.approx([10, 20])
    assert [one.error for one in added(facts, {}, "step", 1)] == pytest.approx([10, 0])
    with pytest.raises(DataProblem, match="No complete month was forecast 5 months before"):
        added(facts, {}, "step", 5)


def test_the_ledger_says_how_much_was_changed_and_what_expired(shop):
    facts = shop(
        said("stat", 120),
        said("stat", 200, month=NOV),
        said("sales", 105, author="ann", reason="listing", expires_on=date(2026, 10, 30)),
        said("sales", 260, month=NOV, author="ann", reason="listing"),
        said("finance", 200, month=NOV, author="fay"),  # as the statistical one: no override
    )
    [entry] = ledger(facts, {})
    assert (entry.author, entry.reason, entry.cells) == ("ann", "listing", 2)
    assert entry.changed_by == pytest.approx(-15 + 60)
    assert entry.statistical == pytest.approx(320)
    assert (entry.expired, entry.expires_on) == (1, date(2026, 10, 30))
    # only October is over: the statistical forecast was 20 off, hers 5
    assert (entry.measured, entry.added) == (1, pytest.approx(15))


def test_the_under_forecasting_sales_person_is_found(demo):
    worst = added(demo, {}, "person", UNDER_FORECASTER.lag)[0]
    assert worst.name == UNDER_FORECASTER.person
    assert worst.points == pytest.approx(UNDER_FORECASTER.fva_points, abs=0.01)
    assert worst.error == pytest.approx(UNDER_FORECASTER.wmape_percent, abs=0.01)
    assert worst.error_before == pytest.approx(UNDER_FORECASTER.stat_wmape_percent, abs=0.01)
    assert worst.bias == pytest.approx(UNDER_FORECASTER.bias_percent, abs=0.01)


def test_the_kpi_and_the_review_agree(demo):
    by_step = {one.name: one.points for one in added(demo, {}, "step")}
    start, end = date(2025, 11, 1), date(2026, 10, 1)
    kpi = measure(demo, "fva", KpiQuery(start=start, end=end, by="stream", lag=2))
    assert {row.group: row.value for row in kpi.rows} == pytest.approx(
        {name: value for name, value in by_step.items() if name != "naive"}
    )


def test_the_promotion_is_a_reason_of_the_latest_cycle(demo):
    reasons = {one.reason: one for one in ledger(demo, {}, cycle=latest_cycle(demo))}
    assert reasons["Kaito Spring Cup"].changed_by > 0
    assert reasons["Kaito Spring Cup"].added is None  # still to come


def test_streams_are_weighted_by_their_accuracy_or_as_given(shop):
    facts = shop(
        said("stat", 120),
        said("sales", 105),
        said("stat", 100, cycle=OCT, month=NOV),
        said("sales", 200, cycle=OCT, month=NOV),
    )
    # errors 20 % and 5 %: weights 0.2 and 0.8
    made = consensus_of_streams(facts, {}, OCT)
    assert made.weights == pytest.approx({"stat": 0.2, "sales": 0.8})
    assert list(made.frame["quantity"]) == pytest.approx([180])
    even = consensus_of_streams(facts, {}, OCT, {"stat": 2, "sales": 2})
    assert list(even.frame["quantity"]) == pytest.approx([150])


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [({"boss": 1}, "No stream named 'boss'"), ({"stat": -1}, "0 or more"), ({"stat": 0}, "above")],
)
def test_a_weight_that_is_none_is_refused(demo, weights, sentence):
    with pytest.raises(BadRequest, match=sentence):
        consensus_of_streams(demo, {"family": "Tea"}, OCT, weights)


streams = st.dictionaries(
    st.sampled_from(["stat", "sales", "marketing"]), st.floats(0, 1000), min_size=1
)


@given(streams, st.lists(st.floats(0.01, 10), min_size=3, max_size=3))
def test_a_consensus_lies_between_its_streams(quantities, weights):
    frame = pd.DataFrame(
        [
            (name, "A", "S", pd.Timestamp(NOV), quantity, pd.NaT)
            for name, quantity in quantities.items()
        ],
        columns=["stream", "product", "site", "month", "quantity", "expires_on"],
    )
    named = dict(zip(("stat", "sales", "marketing"), weights, strict=True))
    [quantity] = weighted(frame, named, NOV)["quantity"]
    assert min(quantities.values()) - 1e-6 <= quantity <= max(quantities.values()) + 1e-6


def test_a_flawless_stream_gets_all_the_weight():
    assert weights_by_accuracy([("stat", 0.0), ("sales", 5.0)]) == {"stat": 1.0, "sales": 0.0}

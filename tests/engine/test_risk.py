"""Ranges: the plan itself without spread, the same numbers for the same seed, honest widths."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.errors import BadRequest
from planning_engine.plan import build
from planning_engine.risk.futures import Draws, Play
from planning_engine.risk.ranges import assess, drawn
from planning_engine.risk.spread import spreads
from planning_engine.supply.plan.supply_plan import plan_supply

NONE = {"demand_error": 0.0, "output_sd": 0.0, "delay_days": 0.0}
STILL = Draws({}, {}, {})


@pytest.fixture(scope="module")
def company(lemonade):
    return lemonade()


@pytest.mark.parametrize("months", [1, 3, 6])
def test_without_any_spread_every_future_is_the_plan(company, months):
    risk = assess(company, months, runs=50, **NONE)
    for entry in risk.ranges:
        assert entry.low == pytest.approx(entry.planned, abs=1e-4, rel=1e-6), entry.name
        assert entry.high == pytest.approx(entry.planned, abs=1e-4, rel=1e-6), entry.name


def test_without_any_spread_every_future_is_the_plan_of_the_demo_company(demo):
    risk = assess(demo, 6, runs=50, **NONE)
    for entry in risk.ranges:
        assert entry.middle == pytest.approx(entry.planned, rel=1e-5, abs=1e-3), entry.name


def test_the_same_seed_gives_the_same_ranges_and_another_seed_others(lemonade):
    one, two = (assess(lemonade(), 2, seed=7, demand_error=0.3) for _ in range(2))
    assert one.ranges == two.ranges
    assert one.short == two.short
    other = assess(lemonade(), 2, seed=8, demand_error=0.3)
    assert other.ranges != one.ranges


def test_demand_is_on_plan_on_average_and_as_wide_as_said(company):
    plan = plan_supply(company, 3)
    draws = drawn(plan, spreads(company, 0.3, 0.0, 0.0), 5000, 1)
    luck = draws.demand[("X", 0)]
    assert luck.mean() == pytest.approx(1, abs=0.02)
    assert luck.std() == pytest.approx(0.3, abs=0.02)
    together = np.corrcoef(np.log(luck), np.log(draws.demand[("Y", 0)]))[0, 1]
    assert together == pytest.approx(0.3, abs=0.05)


def test_a_missing_component_stops_what_needs_it(company):
    # Half of the output in the first month: X misses half of what is made for it.
    plan = plan_supply(company, 1)
    half = Draws({}, {(i, 0): np.full(3, 0.5) for i, _ in enumerate(plan.problem.ways)}, {})
    outcome = Play(plan, half, 3).run()
    made = sum(sum(row) for row in plan.made)
    kept = sum(max(0.0, row[-1]) for place, row in plan.stock.items() if place[0] in ("X", "Y"))
    assert outcome.late == pytest.approx(np.full(3, made / 2 - kept))


def test_a_delivery_two_weeks_late_brings_half_of_a_month_in_the_next(lemonade, lemonade_tables):
    stock = [row for row in lemonade_tables()["stock"] if row["product"] != "C"]
    company = lemonade(stock=stock)
    plan = plan_supply(company, 2)
    bought = plan.bought[0]
    assert bought[0] > 0
    draws = Draws({}, {}, {("C", t): np.full(2, 0.5) for t in range(2)})
    play = Play(plan, draws, 2)
    play._order()
    assert play.arrivals[(("C", "P"), 0)] == pytest.approx(np.full(2, bought[0] / 2))
    assert play.arrivals[(("C", "P"), 1)] == pytest.approx(
        np.full(2, bought[0] / 2 + bought[1] / 2)
    )
    late = play.__class__(plan, draws, 2).run()
    assert (late.late > 0).all()


@settings(max_examples=8, deadline=None)
@given(error=st.floats(0.05, 0.6))
def test_more_spread_never_serves_better_than_none(company, error):
    risk = assess(company, 2, runs=100, demand_error=error, output_sd=0.0, delay_days=0.0)
    service = risk.range("service")
    assert service.low <= service.middle <= service.high <= 100 + 1e-9
    assert service.low <= service.planned + 1e-9


def test_spread_is_read_from_what_was_published(lemonade, lemonade_tables):
    # Published 20 % too high two months before: 1.25 * 20 % of sales.
    from datetime import date

    published = [
        {
            "cycle": date(2026, 6, 1),
            "stream": "consensus",
            "month": date(2026, 8, 1),
            "product": "Y",
            "site": "D1",
            "quantity": 120,
        }
    ]
    company = lemonade(forecasts=[*lemonade_tables()["forecasts"], *published])
    known = spreads(company)
    assert known.demand["Y"] == pytest.approx(0.25)
    assert known.demand["X"] == pytest.approx(0.25)  # that of all products
    assert known.demand_from == "error of the consensus 2 months before"
    assert spreads(lemonade()).demand_from == "spread of monthly sales"


def test_a_plan_with_backlog_plays_back_as_planned(lemonade, lemonade_tables):
    days = [d | {"hours": 12, "overtime_hours": 1} for d in lemonade_tables()["calendars"]]
    company = lemonade(calendars=days)
    assert build(company, 3).figure("service").value < 100
    risk = assess(company, 3, runs=50, **NONE)
    service = risk.range("service")
    assert service.middle == pytest.approx(service.planned, abs=1e-4)


@pytest.mark.parametrize("given", [{"runs": 10}, {"runs": 9999}, {"demand_error": -0.1}])
def test_requests_without_sense_are_refused(company, given):
    with pytest.raises(BadRequest):
        assess(company, 2, **given)

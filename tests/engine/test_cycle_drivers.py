from dataclasses import replace
from datetime import date
from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.cycles.drivers import _supply, plan_move
from planning_engine.cycles.explain import cycle_change
from planning_engine.cycles.lines import CycleLine, View
from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted

JUN, AUG, SEP, OCT, NOV = (date(2026, month, 1) for month in (6, 8, 9, 10, 11))


def amounts(move):
    return {driver.kind: driver.amount for driver in move.drivers}


def add_up(move):
    size = max(1.0, abs(move.before), abs(move.after))
    return abs(fsum(d.amount for d in move.drivers) - move.change) <= 1e-9 * size


@pytest.fixture
def shop(company_of):
    """X at D, planned in September for September to November and in October for October on.

    Counted 100 at the end of August and 85 at the end of September, in which 70 were sold where
    60 were forecast; 50 were planned to come. September planned 60 and 60 for October and
    November against a forecast of 65 each (statistical 60 and 5 of Ann's); October plans 70 and
    80 against 65 and 95, of which 20 for the Fair.
    """

    def build(**changes):
        place = {"product": "X", "site": "D"}
        cells = [
            (SEP, SEP, 60, 60, "Ann", None),
            (SEP, OCT, 60, 65, "Ann", None),
            (SEP, NOV, 60, 65, "Ann", None),
            (OCT, OCT, 62, 65, "Ann", None),
            (OCT, NOV, 75, 95, "Ann", "the fair"),
        ]
        tables = {
            "products": [{"product": "X", "family": "Soda", "unit": "case", "standard_cost": 2}],
            "sales": [place | {"date": SEP, "quantity": 70}],
            "stock": [
                place | {"date": date(2026, 8, 31), "quantity": 100},
                place | {"date": date(2026, 9, 30), "quantity": 85},
            ],
            "plans": [
                place | {"cycle": cycle, "month": month, "quantity": quantity}
                for cycle, month, quantity in (
                    (SEP, SEP, 50),
                    (SEP, OCT, 60),
                    (SEP, NOV, 60),
                    (OCT, OCT, 70),
                    (OCT, NOV, 80),
                )
            ],
            "forecasts": [
                place
                | {"cycle": cycle, "month": month, "stream": stream, "quantity": quantity}
                | {"author": who, "reason": why}
                for cycle, month, stat, consensus, author, reason in cells
                for stream, quantity, who, why in (
                    ("stat", stat, None, None),
                    ("consensus", consensus, author, reason),
                )
            ],
            "events": [{"event": "E1", "name": "The Fair", "starts_on": NOV}],
            "policies": [place | {"safety_stock": 70}],
        }
        return company_of({k: v for k, v in (tables | changes).items() if v is not None})

    return build


def test_a_plan_that_moved_by_hand(shop):
    move = plan_move(shop())
    assert (move.before, move.after, move.change) == (120, 150, 30)
    assert move.months == (OCT, NOV)
    assert add_up(move)
    # expected at the start 100 + 50 - 60 = 90, counted 85: 10 more sold, 55 came instead of 50
    # left at the end: 90 + 120 - 130 = 80, and 85 + 150 - 160 = 75; 70 are safety stock
    assert amounts(move) == {
        "sales": 10,
        "receipts": -5,
        "statistical forecast": (62 + 75) - (60 + 60),
        "event": 20,
        "override": 3 - 10,
        "stock kept": -5,
    }
    event = next(driver for driver in move.drivers if driver.kind == "event")
    override = next(driver for driver in move.drivers if driver.kind == "override")
    assert event.event == "E1"
    assert (override.author, override.reason) == ("Ann", None)


def test_what_is_missing_from_the_safety_stock_is_a_shortage(shop):
    policies = [{"product": "X", "site": "D", "safety_stock": 78}]
    found = amounts(plan_move(shop(policies=policies)))
    # 80 left 2 beyond it; 75 lack 3
    assert (found["stock kept"], found["shortage"]) == (-2, -3)


def test_the_facts_of_the_earlier_cycle_bring_policy_and_cost_in(shop):
    earlier = shop(
        policies=[{"product": "X", "site": "D", "safety_stock": 60}],
        products=[{"product": "X", "family": "Soda", "unit": "case", "standard_cost": 1.5}],
    )
    move = plan_move(shop(), measure="value", earlier=earlier)
    found = amounts(move)
    assert (move.before, move.after) == (120 * 1.5, 150 * 2)
    assert found["safety stock"] == 10 * 1.5
    assert found["stock kept"] == (5 - 20) * 1.5
    assert found["unit value"] == 150 * 0.5
    assert add_up(move)


def test_a_consensus_without_statistical_forecast_is_not_split(shop, company_of):
    company = shop()
    only = company.frame("forecasts").query("stream == 'consensus'")
    move = plan_move(company.with_tables({"forecasts": only}, "no stat"))
    assert amounts(move)["consensus forecast"] == 160 - 130
    assert add_up(move)


def test_without_stock_or_forecast_the_change_is_other_and_shown(shop):
    for missing in ({"stock": None}, {"forecasts": None}):
        move = plan_move(shop(**missing))
        assert amounts(move) == {"other": 30}


def test_demand_moves_by_forecast_alone(shop):
    move = plan_move(shop(), what="demand")
    assert amounts(move) == {"statistical forecast": 17, "event": 20, "override": -7}
    assert add_up(move)


quantities = st.floats(-1e6, 1e6)


@st.composite
def lines(draw):
    def view():
        demand = draw(st.one_of(st.none(), quantities))
        stat = draw(st.one_of(st.none(), quantities))
        known = demand is not None and stat is not None
        share = draw(st.floats(0, 1))
        overrides = {("a", None): 0.0, (None, "b"): 0.0}
        if known:
            gap = demand - stat
            overrides = {("a", None): share * gap, (None, "b"): gap - share * gap}
        return View(draw(quantities), demand, stat, overrides if known else {})

    count = st.one_of(st.none(), quantities)
    return CycleLine(("X", "D"), view(), view(), view(), draw(quantities), draw(count), draw(count))


@settings(deadline=None)
@given(line=lines(), safety=st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)))
def test_the_drivers_of_a_line_add_up_whatever_the_figures(line, safety):
    parts = [amount for _, _, amount in _supply(line, safety)]
    change = line.after.plan - line.before.plan
    size = fsum(abs(part) for part in parts) + abs(line.after.plan) + abs(line.before.plan)
    assert abs(fsum(parts) - change) <= 1e-9 * max(1.0, size)


@pytest.mark.parametrize("family", [None, "Juice", "Soft Drinks", "Water", "Energy", "Tea"])
@pytest.mark.parametrize("pair", [(OCT, SEP), (SEP, AUG), (AUG, JUN), (OCT, JUN)])
@pytest.mark.parametrize("measure", ["quantity", "value"])
def test_every_waterfall_of_the_demo_adds_up(demo, family, pair, measure):
    move = plan_move(demo, *pair, family=family, measure=measure)
    assert add_up(move)
    for driver in move.drivers:
        assert fsum(value for _, value in driver.by_product) == pytest.approx(driver.amount)
    if measure == "quantity":
        change = cycle_change(demo, *pair, family=family)
        assert (move.before, move.after) == (change.before, change.after)


def test_the_demo_drivers_are_what_pandas_finds(demo):
    move = plan_move(demo, OCT, SEP, family="Juice")
    master = demo.frame("products").set_index("product")["family"]
    sales, forecasts = demo.frame("sales"), demo.frame("forecasts")
    juice = sales[(sales["product"].map(master) == "Juice") & (sales["date"] >= "2026-09-01")]
    sold = juice[juice["date"] < "2026-10-01"]["quantity"].sum()
    mine = forecasts[forecasts["product"].map(master) == "Juice"]

    def published(stream, cycle, first, last):
        rows = mine[(mine["stream"] == stream) & (mine["cycle"] == cycle)]
        return rows[rows["month"].between(first, last)]["quantity"].sum()

    found = amounts(move)
    expected = published("consensus", "2026-09-01", "2026-09-01", "2026-09-01")
    assert found["sales"] == pytest.approx(sold - expected)
    span = ("2026-10-01", "2027-08-01")
    stat = published("stat", "2026-10-01", *span) - published("stat", "2026-09-01", *span)
    assert found["statistical forecast"] == pytest.approx(stat)
    consensus = published("consensus", "2026-10-01", *span)
    consensus -= published("consensus", "2026-09-01", *span)
    overrides = fsum(d.amount for d in move.drivers if d.kind == "override")
    assert overrides == pytest.approx(consensus - stat)


def test_the_planted_short_allocation_shows_as_a_shortage(demo):
    move = plan_move(demo, SEP, AUG, family="Tea")
    shortage = next(driver for driver in move.drivers if driver.kind == "shortage")
    assert shortage.by_product[0][0] == "ICP-050-12"
    assert shortage.amount == min(driver.amount for driver in move.drivers)


def test_the_promotion_shows_when_the_consensus_learns_of_it(demo):
    move = plan_move(demo, AUG, JUN, family="Soft Drinks")
    largest = max(move.drivers, key=lambda driver: abs(driver.amount))
    assert (largest.kind, largest.event) == ("event", "EV-27-01")


def test_scopes_and_missing_cycles(demo, shop):
    tea = demo.narrowed(Scope(families=frozenset({"Tea"})))
    assert plan_move(tea).drivers == replace(plan_move(demo, family="Tea")).drivers
    with pytest.raises(NotPermitted, match="explain why a plan moved"):
        plan_move(demo.narrowed(Scope(regions=frozenset({"North"}))))
    with pytest.raises(BadRequest, match="Cycles are published for"):
        plan_move(demo, date(2025, 1, 1))
    with pytest.raises(DataProblem, match="no table 'plans'"):
        plan_move(shop(plans=None))

from datetime import date

import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import DataProblem, NotPermitted
from planning_engine.supply.requirements.material_inputs import plan_company_material
from planning_engine.supply.requirements.order_rules import LotRule
from planning_engine.supply.requirements.requirements import Part, bill_of_materials, substitutes


@pytest.fixture
def plan(lemonade):
    def build(months=2, rule=None, only=None, **changes):
        return plan_company_material(lemonade(**changes), months, rule, only)

    return build


def test_weeks_begin_the_day_after_the_data_and_hold_the_demand(plan):
    found = plan()
    # 1 November 2026 to 31 December are 61 days: 8 whole weeks and 5 days
    assert found.starts[:2] == (date(2026, 11, 1), date(2026, 11, 8))
    assert len(found.starts) == 9
    gross = found.plan.lines[("X", "D1")].gross
    # 200 cases in the 30 days of November: 46.67 in each of its whole weeks
    assert gross[0] == pytest.approx(200 * 7 / 30)
    # the week of 29 November has 2 days of it and 5 of December
    assert gross[4] == pytest.approx(200 * 2 / 30 + 200 * 5 / 31)
    assert sum(gross) == pytest.approx(400)


def test_a_depot_is_filled_from_the_plant_a_lane_earlier(plan):
    # the lane takes 2 days, which is a week: what D2 lacks in week k leaves the plant in k - 1
    found = plan()
    line = found.plan.lines[("X", "D2")]
    first = line.orders[0]
    assert (first.source, first.origin, first.due - first.release) == ("move", "P", 1)
    assert line.item.on_hand == 100
    # 100 on hand last until the week whose demand exceeds them: 23.33 a week, so week 4
    assert first.due == 4
    assert found.day(first.release) == date(2026, 11, 22)


def test_making_comes_in_lots_and_takes_components_scrap_included(plan):
    found = plan()
    orders = found.plan.lines[("X", "P")].orders
    assert all(order.source == "make" and order.quantity % 50 == 0 for order in orders)
    taken = sum(need.quantity for need in found.plan.lines[("C", "P")].needs)
    assert taken == pytest.approx(2.5 * sum(order.quantity for order in orders))
    # 1,000 lemons are there
    short = found.plan.lines[("C", "P")]
    assert sum(order.quantity for order in short.orders) == pytest.approx(max(0, taken - 1000))


def test_a_supplier_that_takes_too_long_makes_the_release_past_due(plan):
    sourcing = [{"product": "C", "site": "P", "supplier": "S", "lead_time_days": 60}]
    found = plan(sourcing=sourcing, stock=[])
    (first, *_) = found.plan.past_due
    assert (first.place, first.origin, first.due - first.release) == (("C", "P"), "S", 9)
    assert found.day(first.release) < date(2026, 11, 1)
    assert set(found.plan.ends(first)) <= {("X", "D1"), ("X", "D2")}


def test_open_receipts_come_before_new_orders(plan, lemonade_tables):
    receipt = {"receipt": "R", "product": "Y", "site": "D1", "due_on": date(2026, 10, 20)}
    found = plan(receipts=[receipt | {"quantity": 120, "kind": "transfer"}])
    assert found.plan.lines[("Y", "D1")].item.scheduled[0] == 120
    # 80 on hand and 120 overdue last the 200 of two months
    assert found.plan.lines[("Y", "D1")].orders == ()


def test_a_yield_starts_more(plan, lemonade_tables):
    routings = [row | {"yield_rate": 0.5} for row in lemonade_tables()["routings"]]
    found = plan(routings=routings)
    for order in found.plan.lines[("Y", "P")].orders:
        assert order.quantity == pytest.approx(2 * order.good)


def test_an_asked_lot_rule_counts_for_its_product_only(plan):
    found = plan(rule=LotRule(fixed=300), only="Y")
    assert {order.quantity for order in found.plan.lines[("Y", "P")].orders} == {300}
    assert {order.quantity for order in found.plan.lines[("X", "P")].orders} != {300}


def test_what_nothing_supplies_is_not_ordered(plan):
    found = plan(sourcing=None, stock=[])
    line = found.plan.lines[("C", "P")]
    assert line.item.source == "none"
    assert line.orders == ()
    assert sum(line.gross) > 0


LIMES = [
    {"product": "X", "component": "C", "quantity": 2, "scrap": 0.2},
    {"product": "X", "component": "L", "quantity": 5, "scrap": 0, "substitute_for": "C"},
]


def test_a_substitute_is_no_part_and_stands_in_when_its_main_part_runs_short(plan, lemonade):
    assert bill_of_materials(lemonade(bom=LIMES)) == {"X": (Part("C", 2.5),)}
    assert substitutes(lemonade(bom=LIMES)) == {("X", "C"): (Part("L", 5.0),)}
    on_hand = [{"date": date(2026, 10, 31), "product": "L", "site": "P", "quantity": 60}]
    sourcing = [{"product": "C", "site": "P", "supplier": "S", "lead_time_days": 14}]
    found = plan(bom=LIMES, stock=on_hand, sourcing=sourcing)
    # nothing is there of lemons and they take two weeks: all 60 limes go, 2 for one lemon
    assert sum(swap.quantity for swap in found.plan.swaps) == pytest.approx(60)
    assert {swap.substitute for swap in found.plan.swaps} == {("L", "P")}


def test_a_substitute_for_a_part_the_product_lacks_is_refused(lemonade):
    rows = [LIMES[0], LIMES[1] | {"substitute_for": "Y"}]
    with pytest.raises(DataProblem, match="L can replace Y in X, which does not contain Y"):
        substitutes(lemonade(bom=rows))


def test_what_makes_no_sense_is_refused(plan, lemonade):
    slow = [{"product": "C", "site": "P", "supplier": "S", "lead_time_days": -3}]
    with pytest.raises(DataProblem, match="C from S in 'sourcing' is -3 days"):
        plan(sourcing=slow)
    circle = [
        {"product": "X", "component": "A", "quantity": 1},
        {"product": "A", "component": "X", "quantity": 1},
    ]
    with pytest.raises(DataProblem, match="goes in a circle: "):
        plan(bom=circle)
    with pytest.raises(DataProblem, match="no table 'stock'"):
        plan(stock=None)
    with pytest.raises(NotPermitted, match="plan requirements"):
        plan_company_material(lemonade().narrowed(Scope(sites=frozenset({"P"}))), 2)


def test_the_demo_companys_open_purchases_cover_its_plan(demo):
    found = plan_company_material(demo, 6)
    assert {order.source for order in found.plan.orders} == {"make", "move"}
    assert found.plan.past_due == ()

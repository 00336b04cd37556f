"""What a plan may have to keep to besides cost: worked examples, and how they are read."""

from dataclasses import replace
from datetime import date

import pytest

from planning_engine.errors import DataProblem
from planning_engine.levers import CapacityLever
from planning_engine.scenario import pull
from planning_engine.supply.capacity.routing import Hours
from planning_engine.supply.plan import supply_plan
from planning_engine.supply.plan.plan_audit import verify
from planning_engine.supply.plan.plan_inputs import read_problem
from planning_engine.supply.plan.plan_problem import Lane, Source, SupplyProblem, Way, rates
from planning_engine.supply.plan.plan_rules import UNRANKED, PlanRules, frozen_months
from planning_engine.supply.plan.plan_terms import FORECAST_RANK, OrderClass, Published, Setup, Swap
from planning_engine.supply.plan.supply_plan import plan_supply, solve
from planning_engine.supply.requirements.requirements import Part
from planning_engine.supply.shortfalls.lateness import Bind, why_late

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
PLACE = ("X", "P")


def problem(wanted, hours=(50, 50, 50), **changes):
    """Return one product X made on L at P where it is sold, one hour a piece at 1 an hour."""
    span = len(wanted)
    values = {
        "months": (NOVEMBER, DECEMBER, JANUARY)[:span],
        "demand": {PLACE: tuple(map(float, wanted))},
        "opening": {},
        "receipts": {},
        "safety": {},
        "ways": (Way("X", "P", 1, {"L": 1.0}, 0.0),),
        "lanes": (),
        "sources": (),
        "parts": {},
        "hours": {("L", t): Hours(float(hours[t]), 0.0) for t in range(span)},
        "wages": {"L": (1.0, 2.0)},
        "costs": {"X": rates(10, 20, 0.12), "C": rates(1, 2, 0.12), "D": rates(1, 2, 0.12)},
    }
    return SupplyProblem(**(values | changes))


def checked(instance, **options):
    plan = solve(instance, gap=0, **options)
    assert verify(plan) == ()
    return plan


def test_a_poor_yield_takes_more_components_for_each_good_piece():
    plan = checked(
        problem(
            [8],
            ways=(Way("X", "P", 1, {"L": 1.25}, 0, yield_rate=0.8),),
            parts={"X": (Part("C", 2),)},
            opening={("C", "P"): 15.0},
        )
    )
    # 15 C start 7.5 pieces, of which 6 are good
    assert plan.made[0] == pytest.approx((6,))
    (late,) = why_late(plan)
    assert late.binds == (Bind("component", "C", NOVEMBER),)
    assert late.binds[0].short == pytest.approx(2 * 2 / 0.8)


def test_what_takes_a_month_to_make_is_there_a_month_later():
    plan = checked(problem([5, 5], ways=(Way("X", "P", 1, {"L": 1.0}, 0, lead_months=1),)))
    assert plan.made[0] == pytest.approx((10, 0))
    assert plan.arriving(PLACE) == pytest.approx((0, 10))
    (late,) = why_late(plan)
    assert late.binds == (Bind("lead time", "P", NOVEMBER),)


def test_set_ups_are_counted_once_a_month_and_lots_are_whole():
    setup = Setup({"L": 2.0}, 30.0, lot_min=6, lot_multiple=4)
    plan = checked(problem([5, 5, 5], ways=(Way("X", "P", 1, {"L": 1.0}, 0, setup=setup),)))
    # one set-up for all three months is cheaper than keeping 16 - 5 and 16 - 10 pieces
    assert plan.made[0] == pytest.approx((16, 0, 0))
    assert plan.setups[0] == pytest.approx((1, 0, 0))
    assert plan.cost.setups == pytest.approx(30)
    assert plan.used_hours("L") == pytest.approx((18, 0, 0))
    assert plan.gap == pytest.approx(0, abs=1e-3)


def test_an_hour_of_a_plan_in_whole_lots_is_worth_what_it_saves():
    setup = Setup({"L": 2.0}, 30.0)
    tight = problem([14, 5], [10, 50], ways=(Way("X", "P", 1, {"L": 1.0}, 0, setup=setup),))
    more = replace(tight, hours={("L", 0): Hours(11, 0), ("L", 1): Hours(50, 0)})
    plan = checked(tight)
    assert plan.hour_worth[("L", 0)] == pytest.approx(plan.objective - checked(more).objective)
    assert plan.hour_worth[("L", 0)] > 0


def test_the_demo_company_is_planned_in_whole_lots_near_the_optimum(demo):
    plan = plan_supply(demo, 3, rules=PlanRules(whole_lots=True))
    assert plan.gap <= 0.02
    # campaigns take fewer set-ups than the lots that the linear plan spreads them over
    assert plan.cost.setups < plan_supply(demo, 3).cost.setups


def test_orders_keep_to_the_suppliers_lots():
    source = Source("X", "P", "S", 3.0, 0, None, order_min=10, order_multiple=4)
    plan = checked(problem([5, 5], ways=(), sources=(source,)))
    assert plan.bought[0] == pytest.approx((12, 0))


def test_a_substitute_stands_in_for_what_runs_short():
    plan = checked(
        problem(
            [10],
            parts={"X": (Part("C", 1),)},
            opening={("C", "P"): 6.0},
            sources=(Source("D", "P", "S", 1.0, 0, None),),
            swaps=(Swap(0, "D", "C", 3.0),),
        )
    )
    assert plan.swapped[0] == pytest.approx((4,))
    assert plan.bought[0] == pytest.approx((12,))
    assert plan.service == 1


def test_what_outlives_its_shelf_life_is_thrown_away():
    plan = checked(problem([2, 2, 2], opening={PLACE: 9.0}, shelf={"X": 2}))
    # what was there must be gone by the end of December: 4 are sold, 5 thrown away
    assert sum(plan.wasted[PLACE]) == pytest.approx(5)
    assert plan.cost.waste == pytest.approx(50)
    assert plan.made[0] == pytest.approx((0, 0, 2))


def test_stock_that_does_not_keep_is_not_built_far_ahead():
    plan = checked(problem([0, 0, 20], [10, 10, 10], shelf={"X": 1}))
    assert plan.made[0] == pytest.approx((0, 10, 10))


def test_a_piece_is_not_fresh_again_because_it_was_moved():
    lanes = (Lane("X", "P", "D", 0.0, 0, None),)
    sold = {("X", "D"): (0.0, 0.0, 20.0)}
    plan = checked(problem([0, 0, 0], [10, 10, 10], demand=sold, lanes=lanes, shelf={"X": 1}))
    assert plan.made[0] == pytest.approx((0, 10, 10))


def test_customers_who_do_not_wait_are_lost():
    lost = rates(10, 20, 0.12, lost_sale=4)
    plan = checked(problem([14, 5], [10, 10], costs={"X": lost}))
    assert plan.late[PLACE] == (0, 0)
    assert plan.lost[PLACE] == pytest.approx((4, 0))
    assert plan.cost.lost_sales == pytest.approx(4 * 24)
    assert plan.delivered(PLACE) == pytest.approx((10, 5))
    assert plan.service == pytest.approx(1 - 4 / 19)
    (late,) = why_late(plan)
    assert (late.quantity, late.lost) == pytest.approx((4, 4))
    assert late.binds == (Bind("hours", "L", NOVEMBER),)


def test_customers_who_may_wait_do_so_where_it_is_cheaper():
    cheap = rates(10, 20, 0.12, late=0.5, lost_sale=4)
    plan = checked(problem([14, 5], [10, 10], costs={"X": cheap}))
    assert plan.lost[PLACE] == (0, 0)
    assert plan.late[PLACE] == pytest.approx((4, 0))


def test_inside_the_fence_the_published_plan_is_followed_though_it_is_dearer():
    frozen = Published({PLACE: (3.0, 20.0)}, frozen=1, penalty=1e4)
    plan = checked(problem([5, 5], published=frozen))
    assert plan.made[0] == pytest.approx((3, 7))
    (late,) = why_late(plan)
    assert late.binds == (Bind("fence", "", NOVEMBER),)


def test_what_cannot_be_followed_inside_the_fence_is_followed_as_far_as_it_can():
    frozen = Published({PLACE: (30.0,)}, frozen=1, penalty=1e4)
    plan = checked(problem([5], [10], published=frozen))
    assert plan.made[0] == pytest.approx((10,))
    assert plan.cost.changes == pytest.approx(20e4)


def test_a_budget_of_changes_costs_and_its_price_is_what_one_more_piece_saves():
    def instance(budget):
        return problem([5, 5], published=Published({PLACE: (2.0, 2.0)}, 0, budget, 1e4))

    plan, more = checked(instance(4.0)), checked(instance(5.0))
    assert sum(abs(made - 2) for made in plan.made[0]) == pytest.approx(4)
    assert plan.change_worth == pytest.approx(plan.objective - more.objective)
    assert {bind.kind for late in why_late(plan) for bind in late.binds} == {"changes"}
    assert checked(instance(6.0)).service == 1


def test_orders_are_served_by_priority_then_by_the_month_they_are_due():
    orders = (
        OrderClass(1, 1, {PLACE: 8.0}),
        OrderClass(2, 0, {PLACE: 3.0}),
        OrderClass(FORECAST_RANK, 0, {PLACE: 9.0}),
        OrderClass(FORECAST_RANK, 1, {PLACE: 2.0}),
    )
    plan = checked(problem([12, 10], [10, 4], orders=orders))
    first, second, third, fourth = (sum(entry[PLACE]) for entry in plan.owed)
    # 14 hours in all: December's 8 of rank 1 take 4 of November's 10 hours; 3 of rank 2 and 3
    # of the 9 forecast are made there too
    assert (first, second, third, fourth) == pytest.approx((0, 0, 12, 2), abs=1e-3)
    assert plan.late[PLACE] == pytest.approx((6, 8), abs=1e-3)


def test_least_cost_may_serve_another_order_first():
    dear = {"X": rates(10, 20, 0.12, late=9), "Y": rates(10, 20, 0.12, late=1)}
    both = problem(
        [10],
        [10],
        demand={PLACE: (10.0,), ("Y", "P"): (10.0,)},
        ways=(Way("X", "P", 1, {"L": 1.0}, 0), Way("Y", "P", 1, {"L": 1.0}, 0)),
        costs=dear,
    )
    assert checked(both).made == (pytest.approx((10,)), pytest.approx((0,)))
    orders = (OrderClass(1, 0, {("Y", "P"): 10.0}), OrderClass(2, 0, {PLACE: 10.0}))
    first = checked(replace(both, orders=orders))
    assert first.made[0] == pytest.approx((0,), abs=1e-3)
    assert first.made[1] == pytest.approx((10,))


def test_a_closed_lane_and_a_supplier_who_is_out_are_the_reason():
    closed = Lane("X", "P", "D", 0.0, 0, None, frozenset({0}))
    plan = checked(problem([0, 0], demand={("X", "D"): (5.0, 5.0)}, lanes=(closed,)))
    assert plan.moved[0] == pytest.approx((0, 10))
    assert why_late(plan)[0].binds == (Bind("lane", "P", NOVEMBER),)
    out = Source("X", "P", "S", 1.0, 0, None, closed=frozenset({0}))
    (late,) = why_late(checked(problem([5, 5], ways=(), sources=(out,))))
    assert (late.binds[0].kind, late.binds[0].supplier) == ("component", "S")


# --- as read from a company


@pytest.fixture
def of(lemonade, lemonade_tables):
    """Return the lemonade company with some cells of some tables changed."""

    def build(table, where=None, **cells):
        rows = lemonade_tables()[table]
        for row in rows:
            if (where or {}).items() <= row.items():
                row |= cells
        return lemonade(**{table: rows})

    return build


def test_yields_and_production_lead_times_are_read(of):
    company = of("routings", {"product": "Y"}, yield_rate=0.8, lead_time_days=35)
    (way,) = [way for way in read_problem(company, 2).ways if way.product == "Y"]
    assert (way.yield_rate, way.lead_months) == (0.8, 1)
    assert way.hours == pytest.approx({"L": 0.25})


def test_whole_lots_are_read_where_they_are_asked_for(of):
    company = of("products", {"product": "X"}, lot_min=120)
    (way,) = [
        way
        for way in read_problem(company, 2, rules=PlanRules(whole_lots=True)).ways
        if way.product == "X"
    ]
    assert way.hours == pytest.approx({"L": 0.1, "LAB": 0.05})
    assert way.setup == Setup({"L": 1, "LAB": 0}, 0, 120, 50)
    plan = plan_supply(company, 3, rules=PlanRules(whole_lots=True))
    index = plan.problem.ways.index(way)
    assert all(made % 50 == pytest.approx(0) for made in plan.made[index])


def test_smallest_orders_count_only_in_a_plan_of_whole_lots(of):
    company = of("sourcing", order_min=500, order_multiple=100)
    assert read_problem(company, 2).sources[0].order_min == 0
    (source,) = read_problem(company, 2, rules=PlanRules(whole_lots=True)).sources
    assert (source.order_min, source.order_multiple) == (500, 100)


def test_substitutes_are_read_and_are_no_components_of_their_own(lemonade, lemonade_tables):
    tables = lemonade_tables()
    limes = {"product": "D", "name": "Limes", "stage": "raw", "standard_cost": 3}
    swap = {"product": "X", "component": "D", "quantity": 3, "substitute_for": "C"}
    found = read_problem(
        lemonade(products=[*tables["products"], limes], bom=[*tables["bom"], swap]), 2
    )
    assert [part.component for part in found.parts["X"]] == ["C"]
    assert [(s.component, s.instead_of, s.quantity) for s in found.swaps] == [("D", "C", 3)]
    with pytest.raises(DataProblem, match="D stands in for Z in X, but X has no component Z"):
        read_problem(lemonade(bom=[*tables["bom"], swap | {"substitute_for": "Z"}]), 2)


def test_shelf_lives_are_whole_months_and_at_least_one(of):
    assert read_problem(of("products", {"product": "X"}, shelf_life_days=75), 6).shelf == {"X": 2}
    assert read_problem(of("products", {"product": "X"}, shelf_life_days=9), 6).shelf == {"X": 1}
    assert read_problem(of("products", {"product": "X"}, shelf_life_days=400), 6).shelf == {}


def test_costs_of_lost_sales_and_of_missing_safety_stock_are_read(of):
    cost = read_problem(of("policies", lost_sale_cost=2, shortage_cost=0.7), 2).costs["X"]
    assert (cost.lost_sale, cost.waits, cost.below_safety) == (12, False, 0.7)
    both = read_problem(of("policies", lost_sale_cost=2, backlog_cost=1), 2).costs["X"]
    assert (both.lost_sale, both.waits, both.late) == (12, True, 1)


def orders_of(*rows):
    return [
        {"order": str(i), "line": "1", "product": p, "site": s, "quantity": q, "requested_on": day}
        | ({"priority": rank} if rank else {})
        for i, (p, s, q, day, rank) in enumerate(rows)
    ]


def test_orders_come_first_then_the_forecast_that_they_leave(lemonade):
    orders = orders_of(
        ("X", "D1", 60, date(2026, 11, 20), 2),
        ("X", "D1", 300, date(2026, 12, 3), None),
        ("Y", "D1", 10, date(2026, 10, 9), 1),
    )
    found = read_problem(lemonade(orders=orders), 2, rules=PlanRules(mode="priority"))
    ranks = [(entry.rank, entry.due) for entry in found.orders]
    assert ranks == [
        (1, 0),
        (2, 0),
        (UNRANKED, 1),
        (FORECAST_RANK, 0),
        (FORECAST_RANK, 1),
    ]
    # December's order of 300 is more than the 200 planned
    assert found.demand[("X", "D1")] == (200, 300)
    assert found.orders[3].wanted[("X", "D1")] == 140
    assert ("X", "D1") not in found.orders[4].wanted
    plan = plan_supply(lemonade(orders=orders), 2, rules=PlanRules(mode="priority"))
    assert sum(sum(row) for row in plan.owed[0].values()) == pytest.approx(0, abs=1e-3)
    with pytest.raises(DataProblem, match="no table 'orders'"):
        read_problem(lemonade(), 2, rules=PlanRules(mode="priority"))


def test_the_fence_freezes_the_months_that_end_inside_it(demo, lemonade):
    assert frozen_months(demo, (NOVEMBER, DECEMBER)) == 1
    assert frozen_months(lemonade(), (NOVEMBER, DECEMBER)) == 0
    plan = plan_supply(demo, 6, rules=PlanRules(fence=True))
    published = plan.problem.published
    assert published.frozen == 1
    for place, row in published.supply.items():
        assert plan.arriving(place)[0] == pytest.approx(row[0], abs=0.01)
    with pytest.raises(DataProblem, match="no table 'plans'"):
        read_problem(lemonade(), 2, rules=PlanRules(fence=True))


def test_a_plan_that_may_not_change_is_the_published_one(demo):
    free, held = plan_supply(demo, 6), plan_supply(demo, 6, rules=PlanRules(change_percent=0))
    assert held.objective > free.objective
    assert held.change_worth > 0


def test_a_large_scenario_starts_from_the_plan_it_changes(demo, monkeypatch):
    scenario = pull(demo, [CapacityLever(resource="L3", percent=-20)], 5).snapshot
    assert scenario.origin is demo
    cold = solve(read_problem(scenario, 5))
    starts = []
    monkeypatch.setattr(supply_plan, "LARGE_PLAN", 1)
    monkeypatch.setattr(
        supply_plan, "solve", lambda *a, start: starts.append(start) or solve(*a, start=start)
    )
    warm = plan_supply(scenario, 5)
    assert starts[-1] is plan_supply(demo, 5).basis
    assert warm.objective == pytest.approx(cold.objective)


# --- figures that cannot be


@pytest.mark.parametrize(
    ("table", "cells", "said"),
    [
        ("sourcing", {"lead_time_days": -4}, "lead time of C from S in 'sourcing' is -4 days"),
        ("lanes", {"lead_time_days": -1}, "lead time of X from P to D1 in 'lanes' is -1 days"),
        ("sourcing", {"capacity": 0}, "capacity of C from S in 'sourcing' is 0"),
        ("lanes", {"capacity": -2}, "capacity of X from P to D1 in 'lanes' is -2"),
        ("routings", {"yield_rate": 0}, "yield of X on L in 'routings' is 0"),
        ("calendars", {"hours": 0}, "L has no hours on any day of 'calendars'"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_planned(of, table, cells, said):
    with pytest.raises(DataProblem, match=said):
        plan_supply(of(table, **cells), 2)


def test_a_product_that_nothing_supplies_is_named(lemonade, lemonade_tables):
    tables = lemonade_tables()
    routings = [row for row in tables["routings"] if row["product"] != "Y"]
    stock = [row for row in tables["stock"] if row["product"] != "Y"]
    with pytest.raises(DataProblem, match="Y is asked for, but nothing says how it is made"):
        plan_supply(lemonade(routings=routings, stock=stock), 2)
    assert plan_supply(lemonade(routings=routings), 2).late_new > 0


def test_a_circle_of_components_is_shown(lemonade, lemonade_tables):
    bom = [*lemonade_tables()["bom"], {"product": "C", "component": "X", "quantity": 1}]
    with pytest.raises(DataProblem, match="goes in a circle"):
        plan_supply(lemonade(bom=bom), 2)

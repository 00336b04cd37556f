from dataclasses import replace
from datetime import date
from itertools import product as combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.errors import DataProblem, NoFeasiblePlan
from planning_engine.supply.capacity.routing import Hours
from planning_engine.supply.plan.plan_audit import verify
from planning_engine.supply.plan.plan_inputs import read_problem
from planning_engine.supply.plan.plan_problem import Lane, Source, SupplyProblem, Way, rates
from planning_engine.supply.plan.supply_plan import plan_supply, solve
from planning_engine.supply.requirements.requirements import Part
from planning_engine.supply.shortfalls.lateness import Bind, lateness, why_late

MONTHS = (date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1))
NOVEMBER, DECEMBER, JANUARY = MONTHS


def problem(demand, hours, overtime=(0, 0, 0), **changes):
    """Return one product X made on L at P, one hour a piece, sold at D; overtime costs double."""
    span = len(demand)
    values = {
        "months": MONTHS[:span],
        "demand": {("X", "D"): tuple(map(float, demand))},
        "opening": {},
        "receipts": {},
        "safety": {},
        "ways": (Way("X", "P", 1, {"L": 1.0}, 0.0),),
        "lanes": (Lane("X", "P", "D", 0.0, 0, None),),
        "sources": (),
        "parts": {},
        "hours": {("L", t): Hours(float(hours[t]), float(overtime[t])) for t in range(span)},
        "wages": {"L": (1.0, 2.0)},
        "costs": {"X": rates(10, 20, 0.12), "C": rates(1, 2, 0.12)},
    }
    if "available" in changes:
        changes["hours"] = changes.pop("available")
    return SupplyProblem(**(values | changes))


def test_stock_is_built_ahead_of_a_month_that_is_too_short():
    plan = solve(problem([5, 5, 20], [10, 10, 10]))
    assert plan.made[0] == pytest.approx((10, 10, 10))
    assert plan.stock[("X", "D")][:2] == pytest.approx((5, 10), abs=1e-6) or sum(
        plan.stock[place][1] for place in plan.stock
    ) == pytest.approx(10)
    assert plan.service == 1
    # 30 hours at 1, and 5 + 10 pieces kept for a month at 12 % a year of 10
    assert plan.cost.paid == pytest.approx(30 + 15 * 0.1)
    assert plan.status == "Optimal"
    assert verify(plan) == ()


def test_overtime_is_worked_where_it_is_cheaper_than_being_late():
    plan = solve(problem([12], [10], [5]))
    assert plan.overtime["L"] == pytest.approx((2,))
    assert plan.overtime_hours == pytest.approx(2)
    assert plan.cost.regular_hours == pytest.approx(10)
    assert plan.cost.overtime == pytest.approx(4)


def test_what_hours_do_not_allow_is_late_and_the_resource_is_named():
    plan = solve(problem([14, 5, 0], [10, 10, 10]))
    (late,) = why_late(plan)
    assert (late.product, late.site, late.month) == ("X", "D", NOVEMBER)
    assert (late.quantity, late.new) == pytest.approx((4, 4))
    assert late.binds == (Bind("hours", "L", NOVEMBER),)
    assert plan.service == pytest.approx(1 - 4 / 19)


def test_one_more_hour_is_worth_what_it_saves():
    base = problem([14, 5, 0], [10, 10, 10])
    more = problem([14, 5, 0], [11, 10, 10])
    plan = solve(base)
    assert plan.hour_worth[("L", 0)] == pytest.approx(plan.objective - solve(more).objective)
    assert plan.hour_worth[("L", 2)] == 0


def test_one_more_piece_costs_what_the_duals_say():
    base, more = problem([14, 5, 0], [10, 10, 10]), problem([14, 6, 0], [10, 10, 10])
    plan = solve(base)
    dearer = solve(more).objective - plan.objective
    assert plan.piece_worth[(("X", "D"), 1)] == pytest.approx(dearer)


def test_a_component_that_cannot_come_is_the_reason():
    plan = solve(
        problem(
            [10, 10],
            [50, 50],
            parts={"X": (Part("C", 2),)},
            opening={("C", "P"): 6.0},
            sources=(Source("C", "P", "S", 1.0, 1, 30.0),),
        )
    )
    # 6 C make 3 X in November; in December 30 more come, which make 15 of the 17 owed
    assert plan.made[0] == pytest.approx((3, 15))
    november, december = sorted(why_late(plan), key=lambda late: late.month)
    assert november.quantity == pytest.approx(7)
    assert november.binds == (Bind("component", "C", NOVEMBER),)
    assert (december.quantity, december.new) == pytest.approx((2, 2))
    assert december.binds == (Bind("component", "C", DECEMBER),)
    assert verify(plan) == ()


def test_scheduled_receipts_of_a_component_are_used():
    plan = solve(
        problem(
            [10, 10],
            [50, 50],
            parts={"X": (Part("C", 2),)},
            receipts={("C", "P"): (20.0, 20.0)},
        )
    )
    assert plan.service == 1
    assert plan.cost.material == 0


def test_a_made_component_points_at_its_own_resource():
    plan = solve(
        problem(
            [10],
            [50],
            ways=(Way("X", "P", 1, {"L": 1.0}, 0), Way("C", "P", 1, {"M": 1.0}, 0)),
            parts={"X": (Part("C", 1),)},
            available={("L", 0): Hours(50, 0), ("M", 0): Hours(4, 0)},
            wages={"L": (1, 2), "M": (1, 2)},
        )
    )
    (late,) = why_late(plan)
    assert (late.quantity, late.binds) == (pytest.approx(6), (Bind("hours", "M", NOVEMBER),))


def test_an_alternate_route_takes_what_the_preferred_one_cannot():
    plan = solve(
        problem(
            [14],
            [10],
            ways=(Way("X", "P", 1, {"L": 1.0}, 0), Way("X", "Q", 2, {"M": 2.0}, 0)),
            lanes=(Lane("X", "P", "D", 0, 0, None), Lane("X", "Q", "D", 0, 0, None)),
            available={("L", 0): Hours(10, 0), ("M", 0): Hours(6, 0)},
            wages={"L": (1, 2), "M": (1, 2)},
        )
    )
    assert plan.made == (pytest.approx((10,)), pytest.approx((3,)))
    (late,) = why_late(plan)
    assert set(late.binds) == {Bind("hours", "L", NOVEMBER), Bind("hours", "M", NOVEMBER)}


def test_a_full_lane_and_a_long_one_are_the_reason():
    full = solve(problem([14], [50], lanes=(Lane("X", "P", "D", 0, 0, 9.0),)))
    assert why_late(full)[0].binds == (Bind("lane", "P", NOVEMBER),)
    far = solve(problem([14, 0], [50, 50], lanes=(Lane("X", "P", "D", 0, 1, None),)))
    assert why_late(far)[0].binds == (Bind("lead time", "P", NOVEMBER),)


def test_being_late_because_it_is_cheaper_is_said():
    cheap = rates(10, 20, 0.12, late=0.2)
    plan = solve(problem([14, 0], [10, 10], [5, 5], costs={"X": cheap}))
    assert plan.overtime_hours == 0
    assert why_late(plan)[0].binds == (Bind("cost", "", NOVEMBER),)


def test_what_nothing_supplies_is_said():
    plan = solve(problem([14], [50], lanes=()))
    assert why_late(plan)[0].binds == (Bind("no supply", "", NOVEMBER),)


def test_a_bought_product_waits_for_its_supplier():
    bought = problem([5, 5], [0, 0], ways=(), lanes=(), sources=(Source("X", "D", "S", 3, 1, 8),))
    plan = solve(bought)
    binds = {late.month: late.binds for late in why_late(plan)}
    assert binds == {
        NOVEMBER: (Bind("lead time", "S", NOVEMBER),),
        DECEMBER: (Bind("component", "X", DECEMBER),),
    }
    assert verify(plan) == ()


def test_safety_stock_is_filled_up_by_the_end():
    plan = solve(problem([5, 5], [50, 50], safety={("X", "D"): 8.0}))
    assert plan.stock[("X", "D")][-1] == pytest.approx(8)
    assert sum(plan.below[("X", "D")]) == pytest.approx(0)


def test_a_verifier_that_knows_nothing_of_the_model_finds_each_mistake():
    plan = solve(
        problem(
            [14, 5, 0],
            [10, 10, 10],
            parts={"X": (Part("C", 2),)},
            sources=(Source("C", "P", "S", 1.0, 0, 100.0),),
            safety={("X", "D"): 1.0},
            lanes=(Lane("X", "P", "D", 0, 0, 100.0),),
        )
    )
    assert verify(plan) == ()
    lead = replace(plan.problem, sources=(Source("C", "P", "S", 1.0, 1, 5.0),))
    lanes = replace(plan.problem, lanes=(Lane("X", "P", "D", 0, 0, 2.0),))
    wrong = {
        "does not add up": replace(plan, stock={**plan.stock, ("X", "D"): (9.0, 0.0, 0.0)}),
        "runs longer": replace(plan, made=((30.0, 5.0, 0.0),)),
        "more overtime": replace(plan, overtime={"L": (4.0, 0.0, 0.0)}),
        "is negative": replace(plan, made=((-3.0, 5.0, 0.0),)),
        "solver says": replace(plan, objective=1.0),
        "plan says": replace(plan, cost=replace(plan.cost, late=1e6)),
        "before it could be ordered": replace(plan, problem=lead),
        "delivers more": replace(plan, problem=lead),
        "lane carries": replace(plan, problem=lanes),
        "not counted": replace(plan, below={("X", "D"): (0.0, 0.0, 0.0)}),
    }
    for sentence, broken in wrong.items():
        assert any(sentence in problem for problem in verify(broken)), sentence


def test_a_solver_without_time_says_so():
    with pytest.raises(NoFeasiblePlan, match="Ask for fewer months"):
        solve(problem([14, 5, 0], [10, 10, 10]), time_limit_s=0)


small = st.integers(0, 6)


@st.composite
def instances(draw):
    """Draw two products on one or two routes, a shared component, two months, one depot."""
    span = 2
    lanes = tuple(
        Lane(p, "P", "D", float(draw(st.integers(0, 2))), draw(st.integers(0, 1)), cap)
        for p in ("X", "Y")
        for cap in [draw(st.none() | st.floats(0, 9))]
    )
    ways = [Way(p, "P", 1, {"L": float(draw(st.integers(1, 2)))}, 0.5) for p in ("X", "Y")]
    if draw(st.booleans()):
        ways.append(Way("X", "P", 2, {"M": 2.0, "L": 0.5}, 0.0))
    return SupplyProblem(
        months=MONTHS[:span],
        demand={(p, "D"): tuple(float(draw(small)) for _ in range(span)) for p in ("X", "Y")},
        opening={("X", "D"): float(draw(small)), ("C", "P"): float(draw(small))},
        receipts={("C", "P"): tuple(float(draw(small)) for _ in range(span))},
        safety={("Y", "D"): float(draw(small))},
        ways=tuple(ways),
        lanes=lanes,
        sources=(Source("C", "P", "S", 1.0, draw(st.integers(0, 1)), float(draw(small))),),
        parts={"X": (Part("C", 1.5),)},
        hours={
            (name, t): Hours(float(draw(small)), float(draw(small)))
            for name in ("L", "M")
            for t in range(span)
        },
        wages={"L": (1.0, 3.0), "M": (1.0, 2.0)},
        costs={name: rates(2, 10, 0.12) for name in ("X", "Y", "C")},
    )


@settings(max_examples=60, deadline=None)
@given(instance=instances())
def test_every_plan_keeps_every_rule(instance):
    plan = solve(instance)
    assert verify(plan) == ()
    for late in why_late(plan):
        assert late.binds


@settings(max_examples=30, deadline=None)
@given(instance=instances(), more=st.floats(0.1, 5), which=st.sampled_from(["L", "M"]))
def test_more_capacity_never_costs_more(instance, more, which):
    hours = {
        key: Hours(there.regular + more * (key[0] == which), there.overtime)
        for key, there in instance.hours.items()
    }
    better = solve(replace(instance, hours=hours))
    assert better.objective <= solve(instance).objective + 1e-6


@settings(max_examples=30, deadline=None)
@given(
    demand=st.lists(st.integers(0, 5), min_size=2, max_size=2),
    hours=st.lists(st.integers(0, 4), min_size=2, max_size=2),
    overtime=st.lists(st.integers(0, 2), min_size=2, max_size=2),
)
def test_no_whole_number_plan_is_cheaper(demand, hours, overtime):
    """Try every whole-number plan: with whole data the cheapest one is a solution of the LP."""
    instance = problem(demand, hours, overtime)
    rate = instance.costs["X"]
    best = float("inf")
    for made in combinations(range(11), repeat=2):
        cost, balance = 0.0, 0
        for t in range(2):
            extra = max(0, made[t] - hours[t])
            if extra > overtime[t]:
                break
            balance += made[t] - demand[t]
            cost += made[t] + extra
            cost += rate.holding * max(0, balance) + rate.late * max(0, -balance)
        else:
            best = min(best, cost + rate.lost * max(0, -balance))
    assert solve(instance).objective == pytest.approx(best, abs=1e-6)


def test_a_companys_problem_is_read_from_its_tables(lemonade):
    found = read_problem(lemonade(), 2)
    assert found.demand[("X", "D1")] == (200, 200)
    assert found.opening[("C", "P")] == 1000
    # X: 0.1 h run + 1 h for a lot of 50
    (way,) = [way for way in found.ways if way.product == "X"]
    assert way.hours == pytest.approx({"L": 0.12, "LAB": 0.05})
    assert found.hours[("L", 0)] == Hours(80, 8)
    assert found.wages["L"] == (20, 30)
    assert found.safety == {("X", "D1"): 40}
    assert {(lane.origin, lane.target, lane.lead_months) for lane in found.lanes} == {
        ("P", "D1", 0),
        ("P", "D2", 0),
    }
    assert found.resources == ("L", "LAB")


def test_a_company_is_planned_and_the_plan_adds_up(lemonade):
    plan = plan_supply(lemonade(), 3)
    assert verify(plan) == ()
    assert plan.service == 1
    assert plan.arriving(("X", "D2")) == pytest.approx((0, 100, 100))
    assert lateness(lemonade(), 3) == ()


def test_without_overtime_none_is_planned(lemonade, lemonade_tables):
    days = [d | {"hours": 24} for d in lemonade_tables()["calendars"]]
    assert plan_supply(lemonade(calendars=days), 3).overtime_hours > 0
    assert plan_supply(lemonade(calendars=days), 3, overtime=False).overtime_hours == 0


def test_without_lanes_the_plant_serves_every_site(lemonade):
    found = read_problem(lemonade(lanes=None), 2)
    assert {(lane.product, lane.origin, lane.target, lane.cost) for lane in found.lanes} == {
        ("X", "P", "D1", 0),
        ("X", "P", "D2", 0),
        ("Y", "P", "D1", 0),
    }
    assert plan_supply(lemonade(lanes=None), 2).service == 1


def test_without_a_bill_of_materials_nothing_limits_material(lemonade):
    plan = plan_supply(lemonade(bom=None, sourcing=None, policies=None), 3)
    assert plan.service == 1
    assert plan.problem.sources == ()


def test_a_component_without_a_supplier_is_bought_without_limit_and_named(lemonade):
    found = read_problem(lemonade(sourcing=None), 3)
    assert found.unlimited == {"C"}
    assert found.sources == (Source("C", "P", "", 1.0, 0, None),)


def test_a_supplier_of_every_site_serves_the_plant(lemonade):
    sourcing = [{"product": "C", "supplier": "S", "lead_time_days": 65, "capacity": 90}]
    found = read_problem(lemonade(sourcing=sourcing), 3)
    assert found.sources == (Source("C", "P", "S", 1.0, 2, 90.0),)


def test_open_purchases_and_transfers_count_but_open_production_does_not(lemonade):
    receipts = [
        {"receipt": str(i), "product": p, "site": s, "due_on": day, "quantity": 10, "kind": kind}
        for i, (p, s, day, kind) in enumerate(
            [
                ("C", "P", date(2026, 10, 9), "purchase"),
                ("X", "D1", date(2026, 12, 9), "transfer"),
                ("X", "D1", date(2026, 12, 9), "production"),
            ]
        )
    ]
    found = read_problem(lemonade(receipts=receipts), 2)
    assert found.receipts == {("C", "P"): (10, 0), ("X", "D1"): (0, 10)}


def test_of_a_month_that_has_begun_only_the_rest_is_planned(company_of, lemonade_tables):
    tables = lemonade_tables()
    for row in tables["routings"]:
        row["setup_hours"] = 0
    found = read_problem(company_of(tables, as_of=date(2026, 11, 9)), 2)
    assert found.demand[("X", "D1")] == (pytest.approx(140), 200)
    # of the days with hours, the 2nd and the 16th, one is left
    assert [found.hours[("L", t)] for t in (0, 1)] == [Hours(40, 4), Hours(80, 8)]


def test_a_calendar_that_ends_before_the_plan_is_said(lemonade):
    with pytest.raises(DataProblem, match="calendar of L has no days in November 2027"):
        read_problem(lemonade(), 13)


def test_the_demo_company_is_planned_within_every_rule(demo):
    plan = plan_supply(demo, 6)
    assert plan.status == "Optimal"
    assert verify(plan) == ()
    # L3 is full in February and March: what it lacks there is made ahead
    worth = {key for key, value in plan.hour_worth.items() if value > 1}
    assert {name for name, _ in worth} == {"L3"}

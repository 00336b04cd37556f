from datetime import date
from random import Random

import pytest

from planning_engine.errors import NoFeasiblePlan
from planning_engine.supply.capacity.routing import Hours
from planning_engine.supply.plan.plan_audit import verify
from planning_engine.supply.plan.plan_problem import Lane, Source, SupplyProblem, Way, rates
from planning_engine.supply.plan.plan_terms import Setup
from planning_engine.supply.plan.supply_plan import solve
from planning_engine.supply.requirements.requirements import Part
from planning_engine.supply.shortfalls.plan_pegging import Peg, pegs
from planning_engine.supply.shortfalls.plan_relaxation import FREIGHT_LEAST, Unmet, relax

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
PLACE = ("X", "P")


def problem(wanted, hours, overtime=0.0, **changes):
    """Return X made on L at P, one hour a piece; overtime costs 3 an hour."""
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
        "hours": {("L", t): Hours(float(hours[t]), overtime) for t in range(span)},
        "wages": {"L": (1.0, 3.0)},
        "costs": {"X": rates(10, 20, 0.12), "C": rates(2, 2, 0.12)},
    }
    return SupplyProblem(**(values | changes))


def advice(instance, **options):
    found = relax(solve(instance), instance, **options)
    assert verify(found.plan) == ()
    return found


def test_missing_hours_are_hired_in_the_month_and_priced():
    found = advice(problem([14, 5], [10, 10]))
    (hours,) = found.relaxations
    assert (hours.kind, hours.name, hours.month) == ("hours", "L", NOVEMBER)
    # four hours at twice the overtime wage of 3
    assert (hours.quantity, hours.cost) == pytest.approx((4, 24))
    assert found.cost == pytest.approx(24)
    assert found.plan.service == 1
    assert found.unmet == ()


def test_a_goal_that_is_met_anyway_bends_nothing():
    assert advice(problem([5, 5], [10, 10])).relaxations == ()


def test_limits_are_not_bent_to_save_money():
    # Building ahead costs more than hiring would, but nothing has to be bent.
    dear = {"X": rates(1000, 2000, 0.9)}
    assert advice(problem([0, 0, 20], [10, 10, 10], costs=dear)).relaxations == ()


def test_without_overtime_an_overtime_hour_is_the_relaxation_at_its_own_price():
    instance = problem([12], [10], overtime=0.0)
    found = relax(solve(instance), instance, overtime=False)
    assert found.cost == pytest.approx(2 * 3)


def test_the_cheaper_of_two_limits_is_bent():
    two_ways = (Way("X", "P", 1, {"L": 1.0}, 0.0), Way("X", "P", 2, {"M": 1.0}, 0.0))
    hours = {("L", 0): Hours(10, 0), ("M", 0): Hours(0, 0)}
    wages = {"L": (1.0, 3.0), "M": (1.0, 2.0)}
    instance = problem([14], [10], ways=two_ways, wages=wages)
    found = advice(SupplyProblem(**(vars(instance) | {"hours": hours})))
    assert [(r.name, r.cost) for r in found.relaxations] == [("M", pytest.approx(16))]


def test_material_that_cannot_come_in_time_is_expedited():
    found = advice(
        problem(
            [10, 10],
            [50, 50],
            parts={"X": (Part("C", 2),)},
            opening={("C", "P"): 6.0},
            sources=(Source("C", "P", "S", 1.0, 1, 30.0),),
        )
    )
    # November lacks 14 C; December lacks 20 - 30 = none
    (material,) = found.relaxations
    assert (material.kind, material.name, material.month) == ("component", "C", NOVEMBER)
    assert (material.quantity, material.cost) == pytest.approx((14, 14 * 1.5))


def test_a_full_lane_is_bent():
    lane = Lane("X", "P", "D", 1.0, 0, 9.0)
    found = advice(problem([0], [50], demand={("X", "D"): (14.0,)}, lanes=(lane,)))
    (freight,) = found.relaxations
    assert (freight.kind, freight.site, freight.target) == ("lane", "P", "D")
    assert freight.cost == pytest.approx(5 * (3 + FREIGHT_LEAST * 5))


def test_safety_stocks_are_kept_where_that_is_asked():
    instance = problem([10], [10], safety={PLACE: 4.0})
    assert advice(instance).relaxations == ()
    assert advice(instance, stock=True).cost == pytest.approx(4 * 6)


def test_what_no_limit_holds_up_is_named():
    found = advice(problem([7], [50], ways=()))
    assert found.relaxations == ()
    assert found.unmet == (Unmet("X", "P", NOVEMBER, pytest.approx(7)),)


def test_whole_lots_are_refused():
    way = Way("X", "P", 1, {"L": 1.0}, 0.0, setup=Setup({}, 5.0))
    instance = problem([7], [50], ways=(way,))
    with pytest.raises(NoFeasiblePlan, match="without whole lots"):
        relax(solve(instance), instance)


def test_hiring_what_is_advised_is_enough_and_a_little_less_is_not():
    random = Random(5)
    for _ in range(25):
        wanted = [random.randint(0, 20) for _ in range(3)]
        hours = [random.randint(0, 12) for _ in range(3)]
        found = advice(problem(wanted, hours))
        bought = {r.month: r.quantity for r in found.relaxations}
        more = [
            h + bought.get(m, 0.0)
            for h, m in zip(hours, (NOVEMBER, DECEMBER, JANUARY), strict=True)
        ]
        assert solve(problem(wanted, more)).late_new == pytest.approx(0, abs=1e-6)
        # by hand: what the running total of demand exceeds that of hours by, at most
        short = max(0, *(sum(wanted[: t + 1]) - sum(hours[: t + 1]) for t in range(3)))
        assert sum(bought.values()) == pytest.approx(short, abs=0.06)


def test_demand_is_pegged_first_in_first_out():
    plan = solve(problem([8, 8], [10, 10], opening={PLACE: 3.0}))
    found = pegs(plan, PLACE)
    assert found[0] == Peg(NOVEMBER, NOVEMBER, 3.0, "stock", "", None)
    assert sum(peg.quantity for peg in found if peg.due == NOVEMBER) == pytest.approx(8)
    assert sum(peg.quantity for peg in found if peg.due == DECEMBER) == pytest.approx(8)
    assert {peg.name for peg in found if peg.kind == "made"} == {"L"}


def test_what_is_late_is_pegged_in_the_month_it_is_delivered():
    plan = solve(problem([14, 0], [10, 10]))
    late = [peg for peg in pegs(plan, PLACE) if peg.served > peg.due]
    assert [(p.due, p.served, p.quantity) for p in late] == [(NOVEMBER, DECEMBER, pytest.approx(4))]


def test_what_was_moved_names_the_site_it_came_from():
    lane = Lane("X", "P", "D", 0.0, 0, None)
    plan = solve(problem([0], [10], demand={("X", "D"): (6.0,)}, lanes=(lane,)))
    (peg,) = pegs(plan, ("X", "D"))
    assert (peg.kind, peg.name, peg.quantity) == ("moved", "P", pytest.approx(6))

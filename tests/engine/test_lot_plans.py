import doctest
from dataclasses import replace
from itertools import count, product
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from planning_engine.errors import BadRequest, NoFeasiblePlan
from planning_engine.supply.capacity.routing import Lot
from planning_engine.supply.lots import lot_sizing_company, lot_sizing_search
from planning_engine.supply.lots.lot_sizing import wagner_whitin
from planning_engine.supply.lots.lot_sizing_audit import audit_lots
from planning_engine.supply.lots.lot_sizing_company import whole_lots
from planning_engine.supply.lots.lot_sizing_problem import LotItem, LotProblem, schedule
from planning_engine.supply.lots.lot_sizing_search import plan_lots

A = LotItem("A", (10, 0, 20, 30), 25, 1, {"L": 1}, {"L": 5}, opening=4)
B = LotItem("B", (0, 15, 15, 20), 40, 2, {"L": 2}, {"L": 3})
TWO = LotProblem((A, B), {"L": (60, 60, 60, 60)}, {"L": (20,) * 4}, {"L": 3})


def test_the_example_holds():
    assert doctest.testmod(lot_sizing_search) == (0, 4)


def test_enough_hours_leave_each_product_its_own_optimum():
    items = tuple(replace(item, opening=0.0) for item in (A, B))
    plan = plan_lots(LotProblem(items, {"L": (1e6,) * 4}))
    assert plan.proven
    for item in items:
        alone = wagner_whitin(item.demand, item.setup_cost, item.holding_cost)
        assert plan.orders[item.name] == pytest.approx(alone.orders)
    assert plan.cost == pytest.approx(
        sum(wagner_whitin(i.demand, i.setup_cost, i.holding_cost).cost for i in items)
    )


def test_stock_at_the_start_is_used_and_its_holding_is_counted():
    # 50 in stock cover the first two periods and half of the third: 30 + 10 held, one lot of 10
    item = LotItem("A", (20, 20, 20), 5, 1, {"L": 1}, opening=50)
    plan = plan_lots(LotProblem((item,), {"L": (20, 20, 20)}))
    assert plan.orders["A"] == pytest.approx((0, 0, 10))
    assert plan.stock["A"] == pytest.approx((30, 10, 0))
    assert (plan.cost, plan.bound) == (pytest.approx(45), pytest.approx(45))


def test_nothing_to_make_costs_nothing_but_the_stock():
    item = LotItem("A", (20, 20), 5, 1, {"L": 1}, opening=40)
    plan = plan_lots(LotProblem((item,), {"L": (0, 0)}))
    assert plan.orders["A"] == (0, 0)
    assert plan.cost == 20
    assert plan.proven


def test_overtime_is_used_where_it_is_cheaper_than_an_early_lot():
    # 10 pieces too many in period 2: an early lot costs a set-up of 50; overtime 10 at 2 each
    item = LotItem("A", (0, 40), 50, 1, {"L": 1})
    early = LotProblem((item,), {"L": (40, 30)})
    assert plan_lots(early).cost == pytest.approx(50 + 40)
    late = replace(early, overtime={"L": (10, 10)}, overtime_cost={"L": 2})
    plan = plan_lots(late)
    assert plan.orders["A"] == pytest.approx((0, 40))
    assert plan.overtime_cost == pytest.approx(20)
    assert plan.hours["L"] == pytest.approx((0, 40))


def test_hours_that_do_not_suffice_are_named():
    short = replace(TWO, capacity={"L": (5, 5, 5, 5)}, overtime={}, labels=tuple("MTWT"))
    with pytest.raises(NoFeasiblePlan, match=r"L needs 6\.0 hours up to M.* has 5\.0"):
        plan_lots(short)
    # 6 + 30 pieces' hours fit, but not the set-ups on top
    tight = LotProblem((replace(A, demand=(10, 0, 0, 0)),), {"L": (8, 0, 0, 0)})
    with pytest.raises(NoFeasiblePlan, match="once set-ups take their time"):
        plan_lots(tight)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"demand": (1, -2, 0, 0)}, "Demand of A in period 2 must be 0 or more, not -2"),
        ({"demand": (1, 2)}, "Demand of B: 4 periods"),
        ({"setup_cost": -1}, "set-up cost of A"),
        ({"holding_cost": float("nan")}, "holding cost of A"),
        ({"opening": -1}, "stock at the start of A"),
        ({"setup_hours": {"L": -5}}, "set-up hours on L of A"),
        ({"hours_per_unit": {"M": 1}}, "A is made on M, whose hours are not known"),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused(change, message):
    capacity = {"L": (60.0,) * len(change.get("demand", A.demand))}
    with pytest.raises(BadRequest, match=message):
        LotProblem((replace(A, **change), B), capacity)


def test_hours_must_be_given_for_every_period():
    with pytest.raises(BadRequest, match="Hours of L: 3 periods are given where 4"):
        replace(TWO, capacity={"L": (1, 1, 1)})
    with pytest.raises(BadRequest, match="Hours of L in period 1 must be 0 or more"):
        replace(TWO, capacity={"L": (-1, 1, 1, 1)})
    with pytest.raises(BadRequest, match="at least one product"):
        LotProblem((), {})


def test_the_check_finds_what_is_wrong_with_a_plan():
    sound = plan_lots(TWO)
    assert audit_lots(TWO, sound.orders).faults == ()
    assert audit_lots(TWO, sound.orders).cost == pytest.approx(sound.cost)
    none = {"A": (0,) * 4, "B": (0,) * 4}
    assert "A is 6 pieces short in period 1." in audit_lots(TWO, none).faults
    early = {"A": (56, 0, 0, 0), "B": (50, 0, 0, 0)}
    assert audit_lots(TWO, early).faults == ("L is used 164 hours in period 1.",)
    assert "B has lots for 0 of 4 periods." in audit_lots(TWO, {"A": early["A"]}).faults
    assert any("lot of -1" in f for f in audit_lots(TWO, early | {"A": (57, -1, 0, 0)}).faults)


def test_out_of_time_the_best_plan_so_far_is_told_as_unproven():
    random = Random(4)
    items = tuple(
        LotItem(
            str(i), tuple(random.randint(0, 60) for _ in range(12)), 300, 1, {"L": 1}, {"L": 20}
        )
        for i in range(8)
    )
    ticks = count()
    problem = LotProblem(items, {"L": (400,) * 12})
    plan = plan_lots(problem, 500, clock=lambda: float(next(ticks)))
    assert audit_lots(problem, plan.orders).faults == ()
    assert plan.proven == (plan.gap <= 1e-6)
    assert plan.bound <= plan.cost


def test_lots_without_a_set_up_are_not_paid_for():
    plan = schedule(TWO, {"A": (56, 0, 0, 0), "B": (0, 30, 0, 20)}, 0, proven=False)
    assert plan.setup_cost == 25 + 2 * 40
    assert plan.gap == 1


def random_problem(random):
    periods = random.choice([2, 3, 3])
    resources = ["L", "M"][: random.choice([1, 1, 2])]
    items = tuple(
        LotItem(
            name,
            tuple(random.choice([0, random.randint(1, 20)]) for _ in range(periods)),
            random.randint(0, 60),
            random.randint(0, 4),
            {r: random.choice([0.5, 1, 2]) for r in resources},
            {r: random.choice([0, 3, 6]) for r in resources},
            random.choice([0, 0, 7]),
        )
        for name in "AB"
    )
    hours = {r: tuple(random.randint(10, 50) for _ in range(periods)) for r in resources}
    extra = {"L": tuple(random.choice([0, 10]) for _ in range(periods))}
    return LotProblem(items, hours, extra, {"L": random.choice([0.5, 2])})


def cheapest_by_trying_all_setups(problem):
    """Return the least cost over every choice of set-ups, each priced by a linear program."""
    span, items = range(problem.periods), problem.items
    best = np.inf
    for setups in product([0, 1], repeat=len(items) * len(span)):
        on = np.array(setups).reshape(len(items), len(span))
        fixed = sum(item.setup_cost * row.sum() for item, row in zip(items, on, strict=True))
        if fixed < best:
            best = min(best, fixed + _cost_of(problem, on))
    return best


def _cost_of(problem, on):
    """Return holding and overtime of the cheapest pieces; columns are pieces, then overtime."""
    span, items = range(problem.periods), problem.items
    size = len(items) * len(span)
    objective, constant = np.zeros(size + len(problem.overtime) * len(span)), 0.0
    rows, limits = [], []
    bounds = [(0, 1e4 * on[i][t]) for i in range(len(items)) for t in span]
    for i, item in enumerate(items):
        for t in span:
            objective[i * len(span) + t] += item.holding_cost * (len(span) - t)
            constant += item.holding_cost * (item.opening - sum(item.demand[: t + 1]))
            row = np.zeros_like(objective)
            row[i * len(span) : i * len(span) + t + 1] = -1
            rows.append(row)
            limits.append(item.opening - sum(item.demand[: t + 1]))
    for resource, hours in problem.capacity.items():
        for t in span:
            row = np.zeros_like(objective)
            for i, item in enumerate(items):
                row[i * len(span) + t] = item.hours_per_unit[resource]
            if resource in problem.overtime:
                row[size + t] = -1
            rows.append(row)
            limits.append(
                hours[t]
                - sum(item.setup_hours[resource] * on[i][t] for i, item in enumerate(items))
            )
    for resource, hours in problem.overtime.items():
        bounds += [(0, most) for most in hours]
        objective[size:] = problem.overtime_cost[resource]
    found = linprog(objective, np.array(rows), np.array(limits), bounds=bounds)
    return found.fun + constant if found.status == 0 else np.inf


@pytest.mark.parametrize("seed", range(120))
def test_tiny_problems_cost_what_trying_all_set_ups_finds(seed):
    problem = random_problem(Random(seed))
    best = cheapest_by_trying_all_setups(problem)
    if best == np.inf:
        with pytest.raises(NoFeasiblePlan):
            plan_lots(problem)
        return
    plan = plan_lots(problem)
    assert plan.proven
    assert audit_lots(problem, plan.orders).faults == ()
    assert audit_lots(problem, plan.orders).cost == pytest.approx(plan.cost, abs=1e-4)
    assert plan.cost == pytest.approx(best, abs=1e-3)


def test_whole_lots_cover_what_was_ordered():
    assert doctest.testmod(lot_sizing_company).failed == 0
    random = Random(3)
    for _ in range(100):
        orders = [random.choice([0, random.uniform(0, 90)]) for _ in range(8)]
        lot = Lot(random.choice([None, 40]), random.choice([None, 15]))
        whole = whole_lots(orders, lot)
        made = ordered = 0.0
        for asked, lots in zip(orders, whole, strict=True):
            made, ordered = made + lots, ordered + asked
            assert made >= ordered - 1e-6
            assert lots == 0 or lots >= (lot.minimum or 0)
            assert lots % (lot.multiple or 1e-9) == pytest.approx(0, abs=1e-6)

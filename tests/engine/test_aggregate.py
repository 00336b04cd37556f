from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.errors import BadRequest, NoFeasiblePlan
from planning_engine.supply.aggregate import aggregate
from planning_engine.supply.aggregate.aggregate_problem import (
    STRATEGIES,
    AggregateProblem,
    AggregateRates,
)

RATES = AggregateRates(
    wage=640, overtime=6, hire=300, fire=500, material=10, holding=2, backlog=5, subcontract=30
)
RED_TOMATO = AggregateProblem(
    demand=(1600, 3000, 3200, 3800, 2200, 2200),
    stock=1000,
    workers=80,
    units_per_worker=40,
    hours_per_unit=4,
    overtime_hours=10,
    rates=RATES,
    closing_stock=500,
)


def test_red_tomato_lays_off_once_and_owes_a_little_in_the_fourth_month():
    # Chopra and Meindl, chapter 8: the printed answers
    plan = aggregate.hybrid(RED_TOMATO)
    assert plan.cost.total == pytest.approx(422_275)
    assert plan.profit(40) == pytest.approx(217_725)
    assert plan.months[0].fired == pytest.approx(15.4167, abs=1e-4)
    assert [m.workers for m in plan.months] == pytest.approx([64.5833] * 6, abs=1e-4)
    assert [m.backlog for m in plan.months] == pytest.approx([0, 0, 0, 266.6667, 0, 0], abs=1e-3)


def test_red_tomato_says_what_one_more_unit_of_demand_costs():
    prices = aggregate.hybrid(RED_TOMATO).marginal_cost
    assert prices == pytest.approx((21.25, 23.25, 25.25, 27.25, 22.25, 24.25))
    # the same by planning again with one unit more
    for t, price in enumerate(prices):
        more = tuple(d + (t == i) for i, d in enumerate(RED_TOMATO.demand))
        dearer = aggregate.hybrid(replace(RED_TOMATO, demand=more)).cost.total
        assert dearer - 422_275 == pytest.approx(price)


def test_red_tomato_in_whole_workers_and_units():
    plan = aggregate.hybrid(replace(RED_TOMATO, whole=True))
    assert plan.cost.total == pytest.approx(422_660)
    assert all(m.workers == pytest.approx(round(m.workers)) for m in plan.months)
    assert plan.marginal_cost == pytest.approx((21.25, 23.25, 25.25, 27.25, 22.25, 24.25))


def test_chase_makes_what_each_month_needs():
    # 1600 - 1000 + 500 = 1100, then each month's demand; 40 units a worker
    plan = aggregate.chase(RED_TOMATO)
    assert [m.made for m in plan.months] == [1100, 3000, 3200, 3800, 2200, 2200]
    assert [m.workers for m in plan.months] == [27.5, 75, 80, 95, 55, 55]
    assert [m.stock for m in plan.months] == [500] * 6
    assert plan.months[0].fired == 52.5
    assert plan.months[1].hired == 47.5
    assert plan.cost.firing == 500 * (52.5 + 40)
    assert plan.cost.hiring == 300 * (47.5 + 5 + 15)


def test_level_keeps_one_rate_and_lets_the_backlog_swing():
    # (16000 + 500 - 1000) / 6 = 2583.33 a month
    plan = aggregate.level(RED_TOMATO)
    assert [m.made for m in plan.months] == pytest.approx([15_500 / 6] * 6)
    assert {round(m.workers, 4) for m in plan.months} == {64.5833}
    net = [1983.33, 1566.67, 950, -266.67, 116.67, 500]
    assert [m.stock - m.backlog for m in plan.months] == pytest.approx(net, abs=0.01)


def test_a_chase_uses_up_what_is_more_than_enough():
    plan = aggregate.chase(replace(RED_TOMATO, stock=5000))
    assert [m.made for m in plan.months] == [0, 100, 3200, 3800, 2200, 2200]


def test_chase_and_hybrid_keep_the_least_stock_every_month():
    careful = replace(RED_TOMATO, least_stock=600)
    for strategy in ("chase", "hybrid"):
        plan = aggregate.plan(careful, strategy)
        assert min(m.stock for m in plan.months) >= 600 - 1e-6
        assert plan.months_below == 0
    # the level rate (16000 + 600 - 1000) / 6 = 2600 ends months 4 and 5 at -200 and 200
    level = aggregate.level(careful)
    assert [m.stock - m.backlog for m in level.months] == [2000, 1600, 1000, -200, 200, 600]
    assert level.months_below == 2


def test_what_is_owed_at_the_start_is_made_up():
    plan = aggregate.chase(replace(RED_TOMATO, stock=0, backlog=200))
    assert plan.months[0].made == 1600 + 200 + 500


def test_no_subcontractor_without_a_price():
    cheap = replace(RATES, subcontract=1)
    assert sum(m.subcontracted for m in aggregate.hybrid(_with(cheap)).months) > 0
    none = replace(RATES, subcontract=None)
    assert sum(m.subcontracted for m in aggregate.hybrid(_with(none)).months) == 0


def _with(rates):
    return replace(RED_TOMATO, rates=rates)


def test_too_little_room_is_said():
    crowded = replace(RED_TOMATO, rates=replace(RATES, subcontract=None), most_workers=20)
    with pytest.raises(NoFeasiblePlan, match="cannot be met by the end"):
        aggregate.hybrid(crowded)
    with pytest.raises(NoFeasiblePlan, match=r"takes 27\.5 workers, and there is room for 20"):
        aggregate.chase(crowded)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stock": -1}, "The stock of an aggregate plan is -1"),
        ({"demand": (5, -2)}, "demand of month 2"),
        ({"units_per_worker": 0}, "units a worker makes in a month are 0"),
        ({"rates": replace(RATES, hire=-3)}, "The hire of"),
        ({"demand": ()}, "at least one month"),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused(change, said):
    with pytest.raises(BadRequest, match=said):
        replace(RED_TOMATO, **change)


demands = st.lists(st.integers(0, 500), min_size=1, max_size=5)


@settings(max_examples=30, deadline=None)
@given(demand=demands, stock=st.integers(0, 300), closing=st.integers(0, 100))
def test_every_strategy_balances_and_the_hybrid_is_cheapest(demand, stock, closing):
    problem = replace(
        RED_TOMATO, demand=tuple(map(float, demand)), stock=stock, closing_stock=closing
    )
    costs = {}
    for strategy in STRATEGIES:
        plan = aggregate.plan(problem, strategy)
        net, there = problem.stock, problem.workers
        for month in plan.months:
            net += month.made + month.subcontracted - month.demand
            assert month.stock - month.backlog == pytest.approx(net, abs=1e-5)
            assert month.workers == pytest.approx(there + month.hired - month.fired, abs=1e-6)
            possible = 40 * month.workers + month.overtime_hours / 4
            assert month.made <= possible + 1e-6
            assert month.overtime_hours <= 10 * month.workers + 1e-6
            there = month.workers
        assert plan.months[-1].backlog == pytest.approx(0, abs=1e-6)
        assert plan.months[-1].stock >= closing - 1e-6
        costs[strategy] = plan.cost.total
    assert costs["hybrid"] <= min(costs.values()) + 1e-4


def test_brute_force_finds_nothing_cheaper_on_a_tiny_problem():
    # whole workers 0 to 3 in each of 2 months, overtime 0 to 2 h each, no subcontractor
    rates = AggregateRates(
        wage=10, overtime=3, hire=4, fire=5, material=1, holding=1, backlog=6, subcontract=None
    )
    problem = AggregateProblem(
        demand=(3.0, 7.0),
        stock=1,
        workers=2,
        units_per_worker=2,
        hours_per_unit=1,
        overtime_hours=1,
        rates=rates,
        whole=True,
    )
    best = float("inf")
    for workers in product(range(5), repeat=2):
        for made in product(range(16), repeat=2):
            there, net, cost = 2, 1, 0.0
            for w, p, wanted in zip(workers, made, problem.demand, strict=True):
                extra = max(0, p - 2 * w)
                net += p - wanted
                if extra > w:
                    cost = float("inf")
                cost += 10 * w + 3 * extra + 4 * max(0, w - there) + 5 * max(0, there - w) + p
                cost += max(0, net) + 6 * max(0, -net)
                there = w
            if net >= 0:
                best = min(best, cost)
    assert aggregate.hybrid(problem).cost.total == pytest.approx(best)

import doctest
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.errors import BadRequest
from planning_engine.supply.lots import lot_sizing
from planning_engine.supply.lots.lot_sizing import (
    RULES,
    fixed_quantity,
    lot_for_lot,
    net_demand,
    part_period,
    period_order_quantity,
    price_orders,
    silver_meal,
    wagner_whitin,
)

SILVER = [10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41]
HEIZER = [0, 30, 40, 0, 10, 40, 30, 0, 30, 55]


def test_the_examples_hold():
    failed, tried = doctest.testmod(lot_sizing)
    assert tried >= 9
    assert failed == 0


@pytest.mark.parametrize(
    ("rule", "cost"),
    [
        ("wagner_whitin", 501.20),
        ("silver_meal", 501.20),
        ("least_unit_cost", 558.80),
        ("part_period", 600),
        ("lot_for_lot", 648),
        ("period_order_quantity", 553.60),
    ],
)
def test_the_year_of_silver_pyke_and_peterson(rule, cost):
    assert RULES[rule](SILVER, 54, 0.4).cost == pytest.approx(cost)


@pytest.mark.parametrize(
    ("rule", "cost"), [("lot_for_lot", 700), ("wagner_whitin", 455), ("period_order_quantity", 495)]
)
def test_the_ten_weeks_of_heizer_and_render(rule, cost):
    assert RULES[rule](HEIZER, 100, 1).cost == pytest.approx(cost)


def test_four_weeks_worked_by_hand():
    # 210 at once: 500 + 2*120; then 150: 500 + 2*70
    plan = wagner_whitin([90, 120, 80, 70], 500, 2)
    assert plan.orders == (210, 0, 150, 0)
    assert plan.stock == (120, 0, 70, 0)
    assert (plan.setup_cost, plan.holding_cost, plan.setups) == (1000, 380, 2)


def test_silver_meal_stops_when_the_cost_per_period_first_rises():
    # 500; (500+2*120)/2 = 370; (740+4*80)/3 = 353; (1060+6*70)/4 = 370: three periods, then one
    assert silver_meal([90, 120, 80, 70], 500, 2).orders == (290, 0, 0, 70)


def test_part_period_takes_the_holding_cost_closest_to_a_set_up():
    # holding 240 or 240+320=560: 560 is closer to 500
    assert part_period([90, 120, 80, 70], 500, 2).orders == (290, 0, 0, 70)


def test_fixed_lots_are_repeated_until_they_cover_the_period():
    # lots of 40: 40 leaves 10; 95 more take 3 lots (120, 35 left); 20 are in stock; rest 15
    plan = fixed_quantity([30, 105, 20, 30], 10, 1, lot=40)
    assert plan.orders == (40, 120, 0, 25)
    assert plan.stock == (10, 25, 5, 0)


def test_an_order_period_can_be_given():
    assert period_order_quantity([10, 20, 30], 1, 1, periods=2).orders == (30, 0, 30)


def test_free_set_ups_are_used_and_free_stock_is_kept():
    for rule in RULES.values():
        assert rule([5, 0, 7], 0, 1).orders == (5, 0, 7)
    assert wagner_whitin([5, 0, 7], 10, 0).orders == (12, 0, 0)
    assert fixed_quantity([5, 0, 7], 10, 0).orders == (12, 0, 0)


def test_stock_at_the_start_is_used_up_first():
    assert net_demand([50, 60, 40], 80) == (0, 30, 40)
    assert net_demand([50], 80) == (0,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lot_for_lot([], 1, 1), "at least one period"),
        (lambda: lot_for_lot([5, -1], 1, 1), "Demand of period 2 is -1"),
        (lambda: lot_for_lot([5, float("nan")], 1, 1), "Demand of period 2 is nan"),
        (lambda: wagner_whitin([5], -1, 1), "set-up cost is 0 or more"),
        (lambda: silver_meal([5], 1, -1), "holding cost is 0 or more"),
        (lambda: fixed_quantity([5], 1, 1, lot=0), "lot must be above 0"),
        (lambda: period_order_quantity([5], 1, 1, periods=0), "at least 1 period"),
        (lambda: net_demand([5], -3), "Opening stock is 0 or more"),
        (lambda: price_orders("mine", [5, 0], [5, 4], 1, 1), "4 pieces short in period 2"),
    ],
)
def test_what_has_no_lot_size_is_refused(call, message):
    with pytest.raises(BadRequest, match=message):
        call()


def cheapest_by_trying_all(demand, setup_cost, holding_cost):
    """Return the least cost over every choice of order periods; an oracle in plain loops."""
    best = None
    for chosen in product([False, True], repeat=len(demand)):
        cost, since = 0.0, None
        for period, needed in enumerate(demand):
            if chosen[period]:
                cost, since = cost + setup_cost, period
            if needed and since is None:
                break
            if needed:
                cost += holding_cost * (period - since) * needed
        else:
            best = cost if best is None else min(best, cost)
    return best


quantities = st.lists(st.integers(0, 60), min_size=1, max_size=8)


@given(demand=quantities, setup=st.integers(0, 200), holding=st.integers(0, 5))
def test_wagner_whitin_finds_what_trying_all_orders_finds(demand, setup, holding):
    found = wagner_whitin(demand, setup, holding)
    assert found.cost == pytest.approx(cheapest_by_trying_all(demand, setup, holding))


@given(
    demand=st.lists(st.integers(0, 10**6).map(lambda n: n / 100), min_size=1, max_size=15),
    setup=st.floats(0, 1e4),
    holding=st.floats(0, 10),
)
def test_every_rule_covers_demand_and_none_beats_the_optimum(demand, setup, holding):
    best = wagner_whitin(demand, setup, holding).cost
    for rule in RULES.values():
        plan = rule(demand, setup, holding)
        assert min(plan.orders) >= 0
        assert min(plan.stock) >= 0
        assert sum(plan.orders) == pytest.approx(sum(demand), abs=1e-6)
        assert plan.cost >= best * (1 - 1e-9) - 1e-6

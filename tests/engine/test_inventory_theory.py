"""Lots and stocks of the textbook, held against brute force and plain simulation."""

from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.errors import BadRequest
from planning_engine.supply.lots import priced_lots
from planning_engine.supply.lots.lot_sizing import wagner_whitin
from planning_engine.supply.policies import (
    economic_lot,
    horizon_policy,
    min_max,
    newsvendor,
    reorder_lot,
    unreliable_supply,
)
from planning_engine.supply.policies.demand_laws import (
    Discrete,
    Lognormal,
    Normal,
    Poisson,
    Uniform,
)
from planning_engine.supply.policies.reorder_lot import LotTerms

CHOPRA = LotTerms(1300, 150, 1 / 12, 8, 0.225, 7.5)
costs = st.floats(1, 100)


def cheapest(cost, choices):
    return min(choices, key=cost)


@given(demand=costs, order=costs, holding=costs, late=costs)
def test_a_lot_with_backorders_is_the_cheapest_of_a_grid(demand, order, holding, late):
    found = economic_lot.with_backorders(demand, order, holding, late)

    def cost(lot, fraction):
        kept = holding * lot * (1 - fraction) ** 2 / 2 + late * lot * fraction**2 / 2
        return order * demand / lot + kept

    assert cost(found.lot, found.stockout_fraction) == pytest.approx(found.cost)
    for scale, move in product((0.8, 1, 1.2), (-0.05, 0, 0.05)):
        fraction = min(1, max(0, found.stockout_fraction + move))
        assert cost(found.lot * scale, fraction) >= found.cost * (1 - 1e-9)


def test_textbook_production_and_discount_lots():
    made = economic_lot.production_lot(1300, 8, 0.225, 1700)
    assert (made.lot, made.cost) == pytest.approx((626.808495, 33.183979))
    units = economic_lot.with_all_units_discounts(1300, 8, 0.3, [0, 400, 800], [0.75, 0.72, 0.68])
    assert (units.lot, units.region) == (800, 2)
    assert units.cost == pytest.approx(978.6)
    steps = economic_lot.with_incremental_discounts(2400, 150, 0.25, [0, 300, 600], [100, 90, 80])
    assert (steps.lot, steps.region) == (pytest.approx(1481.890684), 2)


@given(demand=st.floats(100, 5000), order=st.floats(5, 500), rate=st.floats(0.05, 0.5))
def test_discount_lots_are_the_cheapest_of_all_whole_lots(demand, order, rate):
    breaks, prices = [0, 300, 600], [10.0, 9.0, 8.5]

    def units(lot):
        price = prices[sum(lot >= b for b in breaks) - 1]
        return price * demand + order * demand / lot + rate * price * lot / 2

    def steps(lot):
        paid = sum(
            p * max(0, min(lot, b) - a)
            for a, b, p in zip(breaks, [300, 600, 1e9], prices, strict=True)
        )
        return paid / lot * demand + order * demand / lot + rate * paid / 2

    terms = (demand, order, rate, breaks, prices)
    lots = range(1, 6000)
    assert economic_lot.with_all_units_discounts(*terms).cost <= min(map(units, lots)) + 1e-6
    assert economic_lot.with_incremental_discounts(*terms).cost <= min(map(steps, lots)) + 1e-6


def test_joint_orders_share_their_cost():
    found = economic_lot.joint_lots(600, [120, 840, 300], [160, 20, 50], [1, 1, 1])
    assert found.multiples == (1, 3, 1)
    assert (found.cycle, found.cost) == pytest.approx((3.103164454, 837.854402626))


def test_lots_that_cannot_be_are_refused():
    with pytest.raises(BadRequest, match="cannot keep up"):
        economic_lot.production_lot(1300, 8, 0.2, 1300)
    with pytest.raises(BadRequest, match="start at 0 and rise"):
        economic_lot.with_all_units_discounts(1, 1, 1, [0, 5, 5], [3, 2, 1])
    with pytest.raises(BadRequest, match="one unit cost"):
        economic_lot.with_all_units_discounts(1, 1, 1, [0, 5], [3])
    with pytest.raises(BadRequest, match="backorder cost above 0"):
        economic_lot.with_backorders(1, 1, 1, 0)


@pytest.mark.parametrize(
    ("law", "over", "under", "stock", "cost"),
    [
        (Normal(900, 60), 43, 79, 922.7214, 2718.19678),
        (Normal(50, 8).over(5), 0.18, 0.7, 264.76689, 4.466781),
        (Poisson(50), 0.18, 0.7, 56, 1.797235),
        (Poisson(18), 200, 270, 19, 786.0884409),
        (Lognormal(6, 0.3), 1, 0.1765, 295.62664, 29.442544),
        (
            Discrete({1: 0.25, 2: 0.05, 3: 0.1, 4: 0.2, 5: 0.15, 6: 0.1, 7: 0.1, 8: 0.05}),
            1,
            2,
            5,
            None,
        ),
    ],
)
def test_textbook_newsvendors(law, over, under, stock, cost):
    found = newsvendor.best_stock(law, over, under)
    assert found.stock == pytest.approx(stock, rel=1e-6)
    assert cost is None or found.cost == pytest.approx(cost, rel=1e-6)


@given(over=costs, under=costs)
def test_no_other_stock_is_cheaper(over, under):
    law = Poisson(7)
    found = newsvendor.best_stock(law, over, under)
    for stock in range(40):
        assert newsvendor.stock_cost(stock, law, over, under) >= found.cost - 1e-9


def test_a_season_s_profit_and_a_price_to_come():
    best = newsvendor.best_profit(Normal(50, 8), 1, 0.3, 0.12)
    assert (best.stock, best.profit) == pytest.approx((56.603956, 33.002395))
    dearer = newsvendor.myopic_stock(Normal(50, 8), 0.18, 0.7, 0.3, 0.35, 0.98)
    assert dearer.stock > newsvendor.best_stock(Normal(50, 8), 0.18, 0.7).stock
    with pytest.raises(BadRequest, match="salvage value"):
        newsvendor.best_profit(Normal(50, 8), 1, 0.3, 0.4)
    with pytest.raises(BadRequest, match="must both cost"):
        newsvendor.best_stock(Normal(50, 8), 0, 1)
    with pytest.raises(BadRequest, match="price change"):
        newsvendor.myopic_stock(Normal(50, 8), 0.18, 0.7, 3, 1)


def test_textbook_reorder_points_and_lots():
    level = reorder_lot.by_expected_level(CHOPRA)
    assert (level.reorder_point, level.lot) == pytest.approx((213.970442, 318.590181))
    assert level.cost == pytest.approx(95.45114)
    safety = reorder_lot.by_lot_and_safety(CHOPRA)
    assert (safety.reorder_point, safety.lot) == pytest.approx((190.336997, 304.04678))
    assert reorder_lot.policy_cost(126.8, 328.5, CHOPRA) == pytest.approx(78.07116250928294)
    whole = reorder_lot.exact_poisson(1.5, 2, 100, 20, 150)
    assert (whole.reorder_point, whole.lot, whole.cost) == pytest.approx((3, 5, 107.923581))


def test_the_exact_reorder_point_and_lot_beat_every_neighbour_and_every_approximation():
    best = reorder_lot.exact(CHOPRA)
    for point, lot in product((-10, 0, 10), (-10, 0, 10)):
        other = reorder_lot.policy_cost(best.reorder_point + point, best.lot + lot, CHOPRA)
        assert other >= best.cost - 1e-9
    for rule in (
        reorder_lot.by_lot_and_safety,
        reorder_lot.by_backordered_lot,
        reorder_lot.by_loss,
    ):
        assert rule(CHOPRA).cost >= best.cost - 1e-9


def test_whole_reorder_points_and_lots_against_all_of_them():
    found = reorder_lot.exact_poisson(12, 0.5, 4, 4, 28)

    def cost(point, lot):
        levels = range(point + 1, point + lot + 1)
        held = sum(newsvendor.stock_cost(y, Poisson(6), 4, 28) for y in levels)
        return (4 * 12 + held) / lot

    best = min(product(range(-3, 20), range(1, 25)), key=lambda pair: cost(*pair))
    assert (found.reorder_point, found.lot) == best
    assert found.cost == pytest.approx(cost(*best))


def test_min_max_costs_what_a_long_simulation_costs():
    # order at 4 up to 10, demand Poisson(6), delivered before demand: a plain loop
    rng = np.random.default_rng(3)
    stock, total, periods = 10.0, 0.0, 300_000
    for demand in rng.poisson(6, periods):
        if stock <= 4:
            total += 5
            stock = 10.0
        stock -= demand
        total += 1 * max(0, stock) + 4 * max(0, -stock)
    assert min_max.policy_cost(4, 10, Poisson(6), 5, 1, 4) == pytest.approx(
        total / periods, rel=5e-3
    )


@settings(max_examples=15, deadline=None)
@given(order=st.floats(1, 60), holding=st.floats(1, 5), short=st.floats(6, 40))
def test_the_best_min_max_beats_all_others(order, holding, short):
    law = Poisson(4)
    found = min_max.exact(law, order, holding, short)
    for low, high in product(range(-4, 9), range(2, 26)):
        if low < high:
            other = min_max.policy_cost(low, high, law, order, holding, short)
            assert other >= found.cost - 1e-9


def test_textbook_min_max():
    exact = min_max.exact(Poisson(6), 5, 1, 4)
    assert (exact.low, exact.high, exact.cost) == pytest.approx((4, 10, 8.034112))
    power = min_max.power_approximation(50, 8, 2.5, 0.18, 0.7)
    assert (power.low, power.high) == pytest.approx((40.194617, 74.29017))


def test_textbook_orders_over_a_horizon():
    terms = horizon_policy.PeriodTerms(Normal(18, 3), 1, 25, 1, 40, 0.98)
    found = horizon_policy.best_policy([terms] * 10, 0, 1, 25, spread=4)
    assert found.reorder_points == (17,) * 9 + (18,)
    assert found.order_up_to == (42,) * 8 + (41, 23)
    assert found.cost == pytest.approx(519.3557887889)
    with pytest.raises(BadRequest, match="at least one period"):
        horizon_policy.best_policy([])


def test_one_period_of_a_horizon_is_a_newsvendor():
    terms = horizon_policy.PeriodTerms(Normal(50, 8), 0.18, 0.70)
    found = horizon_policy.best_policy([terms])
    assert found.order_up_to == (57,)
    assert found.cost == pytest.approx(
        newsvendor.stock_cost(57, Normal(50, 8), 0.18, 0.70), rel=1e-9
    )


@given(demand=st.lists(st.integers(0, 60), min_size=1, max_size=9), setup=st.integers(0, 90))
def test_without_prices_priced_lots_are_wagner_whitin(demand, setup):
    count = len(demand)
    found = priced_lots.best_orders(demand, [setup] * count, [1] * count, [0] * count)
    assert found.cost == pytest.approx(wagner_whitin(demand, setup, 1).cost)
    assert sum(found.orders) == sum(demand)


def test_priced_lots_are_the_cheapest_of_all_order_patterns():
    demand, prices = [400, 500, 500, 1100, 900], [3, 1, 4, 6, 6]

    def cost(pattern):
        total, source = 0.0, None
        for period, quantity in enumerate(demand):
            if pattern[period]:
                source, total = period, total + 100
            if source is None:
                return float("inf")
            total += quantity * (prices[source] + 0.1 * (period - source))
        return total

    best = min(map(cost, product((True, False), repeat=5)))
    assert priced_lots.best_orders(demand, [100] * 5, [0.1] * 5, prices).cost == pytest.approx(best)
    with pytest.raises(BadRequest, match="equal lengths"):
        priced_lots.best_orders([1], [1], [1], [])


def test_textbook_unreliable_supply():
    exact = unreliable_supply.lot_with_disruptions(1300, 8, 0.225, 5, 1.5, 14)
    assert (exact.lot, exact.cost) == pytest.approx((772.8110632, 173.9500026), rel=1e-6)
    near = unreliable_supply.lot_with_disruptions_approximately(1300, 8, 0.225, 5, 1.5, 14)
    assert (near.lot, near.cost) == pytest.approx((773.1432417, 173.9572294))
    stock = unreliable_supply.stock_with_disruptions(2000, 0.25, 3, 0.04, 0.25)
    assert (stock.stock, stock.cost) == pytest.approx((8000, 2737.06896), rel=1e-6)
    added = unreliable_supply.lot_with_additive_yield(75000, 18500, 0.06, -15000, 9000)
    assert (added.lot, added.cost) == pytest.approx((230246.3704688, 12914.7822281))
    share = unreliable_supply.lot_with_multiplicative_yield(
        75000, 18500, 0.06, 5 / 6, sqrt(0.01984127)
    )
    assert share.lot == pytest.approx(254460.213, rel=1e-6)
    season = unreliable_supply.stock_with_additive_yield(1.5, 15e6, 75e6, Uniform(-0.5, 0.5))
    assert (season.stock, season.cost) == pytest.approx((1.8333333, 6.25e6))


def test_a_reorder_point_for_a_fill_rate_gives_it_in_a_simulation():
    # continuous review, Poisson arrivals one piece at a time, lot 20, lead time 1 period
    law, lot = Poisson(6), 20
    point = round(newsvendor.fitting_stock(law, 0.95, lot))
    rng = np.random.default_rng(11)
    clock, on_hand, short, sold = 0.0, point + lot, 0, 0
    open_orders: list[float] = []
    position = point + lot
    for gap in rng.exponential(1 / 6, 200_000):
        clock += gap
        while open_orders and open_orders[0] <= clock:
            on_hand += lot
            open_orders.pop(0)
        short, sold = short + (on_hand <= 0), sold + 1
        on_hand, position = on_hand - 1, position - 1
        if position <= point:
            open_orders.append(clock + 1)
            position += lot
    assert 1 - short / sold == pytest.approx(1 - law.shortage(point) / lot, abs=6e-3)

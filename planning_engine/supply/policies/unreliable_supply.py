"""Lots and stocks when the supplier is down at times or delivers more or less than ordered.

Snyder and Shen, chapter 9.
"""

from math import exp, sqrt

from planning_engine.errors import BadRequest
from planning_engine.supply.policies.demand_laws import DemandLaw, left_over
from planning_engine.supply.policies.economic_lot import LotChoice
from planning_engine.supply.policies.newsvendor import StockChoice

_STEPS = 200


def lot_with_disruptions(
    demand: float,
    order_cost: float,
    holding_cost: float,
    stockout_cost: float,
    disruption_rate: float,
    recovery_rate: float,
) -> LotChoice:
    """Return the lot with the least exact cost when the supplier fails and recovers at random.

    Args:
        demand: Per period, in pieces.
        order_cost: Of one order.
        holding_cost: Of one piece for one period.
        stockout_cost: Of one piece of lost demand.
        disruption_rate: Failures per period while up.
        recovery_rate: Recoveries per period while down.
    """
    guess = lot_with_disruptions_approximately(
        demand, order_cost, holding_cost, stockout_cost, disruption_rate, recovery_rate
    ).lot
    both = disruption_rate + recovery_rate

    def cost(lot: float) -> float:
        down = disruption_rate / both * (1 - exp(-both * lot / demand))
        return _disrupted_cost(
            lot, demand, order_cost, holding_cost, stockout_cost, down, recovery_rate
        )

    low, high, ratio = guess / 10, guess * 10, (sqrt(5) - 1) / 2
    for _ in range(_STEPS):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if cost(left) < cost(right) else (left, high)
    lot = (low + high) / 2
    return LotChoice(lot, cost(lot))


def lot_with_disruptions_approximately(
    demand: float,
    order_cost: float,
    holding_cost: float,
    stockout_cost: float,
    disruption_rate: float,
    recovery_rate: float,
) -> LotChoice:
    """Return the lot in closed form: the chance to find the supplier down taken as constant."""
    if min(disruption_rate, recovery_rate, holding_cost) <= 0:
        raise BadRequest("Disruptions, recoveries and holding need rates and costs above 0.")
    down = disruption_rate / (disruption_rate + recovery_rate)
    linear = down * demand * holding_cost
    fixed = order_cost * demand * recovery_rate + demand**2 * stockout_cost * down
    root = sqrt(linear**2 + 2 * holding_cost * recovery_rate * fixed)
    lot = (root - linear) / (holding_cost * recovery_rate)
    return LotChoice(lot, holding_cost * lot)


def stock_with_disruptions(
    demand: float,
    holding_cost: float,
    stockout_cost: float,
    disruption_chance: float,
    recovery_chance: float,
) -> StockChoice:
    """Return the base stock against a supplier that is down for whole periods.

    Demand is certain. The chance that a downtime has lasted at most n periods is
    F(n) = 1 - a / (a + b) (1 - b)^n; the stock covers the demand of 1 + n periods for the
    least n with F(n) >= p / (p + h).
    """
    both = disruption_chance + recovery_chance
    wanted = stockout_cost / (stockout_cost + holding_cost)
    chance, down, cost, periods = recovery_chance / both, 0, 0.0, None
    chances = []
    while chance > 1e-17 or periods is None:
        chances.append(chance)
        if periods is None and sum(chances) >= wanted:
            periods = down + 1
        down += 1
        chance = disruption_chance * recovery_chance / both * (1 - recovery_chance) ** (down - 1)
    stock = periods * demand
    for length, chance in enumerate(chances, start=1):
        gap = stock - length * demand
        cost += chance * (holding_cost * max(0.0, gap) + stockout_cost * max(0.0, -gap))
    return StockChoice(stock, cost)


def lot_with_additive_yield(
    demand: float, order_cost: float, holding_cost: float, yield_mean: float, yield_sd: float
) -> LotChoice:
    """Return the lot when what arrives is the lot plus a random number of pieces."""
    arrives = sqrt(2 * order_cost * demand / holding_cost + yield_sd**2)
    fixed = (2 * order_cost * demand + holding_cost * yield_sd**2) / (2 * arrives)
    return LotChoice(arrives - yield_mean, fixed + holding_cost * arrives / 2)


def lot_with_multiplicative_yield(
    demand: float, order_cost: float, holding_cost: float, yield_mean: float, yield_sd: float
) -> LotChoice:
    """Return the lot when what arrives is a random share of the lot."""
    square = yield_sd**2 + yield_mean**2
    lot = sqrt(2 * order_cost * demand / (holding_cost * square))
    fixed = order_cost * demand / (lot * yield_mean)
    return LotChoice(lot, fixed + holding_cost * lot * square / (2 * yield_mean))


def stock_with_additive_yield(
    demand: float, holding_cost: float, stockout_cost: float, surplus: DemandLaw
) -> StockChoice:
    """Return the order against a certain demand when a random surplus (or lack) arrives with it.

    Args:
        demand: Certain demand, in pieces.
        holding_cost: Of one piece left over.
        stockout_cost: Of one piece short.
        surplus: Law of what arrives beyond the order; negative where pieces are missing.
    """
    stock = demand - surplus.quantile(holding_cost / (holding_cost + stockout_cost))
    needed = demand - stock
    over = holding_cost * surplus.shortage(needed)
    return StockChoice(stock, over + stockout_cost * left_over(surplus, needed))


def _disrupted_cost(
    lot: float,
    demand: float,
    order_cost: float,
    holding_cost: float,
    stockout_cost: float,
    down: float,
    recovery_rate: float,
) -> float:
    cycle = order_cost + holding_cost * lot**2 / (2 * demand)
    cycle += stockout_cost * demand * down / recovery_rate
    return cycle / (lot / demand + down / recovery_rate)

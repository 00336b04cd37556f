"""Reorder point and order-up-to level under periodic review: the (s, S) policy.

When a review finds the stock position at s or below, it orders up to S. Snyder and Shen,
section 4.4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from planning_engine.supply.policies.demand_laws import DemandLaw
from planning_engine.supply.policies.newsvendor import best_stock, stock_cost


@dataclass(frozen=True)
class MinMax:
    """Order at `low`, up to `high`; the cost per period, None where only approximated."""

    low: float
    high: float
    cost: float | None = None


def policy_cost(
    low: int, high: int, law: DemandLaw, order_cost: float, holding_cost: float, stockout: float
) -> float:
    """Return the exact cost per period under demand in whole pieces.

    By renewal: m(j) is the expected number of periods spent j pieces below S in a cycle;
    cost = (K + sum of m(j) g(S - j)) / sum of m(j).
    """
    span = high - low
    chances = [law.covered(k) - (law.covered(k - 1) if k else 0.0) for k in range(span)]
    periods = [1 / (1 - chances[0])]
    for j in range(1, span):
        again = sum(chances[k] * periods[j - k] for k in range(1, j + 1))
        periods.append(periods[0] * again)
    levels = (m * stock_cost(high - j, law, holding_cost, stockout) for j, m in enumerate(periods))
    return (order_cost + sum(levels)) / sum(periods)


def exact(law: DemandLaw, order_cost: float, holding_cost: float, stockout_cost: float) -> MinMax:
    """Return the best (s, S) under demand in whole pieces (Zheng and Federgruen 1991).

    Example:
        >>> from planning_engine.supply.policies.demand_laws import Poisson
        >>> choice = exact(Poisson(6), 5, 1, 4)
        >>> choice.low, choice.high, round(choice.cost, 4)
        (4, 10, 8.0341)
    """

    def total(low: int, high: int) -> float:
        return policy_cost(low, high, law, order_cost, holding_cost, stockout_cost)

    def level(stock: int) -> float:
        return stock_cost(stock, law, holding_cost, stockout_cost)

    top = int(best_stock(law, holding_cost, stockout_cost).stock)
    low = _first_below(lambda s: total(s, top) <= level(s), top - 1)
    high, best = top, total(low, top)
    trial = top + 1
    while level(trial) <= best:
        if total(low, trial) < best:
            high = trial
            while total(low, high) <= level(low + 1):
                low += 1
            best = total(low, high)
        trial += 1
    return MinMax(low, high, best)


def power_approximation(
    mean: float, sd: float, order_cost: float, holding_cost: float, stockout_cost: float
) -> MinMax:
    """Return (s, S) under normal demand by the power approximation (Ehrhardt and Mosier 1984)."""
    lot = 1.3 * mean**0.494 * (order_cost / holding_cost) ** 0.506 * (1 + (sd / mean) ** 2) ** 0.116
    z = sqrt(lot / sd * (holding_cost / stockout_cost))
    low = 0.973 * mean + sd * (0.183 / z + 1.063 - 2.192 * z)
    return MinMax(low, low + lot)


def _first_below(holds: Callable[[int], bool], start: int) -> int:
    while not holds(start):
        start -= 1
    return start

"""The least-cost orders of one product when costs and prices change over time.

`lot_sizing.wagner_whitin` is the plain case: one set-up cost, one holding cost, no price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from planning_engine.errors import BadRequest


@dataclass(frozen=True)
class PricedLots:
    """Orders per period, in pieces, and the cost of set-ups, holding and goods."""

    orders: tuple[float, ...]
    cost: float


def best_orders(
    demand: Sequence[float],
    setup_costs: Sequence[float],
    holding_costs: Sequence[float],
    prices: Sequence[float],
) -> PricedLots:
    """Return the cheapest orders, by dynamic programming over (period, next order).

    Args:
        demand: Per period, met on time, in pieces.
        setup_costs: Of an order in each period.
        holding_costs: Of a piece ordered in each period, for each period it waits.
        prices: Of a piece ordered in each period.

    Example:
        With a price that jumps from 1 to 4, both periods are ordered in the first:

        >>> best_orders([400, 500], [100, 100], [0.1, 0.1], [1, 4])
        PricedLots(orders=(900, 0.0), cost=1050.0)
    """
    count = len(demand)
    if {len(setup_costs), len(holding_costs), len(prices)} != {count}:
        raise BadRequest("Demand, set-up costs, holding costs and prices need equal lengths.")
    if min((*demand, *setup_costs, *holding_costs, *prices), default=0) < 0:
        raise BadRequest("Demand, costs and prices of an order are 0 or more.")
    least, following = [inf] * count + [0.0], [count] * count
    for first in reversed(range(count)):
        goods, pieces = 0.0, 0.0
        for last in range(first, count):
            pieces += demand[last]
            goods += (prices[first] + holding_costs[first] * (last - first)) * demand[last]
            cost = setup_costs[first] * (pieces > 0) + goods + least[last + 1]
            if cost < least[first]:
                least[first], following[first] = cost, last + 1
    orders, first = [0.0] * count, 0
    while first < count:
        orders[first] = sum(demand[first : following[first]])
        first = following[first]
    return PricedLots(tuple(orders), least[0])

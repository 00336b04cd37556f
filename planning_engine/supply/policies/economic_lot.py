"""Economic lots beyond the plain one: backorders, production rates, discounts, joint orders.

The plain lot stands in `policy.economic_order_quantity`. Demand, production and holding cost
share one period, mostly a year. Formulas after Snyder and Shen, chapter 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, sqrt

from planning_engine.errors import BadRequest
from planning_engine.supply.policies.policy import economic_order_quantity, lot_cost


@dataclass(frozen=True)
class LotChoice:
    """A lot in pieces and what it costs per period."""

    lot: float
    cost: float


@dataclass(frozen=True)
class BackorderedLot:
    """A lot of which a fraction is delivered late on purpose."""

    lot: float
    stockout_fraction: float
    cost: float


@dataclass(frozen=True)
class DiscountedLot:
    """A lot, the price break it falls into (0 is the first), and the cost with the goods."""

    lot: float
    region: int
    cost: float


@dataclass(frozen=True)
class JointLots:
    """Lots of products ordered together: each takes part in every m-th order."""

    cycle: float
    multiples: tuple[int, ...]
    lots: tuple[float, ...]
    cost: float


def with_backorders(
    demand: float, order_cost: float, holding_cost: float, backorder_cost: float
) -> BackorderedLot:
    """Return the lot when late delivery is allowed and costs per piece and period.

    Q = sqrt(2 D K (h + p) / (h p)); the fraction h / (h + p) of it is late.

    Example:
        >>> choice = with_backorders(1300, 8, 0.225, 5)
        >>> round(choice.lot, 2), round(choice.stockout_fraction, 4)
        (310.81, 0.0431)
    """
    _above_zero(holding_cost, "holding cost")
    _above_zero(backorder_cost, "backorder cost")
    both = holding_cost + backorder_cost
    lot = sqrt(2 * demand * order_cost * both / (holding_cost * backorder_cost))
    return BackorderedLot(lot, holding_cost / both, lot * holding_cost * backorder_cost / both)


def production_lot(
    demand: float, setup_cost: float, holding_cost: float, production_rate: float
) -> LotChoice:
    """Return the economic production lot: stock builds up while the line runs.

    Example:
        >>> round(production_lot(1300, 8, 0.225, 1700).lot, 2)
        626.81
    """
    if production_rate <= demand:
        raise BadRequest(
            f"A line that makes {production_rate:g} a period cannot keep up with a demand of "
            f"{demand:g}: an economic production lot needs a rate above the demand."
        )
    slower = holding_cost * (1 - demand / production_rate)
    lot = economic_order_quantity(demand, setup_cost, slower)
    return LotChoice(lot, lot * slower)


def with_all_units_discounts(
    demand: float,
    order_cost: float,
    holding_rate: float,
    breakpoints: Sequence[float],
    unit_costs: Sequence[float],
) -> DiscountedLot:
    """Return the cheapest lot when the price of the whole lot falls at each breakpoint.

    Args:
        demand: Demand per period, in pieces.
        order_cost: Cost of one order.
        holding_rate: Cost of holding per period as a share of the price.
        breakpoints: Least lot of each price, the first 0.
        unit_costs: Price of a piece from each breakpoint on.
    """
    _check_breaks(breakpoints, unit_costs)
    choices = []
    for region, (start, price) in enumerate(zip(breakpoints, unit_costs, strict=True)):
        end = breakpoints[region + 1] if region + 1 < len(breakpoints) else inf
        lot = economic_order_quantity(demand, order_cost, holding_rate * price)
        lot = max(lot, start)  # below its breakpoint a price starts at the breakpoint
        if lot < end:
            cost = price * demand + lot_cost(lot, demand, order_cost, holding_rate * price)
            choices.append(DiscountedLot(lot, region, cost))
    return min(choices, key=lambda choice: choice.cost)


def with_incremental_discounts(
    demand: float,
    order_cost: float,
    holding_rate: float,
    breakpoints: Sequence[float],
    unit_costs: Sequence[float],
) -> DiscountedLot:
    """Return the cheapest lot when only the pieces beyond each breakpoint are cheaper.

    Args:
        demand: Demand per period, in pieces.
        order_cost: Cost of one order.
        holding_rate: Cost of holding per period as a share of the price.
        breakpoints: Where each price starts, the first 0.
        unit_costs: Price of a piece beyond each breakpoint.
    """
    _check_breaks(breakpoints, unit_costs)
    choices, extra = [], 0.0
    for region, (start, price) in enumerate(zip(breakpoints, unit_costs, strict=True)):
        if region:
            extra += (unit_costs[region - 1] - price) * start
        end = breakpoints[region + 1] if region + 1 < len(breakpoints) else inf
        fixed = order_cost + extra
        lot = economic_order_quantity(demand, fixed, holding_rate * price)
        if start <= lot < end:
            cost = price * demand + lot_cost(lot, demand, fixed, holding_rate * price)
            choices.append(DiscountedLot(lot, region, cost + holding_rate * extra / 2))
    return min(choices, key=lambda choice: choice.cost)


def joint_lots(
    shared_cost: float,
    own_costs: Sequence[float],
    holding_costs: Sequence[float],
    demands: Sequence[float],
) -> JointLots:
    """Return lots of products that share the cost of an order (Silver 1976).

    The product with the least own cost per holding takes part in every order; the others in
    every m-th, m rounded from the square root of the ratio.

    Args:
        shared_cost: Cost of an order whatever is in it.
        own_costs: Cost of adding each product to an order.
        holding_costs: Of each product, per piece and period.
        demands: Of each product, per period.
    """
    holdings = [h * d for h, d in zip(holding_costs, demands, strict=True)]
    for holding in holdings:
        _above_zero(holding, "holding cost and demand of each product")
    ratios = [own / holding for own, holding in zip(own_costs, holdings, strict=True)]
    first = ratios.index(min(ratios))
    scale = holdings[first] / (shared_cost + own_costs[first])
    multiples = [max(1, round(sqrt(ratio * scale))) for ratio in ratios]
    multiples[first] = 1
    fixed = shared_cost + sum(own / m for own, m in zip(own_costs, multiples, strict=True))
    held = sum(holding * m for holding, m in zip(holdings, multiples, strict=True))
    cycle = sqrt(2 * fixed / held)
    return JointLots(
        cycle,
        tuple(multiples),
        tuple(cycle * m * demand for m, demand in zip(multiples, demands, strict=True)),
        fixed / cycle + held * cycle / 2,
    )


def _check_breaks(breakpoints: Sequence[float], unit_costs: Sequence[float]) -> None:
    rising = all(a < b for a, b in pairwise(breakpoints))
    if not breakpoints or breakpoints[0] != 0 or not rising:
        raise BadRequest("Price breaks start at 0 and rise.")
    if len(unit_costs) != len(breakpoints):
        raise BadRequest("Each price break needs one unit cost.")


def _above_zero(value: float, what: str) -> None:
    if value <= 0:
        raise BadRequest(f"An economic lot needs a {what} above 0.")

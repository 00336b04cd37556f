"""Lot sizes of one product over time: the rules of the trade, and the optimum.

Each rule turns demand per period into orders per period. An order costs a set-up; each piece
in stock at the end of a period costs holding. Demand is met on time and nothing is in stock at
the start; take opening stock off with `net_demand` first. The rules close one order before they
look at the next, so they may miss the optimum; `wagner_whitin` does not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, inf, isfinite, sqrt

from planning_engine.errors import BadRequest

CLOSE = 1e-9
SHORT = 1e-6


@dataclass(frozen=True)
class LotPlan:
    """Orders of one product and what they cost.

    Attributes:
        rule: Which rule it follows, e.g. `silver_meal`.
        orders: Pieces ordered in each period; 0 where there is no order.
        stock: Pieces left at the end of each period.
        setup_cost: Cost of all set-ups.
        holding_cost: Cost of holding the stock.
    """

    rule: str
    orders: tuple[float, ...]
    stock: tuple[float, ...]
    setup_cost: float
    holding_cost: float

    @property
    def setups(self) -> int:
        """Number of orders."""
        return sum(1 for quantity in self.orders if quantity > 0)

    @property
    def cost(self) -> float:
        """Set-ups plus holding."""
        return self.setup_cost + self.holding_cost


Span = Callable[[Sequence[float], int], int]
"""Given demand and the period of an order, return the first period it does not cover."""


def lot_for_lot(demand: Sequence[float], setup_cost: float, holding_cost: float) -> LotPlan:
    """Return one order for each period with demand: no stock, most set-ups.

    Example:
        >>> lot_for_lot([0, 30, 40, 0, 10, 40, 30, 0, 30, 55], 100, 1).cost
        700.0
    """
    return _by_spans("lot_for_lot", demand, setup_cost, holding_cost, lambda _, first: first + 1)


def fixed_quantity(
    demand: Sequence[float],
    setup_cost: float,
    holding_cost: float,
    *,
    lot: float | None = None,
) -> LotPlan:
    """Return orders of one size: the economic order quantity of the mean demand.

    An order is placed when the stock does not cover the period; where one lot is not enough,
    as many as it takes. The last order covers only what is still needed.

    Args:
        demand: Pieces needed per period, earliest first.
        setup_cost: Cost of one set-up.
        holding_cost: Cost of holding one piece for one period.
        lot: Size of a lot in pieces, instead of `sqrt(2 D K / h)`.

    Example:
        Mean demand 100, K 50, h 1: lots of 100.

        >>> fixed_quantity([100, 50, 150], 50, 1).orders
        (100.0, 100.0, 100.0)
    """
    _check(demand, setup_cost, holding_cost)
    if lot is not None and not lot > 0:
        raise BadRequest(f"A lot must be above 0 pieces, not {lot:g}.")
    size = lot if lot is not None else _economic(demand, setup_cost, holding_cost)
    orders, stock = [], 0.0
    for period, needed in enumerate(demand):
        short = needed - stock
        ordered = 0.0
        if short > CLOSE:
            lots = max(1, ceil(short / size - CLOSE)) if size else 0
            ordered = min(sum(demand[period:]) - stock, size * lots) if size else short
        orders.append(ordered)
        stock += ordered - needed
    return price_orders("fixed_quantity", orders, demand, setup_cost, holding_cost)


def period_order_quantity(
    demand: Sequence[float],
    setup_cost: float,
    holding_cost: float,
    *,
    periods: int | None = None,
) -> LotPlan:
    """Return orders that each cover the same number of periods.

    Args:
        demand: Pieces needed per period, earliest first.
        setup_cost: Cost of one set-up.
        holding_cost: Cost of holding one piece for one period.
        periods: Periods an order covers; by default the economic order quantity over the mean
            demand, rounded, at least 1. Periods without demand before an order are skipped.

    Example:
        Heizer and Render; 68.6 pieces at 23.5 a week last three weeks:

        >>> period_order_quantity([0, 30, 40, 0, 10, 40, 30, 0, 30, 55], 100, 1).cost
        495.0
    """
    _check(demand, setup_cost, holding_cost)
    cover = periods if periods is not None else _economic_periods(demand, setup_cost, holding_cost)
    if cover < 1:
        raise BadRequest(f"An order must cover at least 1 period, not {cover}.")
    return _by_spans(
        "period_order_quantity", demand, setup_cost, holding_cost, lambda _, first: first + cover
    )


def silver_meal(demand: Sequence[float], setup_cost: float, holding_cost: float) -> LotPlan:
    """Return orders extended until the cost per period rises for the first time.

    Example:
        Silver, Pyke and Peterson:

        >>> year = [10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41]
        >>> round(silver_meal(year, 54, 0.4).cost, 2)
        501.2
    """
    return _by_average(
        "silver_meal", demand, setup_cost, holding_cost, lambda pieces, periods: periods
    )


def least_unit_cost(demand: Sequence[float], setup_cost: float, holding_cost: float) -> LotPlan:
    """Return orders extended until the cost per piece rises for the first time.

    Example:
        >>> year = [10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41]
        >>> round(least_unit_cost(year, 54, 0.4).cost, 2)
        558.8
    """
    return _by_average(
        "least_unit_cost", demand, setup_cost, holding_cost, lambda pieces, periods: pieces
    )


def part_period(demand: Sequence[float], setup_cost: float, holding_cost: float) -> LotPlan:
    """Return orders whose holding cost comes closest to a set-up; the shorter one if two tie.

    Example:
        >>> year = [10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41]
        >>> round(part_period(year, 54, 0.4).cost, 2)
        600.0
    """

    def span(needed: Sequence[float], first: int) -> int:
        carrying, best, nearest = 0.0, first + 1, setup_cost
        for period in range(first + 1, len(needed)):
            carrying += holding_cost * (period - first) * needed[period]
            gap = abs(carrying - setup_cost)
            if gap < nearest or needed[period] == 0:
                best, nearest = period + 1, gap
            if carrying > setup_cost:
                break
        return best

    return _by_spans("part_period", demand, setup_cost, holding_cost, span)


def wagner_whitin(demand: Sequence[float], setup_cost: float, holding_cost: float) -> LotPlan:
    """Return the orders of least cost, by dynamic programming over the next order.

    Wagner and Whitin 1958: an order covers whole periods, so the best plan from a period on is
    an order up to some next order and the best plan from there. The earlier next order wins
    where two plans cost the same.

    Args:
        demand: Pieces needed per period, earliest first.
        setup_cost: Cost of one set-up.
        holding_cost: Cost of holding one piece for one period.

    Example:
        Ordering 210 at once saves a set-up of 500 for 240 of holding; stockpyl 3.9:

        >>> plan = wagner_whitin([90, 120, 80, 70], 500, 2)
        >>> plan.cost, plan.orders
        (1380.0, (210.0, 0.0, 150.0, 0.0))
    """
    _check(demand, setup_cost, holding_cost)
    periods = len(demand)
    best, following = [inf] * periods + [0.0], [0] * periods
    for first in reversed(range(periods)):
        if demand[first] <= 0:
            best[first], following[first] = best[first + 1], first + 1
            continue
        cost = float(setup_cost)
        for end in range(first + 1, periods + 1):
            if end > first + 1:
                cost += holding_cost * (end - 1 - first) * demand[end - 1]
            if cost + best[end] < best[first] - CLOSE:
                best[first], following[first] = cost + best[end], end
    return _by_spans(
        "wagner_whitin", demand, setup_cost, holding_cost, lambda _, first: following[first]
    )


RULES: dict[str, Callable[[Sequence[float], float, float], LotPlan]] = {
    "lot_for_lot": lot_for_lot,
    "fixed_quantity": fixed_quantity,
    "period_order_quantity": period_order_quantity,
    "silver_meal": silver_meal,
    "least_unit_cost": least_unit_cost,
    "part_period": part_period,
    "wagner_whitin": wagner_whitin,
}
"""Every rule by name; the last one is the optimum."""


def net_demand(demand: Sequence[float], opening: float) -> tuple[float, ...]:
    """Return what is left to order when the stock at the start is used up first.

    Example:
        >>> net_demand([50, 60, 40], 80)
        (0.0, 30.0, 40.0)
    """
    if not (isfinite(opening) and opening >= 0):
        raise BadRequest(f"Opening stock is 0 or more, not {opening:g}.")
    left, found = opening, []
    for needed in demand:
        used = min(left, needed)
        found.append(float(needed - used))
        left -= used
    return tuple(found)


def price_orders(
    rule: str,
    orders: Sequence[float],
    demand: Sequence[float],
    setup_cost: float,
    holding_cost: float,
) -> LotPlan:
    """Return orders with the stock they leave and their cost.

    Raises:
        BadRequest: The orders do not cover the demand of some period.
    """
    stock, left = [], 0.0
    for period, (ordered, needed) in enumerate(zip(orders, demand, strict=True)):
        left += ordered - needed
        if left < -SHORT:
            raise BadRequest(f"The orders are {-left:g} pieces short in period {period + 1}.")
        left = 0.0 if left < CLOSE else left
        stock.append(left)
    count = sum(1 for quantity in orders if quantity > 0)
    return LotPlan(rule, tuple(orders), tuple(stock), count * setup_cost, holding_cost * sum(stock))


def _by_average(
    rule: str,
    demand: Sequence[float],
    setup_cost: float,
    holding_cost: float,
    over: Callable[[float, int], float],
) -> LotPlan:
    """Extend each order while its cost over pieces or periods does not rise."""

    def span(needed: Sequence[float], first: int) -> int:
        cost, pieces = float(setup_cost), needed[first]
        average = cost / over(pieces, 1)
        for period in range(first + 1, len(needed)):
            cost += holding_cost * (period - first) * needed[period]
            pieces += needed[period]
            extended = cost / over(pieces, period - first + 1)
            if extended > average + CLOSE:
                return period
            average = extended
        return len(needed)

    return _by_spans(rule, demand, setup_cost, holding_cost, span)


def _by_spans(
    rule: str, demand: Sequence[float], setup_cost: float, holding_cost: float, span: Span
) -> LotPlan:
    """Place orders one after the other; periods without demand before an order are skipped."""
    _check(demand, setup_cost, holding_cost)
    orders = [0.0] * len(demand)
    period = 0
    while period < len(demand):
        if demand[period] <= 0:
            period += 1
            continue
        end = span(demand, period)
        orders[period] = float(sum(demand[period:end]))
        period = end
    return price_orders(rule, orders, demand, setup_cost, holding_cost)


def _economic(demand: Sequence[float], setup_cost: float, holding_cost: float) -> float:
    """Return the economic order quantity of the mean demand, at most the whole demand."""
    total = sum(demand)
    if holding_cost == 0:
        return total
    return min(total, sqrt(2 * total / len(demand) * setup_cost / holding_cost))


def _economic_periods(demand: Sequence[float], setup_cost: float, holding_cost: float) -> int:
    total = sum(demand)
    if total == 0:
        return 1
    lot = _economic(demand, setup_cost, holding_cost)
    return max(1, round(lot * len(demand) / total))


def _check(demand: Sequence[float], setup_cost: float, holding_cost: float) -> None:
    """Refuse what has no lot size, naming the figure."""
    if not demand:
        raise BadRequest("Lot sizes need demand for at least one period.")
    for period, needed in enumerate(demand):
        if not (isfinite(needed) and needed >= 0):
            raise BadRequest(f"Demand of period {period + 1} is {needed:g}; it must be 0 or more.")
    for name, value in (("set-up", setup_cost), ("holding", holding_cost)):
        if not (isfinite(value) and value >= 0):
            raise BadRequest(f"A {name} cost is 0 or more, not {value:g}.")

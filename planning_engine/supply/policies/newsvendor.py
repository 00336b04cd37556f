"""One order for one period: how much, when left-overs and shortages both cost.

The best stock covers demand with probability under / (under + over). Snyder and Shen,
chapter 4.
"""

from dataclasses import dataclass
from math import inf

from planning_engine.errors import BadRequest
from planning_engine.supply.policies.demand_laws import DemandLaw, Normal, left_over


@dataclass(frozen=True)
class StockChoice:
    """A stock in pieces and its expected cost per period."""

    stock: float
    cost: float


@dataclass(frozen=True)
class ProfitChoice:
    """A stock in pieces and its expected profit."""

    stock: float
    profit: float


def best_stock(law: DemandLaw, over_cost: float, under_cost: float) -> StockChoice:
    """Return the stock that balances too much against too little, and its expected cost.

    Args:
        law: Demand of the period; for a base-stock policy with a lead time of L periods, of
            L + 1 periods (`law.over(L + 1)`).
        over_cost: Cost of one piece left over.
        under_cost: Cost of one piece short.

    Example:
        >>> choice = best_stock(Normal(50, 8), 0.18, 0.70)
        >>> round(choice.stock, 3), round(choice.cost, 4)
        (56.604, 1.9976)
    """
    if over_cost <= 0 or under_cost <= 0:
        raise BadRequest("A left-over piece and a missing piece must both cost more than 0.")
    stock = law.quantile(under_cost / (over_cost + under_cost))
    return StockChoice(stock, stock_cost(stock, law, over_cost, under_cost))


def stock_cost(stock: float, law: DemandLaw, over_cost: float, under_cost: float) -> float:
    """Return the expected cost of a stock: left-overs and shortages."""
    return over_cost * left_over(law, stock) + under_cost * law.shortage(stock)


def best_profit(
    law: DemandLaw,
    revenue: float,
    purchase_cost: float,
    salvage_value: float,
    holding_cost: float = 0.0,
    stockout_cost: float = 0.0,
) -> ProfitChoice:
    """Return the order with the highest expected profit of one selling season.

    Args:
        law: Demand of the season.
        revenue: Selling price of a piece.
        purchase_cost: Paid for a piece, above the salvage value, below the revenue.
        salvage_value: What a piece left over still brings.
        holding_cost: Of a piece left over.
        stockout_cost: Of a piece short, beyond the margin lost.
    """
    if not salvage_value < purchase_cost < revenue:
        raise BadRequest("A season's order needs salvage value < purchase cost < revenue.")
    under = revenue - purchase_cost + stockout_cost
    over = purchase_cost - salvage_value + holding_cost
    choice = best_stock(law, over, under)
    return ProfitChoice(choice.stock, (revenue - purchase_cost) * law.mean - choice.cost)


def myopic_stock(
    law: Normal,
    holding_cost: float,
    stockout_cost: float,
    purchase_cost: float,
    next_purchase_cost: float,
    discount: float = 1.0,
) -> StockChoice:
    """Return the best stock of one period when what is left saves buying later.

    G(S) = c S + g(S) - gamma c' (S - mean): Snyder and Shen, section 4.5.
    """
    rise = purchase_cost - discount * next_purchase_cost
    if not -holding_cost < rise < stockout_cost:
        raise BadRequest("The price change must lie between the holding and the stock-out cost.")
    stock = law.quantile((stockout_cost - rise) / (stockout_cost + holding_cost))
    cost = purchase_cost * stock + stock_cost(stock, law, holding_cost, stockout_cost)
    return StockChoice(stock, cost - discount * next_purchase_cost * (stock - law.mean))


def fitting_stock(law: DemandLaw, fill: float, lot: float) -> float:
    """Return the least reorder point whose fill rate `1 - shortage / lot` meets a target."""
    if not 0 < fill < 1:
        raise BadRequest(f"A fill rate lies between 0 and 1, not {fill}.")
    low, high = min(0.0, law.mean) - lot, law.mean + lot
    while law.shortage(high) > (1 - fill) * lot and high < inf:
        high += lot
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if law.shortage(middle) > (1 - fill) * lot else (low, middle)
    return high

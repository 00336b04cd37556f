"""Reorder point and lot under continuous review: the (r, Q) policy.

When stock on hand and on order falls to r, Q is ordered. Costs are per period; the lead time
is in the same period. Snyder and Shen, chapter 5.
"""

from dataclasses import dataclass
from math import sqrt

from planning_engine.errors import BadRequest
from planning_engine.supply.policies import economic_lot
from planning_engine.supply.policies.demand_laws import Normal, Poisson
from planning_engine.supply.policies.newsvendor import best_stock, stock_cost
from planning_engine.supply.policies.policy import economic_order_quantity

_ROUNDS = 1000
_SPACING = 200


@dataclass(frozen=True)
class ReorderLot:
    """Reorder point and lot in pieces, and the cost per period."""

    reorder_point: float
    lot: float
    cost: float


@dataclass(frozen=True)
class LotTerms:
    """What an (r, Q) policy is weighed by.

    Attributes:
        demand: Mean demand per period, in pieces.
        demand_sd: Its standard deviation.
        lead_time: In periods.
        order_cost: Of one order.
        holding_cost: Of one piece for one period.
        stockout_cost: Of one piece short: per piece (expected-inventory-level) or per piece
            and period (all others), as Snyder and Shen have it.
    """

    demand: float
    demand_sd: float
    lead_time: float
    order_cost: float
    holding_cost: float
    stockout_cost: float

    @property
    def lead_demand(self) -> Normal:
        """Demand of the lead time."""
        return Normal(self.demand, self.demand_sd).over(self.lead_time)


def policy_cost(reorder_point: float, lot: float, terms: LotTerms) -> float:
    """Return the exact cost per period under normal demand: (K D + integral of g) / Q.

    The integral over the stock position from r to r + Q is in closed form: the integral of the
    expected shortage is the second-order loss.
    """
    law, high = terms.lead_demand, reorder_point + lot
    short = law.second_shortage(reorder_point) - law.second_shortage(high)
    held = (high - law.mean) ** 2 / 2 - (reorder_point - law.mean) ** 2 / 2 + short
    cost = terms.holding_cost * held + terms.stockout_cost * short
    return (terms.order_cost * terms.demand + cost) / lot


def best_reorder_point(lot: float, terms: LotTerms) -> float:
    """Return the reorder point with the least cost for a given lot: g(r) = g(r + Q)."""
    law = terms.lead_demand
    high = best_stock(law, terms.holding_cost, terms.stockout_cost).stock
    low = high - lot
    for _ in range(_SPACING):
        middle = (low + high) / 2
        below = stock_cost(middle, law, terms.holding_cost, terms.stockout_cost)
        above = stock_cost(middle + lot, law, terms.holding_cost, terms.stockout_cost)
        low, high = (low, middle) if below < above else (middle, high)
    return (low + high) / 2


def exact(terms: LotTerms) -> ReorderLot:
    """Return the (r, Q) with the least exact cost under normal demand.

    The cost of a lot with its best reorder point has one valley; it is searched by golden
    section from the lot with backorders.
    """
    start = _backordered(terms)
    low, high = start / 10, start * 10
    ratio = (sqrt(5) - 1) / 2
    for _ in range(_SPACING):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if _cost_of_lot(left, terms) < _cost_of_lot(right, terms):
            high = right
        else:
            low = left
    return _with_lot((low + high) / 2, terms)


def by_expected_level(terms: LotTerms) -> ReorderLot:
    """Return (r, Q) by the expected-inventory-level approximation, iterated until it stands.

    Q = sqrt(2 D (K + p n(r)) / h) and 1 - F(r) = Q h / (p D) in turn; here the stock-out cost
    is per piece short.

    Example:
        >>> choice = by_expected_level(LotTerms(1300, 150, 1 / 12, 8, 0.225, 7.5))
        >>> round(choice.reorder_point, 2), round(choice.lot, 2), round(choice.cost, 2)
        (213.97, 318.59, 95.45)
    """
    law, lot = terms.lead_demand, _plain(terms)
    point = 0.0
    for _ in range(_ROUNDS):
        share = 1 - lot * terms.holding_cost / (terms.stockout_cost * terms.demand)
        if not 0 < share < 1:
            raise BadRequest("A missing piece costs too little to hold any stock for it.")
        last, point = point, law.quantile(share)
        short = terms.order_cost + terms.stockout_cost * law.shortage(point)
        before, lot = lot, sqrt(2 * terms.demand * short / terms.holding_cost)
        if abs(lot - before) < 1e-9 and abs(point - last) < 1e-9:
            break
    held = terms.holding_cost * (point - law.mean + lot / 2)
    return ReorderLot(point, lot, held + short * terms.demand / lot)


def by_lot_and_safety(terms: LotTerms) -> ReorderLot:
    """Return the economic lot with the newsvendor's reorder point (EOQ + safety stock)."""
    law, lot = terms.lead_demand, _plain(terms)
    point = best_stock(law, terms.holding_cost, terms.stockout_cost).stock
    return ReorderLot(point, lot, policy_cost(point, lot, terms))


def by_backordered_lot(terms: LotTerms) -> ReorderLot:
    """Return the lot with backorders and the best reorder point for it (Zheng 1992)."""
    return _with_lot(_backordered(terms), terms)


def by_loss(terms: LotTerms) -> ReorderLot:
    """Return (r, Q) by the loss-function approximation (Hadley and Whitin).

    n(r) = h Q / (h + p) and Q = sqrt(2 (K D + (h + p) n2(r)) / h) in turn.
    """
    law, lot = terms.lead_demand, _plain(terms)
    both, point = terms.holding_cost + terms.stockout_cost, 0.0
    for _ in range(_ROUNDS):
        last, point = point, _stock_for_shortage(law, terms.holding_cost * lot / both)
        fixed = terms.order_cost * terms.demand + both * law.second_shortage(point)
        before, lot = lot, sqrt(2 * fixed / terms.holding_cost)
        if abs(lot - before) < 1e-9 and abs(point - last) < 1e-9:
            break
    return ReorderLot(point, lot, policy_cost(point, lot, terms))


def exact_poisson(
    demand: float, lead_time: float, order_cost: float, holding_cost: float, stockout_cost: float
) -> ReorderLot:
    """Return the best whole (r, Q) under Poisson demand (Federgruen and Zheng 1992).

    Example:
        >>> exact_poisson(1.5, 2, 100, 20, 150).lot
        5
    """
    law = Poisson(demand * lead_time)

    def level_cost(stock: float) -> float:
        return stock_cost(stock, law, holding_cost, stockout_cost)

    top = best_stock(law, holding_cost, stockout_cost).stock
    point, lot, total = top - 1, 1, level_cost(top)
    cost = order_cost * demand + total
    while True:
        below, above = level_cost(point), level_cost(point + lot + 1)
        wider = (order_cost * demand + total + min(below, above)) / (lot + 1)
        if wider >= cost:
            return ReorderLot(point, lot, cost)
        total, lot, cost = total + min(below, above), lot + 1, wider
        point -= below < above


def _plain(terms: LotTerms) -> float:
    return economic_order_quantity(terms.demand, terms.order_cost, terms.holding_cost)


def _backordered(terms: LotTerms) -> float:
    return economic_lot.with_backorders(
        terms.demand, terms.order_cost, terms.holding_cost, terms.stockout_cost
    ).lot


def _with_lot(lot: float, terms: LotTerms) -> ReorderLot:
    point = best_reorder_point(lot, terms)
    return ReorderLot(point, lot, policy_cost(point, lot, terms))


def _cost_of_lot(lot: float, terms: LotTerms) -> float:
    return _with_lot(lot, terms).cost


def _stock_for_shortage(law: Normal, wanted: float) -> float:
    low, high = law.mean - wanted - 10 * law.sd, law.mean + 10 * law.sd
    for _ in range(_SPACING):
        middle = (low + high) / 2
        low, high = (middle, high) if law.shortage(middle) > wanted else (low, middle)
    return (low + high) / 2

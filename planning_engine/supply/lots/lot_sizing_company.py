"""Lot sizes from a company's facts: one product by every rule, or one resource's products."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

import numpy as np
from numpy.typing import NDArray

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem
from planning_engine.supply.capacity.load import to_make
from planning_engine.supply.capacity.routing import (
    Lot,
    Route,
    available_hours,
    lots,
    require_calendar,
    routes,
)
from planning_engine.supply.lots.lot_sizing import RULES, LotPlan, net_demand, price_orders
from planning_engine.supply.lots.lot_sizing_problem import (
    LotItem,
    LotProblem,
    LotSchedule,
    schedule,
)
from planning_engine.supply.lots.lot_sizing_search import plan_lots
from planning_engine.supply.plan.plan_inputs import HOLDING_RATE
from planning_engine.supply.policies.policy import safety_stocks
from planning_engine.supply.requirements.requirements import independent_demand, plan_months
from planning_engine.supply.stock.flows import opening_stock, to_come

TABLES = ("stock", "routings", "resources")
SECONDS = 20.0
"""CPU seconds for the lots of a resource: far more than most take, so that asking again, on a
busier machine, gives the same lots."""

_NO_SETUP = (
    "No set-up cost is known for {name}: add setup_cost or setup_hours to 'routings' to size its "
    "lots."
)


@dataclass(frozen=True)
class ProductLots:
    """One product's lots by every rule.

    Attributes:
        months: Months planned.
        needed: Pieces still to be made per month: demand, and what parents take of it, beyond
            the stock above the safety stock.
        setup_cost: Cost of one set-up.
        holding_cost: Cost of holding one piece for a month.
        lot: The lot rules of the product.
        plans: The plan of each rule in whole lots, cheapest first.
    """

    product: str
    months: tuple[date, ...]
    needed: tuple[float, ...]
    setup_cost: float
    holding_cost: float
    lot: Lot
    plans: tuple[LotPlan, ...]


@dataclass(frozen=True)
class ResourceLots:
    """Lots of all products of one resource.

    Attributes:
        months: Months planned.
        problem: What was planned.
        best: Lots of least cost, in any size.
        rounded: The same in whole lots.
        over: Months in which the whole lots take more hours than there are, with those hours.
    """

    resource: str
    months: tuple[date, ...]
    problem: LotProblem
    best: LotSchedule
    rounded: LotSchedule
    over: Mapping[date, float]

    @property
    def without_setup(self) -> tuple[str, ...]:
        """Products whose routing says no set-up cost: it counts as 0."""
        return tuple(item.name for item in self.problem.items if item.setup_cost <= 0)


@remember()
def product_lots(snapshot: Snapshot, product: str, months: int = 12) -> ProductLots:
    """Return a product's lots by every rule of the trade, in whole lots, cheapest first.

    A set-up costs what the preferred routing says plus its hours at the resource's cost per
    hour; holding is standard cost times the yearly holding rate over 12. Hours are not limited.

    Raises:
        DataProblem: The product has no routing, no set-up cost or no standard cost.
    """
    snapshot.require(*TABLES, to="size lots")
    snapshot.require_everything(to="size lots")
    span = plan_months(snapshot, months)
    route = _route(snapshot, product)
    setup, holding = _setup_cost(snapshot, route), _holding_cost(snapshot, product)
    if setup <= 0:
        raise DataProblem(_NO_SETUP.format(name=product))
    needed = _needed(snapshot, span)[product]
    lot = lots(snapshot).get(product, Lot(None, None))
    plans = [
        price_orders(
            rule, whole_lots(size(needed, setup, holding).orders, lot), needed, setup, holding
        )
        for rule, size in reversed(RULES.items())
    ]
    return ProductLots(
        product, span, needed, setup, holding, lot, tuple(sorted(plans, key=lambda p: p.cost))
    )


@remember()
def resource_lots(snapshot: Snapshot, resource: str, months: int = 6) -> ResourceLots:
    """Return the lots of every product whose preferred routing uses a resource.

    One set-up a product and month at most, within the calendar's hours and allowed overtime.
    Least set-up, holding and overtime cost; then raised to whole lots and held against the
    hours again.

    Raises:
        DataProblem: Nothing is made on the resource, or a cost is not known.
        NoFeasiblePlan: The hours do not suffice.
    """
    snapshot.require(*TABLES, "calendars", to="size lots")
    snapshot.require_everything(to="size lots")
    span = plan_months(snapshot, months)
    problem = _problem(snapshot, resource, span)
    best = plan_lots(problem, SECONDS)
    rules = lots(snapshot)
    orders = {
        name: whole_lots(row, rules.get(name, Lot(None, None))) for name, row in best.orders.items()
    }
    rounded = schedule(problem, orders, best.bound, proven=False)
    over = {
        month: used - problem.limit(resource, at)
        for at, (month, used) in enumerate(zip(span, rounded.hours[resource], strict=True))
        if used > problem.limit(resource, at) + 1e-6
    }
    return ResourceLots(resource, span, problem, best, rounded, over)


def whole_lots(orders: Sequence[float], lot: Lot) -> tuple[float, ...]:
    """Return orders raised to the least lot and its multiple; later ones take what is over.

    Example:
        At least 50, in tens: 12 become 50, which leave 38; 45 need 7 more, again 50.

        >>> whole_lots([12, 0, 45, 30], Lot(50, 10))
        (50.0, 0.0, 50.0, 0.0)
    """
    step, found, spare = lot.multiple or 0.0, [], 0.0
    for ordered in orders:
        wanted = ordered - spare
        if wanted <= 1e-6:
            found.append(0.0)
            spare -= ordered
            continue
        made = max(wanted, lot.minimum or 0.0)
        made = step * ceil(made / step - 1e-9) if step > 0 else made
        found.append(float(made))
        spare = made - wanted
    return tuple(found)


def _problem(snapshot: Snapshot, resource: str, span: tuple[date, ...]) -> LotProblem:
    needed = _needed(snapshot, span)
    made = [
        product
        for product, ways in sorted(routes(snapshot).items())
        if product in needed and any(step.resource == resource for step in ways[0].steps)
    ]
    if not made:
        raise DataProblem(
            f"No product with demand is made on {resource} by its preferred routing, so it has no "
            "lots. Ask about another resource, or add it to 'routings'."
        )
    known = available_hours(snapshot, span, snapshot.company.as_of)
    require_calendar(known, [resource], span)
    hours = [known[(resource, month)] for month in span]
    items = tuple(_item(snapshot, product, resource, needed[product]) for product in made)
    if not any(item.setup_cost > 0 for item in items):
        raise DataProblem(_NO_SETUP.format(name=f"any product on {resource}"))
    return LotProblem(
        items,
        {resource: tuple(entry.regular for entry in hours)},
        {resource: tuple(entry.overtime for entry in hours)},
        {resource: _wages(snapshot)[resource][1]},
        tuple(f"{month:%B %Y}" for month in span),
    )


def _item(snapshot: Snapshot, product: str, resource: str, needed: tuple[float, ...]) -> LotItem:
    route = _route(snapshot, product)
    steps = [step for step in route.steps if step.resource == resource]
    return LotItem(
        product,
        needed,
        _setup_cost(snapshot, route),
        _holding_cost(snapshot, product),
        {resource: sum(step.hours_per_unit for step in steps) / route.yield_rate},
        {resource: sum(step.setup_hours for step in steps)},
    )


@remember()
def _needed(snapshot: Snapshot, span: tuple[date, ...]) -> dict[str, tuple[float, ...]]:
    """Return the pieces to be made by product: what stock above safety does not cover.

    Stock counts over all sites; where it is below the safety stock, the first month makes up
    for it.
    """
    demand = {
        place: np.maximum(to_come(snapshot, span, quantity), 0.0)
        for place, quantity in independent_demand(snapshot, span).items()
    }
    stock, safety = _by_product(snapshot)
    return {
        product: _net(quantity, stock.get(product, 0.0) - safety.get(product, 0.0))
        for product, quantity in to_make(snapshot, demand).items()
    }


def _net(quantity: NDArray[np.float64], spare: float) -> tuple[float, ...]:
    gross = [float(value) for value in quantity]
    gross[0] += max(0.0, -spare)
    return net_demand(gross, max(0.0, spare))


def _by_product(snapshot: Snapshot) -> tuple[dict[str, float], dict[str, float]]:
    stock: dict[str, float] = {}
    for (product, _), (quantity, _) in opening_stock(snapshot).items():
        stock[product] = stock.get(product, 0.0) + max(0.0, quantity)
    safety: dict[str, float] = {}
    for (product, _), entry in safety_stocks(snapshot).items():
        safety[product] = safety.get(product, 0.0) + entry.quantity
    return stock, safety


def _route(snapshot: Snapshot, product: str) -> Route:
    ways = routes(snapshot).get(product)
    if not ways:
        raise DataProblem(
            f"No routing is known for {product}, so a set-up has no cost: add it to 'routings' to "
            "size its lots."
        )
    return ways[0]


def _setup_cost(snapshot: Snapshot, route: Route) -> float:
    """Return what the routing says a set-up costs, 0 where it says nothing."""
    wages = _wages(snapshot)
    return sum(
        step.setup_cost + step.setup_hours * wages.get(step.resource, (0.0, 0.0))[0]
        for step in route.steps
    )


@remember()
def _wages(snapshot: Snapshot) -> dict[str, tuple[float, float]]:
    """Return the cost of a regular and an overtime hour; unknown overtime costs half more."""
    rows = snapshot.rows(
        "SELECT resource, coalesce(cost_per_hour, 0), "
        "coalesce(overtime_cost_per_hour, 1.5 * cost_per_hour, 0) FROM resources"
    )
    return {name: (regular, extra) for name, regular, extra in rows}


def _holding_cost(snapshot: Snapshot, product: str) -> float:
    cost, rate = _values(snapshot)[product]
    if not cost:
        raise DataProblem(
            f"No standard cost is known for {product}, so holding it has no cost: add it to "
            "'products' to size its lots."
        )
    return cost * (HOLDING_RATE if rate is None else rate) / 12


@remember()
def _values(snapshot: Snapshot) -> dict[str, tuple[float | None, float | None]]:
    """Return standard cost and yearly holding rate by product, None where not known."""
    rate = (
        "SELECT product, avg(holding_rate) AS rate FROM policies GROUP BY product"
        if snapshot.has("policies")
        else "SELECT NULL::VARCHAR AS product, NULL::DOUBLE AS rate"
    )
    rows = snapshot.rows(
        f"SELECT p.product, p.standard_cost, r.rate FROM products p LEFT JOIN ({rate}) r "
        "ON r.product = p.product"
    )
    return {product: (cost, holding) for product, cost, holding in rows}

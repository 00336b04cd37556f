"""A new order on top of the plan: when it can be ready, within free hours and material."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Literal

import numpy as np

from planning_engine.data.calendars import add_months, month_start, open_share
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.capacity.load import required_hours
from planning_engine.supply.capacity.routing import Lot, Route, available_hours, lots, routes
from planning_engine.supply.requirements.order_rules import LotRule
from planning_engine.supply.requirements.requirements import Place, bill_of_materials, plan_months
from planning_engine.supply.stock.flows import opening_stock, planned_supply, to_come, total_demand

HORIZON_MONTHS = 12
LimitKind = Literal["material", "hours", "lead_time", "transport"]


@dataclass(frozen=True)
class Limit:
    """What an order waits for: a component, a resource's hours, a supplier or a lane.

    `days` are the days it takes; `source` is the supplier of a material, if one is known.
    """

    kind: LimitKind
    name: str
    days: int
    source: str = ""


@dataclass(frozen=True)
class NewOrder:
    """An order that is not in the plan yet.

    Attributes:
        product: What is made or bought.
        quantity: Pieces started or ordered, lot and yield included.
        source: make or buy.
        where: Plant it is made at, or supplier it is bought from.
        starts_on: Day its material is there and work may begin.
        ready_on: Day it is at the site that wants it.
        limits: What it waits for, longest first.
    """

    product: str
    quantity: float
    source: Literal["make", "buy"]
    where: str
    starts_on: date
    ready_on: date
    limits: tuple[Limit, ...]


def new_order(
    snapshot: Snapshot, product: str, site: str, quantity: float, *, overtime: bool = False
) -> NewOrder | None:
    """Return the new order that is ready first; None if none can be within a year.

    Making waits for material (what the plan leaves free, else the quickest supplier's lead
    time, or a new order of a component that is made), then for hours the demand plan leaves
    free on the route, day by day, then for the routing's and the lane's days. What is not
    made is bought.

    Args:
        snapshot: The company's facts, not narrowed.
        product: What is wanted.
        site: Where.
        quantity: Good pieces wanted.
        overtime: Whether allowed overtime may be used.
    """
    known = snapshot.has("routings") and snapshot.has("resources") and snapshot.has("calendars")
    ways = routes(snapshot).get(product, ()) if known else ()
    if ways:
        found = [_made(snapshot, way, site, quantity, overtime=overtime) for way in ways]
    else:
        found = [_bought(snapshot, product, site, quantity)]
    possible = [order for order in found if order is not None]
    return min(possible, key=lambda order: order.ready_on, default=None)


def has_source(snapshot: Snapshot, product: str, site: str) -> bool:
    """Tell whether a product has a routing, or a supplier for a site."""
    if snapshot.has("routings") and snapshot.has("resources") and product in routes(snapshot):
        return True
    return bool({(product, site), (product, "")} & _quickest(snapshot).keys())


def _tomorrow(snapshot: Snapshot) -> date:
    return snapshot.company.as_of + timedelta(days=1)


def _made(
    snapshot: Snapshot, way: Route, site: str, quantity: float, *, overtime: bool
) -> NewOrder | None:
    transport = _transport(snapshot, way.product, way.site, site)
    if transport is None:
        return None
    tomorrow = _tomorrow(snapshot)
    lot = lots(snapshot).get(way.product, Lot(None, None))
    rule = LotRule(lot.minimum or 0.0, lot.multiple or 0.0)
    started = rule.size(quantity / way.yield_rate)
    limits, starts_on = [], tomorrow
    for part in bill_of_materials(snapshot).get(way.product, ()):
        day, source = _material(
            snapshot, part.component, way.site, part.quantity * started, overtime=overtime
        )
        if day is None:
            return None
        if day > tomorrow:
            limits.append(Limit("material", part.component, (day - tomorrow).days, source))
        starts_on = max(starts_on, day)
    done = starts_on
    for step in way.steps:
        hours = started * step.hours_per_unit + step.setup_hours
        day = _worked_off(snapshot, step.resource, hours, starts_on, overtime=overtime)
        if day is None:
            return None
        limits.append(Limit("hours", step.resource, (day - starts_on).days + 1))
        done = max(done, day)
    lead = ceil(way.lead_time_days)
    if lead:
        limits.append(Limit("lead_time", way.product, lead))
    if transport:
        limits.append(Limit("transport", way.site, transport))
    ready = done + timedelta(days=lead + transport)
    ordered = tuple(sorted(limits, key=lambda limit: -limit.days))
    return NewOrder(way.product, started, "make", way.site, starts_on, ready, ordered)


def _bought(snapshot: Snapshot, product: str, site: str, quantity: float) -> NewOrder | None:
    supplier = _quickest(snapshot).get((product, site)) or _quickest(snapshot).get((product, ""))
    if supplier is None:
        return None
    ordered = LotRule(supplier.minimum, supplier.multiple).size(quantity)
    days = supplier.days_for(ordered)
    ready = _tomorrow(snapshot) + timedelta(days=days)
    limit = Limit("lead_time", product, days, supplier.name)
    return NewOrder(product, ordered, "buy", supplier.name, _tomorrow(snapshot), ready, (limit,))


def _transport(snapshot: Snapshot, product: str, origin: str, target: str) -> int | None:
    """Return the days from plant to site; None if lanes are declared and none leads there."""
    if origin == target or not snapshot.has("lanes"):
        return 0
    rows = snapshot.rows(
        "SELECT from_site, to_site, coalesce(lead_time_days, 0) FROM lanes WHERE product = $p",
        {"p": product},
    )
    fitting = [days for start, end, days in rows if (start, end) == (origin, target)]
    if rows and not fitting:
        return None
    return ceil(min(fitting, default=0))


def _material(
    snapshot: Snapshot, component: str, site: str, quantity: float, *, overtime: bool
) -> tuple[date | None, str]:
    """Return the day a quantity of a component is there beyond the plan, and who brings it."""
    months, free = _free_material(snapshot)
    row = free.get((component, site))
    if row is not None:
        for month, left in zip(months, row, strict=True):
            if left >= quantity - 1e-6:
                return max(month, _tomorrow(snapshot)), ""
    order = new_order(snapshot, component, site, quantity, overtime=overtime)
    if order is not None:
        return order.ready_on, order.where if order.source == "buy" else ""
    is_made = snapshot.has("routings") and component in routes(snapshot)
    known = {product for product, _ in _quickest(snapshot)}
    # A component of which no supplier is known limits nothing, as in the supply plan.
    return (None if is_made or component in known else _tomorrow(snapshot)), ""


@remember(4)
def _free_material(snapshot: Snapshot) -> tuple[tuple[date, ...], Mapping[Place, list[float]]]:
    """Return what the plan leaves of each stock from each month on, never to be missed later."""
    months = plan_months(snapshot, HORIZON_MONTHS)
    demand, supply = total_demand(snapshot, months), planned_supply(snapshot, months)
    found = {}
    for place, (held, _) in opening_stock(snapshot).items():
        nothing = np.zeros(len(months))
        taken = to_come(snapshot, months, demand.get(place, nothing))
        balance = held + np.cumsum(supply.get(place, nothing) - taken)
        # What comes in a month counts from the next one on: the day within is not known.
        opening = np.concatenate([[held], balance[:-1]])
        lowest = np.minimum.accumulate(np.minimum(opening, balance)[::-1])[::-1]
        found[place] = [max(0.0, float(left)) for left in lowest]
    return months, found


@dataclass(frozen=True)
class _Supplier:
    name: str
    days: float
    minimum: float
    multiple: float
    capacity: float | None

    def days_for(self, quantity: float) -> int:
        """Return the days until a quantity is there: lead time, and further months' capacity."""
        months = ceil(quantity / self.capacity - 1e-9) - 1 if self.capacity else 0
        return ceil(self.days) + 30 * max(0, months)


@remember()
def _quickest(snapshot: Snapshot) -> Mapping[Place, _Supplier]:
    """Return the quickest supplier of each product and site."""
    if not snapshot.has("sourcing"):
        return {}
    rows = snapshot.rows(
        "SELECT product, coalesce(site, ''), supplier, coalesce(lead_time_days, 0), "
        "coalesce(order_min, 0), coalesce(order_multiple, 0), capacity FROM sourcing "
        "WHERE capacity IS NULL OR capacity > 0 "
        "ORDER BY coalesce(lead_time_days, 0) DESC, coalesce(preference, 1) DESC, supplier DESC"
    )
    return {(product, site): _Supplier(*entry) for product, site, *entry in rows}


def _worked_off(
    snapshot: Snapshot, resource: str, hours: float, first: date, *, overtime: bool
) -> date | None:
    """Return the day on which free hours of a resource add up to those needed."""
    left = hours
    for day, free in _free_hours(snapshot, overtime).get(resource, ()):
        if day >= first:
            left -= free
            if left <= 1e-9:
                return day
    return first if hours <= 1e-9 else None


@remember(4)
def _free_hours(snapshot: Snapshot, overtime: bool) -> Mapping[str, tuple[tuple[date, float], ...]]:
    """Return the hours the demand plan leaves free, by resource and day.

    The demand plan's load is spread over a month's days as their hours are.
    """
    months = plan_months(snapshot, HORIZON_MONTHS)
    tomorrow = _tomorrow(snapshot)
    there = available_hours(snapshot, months, snapshot.company.as_of)
    load: dict[str, np.ndarray] = {}
    for (resource, _), required in required_hours(snapshot, months).items():
        load[resource] = load.get(resource, np.zeros(len(months))) + required
    shares: dict[tuple[str, date], float] = {}
    for resource, month in there:
        hours = there[(resource, month)]
        total = hours.regular + (hours.overtime if overtime else 0.0)
        row = load.get(resource)
        taken = 0.0 if row is None else float(row[months.index(month)])
        taken *= open_share(snapshot.company.as_of, month)
        shares[(resource, month)] = max(0.0, 1 - taken / total) if total > 0 else 0.0
    rows = snapshot.rows(
        """
        SELECT c.resource, c.date::DATE,
               (c.hours + CASE WHEN $overtime THEN coalesce(c.overtime_hours, 0) ELSE 0 END)
               * coalesce(r.efficiency, 1)
        FROM calendars c LEFT JOIN resources r USING (resource)
        WHERE c.date >= $first AND c.date < $end ORDER BY 1, 2
        """,
        {"overtime": overtime, "first": tomorrow, "end": add_months(months[-1], 1)},
    )
    found: dict[str, list[tuple[date, float]]] = {}
    for resource, day, hours in rows:
        share = shares.get((resource, month_start(day)), 0.0)
        found.setdefault(resource, []).append((day, hours * share))
    return {resource: tuple(days) for resource, days in found.items()}

"""Reads a company's supply planning problem from its facts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from planning_engine.data.calendars import months_between
from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.flows import open_receipts, opening_stock, to_come
from planning_engine.supply.plan_problem import Cost, Lane, Row, Source, SupplyProblem, Way, rates
from planning_engine.supply.policy import DAYS_PER_MONTH, safety_stocks
from planning_engine.supply.requirements import (
    Part,
    Place,
    bill_of_materials,
    explode,
    independent_demand,
    plan_months,
)
from planning_engine.supply.routing import (
    Hours,
    Lot,
    Route,
    available_hours,
    lots,
    require_calendar,
    routes,
)

HOLDING_RATE = 0.20
"""Yearly carrying cost as a share of value, where no policy says it."""


def read_problem(snapshot: Snapshot, months: int = 6, *, overtime: bool = True) -> SupplyProblem:
    """Return the planning problem of a company.

    Without a bill of materials nothing limits material; without lanes every plant serves
    every site at once and at no cost; a component without a supplier is bought at standard
    cost without limit. Open purchases and transfers count; open production orders do not,
    because the plan decides anew what is made. Of a month that has begun, only the days after
    `as_of` count.

    Args:
        snapshot: The company's facts, not narrowed.
        months: Months ahead of the plan start.
        overtime: Whether allowed overtime may be used.

    Raises:
        DataProblem: Stock, routings, resources or calendars are not in the data, or a
            calendar ends before the horizon.
    """
    snapshot.require("stock", "routings", "resources", "calendars", to="plan supply")
    snapshot.require_everything(to="plan supply")
    span = plan_months(snapshot, months)
    demand = {
        place: _row(to_come(snapshot, span, values))
        for place, values in independent_demand(snapshot, span).items()
    }
    bom = bill_of_materials(snapshot)
    ways = _ways(snapshot, demand, bom)
    sources, unlimited = _sources(snapshot, ways, bom)
    lanes = _lanes(snapshot, demand, ways, sources)
    reached = {way.product for way in ways} | {p for p, _ in demand}
    reached |= {part.component for product in reached for part in bom.get(product, ())}
    return SupplyProblem(
        months=span,
        demand=demand,
        opening={
            p: max(0.0, q) for p, (q, _) in opening_stock(snapshot).items() if p[0] in reached
        },
        receipts=_receipts(snapshot, span, reached),
        safety={p: s.quantity for p, s in safety_stocks(snapshot).items() if p in demand},
        ways=ways,
        lanes=lanes,
        sources=sources,
        parts=bom,
        hours=_hours(snapshot, ways, span, overtime=overtime),
        wages=_wages(snapshot),
        costs=_costs(snapshot),
        unlimited=unlimited,
    )


def _row(values: Iterable[float]) -> Row:
    return tuple(max(0.0, float(value)) for value in values)


def _ways(
    snapshot: Snapshot, demand: Mapping[Place, Row], bom: Mapping[str, Sequence[Part]]
) -> tuple[Way, ...]:
    wanted = {(product, ""): np.ones(1) for product, _ in demand}
    needed = {product for product, _ in wanted} | {c for c, _ in explode(wanted, bom)}
    monthly = dict.fromkeys(needed, 0.0)
    for (product, _), row in demand.items():
        monthly[product] += sum(row) / len(row)
    known, lot = routes(snapshot), lots(snapshot)
    return tuple(
        _way(route, lot.get(product, Lot(None, None)).size or monthly[product])
        for product in sorted(needed & known.keys())
        for route in known[product]
    )


def _way(route: Route, lot: float) -> Way:
    hours: dict[str, float] = {}
    share = 1 / lot if lot > 0 else 0.0
    for step in route.steps:
        each = step.hours_per_unit + step.setup_hours * share
        hours[step.resource] = hours.get(step.resource, 0.0) + each
    setup_cost = sum(step.setup_cost for step in route.steps) * share
    return Way(route.product, route.site, route.preference, hours, setup_cost)


def _sources(
    snapshot: Snapshot, ways: Sequence[Way], bom: Mapping[str, Sequence[Part]]
) -> tuple[tuple[Source, ...], frozenset[str]]:
    declared = _declared_sources(snapshot)
    made = {way.product for way in ways}
    used = {(part.component, way.site) for way in ways for part in bom.get(way.product, ())}
    found = [s for s in declared if s.site]
    for component, site in sorted(used):
        anywhere = [s for s in declared if s.product == component and not s.site]
        found += [
            Source(s.product, site, s.supplier, s.price, s.lead_months, s.capacity)
            for s in anywhere
        ]
    bought = {(s.product, s.site) for s in found}
    cost = dict(snapshot.rows("SELECT product, coalesce(standard_cost, 0) FROM products"))
    # A supplier at one plant limits the component there only; elsewhere nothing is known.
    open_ended = [p for p in sorted(used) if p not in bought and p[0] not in made]
    found += [Source(c, site, "", cost.get(c, 0.0), 0, None) for c, site in open_ended]
    return tuple(found), frozenset(component for component, _ in open_ended)


def _declared_sources(snapshot: Snapshot) -> list[Source]:
    if not snapshot.has("sourcing"):
        return []
    rows = snapshot.rows(
        """
        SELECT s.product, coalesce(s.site, ''), s.supplier,
               coalesce(s.price, p.standard_cost, 0), coalesce(s.lead_time_days, 0), s.capacity
        FROM sourcing s LEFT JOIN products p USING (product) ORDER BY 1, 2, 3
        """
    )
    return [
        Source(product, site, supplier, price, int(days // DAYS_PER_MONTH), capacity)
        for product, site, supplier, price, days, capacity in rows
    ]


def _lanes(
    snapshot: Snapshot,
    demand: Mapping[Place, Row],
    ways: Sequence[Way],
    sources: Sequence[Source],
) -> tuple[Lane, ...]:
    wanted = {way.product for way in ways} | {product for product, _ in demand}
    declared = []
    if snapshot.has("lanes"):
        rows = snapshot.rows(
            "SELECT product, from_site, to_site, coalesce(cost, 0), coalesce(lead_time_days, 0), "
            "capacity FROM lanes ORDER BY 1, 2, 3"
        )
        declared = [
            Lane(product, origin, target, cost, int(days // DAYS_PER_MONTH), capacity)
            for product, origin, target, cost, days, capacity in rows
            if product in wanted
        ]
    has_lane = {lane.product for lane in declared}
    origins: dict[str, set[str]] = {}
    for product, site in [(w.product, w.site) for w in ways] + [
        (s.product, s.site) for s in sources
    ]:
        origins.setdefault(product, set()).add(site)
    implied = [
        Lane(product, origin, site, 0.0, 0, None)
        for product, site in demand
        if product not in has_lane
        for origin in sorted(origins.get(product, ()))
        if origin != site
    ]
    return (*declared, *implied)


def _receipts(snapshot: Snapshot, months: tuple[date, ...], products: set[str]) -> dict[Place, Row]:
    found: dict[Place, list[float]] = {}
    for product, site, due, quantity in open_receipts(
        snapshot, months, kinds=(None, "purchase", "transfer")
    ):
        if product in products:
            row = found.setdefault((product, site), [0.0] * len(months))
            row[max(0, months_between(months[0], due))] += quantity
    return {place: tuple(row) for place, row in found.items()}


def _hours(
    snapshot: Snapshot, ways: Sequence[Way], months: tuple[date, ...], *, overtime: bool
) -> dict[tuple[str, int], Hours]:
    known = available_hours(snapshot, months, snapshot.company.as_of)
    resources = sorted({name for way in ways for name in way.hours})
    require_calendar(known, resources, months)
    return {
        (name, t): Hours(known[(name, month)].regular, known[(name, month)].overtime * overtime)
        for name in resources
        for t, month in enumerate(months)
    }


def _wages(snapshot: Snapshot) -> dict[str, tuple[float, float]]:
    """Return the cost of a regular and an overtime hour; unknown overtime costs half more."""
    rows = snapshot.rows(
        "SELECT resource, coalesce(cost_per_hour, 0), "
        "coalesce(overtime_cost_per_hour, 1.5 * cost_per_hour, 0) FROM resources"
    )
    return {name: (regular, extra) for name, regular, extra in rows}


def _costs(snapshot: Snapshot) -> dict[str, Cost]:
    """Return each product's rates; a policy's where one is declared, averaged over sites."""
    policy = (
        "SELECT product, avg(holding_rate) AS holding_rate, avg(backlog_cost) AS backlog_cost "
        "FROM policies GROUP BY product"
        if snapshot.has("policies")
        else "SELECT NULL::VARCHAR AS product, NULL::DOUBLE AS holding_rate, "
        "NULL::DOUBLE AS backlog_cost"
    )
    rows = snapshot.rows(
        f"""
        SELECT p.product, coalesce(p.standard_cost, 0), coalesce(p.price, p.standard_cost, 1),
               coalesce(y.holding_rate, $holding), y.backlog_cost
        FROM products p LEFT JOIN ({policy}) y ON y.product = p.product
        """,
        {"holding": HOLDING_RATE},
    )
    return {product: rates(*entry) for product, *entry in rows}

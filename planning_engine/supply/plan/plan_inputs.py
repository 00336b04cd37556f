"""Reads a company's supply planning problem from its facts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from planning_engine.data.calendars import months_between
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem
from planning_engine.supply.capacity.routing import (
    Hours,
    Lot,
    Route,
    available_hours,
    lots,
    require_calendar,
    routes,
)
from planning_engine.supply.plan import plan_supplies
from planning_engine.supply.plan.plan_problem import Cost, Row, SupplyProblem, Way, rates
from planning_engine.supply.plan.plan_rules import LEAST_COST, PlanRules, with_rules
from planning_engine.supply.plan.plan_terms import Setup, Swap
from planning_engine.supply.policies.policy import DAYS_PER_MONTH, safety_stocks
from planning_engine.supply.requirements.requirements import (
    Part,
    Place,
    bill_of_materials,
    explode,
    independent_demand,
    plan_months,
)
from planning_engine.supply.stock.flows import open_receipts, opening_stock, to_come

HOLDING_RATE = 0.20
"""Yearly carrying cost as a share of value, where no policy says it."""

Bom = Mapping[str, tuple[Part, ...]]


def read_problem(
    snapshot: Snapshot,
    months: int = 6,
    *,
    overtime: bool = True,
    rules: PlanRules = LEAST_COST,
) -> SupplyProblem:
    """Return the planning problem of a company.

    Without a bill of materials nothing limits material; without lanes every plant serves
    every site at once and at no cost; a component without a supplier is bought at standard
    cost without limit. Open purchases and transfers count; open production orders do not,
    because the plan decides anew what is made. Of a month that has begun, only the days after
    `as_of` count. Lead times and shelf lives are whole months of 30 days; shelf lives at least
    one.

    Args:
        snapshot: The company's facts, not narrowed.
        months: Months ahead of the plan start.
        overtime: Whether allowed overtime may be used.
        rules: What the plan keeps to beyond cost.

    Raises:
        DataProblem: Stock, routings, resources or calendars are not in the data, a calendar
            ends before the horizon, or a figure cannot be: a negative lead time, a yield or a
            capacity of 0, a product asked for that nothing supplies.
    """
    snapshot.require("stock", "routings", "resources", "calendars", to="plan supply")
    snapshot.require_everything(to="plan supply")
    span = plan_months(snapshot, months)
    demand = {
        place: _row(to_come(snapshot, span, values))
        for place, values in independent_demand(snapshot, span).items()
    }
    whole = bill_of_materials(snapshot)
    substitutes = _substitutes(snapshot)
    bom = {
        product: tuple(p for p in parts if (product, p.component) not in substitutes)
        for product, parts in whole.items()
    }
    every = _with_substitutes(bom, substitutes)
    ways = _ways(snapshot, demand, every, whole_lots=rules.whole_lots)
    sources, unlimited = plan_supplies.sources(
        snapshot, span, ways, every, whole_lots=rules.whole_lots
    )
    reached = {way.product for way in ways} | {p for p, _ in demand}
    reached |= {part.component for product in reached for part in every.get(product, ())}
    problem = SupplyProblem(
        months=span,
        demand=demand,
        opening={
            p: max(0.0, q) for p, (q, _) in opening_stock(snapshot).items() if p[0] in reached
        },
        receipts=_receipts(snapshot, span, reached),
        safety={p: s.quantity for p, s in safety_stocks(snapshot).items() if p in demand},
        ways=ways,
        lanes=plan_supplies.lanes(snapshot, span, demand, ways, sources),
        sources=sources,
        parts=bom,
        hours=_hours(snapshot, ways, span, overtime=overtime),
        wages=_wages(snapshot),
        costs=_costs(snapshot),
        unlimited=unlimited,
        swaps=_swaps(ways, substitutes),
        shelf=_shelf(snapshot, months),
    )
    problem = with_rules(snapshot, problem, rules)
    _require_supply(problem)
    return problem


def _row(values: Iterable[float]) -> Row:
    return tuple(max(0.0, float(value)) for value in values)


# --- materials

Substitutes = Mapping[tuple[str, str], tuple[str, float]]
"""Product and substitute → the component it replaces, and how much of it one piece takes."""


def _substitutes(snapshot: Snapshot) -> Substitutes:
    if not snapshot.has("bom"):
        return {}
    rows = snapshot.rows(
        "SELECT b.product, b.component, b.substitute_for, b.quantity / (1 - coalesce(b.scrap, 0)), "
        "o.component FROM bom b LEFT JOIN bom o ON o.product = b.product "
        "AND o.component = b.substitute_for AND o.substitute_for IS NULL "
        "WHERE b.substitute_for IS NOT NULL ORDER BY 1, 2"
    )
    for product, component, instead_of, _, known in rows:
        if known is None:
            raise DataProblem(
                f"In 'bom', {component} stands in for {instead_of} in {product}, but {product} "
                f"has no component {instead_of}. Add that row or correct 'substitute_for'."
            )
    return {(product, component): (old, each) for product, component, old, each, _ in rows}


def _with_substitutes(bom: Bom, substitutes: Substitutes) -> Bom:
    found = dict(bom)
    for (product, component), (_, quantity) in substitutes.items():
        found[product] = (*found.get(product, ()), Part(component, quantity))
    return found


def _swaps(ways: Sequence[Way], substitutes: Substitutes) -> tuple[Swap, ...]:
    return tuple(
        Swap(index, component, instead_of, quantity)
        for index, way in enumerate(ways)
        for (product, component), (instead_of, quantity) in substitutes.items()
        if product == way.product
    )


def _shelf(snapshot: Snapshot, months: int) -> dict[str, int]:
    rows = snapshot.rows(
        "SELECT product, shelf_life_days FROM products WHERE shelf_life_days IS NOT NULL"
    )
    keeps = {product: max(1, int(days // DAYS_PER_MONTH)) for product, days in rows}
    return {product: count for product, count in keeps.items() if count <= months}


# --- ways of making


def _ways(
    snapshot: Snapshot, demand: Mapping[Place, Row], bom: Bom, *, whole_lots: bool
) -> tuple[Way, ...]:
    wanted = {(product, ""): np.ones(1) for product, _ in demand}
    needed = {product for product, _ in wanted} | {c for c, _ in explode(wanted, bom)}
    monthly = dict.fromkeys(needed, 0.0)
    for (product, _), row in demand.items():
        monthly[product] += sum(row) / len(row)
    known, lot = routes(snapshot), lots(snapshot)
    no_lot = Lot(None, None)
    if whole_lots:
        return tuple(
            _way_in_lots(route, lot.get(product, no_lot))
            for product in sorted(needed & known.keys())
            for route in known[product]
        )
    return tuple(
        _way(route, lot.get(product, no_lot).size or monthly[product])
        for product in sorted(needed & known.keys())
        for route in known[product]
    )


def _way(route: Route, lot: float) -> Way:
    hours: dict[str, float] = {}
    share = 1 / lot if lot > 0 else 0.0
    for step in route.steps:
        each = step.hours_per_unit / route.yield_rate + step.setup_hours * share
        hours[step.resource] = hours.get(step.resource, 0.0) + each
    setup_cost = sum(step.setup_cost for step in route.steps) * share
    return _way_of(route, hours, setup_cost)


def _way_in_lots(route: Route, lot: Lot) -> Way:
    hours: dict[str, float] = {}
    set_up: dict[str, float] = {}
    for step in route.steps:
        each = step.hours_per_unit / route.yield_rate
        hours[step.resource] = hours.get(step.resource, 0.0) + each
        set_up[step.resource] = set_up.get(step.resource, 0.0) + step.setup_hours
    cost = sum(step.setup_cost for step in route.steps)
    setup = Setup(set_up, cost, lot.minimum or 0.0, lot.multiple or 0.0)
    return _way_of(route, hours, 0.0, setup)


def _way_of(
    route: Route, hours: Mapping[str, float], setup_cost: float, setup: Setup | None = None
) -> Way:
    return Way(
        route.product,
        route.site,
        route.preference,
        hours,
        setup_cost,
        route.yield_rate,
        int(route.lead_time_days // DAYS_PER_MONTH),
        setup,
    )


# --- stock under way, hours, rates


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
    _require_working(snapshot, resources)
    return {
        (name, t): Hours(known[(name, month)].regular, known[(name, month)].overtime * overtime)
        for name in resources
        for t, month in enumerate(months)
    }


def _require_working(snapshot: Snapshot, resources: Sequence[str]) -> None:
    """Check that every resource works at all; a lever may stop it, the facts may not."""
    if plan_supplies.is_scenario(snapshot):
        return
    rows = snapshot.rows(
        "SELECT c.resource FROM calendars c LEFT JOIN resources r USING (resource) "
        "GROUP BY 1 HAVING max(c.hours * coalesce(r.efficiency, 1)) <= 0 ORDER BY 1"
    )
    for (name,) in rows:
        if name in resources:
            raise DataProblem(
                f"{name} has no hours on any day of 'calendars', or an efficiency of 0. Give its "
                "hours and efficiency, or take its routings out."
            )


def _wages(snapshot: Snapshot) -> dict[str, tuple[float, float]]:
    """Return the cost of a regular and an overtime hour; unknown overtime costs half more."""
    rows = snapshot.rows(
        "SELECT resource, coalesce(cost_per_hour, 0), "
        "coalesce(overtime_cost_per_hour, 1.5 * cost_per_hour, 0) FROM resources"
    )
    return {name: (regular, extra) for name, regular, extra in rows}


def _costs(snapshot: Snapshot) -> dict[str, Cost]:
    """Return each product's rates; a policy's where one is declared, averaged over sites."""
    rates_of = ("holding_rate", "backlog_cost", "lost_sale_cost", "shortage_cost")
    policy = (
        f"SELECT product, {', '.join(f'avg({name}) AS {name}' for name in rates_of)} "
        "FROM policies GROUP BY product"
        if snapshot.has("policies")
        else "SELECT NULL::VARCHAR AS product, "
        + ", ".join(f"NULL::DOUBLE AS {name}" for name in rates_of)
    )
    rows = snapshot.rows(
        f"""
        SELECT p.product, coalesce(p.standard_cost, 0), coalesce(p.price, p.standard_cost, 1),
               coalesce(y.holding_rate, $holding), y.backlog_cost, y.lost_sale_cost,
               y.shortage_cost
        FROM products p LEFT JOIN ({policy}) y ON y.product = p.product
        """,
        {"holding": HOLDING_RATE},
    )
    return {product: rates(*entry) for product, *entry in rows}


def _require_supply(problem: SupplyProblem) -> None:
    """Check that every product asked for is made, bought, or there already."""
    supplied = {way.product for way in problem.ways} | {s.product for s in problem.sources}
    there = {place[0] for place, quantity in problem.opening.items() if quantity > 0}
    there |= {place[0] for place, row in problem.receipts.items() if sum(row) > 0}
    for (product, _), row in problem.demand.items():
        if sum(row) > 0 and product not in supplied | there:
            raise DataProblem(
                f"{product} is asked for, but nothing says how it is made or bought and none is "
                "in stock. Add it to 'routings' or 'sourcing'."
            )

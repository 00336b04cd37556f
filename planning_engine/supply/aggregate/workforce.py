"""Reads a company's aggregate planning problem from its facts, and says what it assumes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem
from planning_engine.supply.aggregate.aggregate_problem import AggregateProblem, AggregateRates
from planning_engine.supply.aggregate.labour import Labour, labour_of
from planning_engine.supply.plan.plan_inputs import HOLDING_RATE
from planning_engine.supply.plan.plan_problem import LATE_RATE
from planning_engine.supply.policies.policy import safety_stocks
from planning_engine.supply.requirements.requirements import (
    bill_of_materials,
    explode,
    independent_demand,
    plan_months,
)
from planning_engine.supply.stock.flows import opening_stock, to_come

HOURS_PER_WORKER = 160.0
"""Regular hours of a worker in a month, where nobody says otherwise: 20 days of 8 hours."""
HIRE_WAGES, FIRE_WAGES = 1.0, 2.0
"""What hiring and laying off cost in months of wage, where nobody says otherwise."""


@dataclass(frozen=True)
class WorkforceTerms:
    """What the asker says about workers and costs; None takes it from the data.

    Money is for one unit, worker or hour; hours and units are for a month of one worker.
    """

    workers: float | None = None
    hours_per_worker: float | None = None
    units_per_worker: float | None = None
    overtime_hours: float | None = None
    wage_per_hour: float | None = None
    overtime_cost_per_hour: float | None = None
    hire_cost: float | None = None
    fire_cost: float | None = None
    material_cost: float | None = None
    holding_cost: float | None = None
    backlog_cost: float | None = None
    subcontract_cost: float | None = None
    closing_stock: float | None = None
    least_stock: float | None = None
    most_workers: float | None = None
    whole: bool = False


@dataclass(frozen=True)
class Workforce:
    """An aggregate problem as read, and what its figures rest on.

    Attributes:
        problem: What to plan.
        months: Its months.
        products: What is planned together.
        assumed: Figures that neither the asker nor the data gave, in words.
    """

    problem: AggregateProblem
    months: tuple[date, ...]
    products: tuple[str, ...]
    assumed: tuple[str, ...]


def read_workforce(
    snapshot: Snapshot, months: int, family: str | None, terms: WorkforceTerms
) -> Workforce:
    """Return the aggregate problem of a family, or of all products together.

    Demand is the demand plan. A unit's labour is that of its preferred routing on resources of
    kind labour, weighted by demand; today's workers are the labour pools' calendar hours over
    a worker's hours, times the family's share of the labour that the whole plan takes.

    Args:
        snapshot: The company's facts, not narrowed.
        months: Months ahead of the plan start.
        family: Product family; None for all.
        terms: What the asker says.

    Raises:
        DataProblem: A figure is neither said nor in the data.
        BadRequest: The products have several units, so that they cannot be added up.
    """
    snapshot.require("stock", to="make an aggregate plan")
    snapshot.require_everything(to="make an aggregate plan")
    span = plan_months(snapshot, months)
    demand = _demand(snapshot, span, family)
    weights = {product: sum(row) for product, row in demand.items()}
    if not sum(weights.values()) > 0:
        raise DataProblem(f"There is no demand for {family or 'any product'} to plan workers for.")
    _check_unit(snapshot, tuple(weights), family)
    everything = {p: sum(row) for p, row in _demand(snapshot, span, None).items()}
    labour = labour_of(snapshot, span, weights, everything)
    filled, assumed = _fill(terms, labour, _costs(snapshot, weights))
    problem = AggregateProblem(
        demand=tuple(sum(row[t] for row in demand.values()) for t in range(len(span))),
        stock=sum(
            q for (p, _), (q, _) in opening_stock(snapshot).items() if p in weights and q > 0
        ),
        workers=_needed("workers", filled.workers),
        units_per_worker=_needed("units_per_worker", filled.units_per_worker),
        hours_per_unit=_hours(filled) / (filled.units_per_worker or 1.0),
        overtime_hours=filled.overtime_hours or 0.0,
        rates=_rates(filled),
        closing_stock=filled.closing_stock or 0.0,
        least_stock=_safety(snapshot, weights) if terms.least_stock is None else terms.least_stock,
        most_workers=filled.most_workers,
        whole=filled.whole,
    )
    return Workforce(problem, span, tuple(sorted(weights)), tuple(assumed))


def _demand(
    snapshot: Snapshot, months: tuple[date, ...], family: str | None
) -> dict[str, list[float]]:
    inside = {
        product
        for (product,) in snapshot.rows(
            "SELECT product FROM products WHERE $family IS NULL OR family = $family",
            {"family": family},
        )
    }
    found: dict[str, list[float]] = {}
    for (product, _), whole in independent_demand(snapshot, months).items():
        if product in inside:
            row = found.setdefault(product, [0.0] * len(months))
            for t, quantity in enumerate(to_come(snapshot, months, whole)):
                row[t] += max(0.0, float(quantity))
    return found


def _check_unit(snapshot: Snapshot, products: tuple[str, ...], family: str | None) -> None:
    rows = snapshot.rows(
        "SELECT DISTINCT coalesce(unit, 'units') FROM products "
        "WHERE product IN (SELECT unnest($products)) ORDER BY 1",
        {"products": list(products)},
    )
    if len(rows) > 1:
        units = " and ".join(unit for (unit,) in rows)
        raise BadRequest(
            f"{family or 'The company'} is counted in {units}, which cannot be added up to one "
            "quantity. Ask for a family with one unit."
        )


@dataclass(frozen=True)
class _UnitCosts:
    """Money for one unit of the mix; None where the data does not say it."""

    material: float | None
    holding: float | None
    backlog: float | None


def _costs(snapshot: Snapshot, weights: Mapping[str, float]) -> _UnitCosts:
    cost = dict(snapshot.rows("SELECT product, standard_cost FROM products"))
    price = dict(snapshot.rows("SELECT product, price FROM products"))
    holding, backlog = _policies(snapshot)
    materials = {product: _material(snapshot, product, cost) for product in weights}
    held = {
        p: None if cost.get(p) is None else cost[p] * holding.get(p, HOLDING_RATE) / 12
        for p in weights
    }
    owed = {
        p: backlog.get(p, None if price.get(p) is None else LATE_RATE * price[p]) for p in weights
    }
    return _UnitCosts(_mean(weights, materials), _mean(weights, held), _mean(weights, owed))


def _policies(snapshot: Snapshot) -> tuple[dict[str, float], dict[str, float]]:
    if not snapshot.has("policies"):
        return {}, {}
    rows = snapshot.rows(
        "SELECT product, avg(holding_rate), avg(backlog_cost) FROM policies GROUP BY 1"
    )
    return (
        {product: rate for product, rate, _ in rows if rate is not None},
        {product: late for product, _, late in rows if late is not None},
    )


def _material(snapshot: Snapshot, product: str, cost: Mapping[str, float | None]) -> float | None:
    """Return what the bought components of one unit cost; None if any cost is not known."""
    bom = bill_of_materials(snapshot)
    if product not in bom:
        return None
    total = 0.0
    for (component, _), (quantity,) in explode({(product, ""): np.ones(1)}, bom).items():
        if component not in bom:
            each = cost.get(component)
            if each is None:
                return None
            total += each * float(quantity)
    return total


def _mean(weights: Mapping[str, float], values: Mapping[str, float | None]) -> float | None:
    known = {product: value for product, value in values.items() if value is not None}
    weight = sum(weights[product] for product in known)
    if weight <= 0 or len(known) < len(weights):
        return None
    return sum(weights[product] * value for product, value in known.items()) / weight


def _fill(
    terms: WorkforceTerms, labour: Labour | None, costs: _UnitCosts
) -> tuple[WorkforceTerms, list[str]]:
    """Return the terms with what the data says, and what had to be assumed."""
    assumed: list[str] = []

    def pick(said: float | None, known: float | None) -> float | None:
        return known if said is None else said

    hours = pick(terms.hours_per_worker, None)
    if hours is None:
        hours = HOURS_PER_WORKER
        assumed.append(f"{hours:g} hours a worker and month")
    wage = pick(terms.wage_per_hour, labour.wage if labour else None)
    extra = pick(terms.overtime_cost_per_hour, labour.overtime_cost if labour else None)
    month = None if wage is None else wage * hours
    filled = replace(
        terms,
        hours_per_worker=hours,
        wage_per_hour=wage,
        overtime_cost_per_hour=extra,
        units_per_worker=pick(terms.units_per_worker, hours / labour.per_unit if labour else None),
        workers=pick(terms.workers, labour.share * labour.paid / hours if labour else None),
        overtime_hours=pick(
            terms.overtime_hours, hours * labour.overtime / labour.paid if labour else None
        ),
        material_cost=pick(terms.material_cost, costs.material),
        holding_cost=pick(terms.holding_cost, costs.holding),
        backlog_cost=pick(terms.backlog_cost, costs.backlog),
    )
    if terms.hire_cost is None and month is not None:
        filled = replace(filled, hire_cost=HIRE_WAGES * month)
        assumed.append("hiring costs a month's wage")
    if terms.fire_cost is None and month is not None:
        filled = replace(filled, fire_cost=FIRE_WAGES * month)
        assumed.append("laying off costs two months' wages")
    if filled.material_cost is None:
        assumed.append("material is left out, its cost is not known")
    if terms.subcontract_cost is None:
        assumed.append("there is no subcontractor")
    return filled, assumed


def _rates(filled: WorkforceTerms) -> AggregateRates:
    wage = _needed("wage_per_hour", filled.wage_per_hour)
    extra = filled.overtime_cost_per_hour
    return AggregateRates(
        wage=wage * _hours(filled),
        overtime=1.5 * wage if extra is None else extra,
        hire=_needed("hire_cost", filled.hire_cost),
        fire=_needed("fire_cost", filled.fire_cost),
        material=filled.material_cost or 0.0,
        holding=_needed("holding_cost", filled.holding_cost),
        backlog=_needed("backlog_cost", filled.backlog_cost),
        subcontract=filled.subcontract_cost,
    )


def _hours(filled: WorkforceTerms) -> float:
    return filled.hours_per_worker or HOURS_PER_WORKER


def _safety(snapshot: Snapshot, products: Mapping[str, float]) -> float:
    return sum(s.quantity for (p, _), s in safety_stocks(snapshot).items() if p in products)


_WHERE = {
    "workers": "labour resources, their calendars and routings",
    "units_per_worker": "labour resources, their calendars and routings",
    "wage_per_hour": "cost_per_hour of the labour resources",
    "holding_cost": "standard_cost of the products",
    "backlog_cost": "price of the products or backlog_cost in 'policies'",
}


def _needed(name: str, value: float | None) -> float:
    if value is None:
        where = _WHERE.get(name, "the request")
        raise DataProblem(
            f"The data does not say {name.replace('_', ' ')} for an aggregate plan. "
            f"Say {name} in the request, or add {where} to the import."
        )
    return value

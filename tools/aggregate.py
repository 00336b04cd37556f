"""`plan_aggregate`: chase, level and hybrid workforce plans of a family side by side."""

from contextlib import suppress
from dataclasses import asdict, replace

from pydantic import Field

from planning_engine.demand.plan.demand_plan import demand_plan
from planning_engine.errors import NoFeasiblePlan
from planning_engine.supply.aggregate import aggregate
from planning_engine.supply.aggregate.aggregate_problem import (
    STRATEGIES,
    AggregatePlan,
    AggregateProblem,
)
from planning_engine.supply.aggregate.workforce import Workforce, WorkforceTerms, read_workforce
from tools.aggregate_answer import AggregateAnswer
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.names import names_of
from tools.registry import tool
from tools.request import Request

DEFINITION = (
    "One quantity and one workforce. Chase: make demand - opening + least stock each month. "
    "Level: (sum of demand + closing - opening stock) / months. Hybrid: least sum of wages, "
    "overtime, hiring, firing, material, holding, backlog and subcontracting, with workers = "
    "workers before + hired - fired, made <= units per worker x workers + overtime / hours per "
    "unit, stock + made + subcontracted = demand + change of backlog and stock (linear program on "
    "HiGHS). Nothing is owed at the end. Units per worker {units:,.1f} a month, wage {wage:,.2f} "
    "a month, overtime {overtime:,.2f} an hour and up to {hours:,.1f} hours a worker, hiring "
    "{hire:,.0f}, firing {fire:,.0f}, holding {holding:,.4g} and backlog {backlog:,.4g} a unit "
    "and month, material {material:,.4g} a unit. Demand: {source}.{assumed}"
)
TABLES = ("forecasts", "stock", "resources", "calendars", "routings", "bom", "policies", "products")


class AggregatePlanRequest(Request):
    """Whose workforce to plan, and what workers and units cost; the data's figures if left out."""

    family: str | None = Field(None, description="Product family; all products if left out.")
    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")
    workers: float | None = Field(None, ge=0, description="Workers employed today.")
    units_per_worker: float | None = Field(
        None, gt=0, description="Units a worker makes in the regular hours of a month."
    )
    hours_per_worker: float | None = Field(
        None, gt=0, le=744, description="Regular hours of a worker in a month; 160 if left out."
    )
    overtime_hours: float | None = Field(
        None, ge=0, le=744, description="Most overtime hours of a worker in a month."
    )
    wage_per_hour: float | None = Field(None, ge=0, description="Cost of a regular hour.")
    overtime_cost_per_hour: float | None = Field(None, ge=0, description="Cost of an overtime hour")
    hire_cost: float | None = Field(None, ge=0, description="Cost of hiring one worker.")
    fire_cost: float | None = Field(None, ge=0, description="Cost of laying one worker off.")
    subcontract_cost: float | None = Field(
        None, ge=0, description="Price of a subcontracted unit; without it there is none."
    )
    material_cost: float | None = Field(None, ge=0, description="Material of one unit.")
    holding_cost: float | None = Field(None, ge=0, description="One unit in stock for a month.")
    backlog_cost: float | None = Field(None, ge=0, description="One unit late for a month.")
    closing_stock: float | None = Field(None, ge=0, description="Units to have at the end.")
    least_stock: float | None = Field(
        None, ge=0, description="Units to keep every month; the safety stocks if left out."
    )
    most_workers: float | None = Field(None, ge=0, description="Most workers there is room for.")
    whole: bool = Field(False, description="Plan whole workers and units only.")


@tool
def plan_aggregate(context: ToolContext, request: AggregatePlanRequest) -> Evidence:
    """Plan the workforce of a family or the company: chase, level and hybrid side by side.

    Use it for "how many people do we need?", "should we hire or work overtime?", "chase or
    level?", "what does a level workforce cost?" and "should we subcontract?". It plans one
    total by month: for lines, sites and products use plan_supply, for the load of the lines
    check_capacity.
    """
    snapshot = context.snapshot
    family = snapshot.find("family", request.family) if request.family else None
    said = request.model_dump(exclude={"family", "months"})
    read = read_workforce(snapshot, request.months, family, WorkforceTerms(**said))
    answer = AggregateAnswer(names_of(snapshot), read, _plans(read.problem), family)
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=_definition(read, demand_plan(snapshot, request.months).source),
        issues=snapshot.issues_of(TABLES),
    )


def _plans(problem: AggregateProblem) -> tuple[AggregatePlan, ...]:
    """Return the plans that can be carried out; the hybrid can, or nothing can."""
    found = [aggregate.hybrid(problem)]
    for strategy in STRATEGIES[:-1]:
        # A rule that takes more workers than there is room for is left out, and that is said.
        with suppress(NoFeasiblePlan):
            found.insert(-1, aggregate.plan(problem, strategy))
    return tuple(found)


def _definition(read: Workforce, source: str) -> str:
    problem, rates = read.problem, read.problem.rates
    assumed = f" Assumed: {'; '.join(read.assumed)}." if read.assumed else ""
    return DEFINITION.format(
        units=problem.units_per_worker,
        hours=problem.overtime_hours,
        source=source,
        assumed=assumed,
        **asdict(replace(rates, subcontract=None)),
    )

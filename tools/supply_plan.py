"""`plan_supply`: the least-cost plan that respects capacity and material."""

from pydantic import Field

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.demand_plan import demand_plan
from planning_engine.supply.lateness import lateness
from planning_engine.supply.supply_plan import plan_supply as solve_plan
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.names import names_of
from tools.registry import tool
from tools.request import Request
from tools.supply_plan_answer import SupplyPlanAnswer

DEFINITION = (
    "Least cost of hours, overtime, set-ups, purchases, transport and stock, plus penalties for "
    "late demand and missing safety stock, within effective hours{overtime}, material, supplier "
    "lead times and lanes, by month (linear program on HiGHS; set-ups spread over lots; open "
    "purchases and transfers count, open production orders are decided anew). Service = demand "
    "delivered in its month / demand. Demand: {source}.{unlimited}"
)
TABLES = (
    "stock",
    "receipts",
    "resources",
    "calendars",
    "routings",
    "bom",
    "sourcing",
    "lanes",
    "policies",
    "forecasts",
)


class SupplyPlanRequest(Request):
    """How far to plan, and what to report."""

    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")
    product: str | None = Field(None, description="Report only this product.")
    family: str | None = Field(None, description="Report only this family.")
    overtime: bool = Field(True, description="May the plan use allowed overtime?")


@tool
def plan_supply(context: ToolContext, request: SupplyPlanRequest) -> Evidence:
    """Make the least-cost supply plan within capacity and material, and say what is late.

    Use it for "can we deliver everything?", "what will be late and why?", "how much overtime
    do we need?" and "what is one more hour on line 3 worth?". It plans anew: for the load of
    the demand as it stands use check_capacity, for the published plan's stock
    project_inventory, for changes run_scenario.
    """
    snapshot = context.snapshot
    snapshot.require("stock", "routings", "resources", "calendars", to="plan supply")
    snapshot.require_everything(to="plan supply")
    context.progress("Planning supply", 0.1)
    plan = solve_plan(snapshot, request.months, overtime=request.overtime)
    late = lateness(snapshot, request.months, overtime=request.overtime)
    names = names_of(snapshot)
    products, whose = _products(snapshot, request)
    answer = SupplyPlanAnswer(names, plan, late, products, whose)
    unlimited = sorted(names.product(component) for component in plan.problem.unlimited)
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=DEFINITION.format(
            overtime=" plus overtime" if request.overtime else " without overtime",
            source=demand_plan(snapshot, request.months).source,
            unlimited=(
                f" Bought without limit, as no supplier is known: {', '.join(unlimited)}."
                if unlimited
                else ""
            ),
        ),
        issues=snapshot.issues_of(TABLES),
    )


def _products(snapshot: Snapshot, request: SupplyPlanRequest) -> tuple[frozenset[str] | None, str]:
    """Return the products to report, None for all, and how to call them."""
    if request.product:
        product = snapshot.find("product", request.product)
        return frozenset({product}), snapshot.label("product", product)
    if request.family:
        family = snapshot.find("family", request.family)
        rows = snapshot.rows("SELECT product FROM products WHERE family = $f", {"f": family})
        return frozenset(product for (product,) in rows), family
    return None, ""

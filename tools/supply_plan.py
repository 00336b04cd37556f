"""`plan_supply`: the least-cost plan that respects capacity and material."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.plan.demand_plan import demand_plan
from planning_engine.supply.plan.plan_rules import PlanRules
from planning_engine.supply.plan.supply_plan import plan_supply as solve_plan
from planning_engine.supply.shortfalls.lateness import lateness
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.names import names_of
from tools.registry import tool
from tools.request import Request
from tools.supply_plan_answer import SupplyPlanAnswer

DEFINITION = (
    "{aim}Least cost of hours, overtime, set-ups, purchases, transport and stock, plus "
    "penalties for late demand and missing safety stock, within effective hours{overtime}, "
    "material, supplier lead times and lanes, by month (HiGHS; {setups}; open "
    "purchases and transfers count, open production orders are decided anew). Service = demand "
    "delivered in its month / demand. Every plan is checked by an audit of its own.{rules} "
    "Demand: {source}.{unlimited}"
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
    mode: Literal["least_cost", "priority"] = Field(
        "least_cost",
        description="least_cost, or priority: orders by priority and requested month come first.",
    )
    whole_lots: bool = Field(
        False, description="Count every set-up and keep lot sizes and smallest orders exactly?"
    )
    keep_fence: bool = Field(
        False, description="Follow the published plan inside the planning fence?"
    )
    change_percent: float | None = Field(
        None, ge=0, le=200, description="Most change from the published plan, in per cent of it."
    )

    @property
    def rules(self) -> PlanRules:
        """What the plan keeps to beyond cost."""
        return PlanRules(self.mode, self.whole_lots, self.keep_fence, self.change_percent)


@tool
def plan_supply(context: ToolContext, request: SupplyPlanRequest) -> Evidence:
    """Make the least-cost supply plan within capacity and material, and say what is late.

    Use it for "can we deliver everything?", "what will be late and why?", "how much overtime
    do we need?" and "what is one more hour on line 3 worth?"; also by order priority, in whole
    lots, inside the frozen fence, or with a limit on changes and its price. It plans anew: for
    the load of the demand as it stands use check_capacity, for the published plan's stock
    project_inventory, for changes run_scenario, for why one product is late explain_late, for
    what would make everything on time find_relaxations.
    """
    snapshot = context.snapshot
    snapshot.require("stock", "routings", "resources", "calendars", to="plan supply")
    snapshot.require_everything(to="plan supply")
    context.progress("Planning supply", 0.1)
    rules = request.rules
    plan = solve_plan(snapshot, request.months, overtime=request.overtime, rules=rules)
    late = lateness(snapshot, request.months, overtime=request.overtime, rules=rules)
    free = None
    if rules.fence or rules.change_percent is not None:
        context.progress("Planning without the limit on changes", 0.6)
        free = solve_plan(
            snapshot,
            request.months,
            overtime=request.overtime,
            rules=replace(rules, fence=False, change_percent=None),
        )
    names = names_of(snapshot)
    products, whose = _products(snapshot, request)
    answer = SupplyPlanAnswer(names, plan, late, products, whose, rules, free)
    unlimited = sorted(names.product(component) for component in plan.problem.unlimited)
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=DEFINITION.format(
            overtime=" plus overtime" if request.overtime else " without overtime",
            aim=(
                "Orders first, by priority, then by requested month, then the forecast: each as "
                "well served, in piece-months, as those before it allow. Then: "
                if request.mode == "priority"
                else ""
            ),
            setups=(
                "one set-up for each month with any of a product, whole lots, gap at most 2 %"
                if request.whole_lots
                else "linear program, set-ups spread over lots"
            ),
            rules=_rules(rules),
            source=demand_plan(snapshot, request.months).source,
            unlimited=(
                f" Bought without limit, as no supplier is known: {', '.join(unlimited)}."
                if unlimited
                else ""
            ),
        ),
        issues=snapshot.issues_of(TABLES),
    )


def _rules(rules: PlanRules) -> str:
    said = ""
    if rules.fence:
        said += " In months that end inside the planning fence supply is as published."
    if rules.change_percent is not None:
        said += (
            f" Supply by product, site and month differs by at most {rules.change_percent:g} % of "
            "the published plan; its price = penalised cost - that of the plan without the limit."
        )
    return said


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

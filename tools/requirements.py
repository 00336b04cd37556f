"""`plan_requirements`: what to order, make and move, when to release it, and what is past due."""

from typing import Literal

from pydantic import Field, model_validator

from planning_engine.demand.plan.demand_plan import demand_plan
from planning_engine.errors import DataProblem
from planning_engine.supply.requirements.material_inputs import (
    CompanyMaterialPlan,
    plan_company_material,
)
from planning_engine.supply.requirements.order_rules import LotRule
from planning_engine.supply.stock.flows import overdue_receipts
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.names import names_of
from tools.registry import tool
from tools.request import Request
from tools.requirements_answer import RequirementsAnswer

DEFINITION = (
    "Net = gross + safety stock - on hand - open receipts - planned before, by week, through lanes "
    "and bill of materials (scrap and yield included); {rule}; release = due - lead time in whole "
    "weeks, rounded up; a release before {start} is past due. Open receipts count when due, "
    "overdue ones in the first week. A place is made there, else bought there, else moved in. "
    "Capacity is not looked at. Demand: {source}, spread evenly over the days of a month."
)
TABLES = ("stock", "receipts", "forecasts", "bom", "routings", "sourcing", "lanes", "policies")
RULES = {
    "declared": "lots as declared in the data",
    "lot_for_lot": "lot for lot",
    "fixed": "lots of {size:,.0f}",
    "period": "an order covers {weeks} weeks",
}


class RequirementsRequest(Request):
    """Which orders to look at, how far ahead, and by which lot rule."""

    product: str | None = Field(None, description="Product or component to order, id or name.")
    family: str | None = Field(None, description="Only orders of this product family.")
    site: str | None = Field(None, description="Only orders for this site.")
    serving: str | None = Field(
        None, description="Only orders that serve this finished product, its components included."
    )
    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")
    only: Literal["all", "past_due", "buy", "make", "move"] = Field(
        "all", description="past_due: release date has passed; buy, make or move: that kind."
    )
    lot_rule: Literal["declared", "lot_for_lot", "fixed", "period"] = Field(
        "declared", description="fixed needs lot_size, period needs lot_weeks."
    )
    lot_size: float | None = Field(None, gt=0, description="Fixed lot, in units.")
    lot_weeks: int | None = Field(None, ge=1, le=52, description="Weeks an order covers (POQ).")

    @model_validator(mode="after")
    def _rule_is_whole(self) -> "RequirementsRequest":
        if (self.lot_rule == "fixed") != (self.lot_size is not None):
            raise ValueError("lot_size belongs to lot_rule fixed; give both or neither")
        if (self.lot_rule == "period") != (self.lot_weeks is not None):
            raise ValueError("lot_weeks belongs to lot_rule period; give both or neither")
        return self

    @property
    def rule(self) -> LotRule | None:
        """The lot rule asked for; None for the declared lots."""
        if self.lot_rule == "declared":
            return None
        return LotRule(fixed=self.lot_size or 0.0, periods=self.lot_weeks or 1)


@tool
def plan_requirements(context: ToolContext, request: RequirementsRequest) -> Evidence:
    """Say what to order, make and move to meet demand, when to release it, what is past due.

    Use it for "what do we have to order?", "when must we order sugar?", "which orders should
    have been placed already?", "what is this order for?" and "how many components does the
    plan take?" (material requirements, MRP). It ignores capacity: for the best plan within
    hours and material use plan_supply, for stock under the published plan project_inventory.
    """
    snapshot = context.snapshot
    product = snapshot.find("product", request.product) if request.product else None
    serving = snapshot.find("product", request.serving) if request.serving else None
    found = plan_company_material(snapshot, request.months, request.rule, product)
    _check_source(found, product, names_of(snapshot).product(product or ""))
    answer = RequirementsAnswer(
        names=names_of(snapshot),
        found=found,
        product=product,
        family=snapshot.find("family", request.family) if request.family else None,
        site=snapshot.find("site", request.site) if request.site else None,
        serving=serving,
        only=request.only,
        overdue=overdue_receipts(snapshot),
    )
    rule = RULES[request.lot_rule].format(size=request.lot_size or 0, weeks=request.lot_weeks)
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=DEFINITION.format(
            rule=rule,
            start=found.starts[0].isoformat(),
            source=demand_plan(snapshot, request.months).source,
        ),
        issues=snapshot.issues_of(TABLES),
    )


def _check_source(found: CompanyMaterialPlan, product: str | None, name: str) -> None:
    lines = [line for place, line in found.plan.lines.items() if place[0] == product]
    if lines and all(line.item.source == "none" for line in lines):
        raise DataProblem(
            f"No routing, supplier or lane is known for {name}, so nothing can be ordered for it. "
            "Add one to 'routings', 'sourcing' or 'lanes'."
        )

"""`size_lots`: how large a lot should be, by rule for a product or by optimum for a resource."""

from pydantic import Field, model_validator

from planning_engine.demand.plan.demand_plan import demand_plan
from planning_engine.supply.lots.lot_sizing_company import product_lots, resource_lots
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.lots_answer import ProductLotsAnswer
from tools.lots_resource_answer import ResourceLotsAnswer
from tools.names import names_of
from tools.registry import tool
from tools.request import Request

COSTS = (
    "A lot costs one set-up: the preferred routing's set-up cost plus its set-up hours at the "
    "resource's cost per hour. Holding: standard cost x yearly holding rate / 12 for each piece in "
    "stock at the end of a month. To be made: demand plan ({source}) and what parents take, less "
    "stock above the safety stocks, over all sites; on time."
)
BY_RULE = (
    "Rules on what is to be made, then raised to the least lot and its multiple. Lot for lot; "
    "fixed quantity sqrt(2 D K / h); period order quantity: that over mean demand, in months; "
    "Silver-Meal and least unit cost: extended until cost per month or piece first rises; "
    "part-period: holding closest to a set-up; Wagner-Whitin: least cost by dynamic programming. "
    "Hours are not limited. "
)
BY_RESOURCE = (
    "Least set-up + holding + overtime cost with hours x lots + set-up hours <= calendar hours x "
    "efficiency + allowed overtime, at most one lot a product and month (facility-location form "
    "on HiGHS, {status}); then raised to the least lot and its multiple. Only this resource is "
    "limited. "
)
TABLES = ("forecasts", "stock", "resources", "calendars", "routings", "bom", "policies", "products")


class LotsRequest(Request):
    """The product or the resource whose lots to size; one of the two."""

    product: str | None = Field(None, description="Product id or name: compares the lot rules.")
    resource: str | None = Field(
        None, description="Resource id or name: lots of all its products within its hours."
    )
    months: int = Field(12, ge=1, le=24, description="Months ahead of the plan start.")

    @model_validator(mode="after")
    def _one_of_two(self) -> "LotsRequest":
        if (self.product is None) == (self.resource is None):
            raise ValueError("name either a product or a resource to size lots for")
        return self


@tool
def size_lots(context: ToolContext, request: LotsRequest) -> Evidence:
    """Say how large lots should be and what each lot rule costs.

    Use it for "how much should we make at a time?", "what lot size?", "EOQ or Silver-Meal?",
    "how often should we set up?" (name the product) and "plan the lots on line 3 within its
    hours" (name the resource). It weighs set-ups against stock: for the whole supply plan use
    plan_supply, for load without lots check_capacity.
    """
    if request.product:
        return _of_product(context, context.snapshot.find("product", request.product), request)
    return _of_resource(context, request)


def _of_product(context: ToolContext, product: str, request: LotsRequest) -> Evidence:
    snapshot = context.snapshot
    sized = product_lots(snapshot, product, request.months)
    answer = ProductLotsAnswer(names_of(snapshot), sized)
    source = demand_plan(snapshot, request.months).source
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=BY_RULE + COSTS.format(source=source),
        issues=snapshot.issues_of(TABLES),
    )


def _of_resource(context: ToolContext, request: LotsRequest) -> Evidence:
    snapshot = context.snapshot
    resource = snapshot.find("resource", request.resource or "")
    sized = resource_lots(snapshot, resource, request.months)
    answer = ResourceLotsAnswer(names_of(snapshot), sized)
    source = demand_plan(snapshot, request.months).source
    status = "proven least" if sized.best.proven else "stopped by time"
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=BY_RESOURCE.format(status=status) + COSTS.format(source=source),
        issues=snapshot.issues_of(TABLES),
    )

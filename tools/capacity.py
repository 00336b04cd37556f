"""`check_capacity`: required against available hours, and who causes the overflow."""

from pydantic import Field

from planning_engine.demand.plan.demand_plan import demand_plan
from planning_engine.errors import DataProblem
from planning_engine.supply.capacity import capacity
from planning_engine.supply.capacity.rough_load import Method
from planning_engine.supply.capacity.routing import resources_of
from planning_engine.supply.requirements.requirements import plan_months
from tools.capacity_answer import CapacityAnswer
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.registry import tool
from tools.request import Month, Request

DEFINITION = (
    "load = required / available hours. Required: demand plan ({source}) x {required}. Available: "
    "calendar hours x efficiency{overtime}. Rough-cut: nothing is shifted to other months or lines."
)
REQUIRED: dict[Method, str] = {
    "lots": "hours per unit + lots x set-up hours, on the preferred routing",
    "bill_of_resources": (
        "bill of resources (hours per unit + set-up hours / lot, on the preferred routing), in the "
        "month of demand"
    ),
    "resource_profile": (
        "bill of resources, as many days ahead of demand as lanes and routings take; work that "
        "should have begun before the plan is left out"
    ),
    "overall_factors": (
        "hours of all resources per unit x each resource's share of the hours run in the last 12 "
        "months"
    ),
}


class CapacityRequest(Request):
    """Which resource to look at, and how far ahead."""

    resource: str | None = Field(None, description="Resource id or name; all if left out.")
    site: str | None = Field(None, description="Only resources of this site.")
    family: str | None = Field(None, description="Only resources that make this family.")
    product: str | None = Field(None, description="Only resources that make this product.")
    months: int = Field(6, ge=1, le=24, description="Months ahead of the plan start.")
    start: Month | None = Field(None, description="Only report months from this one on.")
    end: Month | None = Field(None, description="Only report months up to this one.")
    include_overtime: bool = Field(False, description="Count allowed overtime as available.")
    method: Method = Field(
        "lots",
        description="How hours are counted: lots (whole lots, the default), or the rough-cut "
        "methods overall_factors, bill_of_resources, resource_profile (with lead times).",
    )


@tool
def check_capacity(context: ToolContext, request: CapacityRequest) -> Evidence:
    """Compare required with available hours, resource by resource and month by month.

    Use it for "can we make it?", "is line 3 overloaded?", "where is the bottleneck?" and "who
    causes the overload?". It looks ahead and does not replan: for the best plan within the
    hours use plan_supply, for "what if we add a shift?" run_scenario, for hours run in the
    past query_kpi utilisation. The method changes only how the hours are counted.
    """
    snapshot = context.snapshot
    snapshot.require("routings", "resources", "calendars", to="check capacity")
    snapshot.require_everything(to="check capacity")
    check = capacity.check(
        snapshot,
        request.months,
        resources=_resources(context, request),
        start=request.start,
        end=request.end,
        include_overtime=request.include_overtime,
        method=request.method,
    )
    if not check.rows:
        raise DataProblem("No resource that fits has a routing or a calendar.")
    answer = CapacityAnswer(snapshot, check)
    ahead = len(plan_months(snapshot, request.months))
    overtime = ", plus allowed overtime" if request.include_overtime else ", without overtime"
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=DEFINITION.format(
            source=demand_plan(snapshot, ahead).source,
            required=REQUIRED[request.method],
            overtime=overtime,
        ),
        issues=snapshot.issues_of(
            ("routings", "resources", "calendars", "forecasts", "events", "bom")
        ),
    )


def _resources(context: ToolContext, request: CapacityRequest) -> tuple[str, ...]:
    snapshot = context.snapshot
    site = snapshot.find("site", request.site) if request.site else None
    family = snapshot.find("family", request.family) if request.family else None
    product = snapshot.find("product", request.product) if request.product else None
    if request.resource:
        return (snapshot.find("resource", request.resource),)
    return resources_of(snapshot, site=site, family=family, product=product)

"""`check_capacity`: required against available hours, and who causes the overflow."""

from pydantic import Field

from planning_engine.demand.demand_plan import demand_plan
from planning_engine.errors import DataProblem
from planning_engine.supply import capacity
from planning_engine.supply.requirements import plan_months
from planning_engine.supply.routing import resources_of
from tools.capacity_answer import CapacityAnswer
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.registry import tool
from tools.request import Month, Request

DEFINITION = (
    "load = required / available hours. Required: demand plan ({source}) x hours per unit + lots "
    "x set-up hours, on the preferred routing. Available: calendar hours x efficiency{overtime}. "
    "Rough-cut: nothing is shifted to other months or lines."
)


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


@tool
def check_capacity(context: ToolContext, request: CapacityRequest) -> Evidence:
    """Compare required with available hours, resource by resource and month by month.

    Use it for "can we make it?", "is line 3 overloaded?", "where is the bottleneck?" and "who
    causes the overload?". It looks ahead and does not replan: for the best plan within the
    hours use plan_supply, for "what if we add a shift?" run_scenario, for hours run in the
    past query_kpi utilisation.
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
        definition=DEFINITION.format(source=demand_plan(snapshot, ahead).source, overtime=overtime),
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

"""`project_inventory`: stock month by month, days of cover and the first stock-out."""

from typing import Literal

from pydantic import Field

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.plan.demand_plan import demand_plan
from planning_engine.errors import DataProblem
from planning_engine.supply.capacity.capacity import months_asked
from planning_engine.supply.stock import inventory
from planning_engine.supply.stock.inventory import EXCESS_MONTHS, Projection, StockOutlook
from tools import inventory_answer, inventory_words
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.inventory_view import InventoryView
from tools.names import Names, names_of
from tools.registry import tool
from tools.request import Month, Request

DEFINITION = (
    "closing = opening + supply - demand, by product, site and month. Opening: latest count. "
    "Supply: latest published plan, else open receipts due (overdue ones first). Demand: "
    "{source}; components: planned supply of their parents x BOM / (1 - scrap). Stock-out day: "
    "straight line within the month. Cover: days until demand uses up the count, 30 days a month. "
    "Excess: stock beyond {excess} months of demand and safety stock, or beyond the last sales. "
    "Obsolete: stock beyond the demand until the last day of sale or until its shelf life is over, "
    "taken as fresh today, or of which nothing is wanted."
)
TABLES = ("stock", "receipts", "plans", "forecasts", "bom", "policies")


class InventoryRequest(Request):
    """Whose stock to project, and how far ahead."""

    product: str | None = Field(None, description="Product id or name, component or finished.")
    family: str | None = Field(None, description="Product family.")
    site: str | None = Field(None, description="Site id or name.")
    months: int = Field(6, ge=1, le=24, description="Months ahead of the plan start.")
    start: Month | None = Field(None, description="Only report months from this one on.")
    end: Month | None = Field(None, description="Only report months up to this one.")
    only: Literal["all", "at_risk", "excess", "obsolete"] = Field(
        "all",
        description="at_risk: will stock out or fall under safety stock; excess: too much; "
        "obsolete: will never be sold (product ends, no demand, or spoils first).",
    )
    stage: Literal["raw", "wip", "finished"] | None = Field(None, description="Only this stage.")


@tool
def project_inventory(context: ToolContext, request: InventoryRequest) -> Evidence:
    """Project stock month by month: when it runs out, how long it lasts, what is too much.

    Use it for "will we run out of …?", "how many days of stock?", "which products are at
    risk?" (only=at_risk), "where is too much stock?" (only=excess) and "what will we have to
    write off?" (only=obsolete), for finished products and components. It follows the published
    plan and open receipts; for a plan made anew use plan_supply, for turns and days of
    inventory in the past query_kpi.
    """
    snapshot = context.snapshot
    names = names_of(snapshot)
    first, last = months_asked(snapshot, request.months, request.start, request.end)
    projection = inventory.project(snapshot, last)
    if first >= len(projection.months):
        raise DataProblem(
            f"The published plan ends in {projection.months[-1]:%B %Y}; stock after that is not "
            "known."
        )
    view = _view(snapshot, names, projection, request, first)
    return Evidence(
        summary=inventory_words.summary(view),
        facts=inventory_answer.facts(view),
        table=inventory_answer.table(view),
        chart=inventory_answer.chart(view),
        definition=DEFINITION.format(
            source=demand_plan(snapshot, last).source, excess=EXCESS_MONTHS
        ),
        issues=snapshot.issues_of(TABLES),
    )


def _view(
    snapshot: Snapshot,
    names: Names,
    projection: Projection,
    request: InventoryRequest,
    first: int,
) -> InventoryView:
    product = snapshot.find("product", request.product) if request.product else None
    family = snapshot.find("family", request.family) if request.family else None
    site = snapshot.find("site", request.site) if request.site else None

    def fits(of_product: str, at_site: str) -> bool:
        return (
            product in (None, of_product)
            and site in (None, at_site)
            and family in (None, names.families.get(of_product))
        )

    asked = tuple(
        o
        for o in projection.outlooks
        if fits(o.product, o.site) and request.stage in (None, o.stage)
    )
    words = f" of {names.product(product)}" if product else f" of {family}" if family else ""
    words += f" at {names.site(site)}" if site else ""
    return InventoryView(
        names=names,
        projection=projection,
        asked=asked,
        shown=_shown(projection, asked, request),
        months=projection.months[first:],
        uncounted=tuple(place for place in projection.uncounted if fits(*place)),
        only=request.only,
        whose=words,
    )


def _shown(
    projection: Projection, asked: tuple[StockOutlook, ...], request: InventoryRequest
) -> tuple[StockOutlook, ...]:
    if request.only == "at_risk":
        return tuple(outlook for outlook in projection.at_risk if outlook in asked)
    if request.only == "excess":
        return tuple(outlook for outlook in projection.excess if outlook in asked)
    if request.only == "obsolete":
        return tuple(outlook for outlook in projection.obsolete if outlook in asked)
    return tuple(sorted(asked, key=lambda outlook: outlook.urgency))

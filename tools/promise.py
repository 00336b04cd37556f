"""`promise_order`: the first day an order can be there, from what, and what limits it."""

from datetime import date

from pydantic import Field

from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.promise.order_promise import (
    HORIZON_MONTHS,
    site_of_customer,
    timeline,
)
from planning_engine.supply.promise.order_promise import (
    promise_order as find_promise,
)
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.names import names_of
from tools.promise_answer import PromiseAnswer
from tools.registry import tool
from tools.request import Request

DEFINITION = (
    "Available to promise = latest count + open receipts when due + published plan beyond them at "
    "the end of its months - open orders on their promised days; nothing promised before is "
    "broken. Forecasts are not reserved. Capable to promise = a new order for the rest (declared "
    "lot), once its material is there (what the plan leaves free, else the quickest supplier) and "
    "the hours the demand plan leaves free{overtime} are worked off, plus routing and lane days. "
    "The earlier day counts; {months} months are looked at."
)
TABLES = ("stock", "receipts", "plans", "orders", "routings", "calendars", "bom", "sourcing")


class PromiseRequest(Request):
    """What is wanted, where or by whom, and when."""

    product: str = Field(description="Product id or name.")
    quantity: float = Field(gt=0, description="Quantity wanted, in the product's unit.")
    wanted_on: date | None = Field(None, description="Day it is wanted; soonest if left out.")
    site: str | None = Field(None, description="Site to deliver from; the best if left out.")
    customer: str | None = Field(
        None, description="Customer who orders: the site that serves them delivers."
    )
    overtime: bool = Field(False, description="May a new order use allowed overtime?")


@tool
def promise_order(context: ToolContext, request: PromiseRequest) -> Evidence:
    """Promise a date for a customer order: available to promise, else capable to promise.

    Use it for "can we deliver 5,000 cases by 20 November?", "when can we deliver …?", "how much
    can we still promise?" and "what stops us from delivering more?". It changes no plan: for
    what runs out without new orders use project_inventory, for a rise in demand run_scenario.
    """
    snapshot = context.snapshot
    snapshot.require("stock", to="promise an order")
    snapshot.require_everything(to="promise an order")
    product = snapshot.find("product", request.product)
    customer = snapshot.find("customer", request.customer) if request.customer else None
    promise = find_promise(
        snapshot,
        product,
        request.quantity,
        wanted_on=request.wanted_on,
        sites=_sites(snapshot, request, product, customer),
        overtime=request.overtime,
    )
    answer = PromiseAnswer(
        names_of(snapshot),
        promise,
        timeline(snapshot, product, promise.site),
        snapshot.label("customer", customer) if customer else None,
    )
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=DEFINITION.format(
            overtime=", overtime included," if request.overtime else "", months=HORIZON_MONTHS
        ),
        issues=snapshot.issues_of(TABLES),
    )


def _sites(
    snapshot: Snapshot, request: PromiseRequest, product: str, customer: str | None
) -> tuple[str, ...]:
    if request.site:
        return (snapshot.find("site", request.site),)
    return (site_of_customer(snapshot, customer, product),) if customer else ()

"""`explain_change`: why a plan moved between two published cycles, driver by driver."""

from pydantic import Field

from planning_engine.cycles.drivers import Measure, What, plan_move
from planning_engine.data.issue import Issue
from tools.change_answer import ChangeAnswer
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.names import names_of
from tools.registry import tool
from tools.request import Month, Request

SUPPLY = (
    "Supply over the months that both cycles planned = demand + stock at the end - stock at the "
    "start, product by product and site by site; so the change is: sales and receipts otherwise "
    "than the earlier cycle expected before these months, statistical forecast, events and "
    "overrides (consensus less statistical forecast, by author and reason; a reason that names an "
    "event is that event's), safety stock, stock kept beyond it, and stock missing from it (for "
    "capacity, material or allocation). Other = lines whose forecast or stock is not known. "
)
DEMAND = (
    "Change of the consensus over the months that both cycles forecast = statistical forecast, "
    "events, and overrides (consensus less statistical forecast, by author and reason). "
)
SUMS = "The drivers add up to the change exactly. Safety stocks and costs are today's. In {unit}."
TABLES = ("plans", "forecasts", "sales", "stock", "policies", "events")


class ChangeRequest(Request):
    """Which plan, between which cycles."""

    family: str | None = Field(None, description="Product family; all of them if left out.")
    product: str | None = Field(None, description="Only this product.")
    cycle: Month | None = Field(None, description="The later cycle; default the latest.")
    previous: Month | None = Field(None, description="The earlier one; default the one before.")
    what: What = Field("supply", description="Published supply plan, or consensus forecast.")
    measure: Measure = Field("quantity", description="Pieces, or money at standard cost.")


@tool
def explain_change(context: ToolContext, request: ChangeRequest) -> Evidence:
    """Explain why a family's plan moved since the last cycle: a waterfall that adds up exactly.

    Drivers: sales and receipts otherwise than expected, statistical forecast, events, overrides
    by person, stock policy, shortage. Use it for "why did the Juice plan change?" and "what drove
    the change since last cycle?". What changed, product by product, is compare_plans.
    """
    snapshot = context.snapshot
    family = snapshot.find("family", request.family) if request.family else None
    product = snapshot.find("product", request.product) if request.product else None
    move = plan_move(
        snapshot,
        request.cycle,
        request.previous,
        what=request.what,
        measure=request.measure,
        product=product,
        family=family,
    )
    names = names_of(snapshot)
    people = {person.id: person.name for person in snapshot.company.people}
    about = {"product": product} if product else {"family": family} if family else {}
    answer = ChangeAnswer(names, move, people, about)
    text = SUPPLY if request.what == "supply" else DEMAND
    unvalued = [
        Issue(
            "products",
            "no cost",
            "warning",
            len(move.unvalued),
            f"Without a standard cost and so left out: {', '.join(move.unvalued[:5])}.",
        )
    ]
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=text + SUMS.format(unit=answer.unit),
        issues=(*snapshot.issues_of(TABLES), *(unvalued if move.unvalued else ())),
    )

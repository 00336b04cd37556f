"""`review_demand`: the layers of one slice's demand by month, each switchable."""

from pydantic import Field

from planning_engine.demand.history.slices import unit_of
from planning_engine.demand.plan.demand_review import Layers, review
from tools import charts
from tools.context import ToolContext
from tools.demand_answer import DemandAnswer
from tools.evidence import Evidence
from tools.registry import tool
from tools.request import Slice, resolve_slice


class DemandRequest(Slice):
    """Whose demand to lay open, how far ahead, and which layers count."""

    months: int = Field(6, ge=1, le=12, description="Months ahead of the plan start.")
    cleansing: bool = Field(
        True, description="Learn from the history without outliers and stock-outs."
    )
    events: bool = Field(True, description="Let promotions and other events change demand.")
    without_events: list[str] = Field(
        default_factory=list, max_length=20, description="Single events to switch off."
    )
    overrides: bool = Field(True, description="Let the published consensus count.")
    earlier: int = Field(
        1, ge=0, le=12, description="Netting: months before its own whose forecast an order uses."
    )
    later: int = Field(1, ge=0, le=12, description="Netting: months after its own.")


@tool
def review_demand(context: ToolContext, request: DemandRequest) -> Evidence:
    """Lay open the demand of a product or family: baseline, events, streams, consensus, orders.

    Use it for "what is the demand made of?", "demand without the promotion", "what did
    cleansing change?", "how much forecast is left after orders?". Every layer can be switched
    off. For the statistical forecast alone with its interval use forecast_demand, for who
    changed it review_overrides.
    """
    snapshot = context.snapshot
    where = resolve_slice(snapshot, request)
    layers = Layers(
        cleansing=request.cleansing,
        events=request.events,
        without=tuple(snapshot.find("event", name) for name in request.without_events),
        overrides=request.overrides,
        earlier=request.earlier,
        later=request.later,
    )
    made = review(snapshot, where, request.months, layers, context.overrides.overrides())
    answer = DemandAnswer(snapshot, where, layers, made, unit_of(snapshot, where))
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=charts.lines(
            f"Layers of demand{answer.place}", answer.points(), answer.unit, series="layer"
        ),
        definition=answer.definition(),
        issues=snapshot.issues_of(("sales", "events", "forecasts", "orders", "stock")),
    )

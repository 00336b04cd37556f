"""`rank_exceptions`: what needs attention, ranked by the money at stake."""

from dataclasses import fields

from pydantic import Field

from planning_engine.exceptions.exception import Kind, Thresholds
from planning_engine.exceptions.ranked import rank
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.exceptions_answer import ExceptionsAnswer
from tools.names import names_of
from tools.registry import tool
from tools.request import Request

DEFINITION = (
    "An exception is what lies beyond its threshold: {thresholds}. Money at stake: stock-out = "
    "shortage × net price; overload = share of the month's margin that the hours do not reach; "
    "late supplier = what is overdue or due in these months at the agreed price; excess and "
    "obsolete stock, plan changes and over-forecast = pieces × standard cost; under-forecast and "
    "overdue orders = pieces × list price; budget gap = revenue missing; decision = its worth. It "
    "is not added up, as exceptions may be about the same money. Owner: the forecaster, or who "
    "owns the latest decision about the same thing."
)
TABLES = ("stock", "receipts", "forecasts", "orders", "plans", "budget", "calendars", "routings")


class ExceptionsRequest(Request):
    """Which exceptions, how many, and from which thresholds."""

    kinds: tuple[Kind, ...] = Field((), description="Only these kinds; all if left out.")
    top: int = Field(10, ge=1, le=100, description="How many to name in the table and facts.")
    months: int = Field(6, ge=1, le=18, description="Months ahead that are looked at.")
    stock_out_quantity: float = Field(0, ge=0, description="Pieces short.")
    overload_percent: float = Field(100, ge=0, le=1000, description="Load of regular hours in %.")
    supplier_days_late: float = Field(3, ge=0, le=365, description="Mean days late.")
    excess_value: float = Field(1000, ge=0, description="Money in stock beyond need.")
    bias_percent: float = Field(10, ge=0, le=1000, description="Bias up or down in %.")
    order_days_overdue: int = Field(0, ge=0, le=365, description="Days past the day asked for.")
    budget_percent: float = Field(3, ge=0, le=100, description="Revenue below budget in %.")
    plan_change_percent: float = Field(10, ge=0, le=1000, description="Change in the fence in %.")


@tool
def rank_exceptions(context: ToolContext, request: ExceptionsRequest) -> Evidence:
    """List what needs attention, ranked by the money at stake: one list over all areas.

    Stock-outs, overloads, late suppliers, excess and obsolete stock, forecast bias, overdue
    orders, budget gaps, plan changes inside the fence, decisions not carried out. Use it for
    "what should I look at first?", "what are the biggest problems?", "exceptions of this
    cycle". One area alone in depth is the tool that each exception names.
    """
    snapshot = context.snapshot
    names = [field.name for field in fields(Thresholds)]
    thresholds = Thresholds(**{name: getattr(request, name) for name in names})
    decisions = tuple(context.decisions.decisions())
    ranking = rank(snapshot, thresholds, decisions, request.kinds)
    titles = {decision.id: decision.title for decision in decisions}
    people = {person.id: person.name for person in snapshot.company.people}
    answer = ExceptionsAnswer(names_of(snapshot), ranking, request.top, people, titles)
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=DEFINITION.format(thresholds=_thresholds(thresholds)),
        issues=(*snapshot.issues_of(TABLES), *answer.issues()),
    )


def _thresholds(thresholds: Thresholds) -> str:
    listed = [f"{field.name} {getattr(thresholds, field.name):g}" for field in fields(Thresholds)]
    return ", ".join(listed).replace("_", " ")

"""`plan_in_money`: what the plan brings, costs and binds, and how it stands to the budget."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from planning_engine.data.calendars import add_months, first_open_month, months_between
from planning_engine.data.issue import Issue
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem
from planning_engine.finance.bridge import Bridge, Measure
from planning_engine.finance.budget import budget_bridge
from planning_engine.finance.cash import DPO_DAYS, DSO_DAYS, CashMonth, cash
from planning_engine.finance.statement import Statement, of_actuals, of_demand, of_supply
from planning_engine.finance.worth import Pricing
from planning_engine.supply.plan.supply_plan import plan_supply
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.money_answer import MoneyAnswer
from tools.names import names_of
from tools.registry import tool
from tools.request import Request

Focus = Literal["plan", "budget", "cash"]
DEFINITION = (
    "Revenue = pieces delivered × {prices}; margin = revenue - pieces × standard cost - premiums "
    "(overtime beyond regular hours, subcontracted pieces beyond standard cost, suppliers dearer "
    "than the cheapest). Stock value = stock at the end of the month × standard cost; carrying "
    "cost = value × {rate} / 12. Gap to budget = plan - budget, split each month: volume at the "
    "budget's mix, mix of families, price and cost on the pieces planned; the parts add up to the "
    "gap. Cash = revenue collected after {dso:.0f} days - purchases paid after {dpo:.0f} days - "
    "hours, set-ups and transport in their month. Pieces: {source}."
)
LEAST_COST = "delivered by the least-cost plan within capacity and material"
DEMAND = "the demand plan, taken as delivered in its month; premiums, stock and cash are not known"
SUPPLY_TABLES = ("stock", "routings", "resources", "calendars")
TABLES = ("products", "sales", "stock", "receipts", "sourcing", "forecasts", "budget", "policies")


class MoneyRequest(Request):
    """Which months in money, for whom, and at what prices."""

    period: Literal["ahead", "back", "fiscal_year"] = Field(
        "ahead",
        description="The plan ahead, the last complete months as booked, or the fiscal year "
        "(booked months and plan).",
    )
    months: int = Field(6, ge=1, le=18, description="Months ahead, or back.")
    family: str | None = Field(None, description="Only this family.")
    focus: Focus = Field(
        "plan", description="What to lead with: the plan in money, gap to budget, or cash."
    )
    measure: Measure | None = Field(
        None, description="Gap to budget in margin or revenue; default margin where budgeted."
    )
    prices: Pricing = Field(
        "net", description="Net prices of the last 12 months, or the list prices."
    )
    carrying_rate: float | None = Field(
        None, ge=0, le=100, description="Yearly carrying cost in % of value; default the policies'."
    )
    dso_days: float = Field(DSO_DAYS, ge=0, le=365, description="Days until customers pay.")
    dpo_days: float = Field(DPO_DAYS, ge=0, le=365, description="Days until suppliers are paid.")


@tool
def plan_in_money(context: ToolContext, request: MoneyRequest) -> Evidence:
    """Put the plan in money: revenue, margin, premiums, stock value, cash, and gap to budget.

    Use it for "what does the plan bring?", "will we make the budget, and if not, is it volume,
    mix, price or cost?" and "how much cash does the plan need?". One figure of the past, such
    as revenue or the gap to budget by month, is query_kpi; what a lever changes is run_scenario.
    """
    snapshot = context.snapshot
    family = snapshot.find("family", request.family) if request.family else None
    if request.focus == "cash" and (family or request.period != "ahead"):
        raise BadRequest(
            "Cash is planned for the whole company and the months ahead: suppliers, hours and "
            "transport are shared by the families. Ask without family and period."
        )
    books = _books(context, request)
    if not books.statement.has_revenue:
        raise DataProblem(
            "Nothing sold or planned in these months has a price or revenue in the data, so it "
            "cannot be put in money. Add price to products, or revenue to sales."
        )
    statement = books.statement.of(family=family) if family else books.statement
    if not statement.rows:
        raise DataProblem(f"Nothing is planned or booked of {family} in these months.")
    gap = _bridge(snapshot, request, books.statement, family)
    answer = MoneyAnswer(
        names_of(snapshot), statement, books.planned, gap, books.cash, request.focus, family or ""
    )
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=_definition(request, books),
        issues=(*snapshot.issues_of(TABLES), *_issues(books.statement)),
    )


@dataclass(frozen=True)
class _Books:
    """A statement, how it was planned, and its cash where that is known."""

    statement: Statement
    planned: Literal["constrained", "demand", "booked"]
    cash: tuple[CashMonth, ...] = ()


def _books(context: ToolContext, request: MoneyRequest) -> _Books:
    snapshot = context.snapshot
    if request.period == "back":
        return _Books(of_actuals(snapshot, request.months, _rate(request)), "booked")
    if request.period == "ahead":
        return _planned(context, request, request.months)
    opening = first_open_month(snapshot.company.as_of)
    gone = (opening.month - snapshot.company.fiscal_start) % 12
    left = months_between(opening, add_months(opening, 12 - gone))
    ahead = _planned(context, request, left)
    if not gone:
        return ahead
    booked = of_actuals(snapshot, gone, _rate(request))
    both = Statement(
        booked.rows + ahead.statement.rows,
        tuple(sorted({*booked.unpriced, *ahead.statement.unpriced})),
        tuple(sorted({*booked.uncosted, *ahead.statement.uncosted})),
    )
    return _Books(both, ahead.planned)


def _planned(context: ToolContext, request: MoneyRequest, months: int) -> _Books:
    snapshot = context.snapshot
    narrowed = not snapshot.scope.is_everything
    if request.focus == "cash":
        snapshot.require(*SUPPLY_TABLES, to="plan cash")
        snapshot.require_everything(to="plan cash")
    if narrowed or not all(snapshot.has(table) for table in SUPPLY_TABLES):
        if snapshot.scope.regions:
            snapshot.require_everything(to="put the plan in money")
        return _Books(of_demand(snapshot, months, request.prices), "demand")
    context.progress("Planning supply", 0.1)
    plan = plan_supply(snapshot, months)
    statement = of_supply(snapshot, plan, request.prices, _rate(request))
    flows = cash(snapshot, plan, statement, request.dso_days, request.dpo_days)
    return _Books(statement, "constrained", flows if not request.family else ())


def _rate(request: MoneyRequest) -> float | None:
    return None if request.carrying_rate is None else request.carrying_rate / 100


def _bridge(
    snapshot: Snapshot, request: MoneyRequest, statement: Statement, family: str | None
) -> Bridge | None:
    """Return the gap to budget; None where there is none and it was not asked for."""
    asked = request.focus == "budget"
    if not asked and not snapshot.has("budget"):
        return None
    try:
        return budget_bridge(snapshot, statement, request.measure or "margin", family)
    except DataProblem:
        if request.measure:
            raise
    try:
        return budget_bridge(snapshot, statement, "revenue", family)
    except DataProblem:
        if asked:
            raise
        return None


def _definition(request: MoneyRequest, books: _Books) -> str:
    prices = (
        "net price (revenue / pieces of the last 12 months)"
        if request.prices == "net"
        else "list price"
    )
    rate = "the policies' holding rate (20 % where none)"
    if request.carrying_rate is not None:
        rate = f"{request.carrying_rate:g} %"
    source = {"constrained": LEAST_COST, "demand": DEMAND, "booked": "as sold; revenue as booked"}
    return DEFINITION.format(
        prices=prices,
        rate=rate,
        dso=request.dso_days,
        dpo=request.dpo_days,
        source=source[books.planned],
    )


def _issues(statement: Statement) -> tuple[Issue, ...]:
    found = []
    for rule, products, says in (
        ("no price", statement.unpriced, "no price and are left out of revenue and margin"),
        ("no cost", statement.uncosted, "no standard cost and are left out of the margin"),
    ):
        if products:
            shown = ", ".join(products[:5])
            found.append(Issue("products", rule, "warning", len(products), f"{shown} have {says}."))
    return tuple(found)

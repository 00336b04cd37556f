"""`draft_override`: a change of one product's demand, for somebody to approve."""

from datetime import date

from pydantic import Field

from planning_engine.data.calendars import first_open_month
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.accuracy.overrides import DEFAULT_LAG
from planning_engine.demand.accuracy.value_added import Added, value_added
from planning_engine.demand.history.slices import unit_of
from planning_engine.demand.plan.adjustment import Adjustment, change
from planning_engine.demand.plan.demand_review import review
from planning_engine.errors import BadRequest, DataProblem
from tools import wording
from tools.context import ToolContext
from tools.decision_answer import quotable
from tools.evidence import Evidence, Fact, Proposal, plain
from tools.people import find_person, name_of
from tools.registry import tool
from tools.request import Month, Request

MOST_MONTHS = 12
NOBODY = "unknown"


class DraftOverrideRequest(Request):
    """Which product's demand to change, by how much, why and until when."""

    product: str = Field(description="Product id or name.")
    site: str | None = Field(None, description="Site id or name; everywhere if left out.")
    start: Month = Field(description="First month to change.")
    end: Month | None = Field(None, description="Last month; the first alone if left out.")
    quantity: float | None = Field(None, description="Put on top of each month; negative lowers.")
    percent: float | None = Field(
        None, ge=-100, le=500, description="Put on top of each month, in percent of it."
    )
    reason: str = Field(min_length=3, max_length=400, description="Why, in a few words.")
    author: str | None = Field(None, description="Who proposes it; the asker if left out.")
    expires_on: date | None = Field(None, description="Last day on which it counts.")


@tool
def draft_override(context: ToolContext, request: DraftOverrideRequest) -> Evidence:
    """Draft an override of a product's demand with reason and expiry, for somebody to approve.

    It changes nothing: once approved it shows in review_demand. It says what the author's
    overrides were worth so far. For "what if demand is 10 % higher" use run_scenario.
    """
    snapshot = context.snapshot
    wanted = _adjustment(context, request)
    held = {"product": wanted.product} | ({"site": wanted.site} if wanted.site else {})
    months = _months(snapshot, wanted)
    plain_demand = review(snapshot, held, months, adjustments=context.overrides.overrides())
    today = snapshot.company.as_of
    extra = change(plain_demand.months, plain_demand.demand, wanted, today)
    total, unit = float(extra.sum()), unit_of(snapshot, held)
    record, record_facts = _record_in_words(snapshot, wanted.author)
    body = {
        key: value
        for key, value in vars(wanted).items()
        if key != "id" and not key.startswith("approved")
    }
    product = snapshot.label("product", wanted.product)
    return Evidence(
        summary=f"{_said(snapshot, wanted, total, unit)} {record}".strip(),
        facts=(*_facts(wanted, total, unit), *record_facts),
        definition="A draft changes nothing; approved, it is put on top of the demand until it "
        "expires.",
        proposal=Proposal("override", f"Override {product}: {wanted.reason}", plain(body)),
    )


def _said(snapshot: Snapshot, wanted: Adjustment, total: float, unit: str) -> str:
    word = "raised" if total >= 0 else "lowered"
    place = f" at {snapshot.label('site', wanted.site)}" if wanted.site else ""
    until = f", until {wording.day(wanted.expires_on)}" if wanted.expires_on else ""
    return (
        f"Drafted for approval: the demand of {snapshot.label('product', wanted.product)}{place} "
        f"{wording.period(wanted.start, wanted.end)} is {word} by "
        f"{wording.figure(abs(total), unit)} in all{until}, for “{wanted.reason}”."
    )


def _facts(wanted: Adjustment, total: float, unit: str) -> list[Fact]:
    facts = [
        Fact("product", wanted.product),
        Fact("change_total", total, unit),
        Fact("change_size", abs(total), unit),
        Fact("start", wanted.start),
        Fact("end", wanted.end),
        Fact("reason", wanted.reason),
    ]
    if wanted.site:
        facts.append(Fact("site", wanted.site))
    if wanted.expires_on:
        facts.append(Fact("expires_on", wanted.expires_on))
    return facts


def _record_in_words(snapshot: Snapshot, author: str) -> tuple[str, list[Fact]]:
    """Return what the author's overrides were worth so far; empty where nothing is known."""
    record = _record(snapshot, author)
    if record is None or record.points is None:
        return "", []
    better = "added" if record.points >= 0 else "cost"
    about = {"author": author}
    facts = [
        Fact("author", author),
        Fact("fva", record.points, "pp", about),
        Fact("fva_size", abs(record.points), "pp", about),
    ]
    size = wording.figure(abs(record.points), "pp")
    name = name_of(snapshot.company, author) or author
    return f"So far the overrides of {name} {better} {size} of accuracy.", facts


def _adjustment(context: ToolContext, request: DraftOverrideRequest) -> Adjustment:
    snapshot = context.snapshot
    if (request.quantity is None) == (request.percent is None):
        raise BadRequest("Give either a quantity or a percent to change the demand by.")
    first, end = first_open_month(snapshot.company.as_of), request.end or request.start
    if request.start < first or end < request.start:
        raise BadRequest(f"Only months from {wording.month(first)} on can be overridden.")
    if request.expires_on and request.expires_on < snapshot.company.as_of:
        raise BadRequest("The override would have expired before today. Give a day to come.")
    author = context.person
    if request.author:
        author = find_person(snapshot.company, request.author, context.person)
    return Adjustment(
        id="",
        product=snapshot.find("product", request.product),
        site=snapshot.find("site", request.site) if request.site else None,
        start=request.start,
        end=end,
        quantity=request.quantity,
        percent=request.percent,
        author=author.id if author else NOBODY,
        reason=quotable(request.reason),
        expires_on=request.expires_on,
        approved_by="",
        approved_on=snapshot.company.as_of,
    )


def _months(snapshot: Snapshot, wanted: Adjustment) -> int:
    first = first_open_month(snapshot.company.as_of)
    months = (wanted.end.year - first.year) * 12 + wanted.end.month - first.month + 1
    if months > MOST_MONTHS:
        raise BadRequest(f"An override reaches {MOST_MONTHS} months ahead at most.")
    return months


def _record(snapshot: Snapshot, author: str) -> Added | None:
    """Return what the author's overrides were worth so far; None where nothing can be said."""
    if not snapshot.has("forecasts"):
        return None
    try:
        found = value_added(snapshot, {"author": author}, "person", DEFAULT_LAG)
    except DataProblem:
        return None
    return found[0] if found else None

"""`find_decisions` and `draft_decision`: what was decided, by whom, due when, and was it done."""

from datetime import date
from typing import Literal

from pydantic import Field

from planning_engine.cycles.decisions import Check, Decision
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, UnknownName
from tools import wording
from tools.context import ToolContext
from tools.decision_answer import DecisionAnswer, check_sentence, quotable, unit_of
from tools.decision_search import Judged, about, as_of, judged
from tools.evidence import Evidence, Fact, Proposal, plain
from tools.people import find_person
from tools.quotes import told_of
from tools.registry import tool
from tools.request import Month, Request

DEFINITION = (
    "A decision counts as carried out when the actuals up to {today} keep its check, whatever "
    "its status says; one without a check cannot be judged."
)
# What a state asked for covers: what is not due yet may still be done, what failed is overdue.
_COVERS: dict[str, tuple[str, ...]] = {
    "open": ("open", "overdue"),
    "overdue": ("overdue", "failed"),
    "failed": ("failed",),
    "carried_out": ("carried_out",),
    "draft": ("draft",),
}
_ASKED = {
    "all": "was found",
    "open": "is open",
    "overdue": "is overdue",
    "failed": "was found undone",
    "carried_out": "was carried out",
    "draft": "is a draft",
}


class FindDecisionsRequest(Request):
    """Which decisions to list."""

    about: str | None = Field(None, max_length=200, description="Words that it is about.")
    owner: str | None = Field(None, description="Person who owns it.")
    state: Literal["all", "open", "overdue", "carried_out", "failed", "draft"] = Field(
        "all", description="As judged from the actuals, not from a status field."
    )
    cycle: Month | None = Field(None, description="Only decisions of this S&OP cycle.")
    since: date | None = Field(None, description="Decided on this day or later.")
    until: date | None = Field(None, description="Decided on this day or earlier.")
    include_superseded: bool = Field(False, description="Also those that were overruled later.")


class CheckInput(Request):
    """The measurable check of a decision; see `planning_engine.cycles.decisions.Check`."""

    measure: Literal["sales", "production", "stock", "receipts", "hours"]
    start: date
    end: date
    product: str | None = None
    family: str | None = None
    site: str | None = None
    resource: str | None = None
    at_least: float | None = None
    at_most: float | None = None


class DraftDecisionRequest(Request):
    """A decision to put before somebody who may approve it."""

    title: str = Field(min_length=5, max_length=160, description="What is to be done.")
    owner: str | None = Field(None, description="Person responsible, id or name.")
    due_on: date | None = Field(None, description="Day it must be done by.")
    reason: str = Field("", max_length=600)
    check: CheckInput | None = Field(None, description="How the data will show that it was done.")


@tool
def find_decisions(context: ToolContext, request: FindDecisionsRequest) -> Evidence:
    """List what was decided: owner, due day, and whether the data shows it carried out.

    Use it for "what did we decide about …?", "what does Sven owe?", "which decisions were not
    carried out?". The state is judged from the actuals. For the discussion around a decision
    use search_notes, for the share carried out query_kpi decision_execution_rate.
    """
    snapshot = context.snapshot
    if request.state not in ("all", "draft"):
        snapshot.require_everything(to="judge whether decisions were carried out")
    fitting = _fitting(context, request)
    kept = fitting if request.include_superseded else [d for d in fitting if _holds(d)]
    found = tuple(judged(snapshot, decision) for decision in kept)
    left_out, unchecked = len(fitting) - len(kept), 0
    if request.state != "all":
        is_verdict = request.state in ("overdue", "failed", "carried_out")
        unchecked = sum(entry.state == "unchecked" for entry in found) if is_verdict else 0
        found = tuple(entry for entry in found if entry.state in _COVERS[request.state])
        left_out = 0
    answer = DecisionAnswer(snapshot, found, left_out, unchecked)
    return Evidence(
        summary=answer.summary() if found else _nothing(context, request) + answer.remarks(),
        facts=told_of(answer.facts(), request.cycle),
        table=answer.table(),
        definition=DEFINITION.format(today=wording.day(snapshot.company.as_of)),
        issues=snapshot.issues_of(_tables(found)),
        passages=answer.passages(context.notes),
    )


@tool
def draft_decision(context: ToolContext, request: DraftDecisionRequest) -> Evidence:
    """Draft a decision with owner, due day and a check, for somebody to approve.

    It records nothing: a person with the right role approves or rejects it. Give a check
    whenever the data can show that it was done.
    """
    snapshot = context.snapshot
    today = snapshot.company.as_of
    owner = find_person(snapshot.company, request.owner, context.person) if request.owner else None
    if request.due_on and request.due_on < today:
        raise BadRequest(
            f"The decision would be due on {wording.day(request.due_on)}, before today, "
            f"{wording.day(today)}. Give a day to come."
        )
    check = _check(snapshot, request.check) if request.check else None
    body = {
        "title": request.title,
        "owner": owner.id if owner else None,
        "owner_name": owner.name if owner else None,
        "due_on": request.due_on,
        "reason": request.reason,
        "check": plain(vars(check)) if check else None,
    }
    return Evidence(
        summary=_drafted(snapshot, request, owner.name if owner else None, check),
        facts=_drafted_facts(snapshot, request, owner.name if owner else None, check),
        definition="A draft changes nothing; it counts once somebody who may has approved it.",
        proposal=Proposal("decision", request.title, plain(body)),
    )


def _fitting(context: ToolContext, request: FindDecisionsRequest) -> list[Decision]:
    decisions = as_of(context.decisions.decisions(), request.until)
    if request.owner:
        owner = _owner(context, request.owner, decisions)
        decisions = [decision for decision in decisions if decision.owner == owner]
    if request.cycle:
        decisions = [decision for decision in decisions if decision.cycle == request.cycle]
    if request.since:
        since = request.since
        decisions = [d for d in decisions if d.decided_on and d.decided_on >= since]
    if request.about:
        decisions = about(context.snapshot, decisions, request.about)
    return decisions


def _owner(context: ToolContext, name: str, decisions: list[Decision]) -> str:
    """Return the owner's id; a decision log may name owners that company.toml does not."""
    try:
        return find_person(context.snapshot.company, name, context.person).id
    except UnknownName:
        for decision in decisions:
            if decision.owner and decision.owner.casefold() == name.strip().casefold():
                return decision.owner
        raise


def _holds(decision: Decision) -> bool:
    return decision.status != "superseded" and not decision.superseded_by


def _nothing(context: ToolContext, request: FindDecisionsRequest) -> str:
    if not context.decisions.decisions():
        return "There are no decisions that you may read."
    parts = (
        request.about and f" about “{quotable(request.about)}”",
        request.owner and f" of {request.owner}",
        request.cycle and f" of the {wording.month(request.cycle)} cycle",
        request.since and f" since {wording.day(request.since)}",
        request.until and f" until {wording.day(request.until)}",
    )
    which = "".join(part for part in parts if part)
    return f"Among the decisions that you may read, none{which} {_ASKED[request.state]}."


def _tables(found: tuple[Judged, ...]) -> set[str]:
    measures = {entry.decision.check.measure for entry in found if entry.decision.check}
    return {"production" if measure == "hours" else measure for measure in measures}


def _check(snapshot: Snapshot, given: CheckInput) -> Check:
    if given.end < given.start:
        raise BadRequest("The check ends before it begins.")
    if given.at_least is None and given.at_most is None:
        raise BadRequest("The check needs a bound: at_least or at_most.")
    if given.at_least is not None and given.at_most is not None and given.at_least > given.at_most:
        raise BadRequest("No figure can keep this check: at_least is above at_most.")
    if given.end <= snapshot.company.as_of:
        raise BadRequest(
            f"The check would end on {wording.day(given.end)}, which the data already covers. "
            "Give a period to come."
        )
    kinds = ("product", "family", "site", "resource")
    found = {k: snapshot.find(k, name) for k in kinds if (name := getattr(given, k))}
    return Check(
        given.measure,
        given.start,
        given.end,
        at_least=given.at_least,
        at_most=given.at_most,
        **found,
    )


def _drafted(
    snapshot: Snapshot, request: DraftDecisionRequest, owner: str | None, check: Check | None
) -> str:
    due = f", due {wording.day(request.due_on)}" if request.due_on else ", without a due day"
    who = f"owner {owner}" if owner else "without an owner"
    how = "Nothing in it can be checked in the data."
    if check:
        how = f"It will be checked by {check_sentence(snapshot, check)}."
    title = quotable(request.title)
    return f"Drafted for approval: “{title}”, {who}{due}. {how}"


def _drafted_facts(
    snapshot: Snapshot, request: DraftDecisionRequest, owner: str | None, check: Check | None
) -> tuple[Fact, ...]:
    facts = [Fact("decision", quotable(request.title))]
    if owner:
        facts.append(Fact("owner", owner))
    if request.due_on:
        facts.append(Fact("due_on", request.due_on))
    if check:
        unit = unit_of(snapshot, check)
        facts += [Fact("check_start", check.start), Fact("check_end", check.end)]
        for name in ("at_least", "at_most"):
            value = getattr(check, name)
            if value is not None:
                facts.append(Fact(name, value, unit))
        for kind in ("product", "family", "site", "resource"):
            if named := getattr(check, kind):
                facts.append(Fact(kind, snapshot.labels(kind).get(named, named)))
    return tuple(facts)

"""`draft_minutes`: minutes of a meeting from its note, figures checked against the data."""

from datetime import date
from typing import Literal

from pydantic import Field

from planning_engine.errors import DataProblem
from tools import wording
from tools.context import Note, NoteFilter, ToolContext
from tools.decision_search import judged
from tools.evidence import Evidence, Proposal
from tools.minutes_answer import Minutes
from tools.minutes_figures import check_sales, count_figures
from tools.minutes_reading import statements_of
from tools.quotes import told_of
from tools.registry import tool
from tools.request import Month, Request

DEFINITION = (
    "The note's own sentences with their lines, sorted into decisions, actions, open points and "
    "dissent. Decisions with a number are judged from the actuals; sales of one product in one "
    "month are held against the data; other figures stand as said in the meeting."
)


class MinutesRequest(Request):
    """Which meeting's minutes; the latest one if nothing is named."""

    cycle: Month | None = Field(None, description="S&OP cycle; the latest if left out.")
    meeting: Literal["product", "demand", "supply", "pre-S&OP", "executive"] = "executive"


@tool
def draft_minutes(context: ToolContext, request: MinutesRequest) -> Evidence:
    """Draft the minutes of one meeting from its note, for somebody to approve.

    Attendees, decisions with owner and due day, actions, open points and dissent, each in the
    note's own words with its lines. For one question about a meeting use search_notes; for
    decisions over several meetings find_decisions.
    """
    snapshot = context.snapshot
    note = _note(context, request)
    people = [person.name for person in snapshot.company.people]
    decisions = {entry.id: entry for entry in context.decisions.decisions()}
    statements = statements_of(note, people)
    minutes = Minutes(
        snapshot,
        note,
        statements,
        {
            entry.label: judged(snapshot, decisions[entry.label])
            for entry in statements
            if entry.label in decisions
        },
        check_sales(snapshot, note),
        count_figures(note),
    )
    return Evidence(
        summary=minutes.summary(),
        facts=told_of(minutes.facts(), request.cycle),
        table=minutes.table(),
        definition=DEFINITION,
        passages=minutes.passages(),
        proposal=Proposal("minutes", f"Minutes: {note.title}", minutes.body()),
    )


def _note(context: ToolContext, request: MinutesRequest) -> Note:
    """Return the note asked for; of several, the one held last.

    Raises:
        DataProblem: The asker may read no such note.
    """
    notes = context.notes.notes(NoteFilter(meeting=request.meeting))
    if request.cycle:
        found = context.notes.notes(NoteFilter(cycle=request.cycle, meeting=request.meeting))
    else:
        found = notes
    if found:
        return max(found, key=lambda note: (note.held_on or note.cycle or date.min, note.id))
    cycle = f" of the {wording.month(request.cycle)} cycle" if request.cycle else ""
    cycles = sorted({note.cycle for note in notes if note.cycle})
    there = f" There are notes of {wording.listed([wording.month(c) for c in cycles])}."
    raise DataProblem(
        f"Among the notes that you may read, there is none of the {request.meeting} "
        f"meeting{cycle}.{there if cycles else ''}"
    )

"""Minutes as sentences, facts, table, citations, and the body that somebody approves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any  # Any: the body of a proposal is JSON

from planning_engine.data.snapshot import Snapshot
from tools import wording
from tools.context import Note
from tools.decision_answer import STATES, quotable
from tools.decision_search import Judged
from tools.evidence import EvidenceTable, Fact, Passage, TableColumn, Value, plain
from tools.minutes_figures import CheckedFigure
from tools.minutes_reading import Kind, Statement

_SECTIONS: Mapping[Kind, tuple[str, str]] = {
    "decision": ("decisions", "decision"),
    "action": ("actions", "action"),
    "open_point": ("open_points", "open point"),
    "dissent": ("dissent", "dissent"),
}
_SAID = 3
_COLUMNS = (
    TableColumn("section", "text"),
    TableColumn("statement", "text"),
    TableColumn("owner", "text"),
    TableColumn("due_on", "date"),
    TableColumn("lines", "text"),
    TableColumn("data_says", "text"),
)


@dataclass(frozen=True)
class Minutes:
    """What a note gives for its minutes.

    Attributes:
        snapshot: The facts.
        note: The note.
        statements: Its decisions, actions, open points and dissent.
        judged: Decisions with a number that the log knows, by that number.
        figures: Sales that could be held against the data.
        count: How many figures the note states in all.
    """

    snapshot: Snapshot
    note: Note
    statements: tuple[Statement, ...]
    judged: Mapping[str, Judged]
    figures: tuple[CheckedFigure, ...]
    count: int

    def summary(self) -> str:
        """Return what the minutes hold, the decisions first."""
        note = self.note
        held = f" of {wording.day(note.held_on)}" if note.held_on else ""
        parts = [
            f"{count} {wording.plural(word, count)}"
            for kind, (_, word) in _SECTIONS.items()
            if (count := len(self._of(kind)))
        ]
        found = wording.listed(parts) or "nothing decided, open or disputed"
        said = [f"Drafted minutes for approval: {note.title}{held} ({note.id}): {found}."]
        for statement in self._of("decision")[:_SAID]:
            said.append(
                f"“{quotable(statement.text)}” ({_lines(statement)}){self._state(statement)}."
            )
        said += [self._figures()] if self.count else []
        return " ".join(said)

    def _figures(self) -> str:
        if not self.figures:
            return "Its figures stand as said in the meeting."
        count = len(self.figures)
        wrong = sum(not figure.agrees for figure in self.figures)
        if wrong:
            checked = f"{wrong} of {count} figures that could be held against the data"
            return f"{checked} {'differs' if wrong == 1 else 'differ'}; see the table."
        agree = "agrees" if count == 1 else "agree"
        rest = "the others stand as said in the meeting"
        return f"{count} of its figures {agree} with the data; {rest}."

    def _state(self, statement: Statement) -> str:
        judged = self.judged.get(statement.label or "")
        return f", {STATES[judged.state]}" if judged else ""

    def _of(self, kind: Kind) -> list[Statement]:
        return [statement for statement in self.statements if statement.kind == kind]

    def facts(self) -> tuple[Fact, ...]:
        """Return counts, the meeting's day, and owners and due days with their lines."""
        about = {"note": self.note.id}
        facts = [
            Fact(f"{section}", len(self._of(kind)), "1", about)
            for kind, (section, _) in _SECTIONS.items()
        ]
        facts.append(Fact("attendees", len(self.note.attendees), "1", about))
        facts.append(Fact("figures_checked", len(self.figures), "1", about))
        differing = sum(not figure.agrees for figure in self.figures)
        facts.append(Fact("figures_differing", differing, "1", about))
        if self.note.held_on:
            facts.append(Fact("held_on", self.note.held_on, None, about))
        for statement in self.statements:
            place = about | {"lines": _lines(statement)}
            facts.append(Fact("first_line", statement.first_line, "1", place))
            facts.append(Fact("last_line", statement.last_line, "1", place))
            if statement.owner:
                facts.append(Fact("owner", statement.owner, None, place))
            if statement.due_on:
                facts.append(Fact("due_on", statement.due_on, None, place))
        return tuple(facts)

    def table(self) -> EvidenceTable:
        """Return every statement, section by section, then the figures checked."""
        rows: list[tuple[Value, ...]] = []
        for kind, (_, word) in _SECTIONS.items():
            for entry in self._of(kind):
                judged = self.judged.get(entry.label or "")
                says = STATES[judged.state] if judged else None
                rows.append((word, entry.text, entry.owner, entry.due_on, _lines(entry), says))
        for figure in self.figures:
            rows.append(("figure", figure.text, None, None, _lines(figure), self._checked(figure)))
        return EvidenceTable(_COLUMNS, tuple(rows))

    def _checked(self, figure: CheckedFigure) -> str:
        if figure.actual is None:
            return "no sales in the data"
        month = wording.month(figure.month)
        word = "agrees" if figure.agrees else "differs"
        return f"{word}: {figure.about} sold {wording.figure(figure.actual, 'units')} in {month}"

    def passages(self) -> tuple[Passage, ...]:
        """Return each statement, in the note's words, with its lines."""
        note = self.note
        return tuple(
            Passage(
                note.id,
                note.title,
                note.meeting,
                note.held_on,
                statement.first_line,
                statement.last_line,
                statement.text,
            )
            for statement in self.statements
        )

    def body(self) -> dict[str, Any]:
        """Return the minutes as the approver sees them: plain JSON values."""
        note = self.note
        body: dict[str, Any] = {
            "note": note.id,
            "title": note.title,
            "meeting": note.meeting,
            "held_on": note.held_on,
            "cycle": note.cycle,
            "attendees": list(note.attendees),
            "restricted": note.restricted,
        }
        for kind, (section, _) in _SECTIONS.items():
            body[section] = [self._entry(statement) for statement in self._of(kind)]
        body["figures_checked"] = [
            {
                "text": figure.text,
                "lines": [figure.first_line, figure.last_line],
                "said": figure.said,
                "data": figure.actual,
                "agrees": figure.agrees,
            }
            for figure in self.figures
        ]
        cleaned: dict[str, Any] = plain(body)
        return cleaned

    def _entry(self, statement: Statement) -> dict[str, Any]:
        judged = self.judged.get(statement.label or "")
        return {
            "text": statement.text,
            "lines": [statement.first_line, statement.last_line],
            "owner": statement.owner,
            "due_on": statement.due_on,
            "decision": statement.label,
            "state": judged.state if judged else None,
        }


def _lines(place: Statement | CheckedFigure) -> str:
    if place.first_line == place.last_line:
        return f"line {place.first_line}"
    return f"lines {place.first_line}–{place.last_line}"

"""Decisions as sentences, facts, table and quoted notes."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from planning_engine.cycles.decisions import Check
from planning_engine.data.snapshot import Snapshot
from tools import wording
from tools.context import NoteFilter, NoteLibrary
from tools.decision_search import Judged
from tools.evidence import EvidenceTable, Fact, Passage, TableColumn, Value
from tools.people import name_of

STATES = {
    "failed": "not carried out",
    "overdue": "overdue",
    "unchecked": "due without a check",
    "open": "open",
    "not_judged": "not judged",
    "carried_out": "carried out",
    "draft": "draft",
    "rejected": "rejected",
    "superseded": "overruled",
}
MEASURES = {
    "sales": "sold",
    "production": "made",
    "hours": "run",
    "receipts": "received",
    "stock": "in stock",
}
_SAID = 3
_COLUMNS = (
    TableColumn("decision", "text"),
    TableColumn("title", "text"),
    TableColumn("state", "text"),
    TableColumn("owner", "text"),
    TableColumn("decided_on", "date"),
    TableColumn("due_on", "date"),
    TableColumn("meeting", "text"),
    TableColumn("cycle", "month"),
    TableColumn("check", "text"),
    TableColumn("actual", "number"),
    TableColumn("days_overdue", "number", "days"),
    TableColumn("value", "number"),
    TableColumn("note", "text"),
)


@dataclass(frozen=True)
class DecisionAnswer:
    """What is said and shown of some decisions.

    Attributes:
        snapshot: The facts.
        found: The decisions, earliest decided first.
        left_out: How many were left out because they were overruled later.
        unchecked: How many more are due without a check, when a state was asked for.
    """

    snapshot: Snapshot
    found: tuple[Judged, ...]
    left_out: int = 0
    unchecked: int = 0

    @cached_property
    def said(self) -> tuple[Judged, ...]:
        """The decisions said one by one: those that need somebody to act come first."""
        order = list(STATES)
        urgent = sorted(self.found, key=lambda entry: order.index(entry.state))
        return tuple(urgent[:_SAID])

    def summary(self) -> str:
        """Return the answer in sentences; each decision's title is quoted."""
        said = [self._counts()] if len(self.found) > 1 else []
        said += [self._one(entry) for entry in self.said]
        rest = len(self.found) - len(self.said)
        if rest:
            said.append(f"The table lists {rest} more.")
        return " ".join(said) + self.remarks()

    def remarks(self) -> str:
        """Return what was left out or cannot be judged, as sentences after the answer."""
        said = ""
        if self.left_out:
            verb = "was" if self.left_out == 1 else "were"
            said += f" {self.left_out} more {verb} overruled later and left out."
        if self.unchecked:
            verb = "is" if self.unchecked == 1 else "are"
            said += f" {self.unchecked} more {verb} due without a check, so the data cannot tell."
        return said

    def _counts(self) -> str:
        states = Counter(entry.state for entry in self.found)
        if len(states) == 1:
            return f"{len(self.found)} decisions, all {STATES[self.found[0].state]}."
        parts = [f"{states[state]} {word}" for state, word in STATES.items() if states[state]]
        return f"{len(self.found)} decisions: {wording.listed(parts)}."

    def _one(self, entry: Judged) -> str:
        decision, who = entry.decision, self._owner(entry)
        parts = [who or "no owner"]
        if decision.due_on:
            parts.append(f"due {wording.day(decision.due_on)}")
        state = STATES[entry.state]
        if entry.state == "superseded" and decision.superseded_by:
            state = f"overruled by {decision.superseded_by}"
        title = quotable(decision.title)
        return f"{decision.id}, “{title}” ({', '.join(parts)}): {state}{self._measured(entry)}."

    def _measured(self, entry: Judged) -> str:
        check = entry.decision.check
        if check is None or entry.actual is None:
            return ""
        unit = unit_of(self.snapshot, check)
        actual = wording.figure(entry.actual, unit)
        return f", {actual} {MEASURES[check.measure]} against {bounds(self.snapshot, check)}"

    def _owner(self, entry: Judged) -> str | None:
        return name_of(self.snapshot.company, entry.decision.owner)

    def facts(self) -> tuple[Fact, ...]:
        """Return the counts, then everything about the decisions said, then the others' titles."""
        facts = [Fact("decisions", len(self.found), "1")]
        for state, count in Counter(entry.state for entry in self.found).items():
            facts.append(Fact(f"decisions_{state}", count, "1", {"state": state}))
        facts.append(Fact("decisions_in_the_table", len(self.found) - len(self.said), "1"))
        facts.append(Fact("decisions_overruled", self.left_out, "1"))
        facts.append(Fact("decisions_without_check", self.unchecked, "1"))
        for entry in self.said:
            facts += self._facts_of(entry)
        for entry in self.found:
            if entry not in self.said:
                facts.append(Fact("decision", entry.decision.title, None, _about(entry)))
        return tuple(facts)

    def _facts_of(self, entry: Judged) -> list[Fact]:
        decision, about = entry.decision, _about(entry)
        values: list[tuple[str, Value, str | None]] = [
            ("decision", quotable(decision.title), None),
            ("id", decision.id, None),
            ("state", entry.state, None),
            ("owner", self._owner(entry), None),
            ("decided_on", decision.decided_on, None),
            ("due_on", decision.due_on, None),
            ("overruled_by", decision.superseded_by, None),
        ]
        if decision.check:
            unit = unit_of(self.snapshot, decision.check)
            values += [
                ("actual", entry.actual, unit),
                ("at_least", decision.check.at_least, unit),
                ("at_most", decision.check.at_most, unit),
            ]
        return [Fact(name, value, unit, about) for name, value, unit in values if value is not None]

    def table(self) -> EvidenceTable:
        """Return every decision found."""
        return EvidenceTable(_COLUMNS, tuple(self._row(entry) for entry in self.found))

    def _row(self, entry: Judged) -> tuple[Value, ...]:
        decision, check = entry.decision, entry.decision.check
        where = None
        if decision.note:
            lines = f", lines {decision.lines[0]}–{decision.lines[1]}" if decision.lines else ""
            where = f"{decision.note}{lines}"
        return (
            decision.id,
            decision.title,
            STATES[entry.state],
            self._owner(entry),
            decision.decided_on,
            decision.due_on,
            decision.meeting,
            decision.cycle,
            check_sentence(self.snapshot, check) if check else None,
            entry.actual,
            entry.days_overdue or None,
            decision.value,
            where,
        )

    def passages(self, library: NoteLibrary) -> tuple[Passage, ...]:
        """Return where the decisions said stand in notes that the asker may read."""
        notes = {note.id: note for note in library.notes(NoteFilter())}
        passages = []
        for entry in self.said:
            decision = entry.decision
            note = notes.get(decision.note or "")
            if note is None or decision.lines is None:
                continue
            first, last = decision.lines
            text = "\n".join(note.text.split("\n")[first - 1 : last])
            if text.strip():
                overruled = entry.state == "superseded"
                passages.append(
                    Passage(
                        note.id,
                        note.title,
                        note.meeting,
                        note.held_on,
                        first,
                        last,
                        text,
                        superseded=overruled,
                    )
                )
        return tuple(passages)


def unit_of(snapshot: Snapshot, check: Check) -> str:
    """Return the unit of what a check measures; `units` where products have several."""
    if check.measure == "hours":
        return "hours"
    column, name = ("product", check.product) if check.product else ("family", check.family)
    where = f"WHERE {column} = $name" if name else "WHERE stage = 'finished' OR stage IS NULL"
    rows = snapshot.rows(
        f"SELECT DISTINCT coalesce(unit, 'units') FROM products {where}",
        {"name": name} if name else {},
    )
    return str(rows[0][0]) if len(rows) == 1 else "units"


def bounds(snapshot: Snapshot, check: Check) -> str:
    """Return the bounds of a check in words: `at least 240 hours`."""
    unit = unit_of(snapshot, check)
    parts = []
    if check.at_least is not None:
        parts.append(f"at least {wording.figure(check.at_least, unit)}")
    if check.at_most is not None:
        parts.append(f"at most {wording.figure(check.at_most, unit)}")
    return " and ".join(parts)


def check_sentence(snapshot: Snapshot, check: Check) -> str:
    """Return how the data will show that a decision was carried out."""
    places = [
        snapshot.labels(kind).get(name, name)
        for kind in ("product", "family", "site", "resource")
        if (name := getattr(check, kind))
    ]
    what = f" for {', '.join(places)}" if places else ""
    if check.measure == "stock":
        when = f"on {wording.day(check.end)}"
    else:
        when = f"from {wording.day(check.start)} to {wording.day(check.end)}"
    return f"{check.measure}{what} {when}: {bounds(snapshot, check)}"


def _about(entry: Judged) -> dict[str, str]:
    about = {"decision": entry.decision.id}
    check = entry.decision.check
    if check:
        for kind in ("product", "family", "site", "resource"):
            if name := getattr(check, kind):
                about[kind] = name
    return about


def quotable(title: str) -> str:
    """Return a title fit to stand in quotation marks."""
    return title.replace("“", "'").replace("”", "'").replace('"', "'")

"""What a tool returns: facts with units, a table, a chart, the definition used."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from planning_engine.data.issue import Issue

Value = str | float | int | bool | date | None


@dataclass(frozen=True)
class Fact:
    """One figure or finding that an answer may state.

    Attributes:
        name: What it is, in the field's words: `load`, `wmape`, `first_stock_out`.
        value: A number, a date (for dated findings) or a name (for "which" findings).
        unit: `%`, `hours`, `case`, `EUR`, `days`, `1` for ratios; None for dates and names.
        about: What it is about: `{"product": …, "month": "2027-03-01"}`; ids, ISO dates.
    """

    name: str
    value: float | int | str | date
    unit: str | None = None
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableColumn:
    """A column of an evidence table: type is text, number, date or month."""

    name: str
    type: str
    unit: str | None = None


@dataclass(frozen=True)
class EvidenceTable:
    """The whole result, for people; a model never sees it."""

    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Proposal:
    """Something a person may approve: a decision, minutes, a plan of record.

    `body` is the typed object as the approver sees it: plain JSON values, no model's text.
    """

    kind: str
    title: str
    body: Mapping[str, Any]  # Any: a JSON object whose shape the kind declares


@dataclass(frozen=True)
class Passage:
    """A passage of a meeting note, cited by note and lines."""

    note: str
    title: str
    meeting: str | None
    held_on: date | None
    first_line: int
    last_line: int
    text: str
    superseded: bool = False
    score: float = 0.0


@dataclass(frozen=True)
class Evidence:
    """The outcome of one tool call. `id`, `tool`, `request`, `snapshot` are stamped on it.

    Attributes:
        summary: One to three sentences that answer the request; each figure in them is a
            fact of this evidence.
        facts: Every figure the answer may use.
        table: The rows behind it.
        chart: A Vega-Lite spec made by `tools.charts`, with its data inside.
        definition: Formula and parameters of what was computed.
        issues: Warnings and assumptions of the data that touch it.
        passages: Quoted notes.
        proposal: What a person may approve.
    """

    summary: str
    facts: tuple[Fact, ...] = ()
    table: EvidenceTable | None = None
    chart: Mapping[str, Any] | None = None  # Any: Vega-Lite JSON
    definition: str = ""
    issues: tuple[Issue, ...] = ()
    passages: tuple[Passage, ...] = ()
    proposal: Proposal | None = None
    id: str = ""
    tool: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON
    snapshot: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the evidence as JSON values, in the shape of the design."""
        content: dict[str, Any] = {
            "id": self.id,
            "tool": self.tool,
            "request": plain(self.request),
            "snapshot": self.snapshot,
            "summary": self.summary,
            "facts": [plain(vars(fact)) for fact in self.facts],
            "table": _table(self.table),
            "chart": plain(self.chart) if self.chart else None,
            "definition": self.definition,
            "issues": [plain(vars(issue)) for issue in self.issues],
        }
        if self.passages:
            content["passages"] = [plain(vars(passage)) for passage in self.passages]
        if self.proposal:
            content["proposal"] = plain(vars(self.proposal))
        return content


def evidence_id(evidence: Evidence) -> str:
    """Return the id that content, tool, request and snapshot give: same call, same id."""
    content = {**evidence.to_dict(), "id": ""}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return f"ev_{digest[:10]}"


def plain(value: Any) -> Any:  # Any: turns any of our values into JSON ones
    """Return JSON values: dates as ISO text, numpy numbers as numbers, NaN as None."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(entry) for entry in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _table(table: EvidenceTable | None) -> dict[str, Any] | None:
    if table is None:
        return None
    return {
        "columns": [vars(column) for column in table.columns],
        "rows": [plain(row) for row in table.rows],
    }

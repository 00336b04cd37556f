"""The data behind the answers: tables and rows, where they came from, what is doubtful in them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any  # Any: what a template is given

from assistant.channels.web.exhibits import label, without_handbook
from planning_engine.data.issue import Issue
from planning_engine.data.schema import TABLES, Table
from planning_engine.data.snapshot import Snapshot, Source

if TYPE_CHECKING:
    from planning_engine.kpis import Kpi


@dataclass(frozen=True)
class TableLine:
    """One table: its meaning, the rows the person may see, what it opens."""

    table: Table
    rows: int
    first: str | None
    last: str | None
    sources: tuple[Source, ...]


_DAYS = {
    "sales": "date",
    "orders": "ordered_on",
    "stock": "date",
    "receipts": "due_on",
    "calendars": "date",
    "production": "date",
    "forecasts": "month",
    "events": "starts_on",
    "budget": "month",
    "plans": "month",
}
_WEIGHT = {"error": 0, "warning": 1, "assumption": 2, "note": 3}


def data_values(snapshot: Snapshot) -> dict[str, Any]:
    """Return what the data page shows; a narrowed person sees only the rows in scope."""
    lines = [_line(snapshot, name) for name in snapshot.tables if snapshot.has(name)]
    missing = [table for name, table in TABLES.items() if name not in snapshot.tables]
    withheld = [TABLES[name] for name in snapshot.tables if not snapshot.has(name)]
    return {
        "lines": lines,
        "missing": missing,
        "withheld": withheld,
        "issues": _issues(snapshot),
        "rows": sum(line.rows for line in lines),
        "kpis": _definitions(),
        "unit_of": lambda unit: {"1": "", "currency": snapshot.company.currency}.get(unit, unit),
        "source_in_words": lambda text: label(without_handbook(text)),
        "has_sources": any(line.sources for line in lines),
        "is_narrowed": not snapshot.scope.is_everything,
    }


def _line(snapshot: Snapshot, name: str) -> TableLine:
    day = _DAYS.get(name)
    span = f', min("{day}") AS first, max("{day}") AS last' if day else ""
    row = snapshot.query(f"SELECT count(*) AS rows{span} FROM {name}").iloc[0]
    first, last = (
        (row["first"].date().isoformat(), row["last"].date().isoformat())
        if day and int(row["rows"])
        else (None, None)
    )
    # A file's own name and row count tell more than a narrowed person may see.
    known = snapshot.sources if snapshot.scope.is_everything else ()
    sources = tuple(source for source in known if source.table == name)
    return TableLine(TABLES[name], int(row["rows"]), first, last, sources)


def _issues(snapshot: Snapshot) -> list[Issue]:
    """Return the findings, gravest first; example rows only for who may see all of them."""
    found = sorted(snapshot.issues, key=lambda issue: (_WEIGHT[issue.severity], issue.table))
    if snapshot.scope.is_everything:
        return found
    return [
        Issue(entry.table, entry.rule, entry.severity, entry.rows, entry.message)
        for entry in found
        if snapshot.has(entry.table)
    ]


def _definitions() -> list["Kpi"]:
    from planning_engine.kpis import catalogue  # imports every KPI: only this page needs them

    return sorted(catalogue().values(), key=lambda kpi: kpi.name.casefold())

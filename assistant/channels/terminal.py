"""Answers, evidence and reports in the terminal; JSON for programs."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any  # Any: JSON objects

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.answer import Progress as Step
    from tools.evidence import Evidence, EvidenceTable, TableColumn, Value

ROWS_SHOWN = 12
_FRAME = 4
_STATUS = {
    "asked_back": "Please choose",
    "not_in_data": "Not in the data",
    "not_permitted": "Not permitted",
    "refused": "Not something I do",
    "failed": "No answer",
}


# A name in the data could otherwise colour, erase or retitle the terminal.
_CONTROL = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def printed(text: str, style: str = "") -> Text:
    """Return text that shows as it is: no markup, no control characters."""
    return Text(text.translate(_CONTROL), style=style)


class Screen:
    """Where a command shows its result: tables for people, or one JSON object."""

    def __init__(self, *, as_json: bool = False, full: bool = False) -> None:
        """Set up the two streams.

        Args:
            as_json: Print one JSON object on stdout and nothing else there.
            full: Show all rows of a table.
        """
        self.as_json = as_json
        self.full = full
        self.out = Console(file=sys.stdout, highlight=False)
        self.errors = Console(file=sys.stderr, highlight=False)

    def json(self, content: Mapping[str, Any]) -> None:
        """Print the JSON object."""
        sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")

    def line(self, text: str = "", style: str = "") -> None:
        """Print a line for people; nothing when JSON is asked for."""
        if not self.as_json:
            self.out.print(printed(text, style=style), soft_wrap=True)

    def problem(self, text: str, kind: str = "") -> None:
        """Print why the work was not done."""
        if self.as_json:
            self.json({"error": {"kind": kind, "message": text}})
        else:
            self.errors.print(printed(text, style="red"), soft_wrap=True)

    def warning(self, text: str) -> None:
        """Print a warning on stderr."""
        self.errors.print(printed(text, style="yellow"), soft_wrap=True)

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = ""
    ) -> None:
        """Print rows for people."""
        if self.as_json:
            return
        table = Table(*columns, title=title or None, title_justify="left", box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(printed("—" if cell is None else str(cell)) for cell in row))
        self.out.print(table)

    def answer(self, answer: "Answer") -> None:
        """Print an answer with its evidence, definition, footnotes, receipt and suggestions."""
        if self.as_json:
            self.json(answer.to_dict())
            return
        if answer.status in _STATUS:
            self.out.print(printed(_STATUS[answer.status], style="yellow bold"))
        self.out.print(Markdown(answer.text.translate(_CONTROL)))
        for entry in answer.evidence:
            self._evidence(entry)
        for proposal in answer.proposals:
            self.out.print(_proposal(proposal.id, proposal.proposal.title, proposal.proposal.body))
        for note in answer.footnotes:
            self.out.print(printed(note, style="dim"))
        self.out.print(printed(_signature(answer), style="dim"))
        for suggestion in answer.suggestions:
            self.out.print(printed(f"  → {suggestion}", style="cyan"))

    def evidence(self, evidence: "Evidence") -> None:
        """Print one evidence with its summary and facts."""
        if self.as_json:
            self.json(evidence.to_dict())
            return
        self.out.print(printed(evidence.summary))
        self._evidence(evidence)
        for issue in evidence.issues:
            self.out.print(printed(f"{issue.severity.capitalize()}: {issue.message}", style="dim"))

    @contextmanager
    def steps(self) -> Iterator["StepBar"]:
        """Show what is happening, on stderr, until the work is done."""
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=self.errors,
            transient=True,
            disable=self.as_json or not self.errors.is_terminal,
        ) as bar:
            yield StepBar(bar)

    def _evidence(self, evidence: "Evidence") -> None:
        parts: list[Any] = []
        if evidence.table and evidence.table.rows:
            parts += self._table(evidence.table)
        parts += [printed(_quotation(entry), style="italic") for entry in evidence.passages]
        if evidence.definition:
            parts.append(printed(evidence.definition, style="dim"))
        if parts:
            title = printed(f"{evidence.tool}  {evidence.id}", style="dim")
            self.out.print(
                Panel(Group(*parts), title=title, title_align="left", border_style="dim")
            )

    def _table(self, table: "EvidenceTable") -> list[Any]:
        if self.full:
            return [_grid(table, len(table.columns), len(table.rows))]
        columns = _fitting(table, self.out.width - _FRAME)
        hidden = [
            f"{count:,} more {what if count > 1 else what[:-1]}"
            for count, what in (
                (len(table.rows) - ROWS_SHOWN, "rows"),
                (len(table.columns) - columns, "columns"),
            )
            if count > 0
        ]
        grid = _grid(table, columns, ROWS_SHOWN)
        note = printed(f"… {' and '.join(hidden)}, --full shows them", style="dim")
        return [grid, note] if hidden else [grid]


class StepBar:
    """Takes the progress of a turn or an import and shows it as one bar."""

    def __init__(self, bar: Progress) -> None:
        """Begin at nothing done."""
        self._bar = bar
        self._task = bar.add_task("Starting", total=1.0)

    def share(self, text: str, done: float) -> None:
        """Show a message and the share done, 0 to 1."""
        self._bar.update(self._task, description=text, completed=done)

    def step(self, step: "Step") -> None:
        """Show a step of a turn."""
        self._bar.update(self._task, description=step.text[:60], completed=step.done or 0.0)


def _grid(table: "EvidenceTable", columns: int, rows: int) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in table.columns[:columns]:
        is_number = column.type == "number"
        shown.add_column(printed(_heading(column)), justify="right" if is_number else "left")
    for row in table.rows[:rows]:
        cells = zip(table.columns[:columns], row, strict=False)
        shown.add_row(*(printed(cell_text(column, value)) for column, value in cells))
    return shown


def _fitting(table: "EvidenceTable", width: int) -> int:
    """Return how many of the first columns fit beside each other, at least one."""
    used = 0
    for number, column in enumerate(table.columns):
        cells = [len(cell_text(column, row[number])) for row in table.rows[:ROWS_SHOWN]]
        used += max(*cells, 0, *(len(word) for word in _heading(column).split())) + 2
        if used - 2 > width:
            return max(number, 1)
    return len(table.columns)


def _heading(column: "TableColumn") -> str:
    said = column.unit is None or column.name.endswith(column.unit)
    return column.name.replace("_", " ") + ("" if said else f" ({column.unit})")


def cell_text(column: "TableColumn", value: "Value") -> str:
    """Return a cell as people read it: thousands with commas, months by name, — for missing."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return f"{value:%B %Y}" if column.type == "month" else f"{value.day} {value:%B %Y}"
    if isinstance(value, int | float):
        return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.2f}"
    return str(value)


def _quotation(passage: Any) -> str:
    held = f", {passage.held_on}" if passage.held_on else ""
    place = f"{passage.title}{held}, lines {passage.first_line}–{passage.last_line}"
    return f"“{' '.join(passage.text.split())}” ({place})"


def _proposal(identity: str, title: str, body: Mapping[str, Any]) -> Panel:
    lines = [printed(title, style="bold")]
    for name, value in body.items():
        if name != "title" and value not in (None, "", [], {}, False):
            lines += _entry(name.replace("_", " "), value)
    lines.append(
        printed(f"Decide with: sop decisions approve {identity}   or: … reject {identity}", "cyan")
    )
    return Panel(Group(*lines), title="Proposal", title_align="left")


def _entry(name: str, value: object) -> list[Text]:
    """Return a field of a proposal as lines: lists with a line for each entry."""
    if isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value):
        return [printed(f"{name}:"), *(printed(f"  - {_plain(entry)}") for entry in value)]
    return [printed(f"{name}: {_plain(value)}")]


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(entry) for entry in value)
    if isinstance(value, Mapping):
        filled = {key: entry for key, entry in value.items() if entry not in (None, "", [])}
        text = filled.pop("text", None)
        rest = "; ".join(f"{key.replace('_', ' ')} {_plain(filled[key])}" for key in filled)
        return f"{text} ({rest})" if text and rest else str(text or rest)
    return str(value)


def _signature(answer: "Answer") -> str:
    return f"{answer.model} · receipt {answer.receipt} · thread {answer.thread}"

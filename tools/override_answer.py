"""Overrides as sentences, facts, table and bars."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.accuracy.overrides import NO_REASON, NOBODY, Override
from planning_engine.demand.accuracy.value_added import Added
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn, Value
from tools.people import name_of

SAID = 3
MOST_FACTS = 40


@dataclass(frozen=True)
class Looked:
    """What was looked at; `rows` are people or reasons, worst first."""

    by: str
    lag: int
    steps: tuple[Added, ...]
    rows: tuple[Added, ...]
    overrides: tuple[Override, ...]
    cycle: date | None
    unit: str
    where: Mapping[str, str]


class OverrideAnswer:
    """What is said and shown of overrides."""

    def __init__(self, snapshot: Snapshot, looked: Looked) -> None:
        """Take what was looked at; the snapshot gives people their names."""
        self.snapshot = snapshot
        self.looked = looked
        self.kind = looked.by if looked.by in ("reason", "step") else "person"
        self.shown = looked.steps if looked.by == "step" else looked.rows

    def summary(self) -> str:
        """Return how the steps did, who or what stands out, and what is in force."""
        said = []
        if self.looked.by != "override":
            said += [self._steps_in_words(), self._rows_in_words()]
        said.append(self._in_force())
        return " ".join(part for part in said if part)

    def facts(self) -> tuple[Fact, ...]:
        """Return the measured rows, the steps, and the overrides of the cycle."""
        looked = self.looked
        facts = [Fact("lag", looked.lag, "months")]
        facts += [Fact(kind, name) for kind, name in looked.where.items()]
        for kind, rows in (("step", looked.steps), (self._rows_kind, looked.rows)):
            for one in rows:
                facts += self._measured(kind, one)
        measured = [*looked.steps, *looked.rows]
        if measured:
            facts.append(Fact("first_month", min(one.first for one in measured)))
            facts.append(Fact("last_month", max(one.last for one in measured)))
        if looked.cycle:
            facts.append(Fact("cycle", looked.cycle))
        facts += self._totals()
        for override in looked.overrides[:MOST_FACTS]:
            facts += self._of_override(override)
        return tuple(facts)

    def table(self) -> EvidenceTable:
        """Return people, reasons or steps as measured; or the overrides of the cycle."""
        return self._ledger() if self.looked.by == "override" else self._scores()

    def bars(self) -> list[charts.Row]:
        """Return the points added by each row shown."""
        return [
            {self.kind: self._label(one.name), "value": one.points}
            for one in self.shown
            if one.points is not None
        ]

    @property
    def _rows_kind(self) -> str:
        return "reason" if self.looked.by == "reason" else "author"

    def _measured(self, kind: str, one: Added) -> list[Fact]:
        about = {kind: one.name}
        figures = (
            ("wmape", one.error, "%"),
            ("wmape_before", one.error_before, "%"),
            ("fva", one.points, "pp"),
            ("bias", one.bias, "%"),
            (_side(one), None if one.bias is None else abs(one.bias), "%"),
        )
        facts = [Fact(kind, one.name, None, about)]
        return facts + [
            Fact(name, value, unit, about) for name, value, unit in figures if value is not None
        ]

    def _totals(self) -> list[Fact]:
        found = self.looked.overrides
        return [
            Fact("overridden_cells", sum(one.cells for one in found), "figures"),
            Fact("expired_cells", sum(one.expired for one in found), "figures"),
        ]

    def _of_override(self, one: Override) -> list[Fact]:
        about = {"cycle": one.cycle.isoformat(), "stream": one.stream}
        about |= {"author": one.author or NOBODY, "reason": one.reason or NO_REASON}
        facts = [
            Fact("changed_by", one.changed_by, self.looked.unit, about),
            Fact(_word(one.changed_by), abs(one.changed_by), self.looked.unit, about),
            Fact("cells", one.cells, "figures", about),
        ]
        if one.statistical:
            share = 100 * one.changed_by / one.statistical
            facts.append(Fact("changed_share", share, "%", about))
        if one.author:
            facts.append(Fact("author", one.author, None, about))
        if one.reason:
            facts.append(Fact("reason", one.reason, None, about))
        if one.expires_on:
            facts.append(Fact("expires_on", one.expires_on, None, about))
        if one.added is not None:
            facts.append(Fact("error_avoided", one.added, self.looked.unit, about))
        return facts

    def _steps_in_words(self) -> str:
        steps = self.looked.steps
        if not steps:
            return ""
        words = [f"{one.name} {wording.figure(one.error, '%')}" for one in steps if one.error]
        first, last = min(one.first for one in steps), max(one.last for one in steps)
        return (
            f"Error (WMAPE) {wording.period(first, last)}, forecast {self.looked.lag} "
            f"{wording.plural('month', self.looked.lag)} ahead: {wording.listed(words)}."
        )

    def _rows_in_words(self) -> str:
        if self.looked.by == "step":
            gains = [
                f"{one.name} {self._points(one)} against {one.before}"
                for one in self.looked.steps
                if one.before
            ]
            return f"Value added: {wording.listed(gains)}." if gains else ""
        worse = [one for one in self.looked.rows if (one.points or 0) < 0][:SAID]
        better = [one for one in self.looked.rows[::-1] if (one.points or 0) > 0][:SAID]
        said = []
        if worse:
            first = worse[0]
            lean = ""
            if first.bias is not None:
                side = _side(first).replace("_", " ")
                lean = f", {wording.figure(abs(first.bias), '%')} {side}"
            words = [f"{self._label(one.name)} ({self._points(one)})" for one in worse]
            words[0] = f"{self._label(first.name)} ({self._points(first)}{lean})"
            said.append(f"Made the forecast worse: {wording.listed(words)}.")
        if better:
            words = [f"{self._label(one.name)} ({self._points(one)})" for one in better]
            said.append(f"Made it better: {wording.listed(words)}.")
        return " ".join(said)

    def _in_force(self) -> str:
        found, cycle = self.looked.overrides, self.looked.cycle
        if not cycle:
            return ""
        if not found:
            return f"The {wording.month(cycle)} cycle overrides nothing there."
        count = sum(one.cells for one in found)
        gone = sum(one.expired for one in found)
        largest = [
            f"{one.stream} by {self._label(one.author or NOBODY)}{self._why(one)} "
            f"{self._change(one.changed_by)}"
            for one in found[:SAID]
        ]
        expired = "none has expired" if not gone else f"{gone:,} of them have expired"
        return (
            f"The {wording.month(cycle)} cycle overrides {count:,} figures, {expired}; the "
            f"largest: {wording.listed(largest)}."
        )

    def _why(self, one: Override) -> str:
        return f" for “{one.reason}”" if one.reason else ""

    def _change(self, quantity: float) -> str:
        word = _word(quantity).replace("_", " ")
        return f"{word} {wording.figure(abs(quantity), self.looked.unit)}"

    def _points(self, one: Added) -> str:
        return wording.figure(one.points or 0.0, "pp")

    def _label(self, name: str) -> str:
        if self.looked.by in ("reason", "step") and name not in self._people:
            return name
        return name_of(self.snapshot.company, name) or name

    @property
    def _people(self) -> set[str]:
        return {person.id for person in self.snapshot.company.people}

    def _scores(self) -> EvidenceTable:
        columns = [TableColumn(self.kind, "text")]
        if self.kind == "person":
            columns.append(TableColumn("name", "text"))
        columns.append(TableColumn("against", "text"))
        columns += [TableColumn(name, "number", "%") for name in ("error", "error before", "bias")]
        columns += [TableColumn("value added", "number", "pp"), TableColumn("figures", "number")]
        rows: list[tuple[Value, ...]] = []
        for one in self.shown:
            named = (self._label(one.name),) if self.kind == "person" else ()
            figures = (one.error, one.error_before, one.bias, one.points, one.cells)
            rows.append((one.name, *named, one.before, *figures))
        return EvidenceTable(tuple(columns), tuple(rows))

    def _ledger(self) -> EvidenceTable:
        unit = self.looked.unit
        columns = [TableColumn("cycle", "month")]
        columns += [TableColumn(name, "text") for name in ("stream", "author", "reason")]
        columns.append(TableColumn("figures", "number"))
        columns += [TableColumn(name, "number", unit) for name in ("statistical", "changed by")]
        columns += [TableColumn("expires_on", "date"), TableColumn("expired", "number")]
        columns.append(TableColumn("error avoided", "number", unit))
        rows: list[tuple[Value, ...]] = [
            (
                one.cycle,
                one.stream,
                self._label(one.author or NOBODY),
                one.reason,
                one.cells,
                one.statistical,
                one.changed_by,
                one.expires_on,
                one.expired,
                one.added,
            )
            for one in self.looked.overrides
        ]
        return EvidenceTable(tuple(columns), tuple(rows))


def _word(quantity: float) -> str:
    return "lowered_by" if quantity < 0 else "raised_by"


def _side(one: Added) -> str:
    return "too_low" if (one.bias or 0.0) < 0 else "too_high"

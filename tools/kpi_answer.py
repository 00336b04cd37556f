"""A measured KPI as sentences, facts, table and chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.slices import MISSING
from planning_engine.kpis import KpiResult, KpiRow
from planning_engine.kpis.inventory import COVER_MONTHS
from planning_engine.kpis.measuring import unit_in_words
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn, Value

MOST_FACTS = 60
MOST_BARS = 40
SAID_IN_FULL = 6
SAID_OF_RANKING = 5

# Figures behind the headline, said with it; {name} is an extra of the KPI.
_DETAILS = {
    "otif": "{missed_n} of {lines} due missed it",
    "on_time": "{missed_n} of {lines} due were late",
    "in_full": "{missed_n} of {lines} due were short",
    "supplier_lateness": "{late_n} of {receipts} due came late, {late_share}",
    "inventory_turns": "yearly cost of sales {cogs}, mean stock {stock}",
    "days_of_inventory": "mean stock {stock}, yearly cost of sales {cogs}",
    "utilisation": "{hours_run} run, {hours_available} available",
    "plan_attainment": "{made} made, {planned} planned",
    "plan_adherence": "{planned} planned",
    "plan_change_frequency": "{changed_n} of {lines} in {revisions}",
    "plan_stability": "over {revisions} and {lines}",
    "decision_execution_rate": "{carried_out_n} of {due} due were carried out",
    "plan_nervousness": "over {revisions} and {lines}",
    "cash_to_cash": "{days_of_inventory} of inventory",
    "fva": "the error went from {error_before} to {error_after}",
    "margin": "{margin_share} of revenue",
    "budget_gap": "revenue {revenue} against a budget of {budget}, {gap_share}",
}
_PLACES = {
    "product": "of {}",
    "family": "of {}",
    "site": "at {}",
    "region": "in region {}",
    "channel": "in channel {}",
    "customer": "for {}",
    "resource": "on {}",
    "supplier": "from {}",
    "author": "of {}",
}


@dataclass(frozen=True)
class KpiAnswer:
    """What is said and shown of a KPI.

    Attributes:
        snapshot: The facts, for names.
        result: The KPI as measured.
        rows: Its rows, ordered and cut as asked.
        previous: The same for the period before; None without data or when not asked for.
        compared: Whether the period before was asked for.
        is_cut: Whether a period was asked for; one that the data covers in part is then said.
        ranking: Order asked for, when an order or the first few were.
    """

    snapshot: Snapshot
    result: KpiResult
    rows: tuple[KpiRow, ...]
    previous: KpiResult | None = None
    compared: bool = False
    is_cut: bool = False
    ranking: str | None = None

    def summary(self) -> str:
        """Return one to three sentences that answer."""
        said = [self._headline()]
        query = self.result.query
        if self.is_cut and (self.result.start, self.result.end) != (query.start, query.end):
            said[0] = f"{said[0][:-1]}; the data has no figure for the other months asked for."
        if len(self.rows):
            said.append(self._rows_in_words())
        if self.compared:
            said.append(self._change_in_words())
        return " ".join(said)

    def facts(self) -> tuple[Fact, ...]:
        """Return the total, its background, the period, and the rows in their order."""
        result, one = self.result, self.result.kpi
        today = self.snapshot.company.as_of.isoformat()
        about = {"as_of": today} if one.timing == "now" else {}
        if self.is_cut:  # the months that count, where fewer than those asked for
            about |= {"start": result.start.isoformat(), "end": result.end.isoformat()}
        facts = [Fact(one.id, result.total, result.unit, about)] if result.total is not None else []
        facts += [
            Fact(name, value, self._unit(name), about) for name, value in result.extras.items()
        ]
        facts += [Fact("first_month", result.start), Fact("last_month", result.end)]
        if "lag" in one.parameters:
            facts.append(Fact("lag", result.query.lag, "months", about))
        if one.id == "days_of_cover":
            facts.append(Fact("months_planned", COVER_MONTHS, "months"))
        facts += self._change()
        by = result.query.by or ""
        facts += [
            Fact(one.id, row.value, result.unit, about_group(by, row.group))
            for row in self.rows[:MOST_FACTS]
            if row.value is not None
        ]
        # Two rows may have the same figure: the names said are facts of their own.
        facts += [Fact(by, row.group) for row in self._mentioned()]
        return (*facts, *self._row_extras(by))

    def table(self) -> EvidenceTable:
        """Return the rows, or the total as the only one."""
        by, one = self.result.query.by, self.result.kpi
        named = by in ("product", "site", "customer", "resource", "author")
        extras = list(one.extras)
        columns = [TableColumn(by, "month" if by == "month" else "text")] if by else []
        if named:
            columns.append(TableColumn("name", "text"))
        columns.append(TableColumn(one.id, "number", self.result.unit))
        columns += [TableColumn(name, "number", self._unit(name)) for name in extras]
        if not by:
            values = (self.result.total, *(self.result.extras.get(name) for name in extras))
            return EvidenceTable(tuple(columns), (values,))
        rows = []
        for row in self.rows:
            first: list[Value] = [date.fromisoformat(row.group) if by == "month" else row.group]
            if named:
                first.append(self._label(row.group))
            rows.append((*first, row.value, *(row.extras.get(name) for name in extras)))
        return EvidenceTable(tuple(columns), tuple(rows))

    def chart(self) -> charts.Chart | None:
        """Return a line by month or bars by name; nothing for a single figure."""
        by, one, unit = self.result.query.by, self.result.kpi, self.result.unit
        if not by or len(self.rows) < 2:
            return None
        shown = None if unit == "1" else unit
        title = f"{one.name}{self.place()} by {by}"
        if by == "month":
            by_month = sorted(self.rows, key=lambda row: row.group)
            rows = [{"month": row.group, "value": row.value} for row in by_month]
            return charts.lines(title, rows, shown)
        bars = [{by: self._label(row.group), "value": row.value} for row in self.rows[:MOST_BARS]]
        return charts.bars(title, bars, by, shown)

    def _headline(self) -> str:
        result, one = self.result, self.result.kpi
        if result.total is None:
            if one.id == "days_of_cover":
                return (
                    f"The stock{self.place()} covers all the demand planned for "
                    f"{wording.figure(COVER_MONTHS, 'months')}."
                )
            return (
                f"{one.name}{self.place()} {self._when()} is not defined: there is nothing to "
                "divide by."
            )
        value = wording.figure(result.total, result.unit)
        details = self._detail()
        return f"{one.name}{self.place()} {self._when()} was {value}{details}."

    def _when(self) -> str:
        if self.result.kpi.timing == "stock":
            return f"at the last count in {wording.month(self.result.end)}"
        if self.result.kpi.timing == "now":
            return f"on {wording.day(self.snapshot.company.as_of)}"
        return wording.period(self.result.start, self.result.end)

    def _detail(self) -> str:
        result, one = self.result, self.result.kpi
        parts = []
        if "stream" in one.parameters:
            parts.append(f"{result.query.stream or 'consensus'} forecast")
        if "lag" in one.parameters:
            parts.append(f"published {wording.figure(result.query.lag, 'months')} ahead")
        if "basis" in one.parameters and result.query.basis == "promised":
            parts.append("by the promised date")
        template = _DETAILS.get(one.id, "")
        if template:
            figures = {
                name: wording.figure(value, self._unit(name))
                for name, value in result.extras.items()
            }
            bare = {f"{name}_n": f"{value:,.0f}" for name, value in result.extras.items()}
            parts.append(template.format_map(_Blank(figures | bare)))
        return f" ({'; '.join(parts)})" if parts else ""

    def place(self) -> str:
        """Return the slice in words, with a space before: ` of Juice at DC West`."""
        words = [
            _PLACES[kind].format(self._name_of(kind, name))
            for kind, name in self.result.query.where.items()
        ]
        return f" {' '.join(words)}" if words else ""

    def _rows_in_words(self) -> str:
        said = [self._said(row) for row in self._mentioned()]
        by = self.result.query.by
        if not said:
            return "No row has a figure."
        if self.ranking:
            return f"{self.ranking.capitalize()} first: {wording.listed(said)}."
        if not self._is_shortened():
            return f"By {by}: {wording.listed(said)}."
        first, last = ("Best", "worst") if self._is_judged() else ("Highest", "lowest")
        return f"{first}: {said[0]}; {last}: {said[-1]}."

    def _mentioned(self) -> list[KpiRow]:
        """Return the rows that the sentences name."""
        known = [row for row in self.rows if row.value is not None]
        if self.ranking:
            return known[:SAID_OF_RANKING]
        if not known or not self._is_shortened():
            return known
        ordered = sorted(known, key=lambda row: row.value or 0.0, reverse=True)
        ends = [ordered[0], ordered[-1]]
        return ends[::-1] if self._is_judged() and self.result.kpi.direction == "lower" else ends

    def _is_shortened(self) -> bool:
        return self.result.query.by == "month" or len(self.rows) > SAID_IN_FULL

    def _is_judged(self) -> bool:
        judged = self.result.unit in ("%", "pp", "1", "days")
        return judged and self.result.kpi.direction != "neutral"

    def _said(self, row: KpiRow) -> str:
        return f"{self._label(row.group)} {wording.figure(row.value or 0.0, self.result.unit)}"

    def _label(self, group: str) -> str:
        by = self.result.query.by or ""
        if by == "month":
            return wording.month(date.fromisoformat(group))
        return f"without {by}" if group == MISSING else self._labels.get(group, group)

    def _name_of(self, kind: str, identity: str) -> str:
        if kind == "author":
            return self._people.get(identity, identity)
        return self.snapshot.label(kind, identity)

    @cached_property
    def _people(self) -> Mapping[str, str]:
        return {person.id: person.name for person in self.snapshot.company.people}

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        by = self.result.query.by
        if by == "author":
            return self._people
        return self.snapshot.labels(by) if by in _PLACES else {}

    def _change_in_words(self) -> str:
        before = self.previous
        if before is None or before.total is None or self.result.total is None:
            return "There is no figure for the months before to compare with."
        change = self.result.total - before.total
        by = wording.figure(abs(change), self._change_unit())
        then = (
            f"{wording.figure(before.total, before.unit)} "
            f"{wording.period(before.start, before.end)}"
        )
        if by == wording.figure(0, self._change_unit()):
            return f"That is unchanged from {then}."
        return f"That is {'up' if change > 0 else 'down'} {by} against {then}."

    def _change(self) -> list[Fact]:
        before = self.previous
        if before is None or before.total is None or self.result.total is None:
            return []
        then = {"start": before.start.isoformat(), "end": before.end.isoformat()}
        since = {**then, "end": self.result.end.isoformat()}
        change = self.result.total - before.total
        return [
            Fact("previous", before.total, before.unit, then),
            Fact("change", change, self._change_unit(), since),
            Fact("previous_first_month", before.start),
            Fact("previous_last_month", before.end),
        ]

    def _change_unit(self) -> str:
        return "pp" if self.result.unit == "%" else self.result.unit

    def _row_extras(self, by: str) -> list[Fact]:
        rows = self.rows if len(self.rows) <= SAID_IN_FULL else ()
        return [
            Fact(name, value, self._unit(name), about_group(by, row.group))
            for row in rows
            for name, value in row.extras.items()
        ]

    def _unit(self, extra: str) -> str | None:
        return self.unit_of(extra, self.result)

    def unit_of(self, extra: str, result: KpiResult) -> str | None:
        """Return the unit of a further figure; what is delivered is counted as was asked."""
        unit, query = result.kpi.extras[extra], result.query
        if unit == "lines" and "counted" in result.kpi.parameters:
            unit = "product unit" if query.counted == "quantity" else query.counted
        return unit_in_words(self.snapshot, unit, query.where) if unit else None


class _Blank(dict[str, str]):
    """Figures by name; one that is unknown is said so."""

    def __missing__(self, name: str) -> str:
        return "an unknown figure"


def about_group(by: str, group: str) -> dict[str, str]:
    """Return what the figure of a group is about."""
    return {"without": by} if group == MISSING else {by: group}

"""Two definitions of one KPI, measured side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

from planning_engine.data.issue import Issue
from planning_engine.data.snapshot import Snapshot
from planning_engine.kpis import KpiResult, KpiRow
from tools import charts, wording
from tools.evidence import Evidence, EvidenceTable, Fact, TableColumn, Value
from tools.kpi_answer import KpiAnswer, about_group
from tools.kpi_parameters import in_words

MOST_FACTS = 40
# Parameters that are numbers, said in the sentence.
_NUMBERS = {
    "lag": "months",
    "tolerance_days": "days",
    "early_days": "days",
    "dso_days": "days",
    "dpo_days": "days",
    "changed_percent": "%",
    "decay": "1",
}


@dataclass(frozen=True)
class SideBySide:
    """One KPI by two definitions, over the same slice and months.

    Attributes:
        snapshot: The facts, for names.
        first: The answer by the first definition.
        second: The KPI by the other one.
    """

    snapshot: Snapshot
    first: KpiAnswer
    second: KpiResult

    def evidence(self, issues: tuple[Issue, ...]) -> Evidence:
        """Return both figures, their difference, and both definitions."""
        return Evidence(
            summary=self.summary(),
            facts=self.facts(),
            table=self.table(),
            chart=self.chart(),
            definition=f"First: {self._one.definition} Second: {self.second.definition}",
            issues=issues,
        )

    def summary(self) -> str:
        """Return one or two sentences: both figures and what lies between them."""
        one, other = self._one, self.second
        first, second = self._names
        head = f"{one.kpi.name}{self.first.place()} {wording.period(one.start, one.end)}"
        if one.total is None or other.total is None:
            return f"{head} is not defined by both definitions: there is nothing to divide by."
        if first == second:
            return f"{head} was {self._figure(one.total)}; both definitions are the same."
        gap = other.total - one.total
        way = "higher" if gap > 0 else "lower"
        unit = "pp" if one.unit == "%" else one.unit
        same = wording.figure(abs(gap), unit) == wording.figure(0, unit)
        far = "as high" if same else f"{wording.figure(abs(gap), unit)} {way}"
        # A sentence of its own: "lower" is not said of the two figures before.
        return (
            f"{head} was {self._figure(one.total)} {first}, and {self._figure(other.total)} "
            f"{second}. The second is {far}."
        )

    def facts(self) -> tuple[Fact, ...]:
        """Return each definition's figure and background, then the rows of both."""
        one, other = self._one, self.second
        first, second = self._names
        facts = [Fact("first_month", one.start), Fact("last_month", one.end)]
        for name, result in ((first, one), (second, other)):
            about = {"definition": name}
            if result.total is not None:
                facts.append(Fact(one.kpi.id, result.total, one.unit, about))
            facts += [
                Fact(extra, value, self.first.unit_of(extra, result), about)
                for extra, value in result.extras.items()
            ]
            facts += [
                Fact(f"parameter_{key}", value, unit, about)
                for key, unit in _NUMBERS.items()
                if (value := getattr(result.query, key)) is not None
            ]
        if one.total is not None and other.total is not None:
            unit = "pp" if one.unit == "%" else one.unit
            gap = other.total - one.total
            facts.append(Fact("second_less_first", gap, unit))
            facts.append(Fact("distance", abs(gap), unit))
        by = one.query.by or ""
        for row in self.first.rows[:MOST_FACTS]:
            for name, value in ((first, row.value), (second, self._others.get(row.group))):
                if value is not None:
                    about = {**about_group(by, row.group), "definition": name}
                    facts.append(Fact(one.kpi.id, value, one.unit, about))
        return tuple(facts)

    def table(self) -> EvidenceTable:
        """Return a row per definition, or per group with a column for each."""
        one, by = self._one, self._one.query.by
        names = ("first", "second") if self._names[0] == self._names[1] else self._names
        if not by:
            head = (TableColumn("definition", "text"), TableColumn(one.kpi.id, "number", one.unit))
            totals = zip(names, (one.total, self.second.total), strict=True)
            return EvidenceTable(head, tuple(totals))
        columns = (
            TableColumn(by, "month" if by == "month" else "text"),
            TableColumn(names[0], "number", one.unit),
            TableColumn(names[1], "number", one.unit),
        )
        rows: list[tuple[Value, ...]] = [
            (row.group, row.value, self._others.get(row.group)) for row in self.first.rows
        ]
        return EvidenceTable(columns, tuple(rows))

    def chart(self) -> charts.Chart:
        """Return both figures side by side, per group where split."""
        one, by = self._one, self._one.query.by
        shown = None if one.unit == "1" else one.unit
        title = f"{one.kpi.name} by two definitions"
        rows = self.first.rows if by else (KpiRow("all", one.total, {}),)
        others = self._others if by else {"all": self.second.total}
        bars: list[charts.Row] = [
            {by or "kpi": row.group, "definition": name, "value": value}
            for row in rows
            for name, value in zip(self._names, (row.value, others.get(row.group)), strict=True)
        ]
        return charts.compare_bars(title, bars, by or "kpi", "definition", shown)

    @property
    def _one(self) -> KpiResult:
        return self.first.result

    @property
    def _names(self) -> tuple[str, str]:
        one, other = self._one, self.second
        return (
            in_words(one.kpi, one.query, other.query),
            in_words(one.kpi, other.query, one.query),
        )

    @property
    def _others(self) -> Mapping[str, float | None]:
        return {row.group: row.value for row in self.second.rows}

    def _figure(self, value: float) -> str:
        return wording.figure(value, self._one.unit)

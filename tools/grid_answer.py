"""The S&OP grid as sentences, facts, the planners' table and a chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from planning_engine.grid.sop_grid import LINES, Grid, GridMonth
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names

DRAWN = ("bookings", "shipments", "supply", "inventory_end", "backlog_end")
TOTALLED = ("bookings", "shipments", "supply", "forecast", "budget", "plan", "last_plan")


@dataclass(frozen=True)
class GridAnswer:
    """What is said and shown of a grid.

    Attributes:
        names: Names and units.
        grid: The grid asked for.
        all_grids: Every family's grid and the whole, for the table of the whole.
        today: The date the data speaks for.
    """

    names: Names
    grid: Grid
    all_grids: tuple[Grid, ...]
    today: date

    def summary(self) -> str:
        """Return two to four sentences: what was, what will be, old plan against new."""
        said = [*self._past(), *self._ahead(), *self._plans(), *self._adjusted()]
        if self.grid.ends_with_plan and self.grid.ahead:
            end = wording.month(self.grid.ends_with_plan)
            said.append(f"The published plan ends in {end}, and so does the grid.")
        return " ".join(said)

    def facts(self) -> tuple[Fact, ...]:
        """Return sums of the past and of the months ahead, then every line by month."""
        about = {"family": self.grid.family} if self.grid.family else {}
        facts = []
        for name, rows in (("past", self.grid.past), ("ahead", self.grid.ahead)):
            if rows:
                facts += [
                    Fact(f"{name}_first_month", rows[0].month),
                    Fact(f"{name}_last_month", rows[-1].month),
                    Fact(f"{name}_months", len(rows), "months"),
                ]
                facts += [
                    Fact(f"{name}_{line}", value, self._unit, about)
                    for line in TOTALLED
                    if (value := _sum(rows, line)) is not None
                ]
        both = _both_plans(self.grid.ahead)
        if both:
            moved = sum((entry.plan or 0.0) - (entry.last_plan or 0.0) for entry in both)
            facts.append(Fact("plan_less_last_plan", abs(moved), self._unit, about))
        adjusted = self._backlog_adjusted()
        if adjusted:
            facts.append(Fact("adjusted_backlog", adjusted, self._unit, about))
        if self.grid.ends_with_plan:
            facts.append(Fact("plan_ends", self.grid.ends_with_plan))
        for entry in self.grid.months:
            where = {**about, "month": entry.month.isoformat()}
            facts += [
                Fact(line, value, self._unit, where)
                for line in LINES
                if (value := getattr(entry, line)) is not None
            ]
        return tuple(facts)

    def table(self) -> EvidenceTable:
        """Return the planners' layout: a row per line (and family), a column per month."""
        shown = (self.grid,) if self.grid.family else self.all_grids
        months = [entry.month for entry in self.grid.months]
        columns = (
            TableColumn("family", "text"),
            TableColumn("line", "text"),
            *(TableColumn(f"{month:%b %Y}", "number", self._unit) for month in months),
        )
        rows = [
            (
                grid.family or "all",
                line.replace("_", " "),
                *(getattr(entry, line) for entry in grid.months),
            )
            for grid in shown
            for line in LINES
            if any(getattr(entry, line) is not None for entry in grid.months)
        ]
        return EvidenceTable(columns, tuple(rows))

    def chart(self) -> charts.Chart:
        """Return the main lines by month, past and planned."""
        rows: list[charts.Row] = [
            {"month": entry.month, "line": line.replace("_", " "), "value": value}
            for line in DRAWN
            for entry in self.grid.months
            if (value := getattr(entry, line)) is not None
        ]
        title = f"S&OP grid{self._whose}"
        return charts.lines(title, rows, self._unit, series="line")

    # --- sentences

    def _past(self) -> list[str]:
        rows = self.grid.past
        if not rows:
            return []
        last, figure = rows[-1], self._figure
        booked, came = _sum(rows, "bookings"), _sum(rows, "supply")
        flows = []
        if booked is not None:
            flows.append(f"{figure(booked)} booked")
        flows.append(f"{figure(_sum(rows, 'shipments') or 0.0)} shipped")
        if came is not None:
            flows.append(f"{figure(came)} supplied")
        when = wording.period(rows[0].month, last.month)
        text = f"{self.grid.family or 'All families'} {when}: {wording.listed(flows)}"
        kept = [
            f"{figure(value)} {what}"
            for value, what in ((last.inventory_end, "in stock"), (last.backlog_end, "owed"))
            if value is not None
        ]
        end = f" {wording.month(last.month)} ended with {wording.listed(kept)}." if kept else ""
        return [f"{text}.{end}"]

    def _ahead(self) -> list[str]:
        rows = self.grid.ahead
        if not rows:
            return []
        last, figure = rows[-1], self._figure
        when = wording.period(rows[0].month, last.month)
        demand, supply = figure(_sum(rows, "forecast") or 0.0), _sum(rows, "supply")
        text = f"{when[:1].upper()}{when[1:]} "
        if supply is None:
            text += f"the demand is {demand}; no supply plan is published to meet it with"
        else:
            text += f"a supply of {figure(supply)} meets a demand of {demand}"
        budget = _sum(rows, "budget")
        if budget is not None:
            text += f", against a budget of {figure(budget)}"
        kept = [
            f"{figure(value)} {what}"
            for value, what in ((last.inventory_end, "in stock"), (last.backlog_end, "owed"))
            if value is not None
        ]
        end = f" {wording.month(last.month)} ends with {wording.listed(kept)}." if kept else ""
        return [f"{text}.{end}"]

    def _plans(self) -> list[str]:
        both = _both_plans(self.grid.ahead)
        if not both:
            return []
        moved = sum((entry.plan or 0.0) - (entry.last_plan or 0.0) for entry in both)
        if abs(moved) < 0.5:
            return ["The plan ahead is as large as the last cycle's."]
        way = "more" if moved > 0 else "less"
        return [f"The plan ahead has {self._figure(abs(moved))} {way} than the last cycle's."]

    def _adjusted(self) -> list[str]:
        adjusted = self._backlog_adjusted()
        if not adjusted:
            return []
        return [
            f"Adjustments of {self._figure(adjusted)} stand in the backlog, for what the orders "
            "cannot account for."
        ]

    def _backlog_adjusted(self) -> float:
        return sum(abs(entry.backlog_adjustment or 0.0) for entry in self.grid.past)

    def _figure(self, value: float) -> str:
        return wording.figure(value, self._unit)

    @property
    def _whose(self) -> str:
        return f" of {self.grid.family}" if self.grid.family else ""

    @property
    def _unit(self) -> str:
        family, known = self.grid.family, self.names.families
        sold = {product for product, own in known.items() if family in (None, own) and own}
        return self.names.unit_of_all(sold or set(known))


def _sum(rows: Sequence[GridMonth], line: str) -> float | None:
    """Return a line's sum; None where a month does not know it."""
    values = [getattr(entry, line) for entry in rows]
    return None if None in values else sum(values)


def _both_plans(rows: Sequence[GridMonth]) -> list[GridMonth]:
    return [entry for entry in rows if entry.plan is not None and entry.last_plan is not None]

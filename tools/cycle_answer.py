"""What changed between two published cycles, in sentences, facts, table and chart."""

from dataclasses import dataclass

from planning_engine.cycles.explain import CycleChange, Move
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names

SAID = 3
MOST_FACTS = 12


@dataclass(frozen=True)
class CycleAnswer:
    """What is said and shown of the change between two cycles."""

    names: Names
    change: CycleChange
    whose: str

    def summary(self) -> str:
        """Return one or two sentences that answer."""
        change, what = self.change, self._what()
        cycles = f"{wording.month(change.cycle)} cycle"
        before = f"that of the {wording.month(change.previous)} cycle"
        if not change.months:
            return f"The {what} of the {cycles} and {before} have no month in common{self.whose}."
        count = len(change.months)
        span = f"{wording.month(change.months[0])} to {wording.month(change.months[-1])}"
        over = f"Over the {count} months that both planned ({span})"
        if count == 1:
            over = f"Over the month that both planned ({wording.month(change.months[0])})"
        if abs(change.change) < 0.5:
            total = f"is as large as {before}"
        else:
            way = "above" if change.change > 0 else "below"
            amount = wording.figure(abs(change.change), self._unit())
            share = f" ({wording.figure(abs(self._percent()), '%')})" if change.before else ""
            total = f"is {amount}{share} {way} {before}"
        said = f"{over}, the {what}{self.whose} of the {cycles} {total}."
        moved = [move for move in change.moves if abs(move.change) >= 0.5][:SAID]
        if len(change.moves) > 1 and moved:
            said += f" Most moved {wording.listed([self._move(move) for move in moved])}."
        return said

    def _move(self, move: Move) -> str:
        way = "up" if move.change > 0 else "down"
        amount = wording.figure(abs(move.change), self.names.unit(move.product))
        return f"{self.names.product(move.product)}, {way} {amount}"

    def facts(self) -> tuple[Fact, ...]:
        """Return both totals, their change, the months compared, then the biggest moves."""
        change, unit = self.change, self._unit()
        facts = [
            Fact("cycle", change.cycle),
            Fact("previous_cycle", change.previous),
            Fact("months_compared", len(change.months), "months"),
            Fact("quantity", change.after, unit, {"cycle": change.cycle.isoformat()}),
            Fact("quantity", change.before, unit, {"cycle": change.previous.isoformat()}),
            Fact("quantity_change", change.change, unit),
        ]
        if change.before:
            facts.append(Fact("quantity_change", self._percent(), "%"))
        if change.months:
            facts.append(Fact("first_month", change.months[0]))
            facts.append(Fact("last_month", change.months[-1]))
        for move in change.moves[:MOST_FACTS]:
            about = {"product": move.product}
            unit = self.names.unit(move.product)
            facts.append(Fact("quantity_change", move.change, unit, about))
            if move.percent is not None:
                facts.append(Fact("quantity_change", move.percent, "%", about))
        return tuple(facts)

    def table(self) -> EvidenceTable:
        """Return a row per product, biggest change first."""
        columns = (
            TableColumn("product", "text"),
            TableColumn("name", "text"),
            TableColumn("before", "number", self._unit()),
            TableColumn("after", "number", self._unit()),
            TableColumn("change", "number", self._unit()),
            TableColumn("change_percent", "number", "%"),
        )
        rows = tuple(
            (
                move.product,
                self.names.product(move.product),
                move.before,
                move.after,
                move.change,
                move.percent,
            )
            for move in self.change.moves
        )
        return EvidenceTable(columns, rows)

    def chart(self) -> charts.Chart | None:
        """Return both cycles by month."""
        if not self.change.months:
            return None
        cycles = (wording.month(self.change.previous), wording.month(self.change.cycle))
        rows: list[charts.Row] = [
            {"month": month, "cycle": cycle, "value": value}
            for month, *values in self.change.by_month
            for cycle, value in zip(cycles, values, strict=True)
        ]
        title = f"{self._what().capitalize()} as published"
        return charts.compare_bars(title, rows, "month", "cycle", self._unit())

    def _what(self) -> str:
        return "supply plan" if self.change.what == "supply" else "consensus forecast"

    def _percent(self) -> float:
        return 100 * self.change.change / self.change.before

    def _unit(self) -> str:
        return self.names.unit_of_all({move.product for move in self.change.moves})

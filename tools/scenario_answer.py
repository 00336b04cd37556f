"""Plans side by side: figures as facts, table, chart and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from planning_engine.plan import Delta, Plan, compare
from planning_engine.supply.capacity.capacity import CapacityCheck, MonthLoad
from planning_engine.supply.stock.inventory import StockOutlook
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn, Value
from tools.figure_words import LABELS, SAID_AS
from tools.names import Names
from tools.plan_words import because, late_facts, late_words

Focus = Literal["all", "capacity", "inventory", "service", "cost"]
BASE = "base"
SAID = 3
_LED = {
    "all": ("service", "peak_load", "plan_cost"),
    "capacity": ("peak_load", "overloaded_months", "overtime"),
    "inventory": ("stock_outs", "inventory_value"),
    "service": ("service",),
    "cost": ("plan_cost", "margin"),
}


@dataclass(frozen=True)
class ScenarioAnswer:
    """A base plan and other plans by name."""

    names: Names
    base: Plan
    others: tuple[tuple[str, Plan], ...]
    focus: Focus = "all"

    def result(self) -> str:
        """Return what the first other plan changes on the figures in focus."""
        _, plan = self.others[0]
        deltas = {delta.name: delta for delta in compare(self.base, plan)}
        led = [deltas[figure] for figure in _LED[self.focus]]
        # Without costs or prices in the data there is no money to compare.
        unpriced = {"plan_cost", "margin", "inventory_value"}
        shown = [d for d in led if d.name not in unpriced or d.base or d.other] or led
        said = [self._moved(delta, plan) for delta in shown]
        text = f"{'; '.join(said)}."
        text = text[0].upper() + text[1:]
        is_later = deltas["late_quantity"].change >= 0.5
        if self.focus in ("all", "service") and plan.late and is_later:
            most, why = (
                late_words(self.names, plan.late[0]),
                because(self.names, plan.late[0].binds),
            )
            text += f" Most is owed of {most}, {why}."
        if self.focus == "inventory":
            text += self._new_stock_outs(plan)
        if self.focus == "all":
            text += self._as_published(plan)
        return text

    def _as_published(self, plan: Plan) -> str:
        new = new_stock_outs(self.base, plan)
        if not new:
            return ""
        outlook, day = new[0]
        stock = self.names.stock(outlook.product, outlook.site)
        many = f"{len(new)} stocks run" if len(new) > 1 else "1 stock runs"
        first = "first " if len(new) > 1 else ""
        return (
            f" With the supply as published, {many} out that would not otherwise, or earlier: "
            f"{first}{stock} on {wording.day(day)}."
        )

    def _new_stock_outs(self, plan: Plan) -> str:
        new = new_stock_outs(self.base, plan)
        if not new:
            return " Nothing runs out that would not run out anyway, or earlier."
        said = [
            f"{self.names.stock(outlook.product, outlook.site)} on {wording.day(day)}"
            for outlook, day in new[:SAID]
        ]
        rest = [f"{len(new) - SAID} more"] if len(new) > SAID else []
        return f" New or earlier: {wording.listed([*said, *rest])}."

    def _moved(self, delta: Delta, plan: Plan) -> str:
        if delta.name == "peak_load":
            return self._load(plan)
        label = SAID_AS[delta.name]
        before, after = self._value(delta, delta.base), self._value(delta, delta.other)
        if before == after:
            return f"{label} stays at {after}"
        return f"{label} goes from {before} to {after}"

    def _load(self, plan: Plan) -> str:
        """Return what becomes of the load of the resource that changes most."""
        moved = most_moved(self.base.capacity, plan.capacity)
        if moved is None:
            worst = plan.capacity.worst
            if worst is None or worst.percent is None:
                return "the load is not known"
            load = wording.figure(worst.percent, "%")
            return (
                f"the highest load stays at {load} ({worst.resource} in "
                f"{wording.month(worst.month)})"
            )
        before, after = (peak(check, moved) for check in (self.base.capacity, plan.capacity))
        if after.percent is None:
            lacks = wording.figure(after.overflow, "hours")
            return f"{moved} lacks {lacks} in {wording.month(after.month)}"
        said = [
            f"{wording.figure(row.percent or 0.0, '%')} in {wording.month(row.month)}"
            for row in (before, after)
        ]
        return f"the highest load of {moved} goes from {said[0]} to {said[1]}"

    def _value(self, delta: Delta, value: float) -> str:
        if delta.unit == "1":
            return f"{value:,.0f}"
        unit = self._unit(delta.unit)
        return wording.figure(round(value, 1) if unit == "hours" else value, unit)

    def _unit(self, unit: str) -> str:
        if unit != "units":
            return unit
        return self.names.unit_of_all({p for p, _ in self.base.supply.problem.demand})

    def facts(self) -> list[Fact]:
        """Return each figure of each plan and its change, figures in focus first."""
        facts = []
        led = _LED[self.focus]
        order = [*led, *(figure.name for figure in self.base.figures if figure.name not in led)]
        for figure in order:
            for name, plan in self.others:
                deltas = (d for d in compare(self.base, plan) if d.name == figure)
                facts += [fact for d in deltas for fact in self._delta_facts(d, name, plan)]
        for name, plan in ((BASE, self.base), *self.others):
            facts += self._place_facts(name, plan)
        return facts

    def _delta_facts(self, delta: Delta, name: str, plan: Plan) -> list[Fact]:
        unit = self._unit(delta.unit)
        change = "pp" if unit == "%" else unit
        facts = [
            Fact(delta.name, delta.base, unit, _about(delta.name, BASE, self.base)),
            Fact(delta.name, delta.other, unit, _about(delta.name, name, plan)),
            Fact(f"{delta.name}_change", delta.change, change, {"scenario": name}),
        ]
        if delta.percent is not None and unit != "%":
            facts.append(Fact(f"{delta.name}_change", delta.percent, "%", {"scenario": name}))
        return facts

    def _place_facts(self, name: str, plan: Plan) -> list[Fact]:
        facts = []
        worst = plan.capacity.worst
        if worst:
            about = _about("peak_load", name, plan)
            facts.append(Fact("highest_load_resource", worst.resource, None, about))
            facts.append(Fact("highest_load_month", worst.month, None, about))
        for resource in self._watched():
            row = peak(plan.capacity, resource)
            about = {"scenario": name, "resource": resource, "month": row.month.isoformat()}
            if row.percent is not None:
                facts.append(Fact("highest_load", row.percent, "%", about))
            facts.append(Fact("overflow", row.overflow, "hours", about))
        if name != BASE:
            facts += late_facts(self.names, plan.late[:3])
            new = new_stock_outs(self.base, plan)
            facts.append(Fact("new_stock_outs", len(new), "stocks", {"scenario": name}))
            facts.append(Fact("further_stock_outs", max(0, len(new) - SAID), "stocks"))
            for outlook, day in new[:SAID]:
                about = {"scenario": name, "product": outlook.product, "site": outlook.site}
                facts.append(Fact("first_stock_out", day, None, about))
                facts.append(Fact("stock_out_of", outlook.product, None, about))
                facts.append(Fact("stock_out_at", outlook.site, None, about))
        return facts

    def _watched(self) -> tuple[str, ...]:
        """Return the resources whose load the plans change most, one per other plan."""
        moved = (most_moved(self.base.capacity, plan.capacity) for _, plan in self.others)
        return tuple(dict.fromkeys(name for name in moved if name))

    def table(self) -> EvidenceTable:
        """Return a row per figure, a column per plan, and the change where there is one other."""
        single = len(self.others) == 1
        columns = [
            TableColumn("figure", "text"),
            TableColumn("unit", "text"),
            TableColumn(BASE, "number"),
            *(TableColumn(name, "number") for name, _ in self.others),
        ]
        if single:
            columns.append(TableColumn("change", "number"))
        rows = []
        for figure in self.base.figures:
            found = [plan.find(figure.name) for _, plan in self.others]
            others = [other.value if other else None for other in found]
            unit = self._unit(figure.unit)
            row: tuple[Value, ...] = (
                LABELS[figure.name],
                "" if unit == "1" else unit,
                figure.value,
                *others,
            )
            change = None if others[0] is None else others[0] - figure.value
            rows.append((*row, change) if single else row)
        return EvidenceTable(tuple(columns), tuple(rows))

    def chart(self) -> charts.Chart | None:
        """Return the load by month of the resource that is loaded most in any plan."""
        plans = [(BASE, self.base), *self.others]
        worst = [plan.capacity.worst.resource for _, plan in plans if plan.capacity.worst]
        if not worst:
            return None
        resource = (*self._watched(), *worst)[0]
        rows: list[charts.Row] = [
            {"month": row.month, "scenario": name, "value": row.percent}
            for name, plan in plans
            for row in plan.capacity.of(resource)
        ]
        return charts.compare_bars(f"Load of {resource}", rows, "month", "scenario", "%")

    def ranking(self) -> str:
        """Return one sentence per plan, best service and least cost named first."""
        plans = [(BASE, self.base), *self.others]
        said = []
        for name, plan in plans:
            service = wording.figure(plan.figure("service").value, "%")
            load = wording.figure(plan.figure("peak_load").value, "%")
            cost = wording.figure(plan.figure("plan_cost").value, self.names.currency)
            said.append(f"{name}: service {service}, highest load {load}, plan cost {cost}")
        return f"{'; '.join(said)}. {self._best(plans)}"

    def _best(self, plans: Sequence[tuple[str, Plan]]) -> str:
        served = max(plan.figure("service").value for _, plan in plans)
        best = [entry for entry in plans if entry[1].figure("service").value > served - 0.05]
        name, plan = min(best, key=lambda entry: entry[1].figure("plan_cost").value)
        cost = wording.figure(plan.figure("plan_cost").value, self.names.currency)
        return f"Of those with the best service, {name} costs least, {cost}."


def peak(check: CapacityCheck, resource: str) -> MonthLoad:
    """Return the month in which a resource lacks most hours, or is loaded most."""
    return max(check.of(resource), key=lambda row: (row.overflow, row.percent or 0.0))


def new_stock_outs(base: Plan, other: Plan) -> list[tuple[StockOutlook, date]]:
    """Return what runs out only in the other plan, or earlier there, with the day."""
    before = {(o.product, o.site): o.first_stock_out for o in base.projection.stock_outs}
    found = []
    for outlook in other.projection.stock_outs:
        day, old = outlook.first_stock_out, before.get((outlook.product, outlook.site))
        if day and (old is None or day < old):
            found.append((outlook, day))
    return found


def most_moved(base: CapacityCheck, other: CapacityCheck) -> str | None:
    """Return the resource whose peak changes most; None if none changes.

    Hours lacking count before per cent of load: a resource without hours has no load.
    """
    moves = []
    for name in base.resources:
        before, after = peak(base, name), peak(other, name)
        lacking = abs(after.overflow - before.overflow)
        load = abs((after.percent or 0.0) - (before.percent or 0.0))
        moves.append((round(lacking, 1), round(load, 1), name))
    lacking, load, name = max(moves, default=(0.0, 0.0, ""))
    return name if lacking > 0 or load > 0 else None


def _about(figure: str, name: str, plan: Plan) -> dict[str, str]:
    """Return which scenario a figure is of; for the highest load also where and when."""
    about = {"scenario": name}
    worst = plan.capacity.worst
    if figure == "peak_load" and worst:
        about |= {"resource": worst.resource, "month": worst.month.isoformat()}
    return about

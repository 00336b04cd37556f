"""The plan that meets everything, or the conflict, as sentences, facts and a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from planning_engine.supply.plan.plan_problem import SupplyProblem
from planning_engine.supply.shortfalls.full_plan_model import FullPlan
from planning_engine.supply.shortfalls.full_plan_terms import Conflict, Limit, Need
from tools import wording
from tools.evidence import EvidenceTable, Fact, TableColumn, Value
from tools.names import Names

SAID = 6
LOOSE = 1e-4
"""Gap from which a cost is no longer the least to the figures shown."""


@dataclass(frozen=True)
class FullPlanAnswer:
    """A plan, and the cost without levers if there is one to compare with."""

    names: Names
    problem: SupplyProblem
    plan: FullPlan
    base: float | None

    def summary(self) -> str:
        """Return that everything can be met, and the cost."""
        cost = wording.figure(self.plan.cost, self.names.currency)
        text = f"Every demand can be met in full and on time, at a cost of {cost}"
        if self.plan.gap >= LOOSE:
            return f"{text}; a cheaper plan, by {self._gap()} at most, was not ruled out in time."
        if self.base is None:
            return f"{text}."
        change = self.plan.cost - self.base
        if abs(change) < 0.5:
            return f"{text}, as without the change."
        way = "more" if change > 0 else "less"
        return f"{text}, {wording.figure(abs(change), self.names.currency)} {way} than without it."

    def _gap(self) -> str:
        return wording.figure(100 * self.plan.gap, "%")

    def facts(self) -> list[Fact]:
        """Return the cost, and what the levers add."""
        currency = self.names.currency
        facts = [
            Fact("full_plan_cost", self.plan.cost, currency, {"scenario": "scenario"}),
            Fact("gap", 100 * self.plan.gap, "%"),
        ]
        if self.base is not None:
            facts.append(Fact("full_plan_cost", self.base, currency, {"scenario": "base"}))
            facts.append(Fact("full_plan_cost_change", self.plan.cost - self.base, currency))
        return facts

    def table(self) -> EvidenceTable:
        """Return what is bought, made and moved, a row each and month."""
        problem, names, rows = self.problem, self.names, []
        for source, bought in zip(problem.sources, self.plan.bought, strict=True):
            place = names.site(source.site)
            rows += self._rows("bought", source.product, source.supplier, place, bought)
        for way, made in zip(problem.ways, self.plan.made, strict=True):
            rows += self._rows("made", way.product, names.site(way.site), "", made)
        for lane, moved in zip(problem.lanes, self.plan.moved, strict=True):
            origin, target = names.site(lane.origin), names.site(lane.target)
            rows += self._rows("moved", lane.product, origin, target, moved)
        columns = [TableColumn(name, "text") for name in ("what", "product", "from", "to")]
        return EvidenceTable(
            (*columns, TableColumn("month", "month"), TableColumn("quantity", "number")),
            tuple(rows),
        )

    def _rows(
        self, what: str, product: str, origin: str, target: str, row: Sequence[float]
    ) -> list[tuple[Value, ...]]:
        return [
            (what, self.names.product(product), origin, target, month, quantity)
            for month, quantity in zip(self.problem.months, row, strict=True)
            if quantity > 0
        ]


@dataclass(frozen=True)
class ConflictAnswer:
    """Demands and limits that cannot hold together."""

    names: Names
    problem: SupplyProblem
    conflict: Conflict

    def summary(self) -> str:
        """Return what stays unmet at best, and what cannot hold together."""
        if self.conflict.in_fractions:
            return (
                "Not every demand can be met in full in whole units, though it can if units are "
                "split."
            )
        short = wording.figure(self.conflict.short, self.names.unit_of_all(self._products()))
        text = (
            f"Not every demand can be met in full: at best {short} stay unmet. The demand of "
            f"{self._needs()}"
        )
        if not self.conflict.limits:
            return f"{text} has no routing, supplier or lane in time."
        return f"{text} cannot be met within the limits of {self._limits()}."

    def _products(self) -> set[str]:
        return {need.place[0] for need in self.conflict.needs}

    def _needs(self) -> str:
        said = [self._need(need) for need in self.conflict.needs[:SAID]]
        return wording.listed([*said, *_rest(self.conflict.needs, "demands")])

    def _need(self, need: Need) -> str:
        product, site = need.place
        amount = wording.figure(need.quantity, self.names.unit(product))
        month = wording.month(self.problem.months[need.month])
        return f"{amount} of {self.names.stock(product, site)} in {month}"

    def _limits(self) -> str:
        said = [self._limit(limit) for limit in self.conflict.limits[:SAID]]
        return wording.listed([*said, *_rest(self.conflict.limits, "limits")])

    def _limit(self, limit: Limit) -> str:
        month = wording.month(self.problem.months[limit.month])
        if limit.kind == "hours":
            hours = wording.figure(round(limit.capacity, 1), "hours")
            return f"{self.names.resource(limit.name)} ({hours} in {month})"
        if limit.kind == "source":
            source = self.problem.sources[limit.index or 0]
            who = f"supplier {source.supplier} for {self.names.product(source.product)}"
            unit = self.names.unit(source.product)
        else:
            lane = self.problem.lanes[limit.index or 0]
            origin, target = self.names.site(lane.origin), self.names.site(lane.target)
            who = f"the lane from {origin} to {target} for {self.names.product(lane.product)}"
            unit = self.names.unit(lane.product)
        if limit.capacity <= 0:
            return f"{who} (closed in {month})"
        return f"{who} ({wording.figure(limit.capacity, unit)} in {month})"

    def facts(self) -> list[Fact]:
        """Return what stays unmet, and each demand and limit of the conflict."""
        unit = self.names.unit_of_all(self._products())
        facts = [Fact("unmet", self.conflict.short, unit)]
        for need in self.conflict.needs:
            month = self.problem.months[need.month]
            about = {"product": need.place[0], "site": need.place[1], "month": month.isoformat()}
            unit = self.names.unit(need.place[0])
            facts.append(Fact("conflicting_demand", need.quantity, unit, about))
            facts.append(Fact("conflict_month", month, None, about))
        for limit in self.conflict.limits:
            facts += self._limit_facts(limit)
        for kind, entries in (("demands", self.conflict.needs), ("limits", self.conflict.limits)):
            if len(entries) > SAID:
                facts.append(Fact(f"further_{kind}", len(entries) - SAID, kind))
        return facts

    def _limit_facts(self, limit: Limit) -> list[Fact]:
        month = self.problem.months[limit.month]
        about = {limit.kind: limit.name, "month": month.isoformat()}
        unit = "hours"
        if limit.kind == "source":
            unit = self.names.unit(self.problem.sources[limit.index or 0].product)
        elif limit.kind == "lane":
            lane = self.problem.lanes[limit.index or 0]
            unit, about = self.names.unit(lane.product), {**about, "site": lane.target}
        return [
            Fact(f"conflicting_{limit.kind}", limit.capacity, unit, about),
            Fact("conflict_month", month, None, about),
            Fact(f"conflicting_{limit.kind}_name", limit.name, None, about),
        ]

    def table(self) -> EvidenceTable:
        """Return every demand and limit of the conflict."""
        months = self.problem.months
        rows: list[tuple[Value, ...]] = [
            ("demand", self.names.stock(*need.place), months[need.month], need.quantity)
            for need in self.conflict.needs
        ]
        rows += [
            (limit.kind, self._limit(limit).split(" (")[0], months[limit.month], limit.capacity)
            for limit in self.conflict.limits
        ]
        columns = (
            TableColumn("kind", "text"),
            TableColumn("what", "text"),
            TableColumn("month", "month"),
            TableColumn("quantity", "number"),
        )
        return EvidenceTable(columns, tuple(rows))


def _rest(entries: Sequence[object], noun: str) -> list[str]:
    return [f"{len(entries) - SAID} more {noun}"] if len(entries) > SAID else []

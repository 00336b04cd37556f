"""Workforce plans side by side as sentences, facts, table and chart."""

from dataclasses import dataclass, fields
from datetime import date

from planning_engine.supply.aggregate.aggregate_problem import (
    STRATEGIES,
    AggregateCost,
    AggregateMonth,
    AggregatePlan,
)
from planning_engine.supply.aggregate.workforce import Workforce
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names

PARTS = tuple(field.name for field in fields(AggregateCost))


@dataclass(frozen=True)
class AggregateAnswer:
    """What is said and shown of the plans that can be carried out, the hybrid last."""

    names: Names
    read: Workforce
    plans: tuple[AggregatePlan, ...]
    family: str | None

    def summary(self) -> str:
        """Return three or four sentences that answer."""
        best = self._best
        least = wording.figure(best.cost.total, self._currency)
        costs = {
            plan.strategy: wording.figure(plan.cost.total, self._currency)
            for plan in self.plans
            if plan is not best
        }
        same = [name for name, cost in costs.items() if cost == least]
        others = [f"{cost} for {name}" for name, cost in costs.items() if cost != least]
        whose = f" for {self.family}" if self.family else ""
        alike = f" (the same for {wording.listed(same)})" if same else ""
        against = f", against {wording.listed(others)}" if others else ""
        said = (
            f"{best.strategy.capitalize()} is the cheapest workforce plan{whose} {self._when}: "
            f"{least}{alike}{against}. "
        )
        said += self._workers(best) + self._owed(best)
        return said + self._impossible() + self._below() + self._marginal()

    def _impossible(self) -> str:
        made = {plan.strategy for plan in self.plans}
        missing = [strategy.capitalize() for strategy in STRATEGIES if strategy not in made]
        if not missing:
            return ""
        need = "needs" if len(missing) == 1 else "need"
        return f" {wording.listed(missing)} {need} more workers than there is room for."

    def _workers(self, plan: AggregatePlan) -> str:
        months = plan.months
        now, first = self.read.problem.workers, months[0].workers
        change = first - now
        if change > 0.05:
            move = f"hires {_people(change)} at once and works with {_people(first)}"
        elif change < -0.05:
            move = f"lets {_people(-change)} go at once and works with {_people(first)}"
        else:
            move = f"keeps {_people(first)}"
        most = max(months, key=lambda month: month.workers)
        said = f"It {move}, from {_people(now)} today"
        if most.workers - min(month.workers for month in months) > 0.05:
            when = wording.month(self._month_of(plan, most))
            said += f"; the most are {_people(most.workers)} in {when}"
        return f"{said}."

    def _owed(self, plan: AggregatePlan) -> str:
        late = max(plan.months, key=lambda month: month.backlog)
        if late.backlog < 0.5:
            return " Nothing is late."
        owed, when = wording.figure(late.backlog, self._unit), self._month_of(plan, late)
        return f" At most {owed} are late, at the end of {wording.month(when)}."

    def _below(self) -> str:
        short = [plan for plan in self.plans if plan.months_below]
        if not short:
            return ""
        least = wording.figure(self.read.problem.least_stock, self._unit)
        each = [
            f"{plan.strategy.capitalize()} ends {wording.figure(plan.months_below, 'months')} with "
            f"less than the {least} to be kept"
            for plan in short
        ]
        return f" {wording.listed(each)}."

    def _marginal(self) -> str:
        prices = self.plans[-1].marginal_cost
        if not prices:
            return ""
        dearest = wording.month(self.read.months[prices.index(max(prices))])
        return (
            f" One more {_one(self._unit)} of demand costs most in {dearest}, "
            f"{self._currency} {max(prices):,.2f}."
        )

    def facts(self) -> tuple[Fact, ...]:
        """Return totals of each plan, then today's workers, then each plan's months."""
        best = self._best
        facts = [
            Fact("cheapest", best.strategy),
            Fact("first_month", self.read.months[0]),
            Fact("last_month", self.read.months[-1]),
            Fact("workers_today", self.read.problem.workers, "workers"),
            Fact("least_stock", self.read.problem.least_stock, self._unit),
        ]
        change = best.months[0].workers - self.read.problem.workers
        facts.append(Fact("workers_changed_at_once", abs(change), "workers"))
        workers = max(best.months, key=lambda month: month.workers)
        facts.append(Fact("busiest_month", self._month_of(best, workers)))
        late = max(best.months, key=lambda month: month.backlog)
        if late.backlog > 0:
            facts.append(Fact("latest_month", self._month_of(best, late)))
        prices = self.plans[-1].marginal_cost
        if prices:
            facts.append(Fact("dearest_month", self.read.months[prices.index(max(prices))]))
        for plan in self.plans:
            facts += self._totals(plan)
        for t, price in enumerate(self.plans[-1].marginal_cost or ()):
            about = {"month": self.read.months[t].isoformat()}
            facts.append(Fact("cost_of_one_more_unit", price, self._currency, about))
        for plan in (best, *(plan for plan in self.plans if plan is not best)):
            facts += self._month_facts(plan)
        return tuple(facts)

    def _month_of(self, plan: AggregatePlan, month: AggregateMonth) -> date:
        return self.read.months[plan.months.index(month)]

    def _totals(self, plan: AggregatePlan) -> list[Fact]:
        about, months = {"strategy": plan.strategy}, plan.months
        peak = max(month.backlog for month in months)
        found = [
            Fact("plan_cost", plan.cost.total, self._currency, about),
            Fact("hired", sum(month.hired for month in months), "workers", about),
            Fact("fired", sum(month.fired for month in months), "workers", about),
            Fact("most_late", peak, self._unit, about),
            Fact("overtime", sum(month.overtime_hours for month in months), "hours", about),
            Fact("subcontracted", sum(m.subcontracted for m in months), self._unit, about),
            Fact("months_below_least_stock", plan.months_below, "months", about),
        ]
        return found + [
            Fact(f"cost_{part}", getattr(plan.cost, part), self._currency, about) for part in PARTS
        ]

    def _month_facts(self, plan: AggregatePlan) -> list[Fact]:
        found = []
        for when, month in zip(self.read.months, plan.months, strict=True):
            about = {"strategy": plan.strategy, "month": when.isoformat()}
            found += [
                Fact("workers", month.workers, "workers", about),
                Fact("made", month.made, self._unit, about),
                Fact("closing_stock", month.stock, self._unit, about),
            ]
            if month.backlog > 0:
                found.append(Fact("late", month.backlog, self._unit, about))
        return found

    def table(self) -> EvidenceTable:
        """Return one row per strategy and month."""
        unit = self._unit
        columns = (
            TableColumn("strategy", "text"),
            TableColumn("month", "month"),
            TableColumn("demand", "number", unit),
            TableColumn("workers", "number", "workers"),
            TableColumn("hired", "number", "workers"),
            TableColumn("fired", "number", "workers"),
            TableColumn("overtime", "number", "hours"),
            TableColumn("made", "number", unit),
            TableColumn("subcontracted", "number", unit),
            TableColumn("closing_stock", "number", unit),
            TableColumn("late", "number", unit),
        )
        rows = tuple(
            (
                plan.strategy,
                when,
                month.demand,
                month.workers,
                month.hired,
                month.fired,
                month.overtime_hours,
                month.made,
                month.subcontracted,
                month.stock,
                month.backlog,
            )
            for plan in self.plans
            for when, month in zip(self.read.months, plan.months, strict=True)
        )
        return EvidenceTable(columns, rows)

    def chart(self) -> charts.Chart:
        """Return the workforce of each plan by month."""
        rows: list[charts.Row] = [
            {"month": when, "value": month.workers, "strategy": plan.strategy}
            for plan in self.plans
            for when, month in zip(self.read.months, plan.months, strict=True)
        ]
        return charts.lines("Workers by strategy", rows, "workers", series="strategy")

    @property
    def _best(self) -> AggregatePlan:
        # The hybrid, which weighs all costs, where two cost the same.
        return min(reversed(self.plans), key=lambda plan: round(plan.cost.total, 6))

    @property
    def _when(self) -> str:
        return wording.period(self.read.months[0], self.read.months[-1])

    @property
    def _unit(self) -> str:
        return self.names.unit_of_all(set(self.read.products))

    @property
    def _currency(self) -> str:
        return self.names.currency


def _people(count: float) -> str:
    return f"{count:,.1f} workers"


def _one(unit: str) -> str:
    return unit.removesuffix("s")

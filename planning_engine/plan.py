"""One plan, whole: supply, capacity, stock and money, built from facts and levers alone."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.finance.cash import cash
from planning_engine.finance.plan_money import PlanMoney, plan_in_money
from planning_engine.finance.statement import of_supply
from planning_engine.levers import Lever
from planning_engine.scenario import apply
from planning_engine.supply.capacity import capacity
from planning_engine.supply.capacity.capacity import CapacityCheck
from planning_engine.supply.plan.plan_problem import SupplyPlan
from planning_engine.supply.plan.supply_plan import plan_supply
from planning_engine.supply.shortfalls.lateness import Late, why_late
from planning_engine.supply.stock import inventory
from planning_engine.supply.stock.inventory import Projection

Better = Literal["higher", "lower", "neutral"]


@dataclass(frozen=True)
class Figure:
    """One figure of a plan: unit as in facts, and which way is better."""

    name: str
    value: float
    unit: str
    better: Better


@dataclass(frozen=True)
class Plan:
    """A plan and its figures.

    `digest` is a hash of all its quantities and figures: the same facts and levers give the
    same digest. The capacity check is unconstrained (what demand asks for), the supply plan
    is what can be done about it, the projection what the published plan leads to.
    """

    snapshot: str
    supply: SupplyPlan
    late: tuple[Late, ...]
    capacity: CapacityCheck
    projection: Projection
    money: PlanMoney
    figures: tuple[Figure, ...]
    digest: str

    def figure(self, name: str) -> Figure:
        """Return a figure by name, of those every plan has."""
        return next(figure for figure in self.figures if figure.name == name)

    def find(self, name: str) -> Figure | None:
        """Return a figure by name; None if it is not known of this plan."""
        return next((figure for figure in self.figures if figure.name == name), None)


@dataclass(frozen=True)
class Delta:
    """A figure of two plans."""

    name: str
    unit: str
    better: Better
    base: float
    other: float

    @property
    def change(self) -> float:
        """The other plan's figure less the base's."""
        return self.other - self.base

    @property
    def percent(self) -> float | None:
        """The change in per cent of the base; None from nothing."""
        return 100 * self.change / abs(self.base) if self.base else None


def build(snapshot: Snapshot, months: int = 6, levers: Sequence[Lever] = ()) -> Plan:
    """Return the plan of a company under some levers.

    Args:
        snapshot: The company's facts, not narrowed.
        months: Months ahead of the plan start.
        levers: What is changed first, in order.
    """
    return _built(apply(snapshot, levers, months) if levers else snapshot, months)


@remember(12)
def _built(snapshot: Snapshot, months: int) -> Plan:
    supply = plan_supply(snapshot, months)
    check = capacity.check(snapshot, months)
    projection = inventory.project(snapshot, months)
    money = plan_in_money(snapshot, supply)
    figures = _figures(snapshot, supply, check, projection, money)
    return Plan(
        snapshot.id,
        supply,
        why_late(supply),
        check,
        projection,
        money,
        figures,
        _digest(supply, figures),
    )


def _figures(
    snapshot: Snapshot,
    supply: SupplyPlan,
    check: CapacityCheck,
    projection: Projection,
    money: PlanMoney,
) -> tuple[Figure, ...]:
    currency = snapshot.company.currency
    peak = check.worst.percent if check.worst and check.worst.percent is not None else 0.0
    overflow = sum(row.overflow for row in check.over)
    return (
        Figure(
            "service", 100 * (supply.service if supply.service is not None else 1), "%", "higher"
        ),
        Figure("late_quantity", supply.late_new, "units", "lower"),
        Figure("peak_load", peak, "%", "lower"),
        Figure("overloaded_months", float(len(check.over)), "1", "lower"),
        Figure("overflow", overflow, "hours", "lower"),
        Figure("overtime", supply.overtime_hours, "hours", "lower"),
        Figure("stock_outs", float(len(projection.stock_outs)), "1", "lower"),
        Figure("plan_cost", supply.cost.paid, currency, "lower"),
        Figure("revenue", money.revenue, currency, "higher"),
        Figure("cost_of_goods", money.cost_of_goods, currency, "neutral"),
        Figure("margin", money.margin, currency, "higher"),
        Figure("inventory_value", money.inventory_value, currency, "neutral"),
        Figure("carrying_cost", supply.cost.holding, currency, "lower"),
        *_cash(snapshot, supply),
    )


def _cash(snapshot: Snapshot, supply: SupplyPlan) -> tuple[Figure, ...]:
    """Return the cash the plan leaves; nothing where a month's is not known."""
    statement = of_supply(snapshot, supply, "list")
    months = [month.net for month in cash(snapshot, supply, statement)]
    known = [net for net in months if net is not None]
    if len(known) < len(months):
        return ()
    return (Figure("cash", sum(known), snapshot.company.currency, "higher"),)


def _digest(supply: SupplyPlan, figures: Sequence[Figure]) -> str:
    def rounded(rows: Sequence[Sequence[float]]) -> list[list[float]]:
        return [[round(value, 4) for value in row] for row in rows]

    def by_place(rows: Mapping[tuple[str, str], Sequence[float]]) -> list[object]:
        return [[*place, *rounded([row])] for place, row in sorted(rows.items())]

    body = [
        rounded(supply.made),
        rounded(supply.moved),
        rounded(supply.bought),
        by_place(supply.stock),
        by_place(supply.late),
        [[figure.name, round(figure.value, 4)] for figure in figures],
    ]
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()[:12]


def compare(base: Plan, other: Plan) -> tuple[Delta, ...]:
    """Return every figure known of both plans side by side."""
    return tuple(
        Delta(one.name, one.unit, one.better, one.value, two.value)
        for one in base.figures
        if (two := other.find(one.name)) is not None
    )

"""What an exception is: something beyond its threshold, with the money at stake."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from planning_engine.data.snapshot import Snapshot

Kind = Literal[
    "stock-out",
    "overload",
    "late supplier",
    "excess",
    "obsolete",
    "forecast bias",
    "overdue orders",
    "budget gap",
    "plan change",
    "decision not carried out",
]

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Thresholds:
    """From where something is an exception.

    Attributes:
        stock_out_quantity: Pieces short at the deepest.
        overload_percent: Load in per cent of the regular hours of a month.
        supplier_days_late: Mean days late of the purchases due in the last three months.
        excess_value: Money in stock beyond three months of demand and safety stock.
        bias_percent: Bias in per cent of what was sold, up or down.
        order_days_overdue: Days an open order line is past the day it was asked for.
        budget_percent: Revenue planned below budget, in per cent of it.
        plan_change_percent: Change of a published line inside the planning fence.
        months: Months ahead that are looked at.
    """

    stock_out_quantity: float = 0.0
    overload_percent: float = 100.0
    supplier_days_late: float = 3.0
    excess_value: float = 1000.0
    bias_percent: float = 10.0
    order_days_overdue: int = 0
    budget_percent: float = 3.0
    plan_change_percent: float = 10.0
    months: int = 6


@dataclass(frozen=True)
class Alert:
    """One exception.

    Attributes:
        kind: What is wrong.
        about: What it is about, kind → id: product, site, resource, supplier, family,
            customer, author, decision.
        quantity: How much, in `unit`.
        unit: Unit of the quantity; `product unit` is that of the product or family.
        measured: What was held against the threshold.
        threshold: The threshold.
        threshold_unit: Unit of both.
        money: Money at stake; None where no price or cost is known.
        when: Day or month it strikes; None where it is not dated.
        owner: Person id, if the data names one.
        tool: Tool that shows it in detail.
    """

    kind: Kind
    about: Mapping[str, str]
    quantity: float
    unit: str
    measured: float
    threshold: float
    threshold_unit: str
    money: float | None
    when: date | None = None
    owner: str | None = None
    tool: str = ""

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key: most money first, unknown money last."""
        place = tuple(sorted(self.about.items()))
        return (self.money is None, -(self.money or 0.0), self.kind, place)


@dataclass(frozen=True)
class Unchecked:
    """Kinds of exception that could not be looked for, and why."""

    kinds: tuple[Kind, ...]
    reason: str


@dataclass(frozen=True)
class Ranking:
    """Every exception, most money first, and what could not be looked for."""

    alerts: tuple[Alert, ...]
    unchecked: tuple[Unchecked, ...] = field(default=())

    def of(self, kinds: Sequence[str]) -> "Ranking":
        """Return those of some kinds; of all kinds if none is named."""
        if not kinds:
            return self
        return Ranking(
            tuple(alert for alert in self.alerts if alert.kind in kinds),
            tuple(gap for gap in self.unchecked if set(gap.kinds) & set(kinds)),
        )


Finder = Callable[[Snapshot, Thresholds], Iterable[Alert]]
"""Looks for some kinds of exception."""

"""The gap between a plan and its budget as volume, mix, price and cost, with nothing left over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum
from typing import Literal

from planning_engine.errors import DataProblem

Measure = Literal["margin", "revenue"]
PARTS = ("volume", "mix", "price", "cost")


@dataclass(frozen=True)
class Side:
    """What one side of a gap sells of a family in a month: pieces, and money for them.

    `cost` is everything taken off revenue to reach the margin, premiums included; None where
    it is not known, which is enough for a gap in revenue.
    """

    quantity: float
    revenue: float
    cost: float | None = None

    def worth(self, measure: Measure) -> float:
        """Return the money that the gap is about."""
        return self.revenue - (self.cost or 0.0 if measure == "margin" else 0.0)


@dataclass(frozen=True)
class Pair:
    """A family in a month, as planned and as budgeted."""

    month: date
    family: str
    plan: Side
    budget: Side


@dataclass(frozen=True)
class Gap:
    """One family's gap in one month, split; the parts add up to `plan - budget`.

    Attributes:
        month: The month.
        family: The family.
        plan: Money planned.
        budget: Money budgeted.
        volume: What selling more or fewer pieces in all brings, at the budget's mix.
        mix: What selling other families than budgeted brings, at the budget's money a piece.
        price: What other prices bring, on the pieces planned.
        cost: What other costs a piece and premiums take, on the pieces planned.
    """

    month: date
    family: str
    plan: float
    budget: float
    volume: float
    mix: float
    price: float
    cost: float

    @property
    def gap(self) -> float:
        """Plan less budget: negative is short of budget."""
        return self.plan - self.budget


@dataclass(frozen=True)
class Bridge:
    """From budget to plan over some months and families."""

    measure: Measure
    gaps: tuple[Gap, ...]

    def total(self, name: str) -> float:
        """Return the sum of `plan`, `budget`, `gap` or one of the parts."""
        return fsum(getattr(gap, name) for gap in self.gaps)

    def by(self, kind: Literal["month", "family"]) -> tuple[tuple[str, "Bridge"], ...]:
        """Return the bridge of each month or family, in order."""
        names = sorted({str(getattr(gap, kind)) for gap in self.gaps})
        return tuple(
            (
                name,
                Bridge(self.measure, tuple(g for g in self.gaps if str(getattr(g, kind)) == name)),
            )
            for name in names
        )


def bridge(pairs: Iterable[Pair], measure: Measure = "margin") -> Bridge:
    """Split the gap between plan and budget into volume, mix, price and cost.

    Within each month, with q and m the pieces and money a piece of a family and Q all pieces
    (B for budget, P for plan): volume = (QP / QB - 1) × qB × mB; mix = (qP - qB × QP / QB) × mB;
    price = qP × (pP - pB); cost = -(cP - qP × cB). Summed they are plan less budget, whatever
    the figures. A family the budget does not have is all mix; a month without budgeted pieces
    is all mix too, as there is no volume to compare with. One family alone has no mix. Price
    and cost are averages of a family: products within it are not told apart, as budgets are not.

    Args:
        pairs: Families and months, each once.
        measure: Margin, or revenue; a gap in revenue has no cost part.

    Raises:
        DataProblem: Money is budgeted for no pieces, or a gap in margin lacks a cost.

    Example:
        100 pieces at 10 budgeted, 90 at 11 planned: 100 lost on volume, 90 won on price:

        >>> one = Pair(date(2027, 1, 1), "Tea", Side(90, 990), Side(100, 1000))
        >>> found = bridge([one], "revenue").gaps[0]
        >>> found.volume, found.mix, found.price, found.gap
        (-100.0, 0.0, 90.0, -10.0)
    """
    by_month: dict[date, list[Pair]] = {}
    for pair in pairs:
        by_month.setdefault(pair.month, []).append(pair)
    gaps: list[Gap] = []
    for month in sorted(by_month):
        gaps += _split(sorted(by_month[month], key=lambda pair: pair.family), measure)
    return Bridge(measure, tuple(gaps))


def _split(pairs: Sequence[Pair], measure: Measure) -> list[Gap]:
    budgeted = fsum(pair.budget.quantity for pair in pairs)
    planned = fsum(pair.plan.quantity for pair in pairs)
    return [_gap(pair, (planned, budgeted), measure) for pair in pairs]


def _gap(pair: Pair, pieces: tuple[float, float], measure: Measure) -> Gap:
    plan, budget = pair.plan, pair.budget
    _check(pair, measure)
    base = budget.worth(measure)
    # What the planned pieces would bring at the budget's money a piece; the plan's own where
    # the budget has none, which leaves nothing to price and cost.
    if budget.quantity:
        at_price = plan.quantity * (budget.revenue / budget.quantity)
        at_cost = plan.quantity * ((budget.cost or 0.0) / budget.quantity)
    else:
        at_price, at_cost = plan.revenue, plan.cost or 0.0
    wanted = at_price - (at_cost if measure == "margin" else 0.0)
    planned, budgeted = pieces
    volume = base * planned / budgeted - base if budgeted else 0.0
    cost = at_cost - (plan.cost or 0.0) if measure == "margin" else 0.0
    return Gap(
        month=pair.month,
        family=pair.family,
        plan=plan.worth(measure),
        budget=base,
        volume=volume,
        mix=wanted - base - volume,
        price=plan.revenue - at_price,
        cost=cost,
    )


def _check(pair: Pair, measure: Measure) -> None:
    where = f"{pair.family} in {pair.month:%B %Y}"
    if not pair.budget.quantity and (pair.budget.revenue or pair.budget.cost):
        raise DataProblem(
            f"The budget has money but no quantity for {where}, so its gap cannot be split into "
            "volume and price. Add the quantity to the budget."
        )
    if measure == "margin" and None in (pair.plan.cost, pair.budget.cost):
        raise DataProblem(
            f"The budget has no margin for {where}; ask for the gap in revenue, or add the margin."
        )

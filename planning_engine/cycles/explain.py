"""What changed between two published cycles, and what would help a plan most."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem
from planning_engine.supply.plan.plan_problem import SupplyPlan


@dataclass(frozen=True)
class Move:
    """One product's quantity in two cycles, over the months both planned."""

    product: str
    before: float
    after: float

    @property
    def change(self) -> float:
        """What the later cycle adds."""
        return self.after - self.before

    @property
    def percent(self) -> float | None:
        """The change in per cent of the earlier cycle; None from nothing."""
        return 100 * self.change / self.before if self.before else None


@dataclass(frozen=True)
class CycleChange:
    """What a cycle changed against an earlier one.

    `what` is `supply` (published plans) or `demand` (consensus forecasts). `months` are those
    that both planned. Moves come with the biggest first, up or down.
    """

    what: Literal["supply", "demand"]
    cycle: date
    previous: date
    months: tuple[date, ...]
    moves: tuple[Move, ...]
    by_month: tuple[tuple[date, float, float], ...]

    @property
    def before(self) -> float:
        """Quantity of the earlier cycle."""
        return sum(move.before for move in self.moves)

    @property
    def after(self) -> float:
        """Quantity of the later cycle."""
        return sum(move.after for move in self.moves)

    @property
    def change(self) -> float:
        """What the later cycle adds in all."""
        return self.after - self.before


@dataclass(frozen=True)
class Relief:
    """What one more hour of a resource in a month would save, in money."""

    resource: str
    month: date
    worth: float


def bottlenecks(plan: SupplyPlan) -> tuple[Relief, ...]:
    """Return where one more hour would help, most first; nowhere if hours do not bind."""
    found = [
        Relief(name, plan.problem.months[t], worth)
        for (name, t), worth in plan.hour_worth.items()
        if worth > 0.005
    ]
    return tuple(sorted(found, key=lambda relief: (-relief.worth, relief.resource, relief.month)))


def cycle_change(
    snapshot: Snapshot,
    cycle: date | None = None,
    previous: date | None = None,
    *,
    what: Literal["supply", "demand"] = "supply",
    product: str | None = None,
    family: str | None = None,
) -> CycleChange:
    """Return what a published cycle changed against an earlier one.

    Args:
        snapshot: The company's facts.
        cycle: The later cycle; the latest published by default.
        previous: The earlier one; the one published before it by default.
        what: Published supply plans, or consensus forecasts.
        product: Only this product.
        family: Only this family.

    Raises:
        DataProblem: The data has no published plans, or only one cycle.
        BadRequest: There is no such cycle; the message lists those there are.
    """
    table, only = ("plans", "") if what == "supply" else ("forecasts", "stream = 'consensus' AND ")
    snapshot.require(table, to="compare published cycles")
    later, earlier = two_cycles(snapshot, table, only, cycle, previous)
    rows = snapshot.rows(
        f"""
        WITH chosen AS (
            SELECT t.cycle, t.month::DATE AS month, t.product, t.quantity
            FROM {table} t JOIN products p USING (product)
            WHERE {only} t.cycle IN ($later, $earlier)
              AND ($product IS NULL OR t.product = $product)
              AND ($family IS NULL OR p.family = $family)
        ), shared AS (
            SELECT month FROM chosen GROUP BY month HAVING count(DISTINCT cycle) = 2
        )
        SELECT product, month,
               sum(quantity) FILTER (cycle = $earlier), sum(quantity) FILTER (cycle = $later)
        FROM chosen WHERE month IN (SELECT month FROM shared) GROUP BY ALL ORDER BY 1, 2
        """,
        {"later": later, "earlier": earlier, "product": product, "family": family},
    )
    return _summed(what, later, earlier, rows)


def _summed(
    what: Literal["supply", "demand"],
    later: date,
    earlier: date,
    rows: list[tuple[str, date, float | None, float | None]],
) -> CycleChange:
    by_product: dict[str, tuple[float, float]] = {}
    by_month: dict[date, tuple[float, float]] = {}
    for product, month, before, after in rows:
        pair = (before or 0.0, after or 0.0)
        by_product[product] = _added(by_product.get(product), pair)
        by_month[month] = _added(by_month.get(month), pair)
    moves = [Move(product, *pair) for product, pair in by_product.items()]
    moves.sort(key=lambda move: (-abs(move.change), move.product))
    return CycleChange(
        what,
        later,
        earlier,
        tuple(sorted(by_month)),
        tuple(moves),
        tuple((month, *pair) for month, pair in sorted(by_month.items())),
    )


def _added(one: tuple[float, float] | None, other: tuple[float, float]) -> tuple[float, float]:
    return other if one is None else (one[0] + other[0], one[1] + other[1])


def two_cycles(
    snapshot: Snapshot, table: str, only: str, cycle: date | None, previous: date | None
) -> tuple[date, date]:
    """Return a later and an earlier published cycle, the latest two by default.

    Args:
        snapshot: The facts.
        table: Table with a column `cycle`.
        only: SQL that its rows must meet, ending in AND; empty for all.
        cycle: The later cycle.
        previous: The earlier one.

    Raises:
        DataProblem: There are fewer than two cycles.
        BadRequest: There is no such cycle; the message lists those there are.
    """
    rows = snapshot.rows(f"SELECT DISTINCT cycle::DATE FROM {table} WHERE {only} true ORDER BY 1")
    known: list[date] = [day for (day,) in rows]
    if len(known) < 2:
        raise DataProblem(
            f"The data has {len(known)} published cycle in '{table}'; a comparison needs two."
        )
    later = cycle or known[-1]
    before = [day for day in known if day < later]
    earlier = previous or (before[-1] if before else None)
    if earlier is None or later not in known or earlier not in known or earlier >= later:
        listed = ", ".join(f"{day:%B %Y}" for day in known)
        raise BadRequest(
            f"Cycles are published for {listed}. Name a later and an earlier one of these."
        )
    return later, earlier

"""Why a family's plan moved between two cycles: drivers that add up to the change exactly.

Supply over some months = demand + stock at the end - stock at the start. So what a cycle plans
differently is what it forecasts differently, plus what it keeps differently at the end, less
what it starts with: an identity, line by line. The forecast splits further into statistical
forecast, events and overrides; the start into what was sold and received otherwise than
expected; the end into safety stock, what is kept beyond it, and what is missing from it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import fsum
from typing import Literal

from planning_engine.cycles.explain import two_cycles
from planning_engine.cycles.lines import CycleLine, View, Why, cycle_lines
from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.policies.policy import safety_stocks
from planning_engine.supply.requirements.requirements import Place

Kind = Literal[
    "sales",
    "receipts",
    "statistical forecast",
    "event",
    "override",
    "consensus forecast",
    "safety stock",
    "stock kept",
    "shortage",
    "unit value",
    "other",
]
ORDER: tuple[Kind, ...] = (
    "sales",
    "receipts",
    "statistical forecast",
    "event",
    "override",
    "consensus forecast",
    "safety stock",
    "stock kept",
    "shortage",
    "unit value",
    "other",
)
Measure = Literal["quantity", "value"]
What = Literal["supply", "demand"]


@dataclass(frozen=True)
class Driver:
    """One reason why a plan moved.

    Attributes:
        kind: What it is. `sales` and `receipts` are what came otherwise than the earlier cycle
            expected, before the shared months; `stock kept` is what is planned to be left at
            their end beyond the safety stock, `shortage` what is missing from it, for capacity,
            material or allocation; `unit value` is what other costs a piece bring; `other` is
            the change of lines whose forecast or stock is not known.
        amount: What it adds, in pieces or money; negative takes off.
        event: The event, for `event`.
        author: Who overrode, for `override`; None if nobody is named.
        reason: The reason given, for `override`; None without one.
        by_product: The amount by product, biggest first.
    """

    kind: Kind
    amount: float
    event: str | None = None
    author: str | None = None
    reason: str | None = None
    by_product: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class PlanMove:
    """A plan in two cycles over the months both have, and the drivers of the change.

    Attributes:
        what: Published supply plans, or consensus forecasts.
        measure: Pieces, or money at standard cost.
        cycle: The later cycle.
        previous: The earlier one.
        months: The months that both have.
        between: Whether months lie between the cycles' starts, with actuals of their own.
        before: The earlier cycle's total.
        after: The later cycle's.
        drivers: In their order; they add up to `after - before`.
        unvalued: Products left out of money because no standard cost is known.
    """

    what: What
    measure: Measure
    cycle: date
    previous: date
    months: tuple[date, ...]
    before: float
    after: float
    drivers: tuple[Driver, ...]
    unvalued: tuple[str, ...] = ()

    @property
    def change(self) -> float:
        """What the later cycle adds."""
        return self.after - self.before


Bucket = tuple[Kind, Why | None, str | None]
"""Kind, who and why of an override, event."""


def plan_move(
    snapshot: Snapshot,
    cycle: date | None = None,
    previous: date | None = None,
    *,
    what: What = "supply",
    measure: Measure = "quantity",
    product: str | None = None,
    family: str | None = None,
    earlier: Snapshot | None = None,
) -> PlanMove:
    """Return why a plan moved between two published cycles.

    Args:
        snapshot: The company's facts; they hold both cycles.
        cycle: The later cycle; the latest published by default.
        previous: The earlier one; the one before it by default.
        what: Supply plans, or consensus forecasts.
        measure: Pieces, or money at standard cost.
        product: Only this product.
        family: Only this family.
        earlier: The facts as they were in the earlier cycle, whose safety stocks and costs then
            count for it; by default today's count for both.

    Raises:
        DataProblem: There are fewer than two cycles.
        BadRequest: There is no such cycle.
        NotPermitted: A scope of regions, whose sales are not all that the stock served.
    """
    table, only = ("plans", "") if what == "supply" else ("forecasts", "stream = 'consensus' AND ")
    snapshot.require(table, to="explain why a plan moved")
    if snapshot.scope.regions:
        snapshot.require_everything(to="explain why a plan moved")
    later, sooner = two_cycles(snapshot, table, only, cycle, previous)
    lines, months = cycle_lines(snapshot, sooner, later, plans=what == "supply")
    kept = _products(snapshot, product, family)
    lines = tuple(line for line in lines if line.place[0] in kept)
    values = _Values.read(snapshot, earlier, measure)
    unvalued = sorted({line.place[0] for line in lines if values.of(line) is None})
    lines = tuple(line for line in lines if values.of(line) is not None)
    events = _events(snapshot)
    parts: dict[Bucket, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        old, new = values.of(line) or (1.0, 1.0)
        found = _supply(line, values.safety(line)) if what == "supply" else _demand(line)
        for bucket, amount in _named(found, events):
            parts[bucket][line.place[0]].append(amount * old)
        parts["unit value", None, None][line.place[0]].append(_size(line.after, what) * (new - old))
    return PlanMove(
        what,
        measure,
        later,
        sooner,
        months,
        fsum(_size(line.before, what) * (values.of(line) or (1.0, 1.0))[0] for line in lines),
        fsum(_size(line.after, what) * (values.of(line) or (1.0, 1.0))[1] for line in lines),
        _drivers(parts),
        tuple(unvalued),
    )


Parts = Iterator[tuple[Kind, Why | None, float]]


def _supply(line: CycleLine, safety: tuple[float, float]) -> Parts:
    """Yield what moved one line's supply; the amounts add up to the change of its plan."""
    before, after, between = line.before, line.after, line.between
    old, new = before.demand, after.demand
    expected = between.demand if between.demand is not None else 0.0
    blind = line.start is None or line.opening is None
    if old is None and before.plan == 0:
        old = 0.0  # not yet planned: all of it is new
    if blind or old is None or new is None:
        yield "other", None, after.plan - before.plan
        return
    start, opening = line.start or 0.0, line.opening or 0.0
    foreseen = start + between.plan - expected
    received = opening - start + line.sold
    yield "sales", None, line.sold - expected
    yield "receipts", None, between.plan - received
    yield from _forecast(before, after)
    left = (foreseen + before.plan - old, opening + after.plan - new)
    yield "safety stock", None, safety[1] - safety[0]
    above = [max(end - kept, 0.0) for end, kept in zip(left, safety, strict=True)]
    short = [max(kept - end, 0.0) for end, kept in zip(left, safety, strict=True)]
    yield "stock kept", None, above[1] - above[0]
    yield "shortage", None, short[0] - short[1]


def _demand(line: CycleLine) -> Parts:
    """Yield what moved one line's consensus."""
    yield from _forecast(line.before, line.after)


def _forecast(before: View, after: View) -> Parts:
    old, new = before.demand or 0.0, after.demand or 0.0
    known = [v for v in (before, after) if v.demand is not None]
    if any(view.stat is None for view in known):
        yield "consensus forecast", None, new - old
        return
    yield "statistical forecast", None, (after.stat or 0.0) - (before.stat or 0.0)
    for why in {*before.overrides, *after.overrides}:
        yield "override", why, after.overrides.get(why, 0.0) - before.overrides.get(why, 0.0)


def _named(parts: Parts, events: Mapping[str, str]) -> Iterator[tuple[Bucket, float]]:
    """Yield the parts with overrides that name an event turned into that event's."""
    for kind, why, amount in parts:
        event = events.get((why[1] or "").casefold()) if why else None
        if event:
            yield ("event", None, event), amount
        else:
            yield (kind, why, None), amount


def _drivers(parts: Mapping[Bucket, Mapping[str, list[float]]]) -> tuple[Driver, ...]:
    found = []
    for (kind, why, event), products in parts.items():
        sums = {product: fsum(amounts) for product, amounts in products.items()}
        amount = fsum(value for amounts in products.values() for value in amounts)
        ranked = sorted(sums.items(), key=lambda entry: (-abs(entry[1]), entry[0]))
        author, reason = why or (None, None)
        by_product = tuple(entry for entry in ranked if entry[1])
        if by_product:
            amount = fsum(
                value for products in parts[kind, why, event].values() for value in products
            )
            found.append(Driver(kind, amount, event, author, reason, by_product))
    return tuple(sorted(found, key=lambda d: (ORDER.index(d.kind), -abs(d.amount), d.event or "")))


def _size(view: View, what: What) -> float:
    return view.plan if what == "supply" else view.demand or 0.0


@dataclass(frozen=True)
class _Values:
    """What a piece is worth, and the safety stock, in the earlier and in the later cycle."""

    old: Mapping[str, float | None]
    new: Mapping[str, float | None]
    kept_old: Mapping[Place, float]
    kept_new: Mapping[Place, float]
    measure: Measure

    @classmethod
    def read(cls, snapshot: Snapshot, earlier: Snapshot | None, measure: Measure) -> "_Values":
        """Read both sides; today's facts count for both where the earlier ones are not given."""
        sides = (earlier or snapshot, snapshot)
        costs = [dict(s.rows("SELECT product, standard_cost FROM products")) for s in sides]
        stocks = [
            {place: kept.quantity for place, kept in safety_stocks(s).items()}
            if s.has("policies")
            else {}
            for s in sides
        ]
        return cls(costs[0], costs[1], stocks[0], stocks[1], measure)

    def of(self, line: CycleLine) -> tuple[float, float] | None:
        """Return what a piece is worth in both cycles; None where that is not known."""
        if self.measure == "quantity":
            return 1.0, 1.0
        old, new = self.old.get(line.place[0]), self.new.get(line.place[0])
        return None if old is None or new is None else (old, new)

    def safety(self, line: CycleLine) -> tuple[float, float]:
        """Return the safety stock in both cycles; 0 without a policy."""
        return self.kept_old.get(line.place, 0.0), self.kept_new.get(line.place, 0.0)


def _products(snapshot: Snapshot, product: str | None, family: str | None) -> set[str]:
    rows = snapshot.rows(
        "SELECT product FROM products WHERE ($product IS NULL OR product = $product) "
        "AND ($family IS NULL OR family = $family)",
        {"product": product, "family": family},
    )
    return {name for (name,) in rows}


def _events(snapshot: Snapshot) -> Mapping[str, str]:
    """Return the event that a reason names, by its id or name in small letters."""
    if not snapshot.has("events"):
        return {}
    rows = snapshot.rows("SELECT event, name FROM events ORDER BY event")
    return {word.casefold(): event for event, name in rows for word in (event, name or event)}

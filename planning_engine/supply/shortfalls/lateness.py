"""Why demand is late or lost: the hours, component, lane, time or fence that binds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.plan.plan_problem import Lane, SupplyPlan, Way
from planning_engine.supply.plan.plan_rules import LEAST_COST, PlanRules
from planning_engine.supply.plan.supply_plan import plan_supply
from planning_engine.supply.requirements.requirements import Place

LEAST = 0.5
"""Pieces owed below this are the solver's rounding, not lateness."""
BOUND = 1e-5
"""A limit that is used up to this part counts as binding."""

EMPTY = 1e-3
"""Stock at the end of a month below this has run out."""

BindKind = Literal[
    "hours", "component", "lane", "lead time", "fence", "changes", "no supply", "cost"
]


@dataclass(frozen=True)
class Bind:
    """What keeps a demand from being met: hours of a resource, a component, a lane, a fence.

    Attributes:
        kind: What it is; `fence` is the frozen published plan, `changes` the budget of changes.
        name: The resource, the component, the supplier, or the site the lane leaves; '' where
            nothing has a name.
        month: The month in which it binds.
        short: How much more of it the late pieces would take: hours, or pieces.
        supplier: Who delivers no more of a component; '' where nobody is known.
    """

    kind: BindKind
    name: str
    month: date
    short: float = field(default=0.0, compare=False)
    supplier: str = field(default="", compare=False)


@dataclass(frozen=True)
class Late:
    """Demand owed at the end of a month.

    `new` are the pieces demanded in that very month; the rest was owed before. `lost` of them
    are never delivered. `binds` says why, what matters most first.
    """

    product: str
    site: str
    month: date
    quantity: float
    new: float
    binds: tuple[Bind, ...]
    lost: float = 0.0


@remember(8)
def lateness(
    snapshot: Snapshot, months: int = 6, *, overtime: bool = True, rules: PlanRules = LEAST_COST
) -> tuple[Late, ...]:
    """Return what a company's plan delivers late, and why; largest quantity first."""
    return why_late(plan_supply(snapshot, months, overtime=overtime, rules=rules))


def why_late(plan: SupplyPlan) -> tuple[Late, ...]:
    """Return what a plan delivers late, and why; largest quantity first.

    A way to make the product counts as blocked when the hours of one of its resources are
    used up, overtime included, or one of its components has run out and neither more of it nor
    a substitute can come. When some way is not blocked, being late is merely cheaper.
    """
    limits = _Limits(plan)
    found = []
    for place, row in plan.late.items():
        lost = plan.lost.get(place, (0.0,) * len(row))
        for t, owed in enumerate(row):
            if owed + lost[t] >= LEAST:
                wanted = plan.problem.demand[place][t]
                quantity = owed + lost[t]
                binds = limits.binds(place, t, quantity)
                month, new = plan.problem.months[t], min(quantity, wanted)
                found.append(Late(*place, month, quantity, new, binds, lost[t]))
    return tuple(sorted(found, key=lambda late: (-late.quantity, late.product, late.month)))


class _Limits:
    """What is used up in a plan."""

    def __init__(self, plan: SupplyPlan) -> None:
        self.plan = plan
        self.problem = plan.problem
        self.used = {name: plan.used_hours(name) for name in plan.problem.resources}
        self.ways: dict[Place, list[int]] = defaultdict(list)
        preferences = [way.preference for way in plan.problem.ways]
        for index in sorted(range(len(preferences)), key=lambda index: preferences[index]):
            way = plan.problem.ways[index]
            self.ways[(way.product, way.site)].append(index)
        self.sources: dict[Place, list[int]] = defaultdict(list)
        for index, source in enumerate(plan.problem.sources):
            self.sources[(source.product, source.site)].append(index)
        self.lanes: dict[Place, list[tuple[int, Lane]]] = defaultdict(list)
        for index, lane in enumerate(plan.problem.lanes):
            self.lanes[(lane.product, lane.target)].append((index, lane))
        self.substitutes: dict[tuple[int, str], list[tuple[str, float]]] = defaultdict(list)
        for swap in plan.problem.swaps:
            key = (swap.way, swap.instead_of)
            self.substitutes[key].append((swap.component, swap.quantity))

    def binds(self, place: Place, t: int, pieces: float) -> tuple[Bind, ...]:
        """Return what binds so many pieces of a place in a month, looking back to earlier ones."""
        for month in range(t, -1, -1):
            found = self._binds_at(place, month, pieces, frozenset())
            if found is None:
                # Some way is open: making or buying more would have been dearer than late.
                return (Bind("cost", "", self.problem.months[month], pieces),)
            if found:
                return _unique(found)
        return (Bind("no supply", "", self.problem.months[t], pieces),)

    def _binds_at(
        self, place: Place, t: int, pieces: float, seen: frozenset[Place]
    ) -> list[Bind] | None:
        """Return what blocks every road to a place; None if a road is open; [] if none leads."""
        if place in seen:
            return []
        held = self._held(place, t, pieces)
        if held:
            return [held]
        seen |= {place}
        roads = [self._way_blocked(index, t, pieces, seen) for index in self.ways[place]]
        roads += [self._source_blocked(index, t, pieces) for index in self.sources[place]]
        roads += [
            self._lane_blocked(index, lane, t, pieces, seen) for index, lane in self.lanes[place]
        ]
        if any(road is None for road in roads):
            return None
        return [bind for road in roads if road for bind in road]

    def _held(self, place: Place, t: int, pieces: float) -> Bind | None:
        published = self.problem.published
        row = published.supply.get(place) if published else None
        if published is None or row is None or row[t] is None:
            return None
        if t < published.frozen:
            return Bind("fence", "", self.problem.months[t], pieces)
        if self.plan.change_worth > 0:
            return Bind("changes", "", self.problem.months[t], pieces)
        return None

    def _way_blocked(
        self, index: int, t: int, pieces: float, seen: frozenset[Place]
    ) -> list[Bind] | None:
        way = self.problem.ways[index]
        start = t - way.lead_months
        if start < 0:
            return [Bind("lead time", way.site, self.problem.months[t], pieces)]
        month = self.problem.months[start]
        blocked = [
            Bind("hours", name, month, pieces * way.hours[name])
            for name in way.hours
            if way.hours[name] > 0 and self._is_full(name, start)
        ]
        for part in self.problem.parts.get(way.product, ()):
            others = self.substitutes[(index, part.component)]
            options = [(part.component, part.quantity), *others]
            found = [self._part_blocked(way, start, pieces, *each, seen) for each in options]
            if all(found):
                blocked += found[0]
        blocked.sort(key=lambda bind: -self._worth(bind, start))
        return blocked or None

    def _part_blocked(
        self,
        way: Way,
        t: int,
        pieces: float,
        component: str,
        quantity: float,
        seen: frozenset[Place],
    ) -> list[Bind]:
        """Return what keeps a component from coming; [] if there is some or more can come."""
        place = (component, way.site)
        if self.plan.stock[place][t] > EMPTY:
            return []
        needed = pieces * quantity / way.yield_rate
        deeper = self._binds_at(place, t, needed, seen)
        if deeper is None:
            return []
        supplier = next((bind.supplier for bind in deeper if bind.supplier), "")
        mine = Bind("component", component, self.problem.months[t], needed, supplier)
        return [bind for bind in deeper if bind.kind == "hours"] or [mine]

    def _source_blocked(self, index: int, t: int, pieces: float) -> list[Bind] | None:
        source = self.problem.sources[index]
        month = self.problem.months[t]
        if t < source.lead_months:
            return [Bind("lead time", source.supplier, month, pieces, source.supplier)]
        full = source.capacity is not None and _is_used_up(
            self.plan.bought[index][t], source.capacity
        )
        if full or t in source.closed:
            return [Bind("component", source.product, month, pieces, source.supplier)]
        return None

    def _lane_blocked(
        self, index: int, lane: Lane, t: int, pieces: float, seen: frozenset[Place]
    ) -> list[Bind] | None:
        month = self.problem.months[t]
        if t < lane.lead_months:
            return [Bind("lead time", lane.origin, month, pieces)]
        left = t - lane.lead_months
        full = lane.capacity is not None and _is_used_up(
            self.plan.moved[index][left], lane.capacity
        )
        if full or left in lane.closed:
            return [Bind("lane", lane.origin, self.problem.months[left], pieces)]
        origin = (lane.product, lane.origin)
        if self.plan.stock[origin][left] > EMPTY:
            return None
        return self._binds_at(origin, left, pieces, seen)

    def _is_full(self, resource: str, t: int) -> bool:
        there = self.problem.hours[(resource, t)]
        return _is_used_up(self.used[resource][t], there.regular + there.overtime)

    def _worth(self, bind: Bind, t: int) -> float:
        return self.plan.hour_worth.get((bind.name, t), 0.0) if bind.kind == "hours" else 0.0


def _is_used_up(used: float, limit: float) -> bool:
    return used >= limit * (1 - BOUND) - 1e-6


def _unique(binds: Iterable[Bind]) -> tuple[Bind, ...]:
    order: Mapping[Bind, None] = dict.fromkeys(binds)
    return tuple(order)

"""Why demand is late: the hours, the component, the lane or the time that binds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.plan_problem import Lane, SupplyPlan, Way
from planning_engine.supply.requirements import Place
from planning_engine.supply.supply_plan import plan_supply

LEAST = 0.5
"""Pieces owed below this are the solver's rounding, not lateness."""
BOUND = 1e-5
"""A limit that is used up to this part counts as binding."""

EMPTY = 1e-3
"""Stock at the end of a month below this has run out."""

BindKind = Literal["hours", "component", "lane", "lead time", "no supply", "cost"]


@dataclass(frozen=True)
class Bind:
    """What keeps a demand from being met: hours of a resource, a component or a lane.

    `name` is the resource, the component, or the site the lane leaves; '' where nothing has a
    name. `month` is the month in which it binds.
    """

    kind: BindKind
    name: str
    month: date


@dataclass(frozen=True)
class Late:
    """Demand owed at the end of a month.

    `new` are the pieces demanded in that very month; the rest was owed before. `binds` says
    why, what matters most first.
    """

    product: str
    site: str
    month: date
    quantity: float
    new: float
    binds: tuple[Bind, ...]


@remember(4)
def lateness(snapshot: Snapshot, months: int = 6, *, overtime: bool = True) -> tuple[Late, ...]:
    """Return what a company's plan delivers late, and why; largest quantity first."""
    return why_late(plan_supply(snapshot, months, overtime=overtime))


def why_late(plan: SupplyPlan) -> tuple[Late, ...]:
    """Return what a plan delivers late, and why; largest quantity first.

    A way to make the product counts as blocked when the hours of one of its resources are
    used up, overtime included, or one of its components has run out and no more can come.
    When some way is not blocked, being late is merely cheaper.
    """
    limits = _Limits(plan)
    found = []
    for place, row in plan.late.items():
        for t, owed in enumerate(row):
            if owed >= LEAST:
                wanted = plan.problem.demand[place][t]
                month = plan.problem.months[t]
                binds = limits.binds(place, t)
                found.append(Late(*place, month, owed, min(owed, wanted), binds))
    return tuple(sorted(found, key=lambda late: (-late.quantity, late.product, late.month)))


class _Limits:
    """What is used up in a plan."""

    def __init__(self, plan: SupplyPlan) -> None:
        self.plan = plan
        self.problem = plan.problem
        self.used = {name: plan.used_hours(name) for name in plan.problem.resources}
        self.ways: dict[Place, list[Way]] = defaultdict(list)
        for way in sorted(plan.problem.ways, key=lambda way: way.preference):
            self.ways[(way.product, way.site)].append(way)
        self.sources: dict[Place, list[int]] = defaultdict(list)
        for index, source in enumerate(plan.problem.sources):
            self.sources[(source.product, source.site)].append(index)
        self.lanes: dict[Place, list[tuple[int, Lane]]] = defaultdict(list)
        for index, lane in enumerate(plan.problem.lanes):
            self.lanes[(lane.product, lane.target)].append((index, lane))

    def binds(self, place: Place, t: int) -> tuple[Bind, ...]:
        """Return what binds a product at a site in a month, looking back to earlier ones."""
        for month in range(t, -1, -1):
            found = self._binds_at(place, month, frozenset())
            if found is None:
                # Some way is open: making or buying more would have been dearer than late.
                return (Bind("cost", "", self.problem.months[month]),)
            if found:
                return _unique(found)
        return (Bind("no supply", "", self.problem.months[t]),)

    def _binds_at(self, place: Place, t: int, seen: frozenset[Place]) -> list[Bind] | None:
        """Return what blocks every road to a place; None if a road is open; [] if none leads."""
        if place in seen:
            return []
        seen |= {place}
        roads = [self._way_blocked(way, t, seen) for way in self.ways[place]]
        roads += [self._source_blocked(index, t) for index in self.sources[place]]
        roads += [self._lane_blocked(index, lane, t, seen) for index, lane in self.lanes[place]]
        if any(road is None for road in roads):
            return None
        return [bind for road in roads if road for bind in road]

    def _way_blocked(self, way: Way, t: int, seen: frozenset[Place]) -> list[Bind] | None:
        blocked = [
            Bind("hours", name, self.problem.months[t])
            for name in way.hours
            if way.hours[name] > 0 and self._is_full(name, t)
        ]
        for part in self.problem.parts.get(way.product, ()):
            component = (part.component, way.site)
            if self.plan.stock[component][t] <= EMPTY:
                deeper = self._binds_at(component, t, seen)
                if deeper is not None:
                    shown = [b for b in deeper if b.kind == "hours"]
                    blocked += shown or [Bind("component", part.component, self.problem.months[t])]
        blocked.sort(key=lambda bind: -self._worth(bind, t))
        return blocked or None

    def _source_blocked(self, index: int, t: int) -> list[Bind] | None:
        source = self.problem.sources[index]
        month = self.problem.months[t]
        if t < source.lead_months:
            return [Bind("lead time", source.supplier, month)]
        if source.capacity is not None and _is_used_up(self.plan.bought[index][t], source.capacity):
            return [Bind("component", source.product, month)]
        return None

    def _lane_blocked(
        self, index: int, lane: Lane, t: int, seen: frozenset[Place]
    ) -> list[Bind] | None:
        month = self.problem.months[t]
        if t < lane.lead_months:
            return [Bind("lead time", lane.origin, month)]
        left = t - lane.lead_months
        if lane.capacity is not None and _is_used_up(self.plan.moved[index][left], lane.capacity):
            return [Bind("lane", lane.origin, self.problem.months[left])]
        origin = (lane.product, lane.origin)
        if self.plan.stock[origin][left] > EMPTY:
            return None
        return self._binds_at(origin, left, seen)

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

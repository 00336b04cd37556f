"""Plays a fixed supply plan through many futures at once, month by month.

The plan is not changed as things happen: what it makes, buys and moves is done as far as
material allows. Every quantity is a row of one number per future.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planning_engine.supply.plan.plan_problem import SupplyPlan
from planning_engine.supply.requirements.requirements import Place, levels

Futures = NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """What comes true in each future, as multiples of plan and months of delay.

    `demand` is by product and month, `output` by way and month, `delay` by product and month.
    """

    demand: Mapping[tuple[str, int], Futures]
    output: Mapping[tuple[int, int], Futures]
    delay: Mapping[tuple[str, int], Futures]


@dataclass
class Outcome:
    """What a plan came to, one number per future."""

    demanded: Futures
    late: Futures
    delivered: dict[str, Futures]
    cost: Futures
    short: dict[Place, Futures] = field(default_factory=dict)


class Play:
    """One plan, played through all futures of some draws."""

    def __init__(self, plan: SupplyPlan, draws: Draws, count: int) -> None:
        self.plan, self.problem, self.draws, self.count = plan, plan.problem, draws, count
        self.span = range(len(plan.problem.months))
        self.stock: dict[Place, Futures] = defaultdict(self._nothing)
        self.arrivals: dict[tuple[Place, int], Futures] = defaultdict(self._nothing)
        self.owed: dict[Place, Futures] = {place: self._nothing() for place in self.problem.demand}
        self.started = _order_of_making(plan)
        self.moved = _order_of_moving(plan)
        self.outcome = Outcome(self._nothing(), self._nothing(), {}, self._nothing())
        self.needs: dict[tuple[Place, int], float] = defaultdict(float)
        for index, way in enumerate(self.problem.ways):
            for t in self.span:
                for component, quantity in self._used(index, t).items():
                    self.needs[((component, way.site), t)] += quantity

    def run(self) -> Outcome:
        """Return what the plan comes to."""
        for place, quantity in self.problem.opening.items():
            self.stock[place] = self.stock[place] + quantity
        self._order()
        self._fixed_costs()
        for t in self.span:
            self._receive(t)
            for way in self.started:
                self._make(way, t)
            for lane in self.moved:
                self._move(lane, t)
            self._serve(t)
            self._hold(t)
        return self.outcome

    def _nothing(self) -> Futures:
        return np.zeros(self.count)

    def _order(self) -> None:
        """Put what is bought and on its way on the months it comes in."""
        for source, row in zip(self.problem.sources, self.plan.bought, strict=True):
            for t, quantity in enumerate(row):
                if quantity:
                    self._due((source.product, source.site), t, quantity)
                    self.outcome.cost += quantity * source.price
        for place, row in self.problem.receipts.items():
            for t, quantity in enumerate(row):
                if quantity:
                    self._due(place, t, quantity)

    def _due(self, place: Place, month: int, quantity: float) -> None:
        """Let a delivery slip by its delay: part of a month's deliveries fall into the next."""
        delay = self.draws.delay.get((place[0], month))
        if delay is None:
            self.arrivals[(place, month)] = self.arrivals[(place, month)] + quantity
            return
        whole = np.floor(delay)
        for months in range(int(whole.max()) + 2):
            share = np.where(whole == months, 1 - (delay - whole), 0.0)
            share = share + np.where(whole + 1 == months, delay - whole, 0.0)
            key = (place, month + months)
            self.arrivals[key] = self.arrivals[key] + share * quantity

    def _fixed_costs(self) -> None:
        """Count what is paid whatever happens: overtime beyond regular hours, and set-ups."""
        for name, row in self.plan.overtime.items():
            regular, extra = self.problem.wages[name]
            self.outcome.cost += sum(row) * (extra - regular)
        for way, switches in zip(self.problem.ways, self.plan.setups, strict=False):
            if way.setup and switches:
                hours = way.setup.hours.items()
                each = way.setup.cost + sum(self.problem.wages[n][0] * h for n, h in hours)
                self.outcome.cost += sum(switches) * each

    def _receive(self, t: int) -> None:
        for place in {place for place, month in self.arrivals if month == t}:
            self.stock[place] = self.stock[place] + self.arrivals[(place, t)]

    def _make(self, index: int, t: int) -> None:
        way, planned = self.problem.ways[index], self.plan.made[index][t]
        if planned <= 0:
            return
        used = self._used(index, t)
        part = np.ones(self.count)
        for component in used:
            # What is short is shared with the ways that are still to be made this month.
            have = np.maximum(self.stock[(component, way.site)], 0.0)
            part = np.minimum(part, have / self.needs[((component, way.site), t)])
        for component, quantity in used.items():
            place = (component, way.site)
            self.stock[place] = self.stock[place] - part * quantity
            self.needs[(place, t)] -= quantity
        good = part * planned * self.draws.output.get((index, t), 1.0)
        place, comes = (way.product, way.site), t + way.lead_months
        if way.lead_months:
            self.arrivals[(place, comes)] = self.arrivals[(place, comes)] + good
        else:
            self.stock[place] = self.stock[place] + good
        wage = sum(self.problem.wages[name][0] * hours for name, hours in way.hours.items())
        self.outcome.cost += part * planned * (wage + way.setup_cost)

    def _used(self, index: int, t: int) -> dict[str, float]:
        """Return what the plan takes of each component, substitutes as planned."""
        way, planned = self.problem.ways[index], self.plan.made[index][t]
        used: dict[str, float] = defaultdict(float)
        swapped: dict[str, float] = defaultdict(float)
        for swap, row in zip(self.problem.swaps, self.plan.swapped, strict=False):
            if swap.way == index:
                used[swap.component] += row[t] * swap.quantity / way.yield_rate
                swapped[swap.instead_of] += row[t]
        for entry in self.problem.parts.get(way.product, ()):
            pieces = planned - swapped[entry.component]
            used[entry.component] += pieces * entry.quantity / way.yield_rate
        return {component: quantity for component, quantity in used.items() if quantity > 1e-9}

    def _move(self, index: int, t: int) -> None:
        lane, planned = self.problem.lanes[index], self.plan.moved[index][t]
        if planned <= 0:
            return
        origin = (lane.product, lane.origin)
        have = np.maximum(self.stock[origin], 0.0)
        going = self._going(index, t)
        sent = planned * np.minimum(1.0, have / going)
        self.stock[origin] = self.stock[origin] - sent
        target = (lane.product, lane.target)
        if lane.lead_months:
            key = (target, t + lane.lead_months)
            self.arrivals[key] = self.arrivals[key] + sent
        else:
            self.stock[target] = self.stock[target] + sent
        self.outcome.cost += sent * lane.cost

    def _going(self, index: int, t: int) -> float:
        """Return what this lane and those after it take from the same place this month."""
        place = (self.problem.lanes[index].product, self.problem.lanes[index].origin)
        later = self.moved[self.moved.index(index) :]
        lanes = self.problem.lanes
        return sum(
            self.plan.moved[i][t] for i in later if (lanes[i].product, lanes[i].origin) == place
        )

    def _serve(self, t: int) -> None:
        out = self.outcome
        for place, row in self.problem.demand.items():
            wanted = row[t] * self.draws.demand.get((place[0], t), 1.0) + self._nothing()
            asked = wanted + self.owed[place]
            gone = np.minimum(np.maximum(self.stock[place], 0.0), asked)
            self.stock[place] = self.stock[place] - gone
            left = asked - gone
            out.demanded += wanted
            out.late += np.minimum(wanted, left)
            before = out.delivered.get(place[0], self._nothing())
            out.delivered[place[0]] = before + gone
            out.short[place] = out.short.get(place, self._nothing()) + np.minimum(wanted, left)
            waits = self.problem.costs[place[0]].waits
            self.owed[place] = left if waits else self._nothing()

    def _hold(self, t: int) -> None:
        for place, waste in self.plan.wasted.items():
            self.stock[place] = self.stock[place] - np.minimum(self.stock[place], waste[t])
        for place, stock in self.stock.items():
            self.outcome.cost += np.maximum(stock, 0.0) * self.problem.costs[place[0]].holding


def _order_of_making(plan: SupplyPlan) -> tuple[int, ...]:
    """Return the ways, those of components before those of their parents."""
    problem = plan.problem
    parts = {product: list(entries) for product, entries in problem.parts.items()}
    depth = {product: place for place, product in enumerate(reversed(levels(parts)))}
    indices = range(len(problem.ways))
    return tuple(sorted(indices, key=lambda i: (depth.get(problem.ways[i].product, -1), i)))


def _order_of_moving(plan: SupplyPlan) -> list[int]:
    """Return the lanes, those that fill a place before those that leave it."""
    lanes = plan.problem.lanes
    used = [i for i, row in enumerate(plan.moved) if sum(row) > 0]
    into: dict[Place, list[int]] = defaultdict(list)
    for i in used:
        into[(lanes[i].product, lanes[i].target)].append(i)
    depth: dict[int, int] = {}

    def steps(index: int, seen: Sequence[int]) -> int:
        if index in seen:  # lanes in a circle have no order
            return 0
        if index not in depth:
            before = into[(lanes[index].product, lanes[index].origin)]
            depth[index] = 1 + max((steps(i, [*seen, index]) for i in before), default=0)
        return depth[index]

    return sorted(used, key=lambda i: (steps(i, ()), i))

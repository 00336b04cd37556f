"""The columns of the supply plan and what each costs; the rows stand in `plan_constraints`."""

from collections import defaultdict
from collections.abc import Hashable

from planning_engine.supply.plan.plan_problem import Lane, Source, SupplyProblem, Way
from planning_engine.supply.plan.plan_program import Program, Term
from planning_engine.supply.requirements.requirements import Place

Columns = list[int]
"""The numbers of one column per month."""


class PlanModel:
    """The program of one problem: columns by what they stand for, and costs by part."""

    def __init__(self, problem: SupplyProblem) -> None:
        self.problem = problem
        self.span = range(len(problem.months))
        self.program = Program("supply_plan")
        self.parts: dict[str, list[Term]] = defaultdict(list)
        self.needs = _needs(problem)
        self.make = [self._row(("make", *_way(way)), None) for way in problem.ways]
        self.move = [
            self._row(("move", *_lane(lane)), lane.capacity, closed=lane.closed)
            for lane in problem.lanes
        ]
        # What was not ordered in time cannot arrive: nothing before the lead time.
        self.buy = [
            self._row(("buy", *_source(source)), source.capacity, source.lead_months, source.closed)
            for source in problem.sources
        ]
        # Stock = safety stock - what is missing of it + what lies above it. As two columns it
        # needs no row of its own, which saves half the rows of a plan.
        self.above = {place: self._row(("above", *place), None) for place in problem.places}
        self.late = {place: self._late(place) for place in problem.demand}
        self.lost = {
            place: [
                self.program.column(("lost", *place, t), wanted) for t, wanted in enumerate(row)
            ]
            for place, row in problem.demand.items()
            if self._can_be_lost(place)
        }
        self.below = {
            place: self._row(("below", *place), wanted) for place, wanted in problem.safety.items()
        }
        self.waste = {
            place: self._row(("waste", *place), None)
            for place in problem.places
            if problem.shelf.get(place[0], len(self.span) + 1) <= len(self.span)
        }
        self.extra = {
            name: [
                self.program.column(("extra", name, t), problem.hours[(name, t)].overtime)
                for t in self.span
            ]
            for name in problem.resources
        }
        self.hire = {name: self._row(("hire", name), None) for name in problem.hire}
        self.swap = [
            self._row(("swap", *_way(problem.ways[s.way]), s.component, s.instead_of), None)
            for s in problem.swaps
        ]
        self.set_up = [self._set_ups(way) for way in problem.ways]
        self.lots = [
            self._lots(("lots", *_way(way)), way.setup.lot_multiple if way.setup else 0.0)
            for way in problem.ways
        ]
        self.order = [
            self._switch(("order", *_source(source)), source.order_min)
            for source in problem.sources
        ]
        self.order_lots = [
            self._lots(("order lots", *_source(source)), source.order_multiple)
            for source in problem.sources
        ]
        self.owed = [
            {
                place: {
                    t: self.program.column(("owed", entry.rank, entry.due, *place, t), quantity)
                    for t in self.span[entry.due :]
                }
                for place, quantity in entry.wanted.items()
            }
            for entry in problem.orders
        ]
        self.up, self.down, self.over = self._changes()
        self.fixed_holding = 0.0
        self._price()

    def stock(self, place: Place, t: int) -> tuple[list[Term], float]:
        """Return the stock at the end of a month: its columns, and what comes on top of them."""
        terms = [(self.above[place][t], 1.0)]
        if place not in self.below:
            return terms, 0.0
        return [*terms, (self.below[place][t], -1.0)], self.problem.safety[place]

    def _row(
        self,
        key: tuple[Hashable, ...],
        most: float | None,
        first: int = 0,
        closed: frozenset[int] = frozenset(),
    ) -> Columns:
        return [
            self.program.column((*key, t), most if t >= first and t not in closed else 0.0)
            for t in self.span
        ]

    def _late(self, place: Place) -> Columns:
        # Where customers do not wait, nothing is owed: what is not delivered is lost.
        return self._row(("late", *place), 0.0 if self._never_waits(place) else None)

    def _can_be_lost(self, place: Place) -> bool:
        return self.problem.costs[place[0]].lost_sale is not None and not self.problem.orders

    def _never_waits(self, place: Place) -> bool:
        return self._can_be_lost(place) and not self.problem.costs[place[0]].waits

    def _set_ups(self, way: Way) -> Columns:
        setup = way.setup
        if setup is None or not (setup.cost or any(setup.hours.values()) or setup.lot_min):
            return []
        return [self.program.column(("set up", *_way(way), t), 1.0, whole=True) for t in self.span]

    def _switch(self, key: tuple[Hashable, ...], least: float) -> Columns:
        if not least:
            return []
        return [self.program.column((*key, t), 1.0, whole=True) for t in self.span]

    def _lots(self, key: tuple[Hashable, ...], multiple: float) -> Columns:
        if not multiple:
            return []
        return [self.program.column((*key, t), whole=True) for t in self.span]

    def _changes(
        self,
    ) -> tuple[dict[Place, dict[int, int]], dict[Place, dict[int, int]], list[int]]:
        published = self.problem.published
        up: dict[Place, dict[int, int]] = {}
        down: dict[Place, dict[int, int]] = {}
        if published is None:
            return up, down, []
        last = len(self.span) if published.budget is not None else published.frozen
        for place, row in published.supply.items():
            months = [t for t in self.span[:last] if row[t] is not None]
            up[place] = {t: self.program.column(("up", *place, t)) for t in months}
            down[place] = {t: self.program.column(("down", *place, t)) for t in months}
        over = [] if published.budget is None else [self.program.column(("over budget",))]
        return up, down, over

    # --- costs

    def _price(self) -> None:
        self._price_hours()
        self._price_goods()
        self._price_misses()
        self._price_changes()

    def _price_hours(self) -> None:
        problem, parts = self.problem, self.parts
        for way, row, switches in zip(problem.ways, self.make, self.set_up, strict=True):
            wage = sum(problem.wages[name][0] * hours for name, hours in way.hours.items())
            parts["regular_hours"] += [(x, wage) for x in row]
            parts["setups"] += [(x, way.setup_cost) for x in row]
            if way.setup:
                once = sum(problem.wages[name][0] * h for name, h in way.setup.hours.items())
                parts["regular_hours"] += [(x, once) for x in switches]
                parts["setups"] += [(x, way.setup.cost) for x in switches]
        for name, row in self.extra.items():
            regular, premium = problem.wages[name]
            # Overtime hours are counted as regular ones above; the difference comes on top.
            parts["regular_hours"] += [(x, -regular) for x in row]
            parts["overtime"] += [(x, premium) for x in row]
        for name, row in self.hire.items():
            parts["regular_hours"] += [(x, -problem.wages[name][0]) for x in row]
            parts["hired_hours"] += [(x, problem.hire[name]) for x in row]

    def _price_goods(self) -> None:
        problem, parts = self.problem, self.parts
        for source, row in zip(problem.sources, self.buy, strict=True):
            parts["material"] += [(x, source.price) for x in row]
        for lane, row in zip(problem.lanes, self.move, strict=True):
            parts["transport"] += [(x, lane.cost) for x in row]
        for place in problem.places:
            holding = problem.costs[place[0]].holding
            for t in self.span:
                terms, safety = self.stock(place, t)
                parts["holding"] += [(x, sign * holding) for x, sign in terms]
                self.fixed_holding += safety * holding
        for place, row in self.waste.items():
            parts["waste"] += [(x, problem.costs[place[0]].waste) for x in row]

    def _price_misses(self) -> None:
        problem, parts, last = self.problem, self.parts, self.span[-1]
        for place, row in self.late.items():
            parts["late"] += [(x, problem.costs[place[0]].late) for x in row]
            parts["end_of_plan"].append((row[last], problem.costs[place[0]].lost))
        for place, row in self.lost.items():
            parts["lost_sales"] += [(x, problem.costs[place[0]].lost_sale or 0.0) for x in row]
        for place, row in self.below.items():
            parts["below_safety"] += [(x, problem.costs[place[0]].below_safety) for x in row]
            parts["end_of_plan"].append((row[last], problem.costs[place[0]].refill))

    def _price_changes(self) -> None:
        published = self.problem.published
        if published is None:
            return
        frozen = [
            x
            for by_place in (self.up, self.down)
            for columns in by_place.values()
            for t, x in columns.items()
            if t < published.frozen
        ]
        self.parts["changes"] += [(x, published.penalty) for x in [*frozen, *self.over]]


def _way(way: Way) -> tuple[Hashable, ...]:
    return way.product, way.site, way.preference


def _lane(lane: Lane) -> tuple[Hashable, ...]:
    return lane.product, lane.origin, lane.target


def _source(source: Source) -> tuple[Hashable, ...]:
    return source.product, source.site, source.supplier


def _needs(problem: SupplyProblem) -> dict[str, float]:
    """Return the most of each product that any plan can have a use for, over all months."""
    needs: dict[str, float] = defaultdict(float)
    for (product, _), row in problem.demand.items():
        needs[product] += sum(row)
    for (product, _), quantity in problem.safety.items():
        needs[product] += quantity
    parents: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for way in problem.ways:
        for part in problem.parts.get(way.product, ()):
            parents[part.component].append((way.product, part.quantity / way.yield_rate))
    for swap in problem.swaps:
        way = problem.ways[swap.way]
        parents[swap.component].append((way.product, swap.quantity / way.yield_rate))

    done: dict[str, float] = {}

    def need(product: str) -> float:
        if product not in done:
            done[product] = needs[product] + sum(
                need(parent) * quantity for parent, quantity in set(parents[product])
            )
        return done[product]

    return {product: need(product) for product, _ in problem.places}

"""A supply planning problem and its plan, as plain figures: pieces, hours, money, months."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from planning_engine.supply.capacity.routing import Hours
from planning_engine.supply.plan.plan_program import Basis
from planning_engine.supply.plan.plan_terms import OrderClass, PlanCost, Published, Setup, Swap
from planning_engine.supply.requirements.requirements import Part, Place

LATE_RATE = 0.25
"""Cost of one piece late for a month as a share of its price, where no policy says it."""
SAFETY_RATE = 0.2
"""Cost of one piece missing from the safety stock for a month, as a share of being late."""
MONTHS_LATE_FOR_EVER = 6
"""A piece still late at the end counts as late for so many months more, and as unpaid."""

Row = tuple[float, ...]


@dataclass(frozen=True)
class Way:
    """One way to make a product at a site: effective hours of each resource per good piece.

    Without `setup` the set-ups are spread over the lot, in `hours` and `setup_cost`: a linear
    plan does not count single set-ups. With it they are counted one by one. A good piece takes
    `1 / yield_rate` times its parts, and is there `lead_months` after the month it is made in.
    """

    product: str
    site: str
    preference: float
    hours: Mapping[str, float]
    setup_cost: float
    yield_rate: float = 1.0
    lead_months: int = 0
    setup: Setup | None = None


@dataclass(frozen=True)
class Lane:
    """One way to move a product: cost a piece, whole months under way, most a month.

    Nothing leaves in the months of `closed`, counted from 0.
    """

    product: str
    origin: str
    target: str
    cost: float
    lead_months: int
    capacity: float | None
    closed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Source:
    """One supplier of a product at a site: what is ordered now comes `lead_months` later.

    A delivery is at least `order_min` and a multiple of `order_multiple`, where these are not 0.
    Nothing comes in the months of `closed`, counted from 0.
    """

    product: str
    site: str
    supplier: str
    price: float
    lead_months: int
    capacity: float | None
    order_min: float = 0.0
    order_multiple: float = 0.0
    closed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Cost:
    """Rates of one product, in money for one piece.

    `holding`, `late` and `below_safety` are for a month; `lost` is what a piece still late
    at the end costs on top, `refill` what one missing from the safety stock at the end does.
    `lost_sale` is what a piece costs that is never delivered, its price included; None where
    every customer waits, and without `waits` none does. `waste` is what a piece costs that
    outlives its shelf life.
    """

    holding: float
    late: float
    below_safety: float
    lost: float
    refill: float
    lost_sale: float | None = None
    waste: float = 0.0
    waits: bool = True


@dataclass(frozen=True)
class SupplyProblem:
    """One planning problem, in pieces, hours, money and months counted from 0.

    Attributes:
        months: First day of each bucket; any even bucket will do, say weeks.
        demand: Pieces asked for by product and site.
        opening: Pieces on hand before the first month.
        receipts: Pieces on their way that count.
        safety: Safety stock aimed at.
        ways: How products are made.
        lanes: How they are moved.
        sources: How they are bought.
        parts: Components by product.
        hours: Effective hours by resource and month.
        wages: Cost of a regular and of an overtime hour by resource.
        costs: Rates by product.
        unlimited: Components bought without limit because no supplier is known.
        swaps: Components that may stand in for others.
        shelf: Whole months a product keeps at a place, and in the network.
        published: The plan that this one should not leave too far.
        orders: Demand in the order it is served; empty for least cost alone.
        hire: Cost of an hour beyond regular and overtime, by resource; none elsewhere.
    """

    months: tuple[date, ...]
    demand: Mapping[Place, Row]
    opening: Mapping[Place, float]
    receipts: Mapping[Place, Row]
    safety: Mapping[Place, float]
    ways: tuple[Way, ...]
    lanes: tuple[Lane, ...]
    sources: tuple[Source, ...]
    parts: Mapping[str, tuple[Part, ...]]
    hours: Mapping[tuple[str, int], Hours]
    wages: Mapping[str, tuple[float, float]]
    costs: Mapping[str, Cost]
    unlimited: frozenset[str] = frozenset()
    swaps: tuple[Swap, ...] = ()
    shelf: Mapping[str, int] = field(default_factory=dict)
    published: Published | None = None
    orders: tuple[OrderClass, ...] = ()
    hire: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def resources(self) -> tuple[str, ...]:
        """Resources that any way needs, sorted."""
        set_up = {name for way in self.ways if way.setup for name in way.setup.hours}
        return tuple(sorted({name for way in self.ways for name in way.hours} | set_up))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every product and site that stock can lie at, sorted."""
        found = {*self.demand, *self.opening, *self.receipts}
        found |= {(way.product, way.site) for way in self.ways}
        found |= {(source.product, source.site) for source in self.sources}
        for lane in self.lanes:
            found |= {(lane.product, lane.origin), (lane.product, lane.target)}
        for way in self.ways:
            found |= {(part.component, way.site) for part in self.parts.get(way.product, ())}
        found |= {(swap.component, self.ways[swap.way].site) for swap in self.swaps}
        return tuple(sorted(found))


def rates(
    standard_cost: float,
    price: float,
    holding_rate: float,
    late: float | None = None,
    lost_sale: float | None = None,
    below_safety: float | None = None,
) -> Cost:
    """Return a product's rates from its cost, price and policy.

    Args:
        standard_cost: Standard cost of one piece.
        price: Price of one piece.
        holding_rate: Yearly carrying cost as a share of value.
        late: Cost of one piece late for a month; a quarter of the price by default.
        lost_sale: Cost of one piece never delivered, beyond its price; None where
            customers wait. Where only this is given, they do not wait at all.
        below_safety: Cost of one piece missing from the safety stock for a month; a fifth
            of being late by default.
    """
    waits = late is not None or lost_sale is None
    late = LATE_RATE * price if late is None else late
    return Cost(
        holding=holding_rate / 12 * standard_cost,
        late=late,
        below_safety=SAFETY_RATE * late if below_safety is None else below_safety,
        lost=MONTHS_LATE_FOR_EVER * late + 2 * max(price, standard_cost),
        refill=max(price, 1.5 * standard_cost),
        lost_sale=None if lost_sale is None else price + lost_sale,
        waste=standard_cost,
        waits=waits,
    )


@dataclass(frozen=True)
class SupplyPlan:
    """A solved plan; one quantity per month each.

    Attributes:
        problem: What was planned.
        made: Good pieces by way, in the order of `problem.ways` and the month of making.
        moved: Pieces by lane, in the month they leave.
        bought: Pieces by source, in the month they arrive.
        stock: Pieces at the end of the month.
        late: Pieces owed at the end of the month.
        below: Pieces missing from the safety stock.
        overtime: Effective overtime hours by resource.
        cost: Its cost, in parts.
        status: What the solver says: `Optimal`, or `Time limit reached`.
        objective: The solver's own figure for `cost.total`.
        gap: Share by which a cheaper plan may exist at most; None where nothing is proven.
        hour_worth: What one more effective hour of a resource in a month would save.
        piece_worth: What one more piece of a product at a site in a month would cost.
        setups: Set-ups by way, 0 or 1; empty rows where they are spread over lots.
        swapped: Good pieces made with a substitute, in the order of `problem.swaps`.
        lost: Pieces never delivered.
        wasted: Pieces thrown away because they outlive their shelf life.
        owed: Pieces owed by order class, in the order of `problem.orders`.
        hired: Effective hours beyond regular and overtime by resource.
        change_worth: What one more piece of change from the published plan would save.
        basis: Where the solver stood, for the next plan to start from.
    """

    problem: SupplyProblem
    made: tuple[Row, ...]
    moved: tuple[Row, ...]
    bought: tuple[Row, ...]
    stock: Mapping[Place, Row]
    late: Mapping[Place, Row]
    below: Mapping[Place, Row]
    overtime: Mapping[str, Row]
    cost: PlanCost
    status: str
    objective: float
    hour_worth: Mapping[tuple[str, int], float] = field(repr=False, default_factory=dict)
    piece_worth: Mapping[tuple[Place, int], float] = field(repr=False, default_factory=dict)
    gap: float | None = 0.0
    setups: tuple[Row, ...] = ()
    swapped: tuple[Row, ...] = ()
    lost: Mapping[Place, Row] = field(default_factory=dict)
    wasted: Mapping[Place, Row] = field(default_factory=dict)
    owed: tuple[Mapping[Place, Row], ...] = ()
    hired: Mapping[str, Row] = field(default_factory=dict)
    change_worth: float = 0.0
    basis: Basis | None = field(repr=False, compare=False, default=None)

    @property
    def demanded(self) -> float:
        """Pieces demanded over the horizon."""
        return self.demanded_of(None)

    @property
    def late_new(self) -> float:
        """Pieces of demand not delivered in their month, each counted once."""
        return self.late_of(None)

    @property
    def service(self) -> float | None:
        """Part of the demand delivered in its month, 0 to 1; None without demand."""
        return self.service_of(None)

    def demanded_of(self, products: Collection[str] | None) -> float:
        """Return the pieces demanded of some products; of all if None."""
        return sum(
            sum(row)
            for (product, _), row in self.problem.demand.items()
            if products is None or product in products
        )

    def late_of(self, products: Collection[str] | None) -> float:
        """Return the pieces of some products not delivered in their month; of all if None."""
        return sum(
            min(wanted, self.late[place][t] + self._lost(place, t))
            for place, row in self.problem.demand.items()
            if products is None or place[0] in products
            for t, wanted in enumerate(row)
        )

    def delivered(self, place: Place) -> Row:
        """Return what reaches the customers of a product at a site, month by month."""
        owed = (0.0, *self.late[place])
        return tuple(
            wanted + owed[t] - owed[t + 1] - self._lost(place, t)
            for t, wanted in enumerate(self.problem.demand[place])
        )

    def _lost(self, place: Place, t: int) -> float:
        return self.lost[place][t] if place in self.lost else 0.0

    def service_of(self, products: Collection[str] | None) -> float | None:
        """Return the part of the demand delivered in its month; None without demand."""
        demanded = self.demanded_of(products)
        return 1 - self.late_of(products) / demanded if demanded else None

    @property
    def overtime_hours(self) -> float:
        """Effective overtime hours over the horizon."""
        return sum(sum(row) for row in self.overtime.values())

    def used_hours(self, resource: str) -> Row:
        """Return the effective hours a resource runs, set-ups included, month by month."""
        used = [0.0] * len(self.problem.months)
        for index, (way, row) in enumerate(zip(self.problem.ways, self.made, strict=True)):
            each = way.hours.get(resource, 0.0)
            once = way.setup.hours.get(resource, 0.0) if way.setup else 0.0
            for t, made in enumerate(row):
                used[t] += each * made + (once * self.setups[index][t] if once else 0.0)
        return tuple(used)

    def arriving(self, place: Place) -> Row:
        """Return what reaches a product and site: made, moved in, bought, open receipts."""
        return self._arrivals.get(place, (0.0,) * len(self.problem.months))

    @cached_property
    def _arrivals(self) -> Mapping[Place, Row]:
        problem, count = self.problem, len(self.problem.months)
        found: dict[Place, list[float]] = defaultdict(lambda: [0.0] * count)
        flows = [(place, row, 0) for place, row in problem.receipts.items()]
        flows += [
            ((way.product, way.site), row, way.lead_months)
            for way, row in zip(problem.ways, self.made, strict=True)
        ]
        flows += [
            ((source.product, source.site), row, 0)
            for source, row in zip(problem.sources, self.bought, strict=True)
        ]
        flows += [
            ((lane.product, lane.target), row, lane.lead_months)
            for lane, row in zip(problem.lanes, self.moved, strict=True)
        ]
        for place, row, lead in flows:
            for t in range(lead, count):
                found[place][t] += row[t - lead]
        return {place: tuple(row) for place, row in found.items()}

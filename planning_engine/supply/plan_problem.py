"""A supply planning problem and its plan, as plain figures: pieces, hours, money, months."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from planning_engine.supply.requirements import Part, Place
from planning_engine.supply.routing import Hours

LATE_RATE = 0.25
"""Cost of one piece late for a month as a share of its price, where no policy says it."""
SAFETY_RATE = 0.2
"""Cost of one piece missing from the safety stock for a month, as a share of being late."""
MONTHS_LATE_FOR_EVER = 6
"""A piece still late at the end counts as late for so many months more, and as unpaid."""

Row = tuple[float, ...]


@dataclass(frozen=True)
class Way:
    """One way to make a product at a site: effective hours of each resource per piece.

    Set-ups are spread over the lot: a linear plan does not count single set-ups.
    """

    product: str
    site: str
    preference: float
    hours: Mapping[str, float]
    setup_cost: float


@dataclass(frozen=True)
class Lane:
    """One way to move a product: cost a piece, whole months under way, most a month."""

    product: str
    origin: str
    target: str
    cost: float
    lead_months: int
    capacity: float | None


@dataclass(frozen=True)
class Source:
    """One supplier of a product at a site: what is ordered now comes `lead_months` later."""

    product: str
    site: str
    supplier: str
    price: float
    lead_months: int
    capacity: float | None


@dataclass(frozen=True)
class Cost:
    """Rates of one product, in money for one piece.

    `holding`, `late` and `below_safety` are for a month; `lost` is what a piece still late
    at the end costs on top, `refill` what one missing from the safety stock at the end does.
    """

    holding: float
    late: float
    below_safety: float
    lost: float
    refill: float


@dataclass(frozen=True)
class SupplyProblem:
    """One planning problem, in pieces, hours, money and months counted from 0.

    `unlimited` are the components bought without limit because no supplier is known.
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

    @property
    def resources(self) -> tuple[str, ...]:
        """Resources that any way needs, sorted."""
        return tuple(sorted({name for way in self.ways for name in way.hours}))

    @property
    def places(self) -> tuple[Place, ...]:
        """Every product and site that stock can lie at, sorted."""
        found = {*self.demand, *self.opening, *self.receipts}
        found |= {(way.product, way.site) for way in self.ways}
        found |= {(source.product, source.site) for source in self.sources}
        for lane in self.lanes:
            found |= {(lane.product, lane.origin), (lane.product, lane.target)}
        for way in self.ways:
            found |= {(part.component, way.site) for part in self.parts.get(way.product, ())}
        return tuple(sorted(found))


def rates(
    standard_cost: float, price: float, holding_rate: float, late: float | None = None
) -> Cost:
    """Return a product's rates from its cost, price and policy.

    Args:
        standard_cost: Standard cost of one piece.
        price: Price of one piece.
        holding_rate: Yearly carrying cost as a share of value.
        late: Cost of one piece late for a month; a quarter of the price by default.
    """
    late = LATE_RATE * price if late is None else late
    return Cost(
        holding=holding_rate / 12 * standard_cost,
        late=late,
        below_safety=SAFETY_RATE * late,
        lost=MONTHS_LATE_FOR_EVER * late + 2 * max(price, standard_cost),
        refill=max(price, 1.5 * standard_cost),
    )


@dataclass(frozen=True)
class PlanCost:
    """What a plan costs, in money. The last three are penalties that nobody is paid."""

    regular_hours: float = 0.0
    overtime: float = 0.0
    setups: float = 0.0
    material: float = 0.0
    transport: float = 0.0
    holding: float = 0.0
    late: float = 0.0
    below_safety: float = 0.0
    end_of_plan: float = 0.0

    @property
    def paid(self) -> float:
        """Money spent: hours, set-ups, material, transport and stock."""
        hours = self.regular_hours + self.overtime + self.setups
        return hours + self.material + self.transport + self.holding

    @property
    def total(self) -> float:
        """What the plan minimises: money spent and penalties."""
        return self.paid + self.late + self.below_safety + self.end_of_plan


@dataclass(frozen=True)
class SupplyPlan:
    """A solved plan; one quantity per month each.

    Attributes:
        problem: What was planned.
        made: Pieces by way, in the order of `problem.ways`.
        moved: Pieces by lane, in the month they leave.
        bought: Pieces by source, in the month they arrive.
        stock: Pieces at the end of the month.
        late: Pieces owed at the end of the month.
        below: Pieces missing from the safety stock.
        overtime: Effective overtime hours by resource.
        cost: Its cost, in parts.
        status: What the solver says: `Optimal`, or `Time limit reached`.
        objective: The solver's own figure for `cost.total`.
        hour_worth: What one more effective hour of a resource in a month would save.
        piece_worth: What one more piece of a product at a site in a month would cost.
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
            min(wanted, owed)
            for place, row in self.problem.demand.items()
            if products is None or place[0] in products
            for wanted, owed in zip(row, self.late[place], strict=True)
        )

    def service_of(self, products: Collection[str] | None) -> float | None:
        """Return the part of the demand delivered in its month; None without demand."""
        demanded = self.demanded_of(products)
        return 1 - self.late_of(products) / demanded if demanded else None

    @property
    def overtime_hours(self) -> float:
        """Effective overtime hours over the horizon."""
        return sum(sum(row) for row in self.overtime.values())

    def used_hours(self, resource: str) -> Row:
        """Return the effective hours a resource runs, month by month."""
        return tuple(
            sum(
                way.hours.get(resource, 0.0) * row[t]
                for way, row in zip(self.problem.ways, self.made, strict=True)
            )
            for t in range(len(self.problem.months))
        )

    def arriving(self, place: Place) -> Row:
        """Return what reaches a product and site: made, moved in, bought, open receipts."""
        return self._arrivals.get(place, (0.0,) * len(self.problem.months))

    @cached_property
    def _arrivals(self) -> Mapping[Place, Row]:
        problem, count = self.problem, len(self.problem.months)
        found: dict[Place, list[float]] = defaultdict(lambda: [0.0] * count)
        flows = [(place, row, 0) for place, row in problem.receipts.items()]
        flows += [
            ((way.product, way.site), row, 0)
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

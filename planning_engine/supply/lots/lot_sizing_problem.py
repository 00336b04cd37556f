"""Lots of several products that share resources: what to plan, and the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from planning_engine.errors import BadRequest

Row = tuple[float, ...]


@dataclass(frozen=True)
class LotItem:
    """A product to be made in lots.

    Attributes:
        name: Its id.
        demand: Pieces needed per period, earliest first.
        setup_cost: Cost of one set-up.
        holding_cost: Cost of holding one piece for one period.
        hours_per_unit: Hours a piece takes, by resource.
        setup_hours: Hours a set-up takes, by resource; 0 where it is not named.
        opening: Stock before the first period, in pieces.
    """

    name: str
    demand: Row
    setup_cost: float
    holding_cost: float
    hours_per_unit: Mapping[str, float]
    setup_hours: Mapping[str, float] = field(default_factory=dict)
    opening: float = 0.0


@dataclass(frozen=True)
class LotProblem:
    """Products, the hours of their resources in each period, and overtime at a cost.

    Demand is met on time: there is no backlog. A problem that exists is valid. `labels` are
    what people call the periods; by default they are numbered.

    Raises:
        BadRequest: A figure is negative or not known, a product uses a resource without
            hours, or periods do not match; the message names the thing.
    """

    items: tuple[LotItem, ...]
    capacity: Mapping[str, Row]
    overtime: Mapping[str, Row] = field(default_factory=dict)
    overtime_cost: Mapping[str, float] = field(default_factory=dict)
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.items or not self.periods:
            raise BadRequest("Lot sizes need at least one product and one period of demand.")
        for name, hours in (*self.capacity.items(), *self.overtime.items()):
            _check_row(f"Hours of {name}", hours, self.periods)
        for item in self.items:
            self._check_item(item)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return len(self.items[0].demand)

    def label(self, period: int) -> str:
        """Return what people call a period."""
        return self.labels[period] if self.labels else f"period {period + 1}"

    def limit(self, resource: str, period: int) -> float:
        """Return the most hours of a resource in a period, overtime included."""
        extra = self.overtime.get(resource)
        return self.capacity[resource][period] + (extra[period] if extra else 0.0)

    def _check_item(self, item: LotItem) -> None:
        _check_row(f"Demand of {item.name}", item.demand, self.periods)
        figures = {"set-up cost": item.setup_cost, "holding cost": item.holding_cost}
        figures |= {"stock at the start": item.opening}
        figures |= {f"hours a piece on {r}": h for r, h in item.hours_per_unit.items()}
        figures |= {f"set-up hours on {r}": h for r, h in item.setup_hours.items()}
        for what, value in figures.items():
            if not (isfinite(value) and value >= 0):
                raise BadRequest(f"The {what} of {item.name} must be 0 or more, not {value:g}.")
        for resource in (*item.hours_per_unit, *item.setup_hours):
            if resource not in self.capacity:
                raise BadRequest(f"{item.name} is made on {resource}, whose hours are not known.")


@dataclass(frozen=True)
class LotSchedule:
    """Lots of every product, and what is known about how good they are.

    Attributes:
        orders: Pieces made per period, by product.
        stock: Pieces left at the end of each period, by product.
        hours: Hours used per period, set-ups included, by resource.
        setup_cost: Cost of all set-ups.
        holding_cost: Cost of holding stock.
        overtime_cost: Cost of hours beyond the regular ones.
        bound: No plan costs less than this.
        proven: Whether the search ended with proof that no plan is cheaper.
    """

    orders: Mapping[str, Row]
    stock: Mapping[str, Row]
    hours: Mapping[str, Row]
    setup_cost: float
    holding_cost: float
    overtime_cost: float
    bound: float
    proven: bool

    @property
    def cost(self) -> float:
        """Set-ups, holding and overtime."""
        return self.setup_cost + self.holding_cost + self.overtime_cost

    @property
    def gap(self) -> float:
        """Share of the cost that a better plan might save at most."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 0 else 0.0


def schedule(
    problem: LotProblem, orders: Mapping[str, Row], bound: float, *, proven: bool
) -> LotSchedule:
    """Return lots with their stock, hours and cost; each lot costs one set-up."""
    stock = {}
    for item in problem.items:
        left, row = item.opening, []
        for made, needed in zip(orders[item.name], item.demand, strict=True):
            left += made - needed
            row.append(max(0.0, left))
        stock[item.name] = tuple(row)
    hours = {
        resource: tuple(
            sum(_hours(item, resource, orders[item.name][period]) for item in problem.items)
            for period in range(problem.periods)
        )
        for resource in problem.capacity
    }
    return LotSchedule(
        orders=orders,
        stock=stock,
        hours=hours,
        setup_cost=sum(
            item.setup_cost * sum(1 for lot in orders[item.name] if lot > 0)
            for item in problem.items
        ),
        holding_cost=sum(item.holding_cost * sum(stock[item.name]) for item in problem.items),
        overtime_cost=sum(
            problem.overtime_cost.get(resource, 0.0)
            * sum(max(0.0, u - c) for u, c in zip(used, problem.capacity[resource], strict=True))
            for resource, used in hours.items()
        ),
        bound=bound,
        proven=proven,
    )


def _hours(item: LotItem, resource: str, lot: float) -> float:
    setup = item.setup_hours.get(resource, 0.0) if lot > 0 else 0.0
    return setup + lot * item.hours_per_unit.get(resource, 0.0)


def _check_row(what: str, row: Row, periods: int) -> None:
    if len(row) != periods:
        raise BadRequest(f"{what}: {len(row)} periods are given where {periods} are planned.")
    for period, value in enumerate(row):
        if not (isfinite(value) and value >= 0):
            raise BadRequest(f"{what} in period {period + 1} must be 0 or more, not {value:g}.")

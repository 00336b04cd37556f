"""An aggregate planning problem and its plan, as plain figures: units, workers, hours, money."""

from dataclasses import dataclass, fields
from typing import Literal

from planning_engine.errors import BadRequest

Row = tuple[float, ...]
Strategy = Literal["chase", "level", "hybrid"]
STRATEGIES: tuple[Strategy, ...] = ("chase", "level", "hybrid")


@dataclass(frozen=True)
class AggregateRates:
    """What a plan pays, in money.

    Attributes:
        wage: One worker's month of regular hours, worked or not.
        overtime: One overtime hour.
        hire: Hiring one worker.
        fire: Laying one worker off.
        material: Material of one unit made by own workers.
        holding: One unit in stock at the end of a month.
        backlog: One unit owed at the end of a month.
        subcontract: One unit from a subcontractor, material included; None if there is none.
    """

    wage: float
    overtime: float
    hire: float
    fire: float
    material: float
    holding: float
    backlog: float
    subcontract: float | None = None


@dataclass(frozen=True)
class AggregateProblem:
    """Demand of one aggregate unit by month, and the workforce that is to meet it.

    Attributes:
        demand: Units wanted, by month.
        stock: Units on hand at the start.
        workers: Workers employed before the first month.
        units_per_worker: Units a worker makes in the regular hours of a month.
        hours_per_unit: Hours one unit takes of a worker, for overtime.
        overtime_hours: Most overtime hours of a worker in a month.
        rates: What it costs.
        closing_stock: Units to have at the end, at least.
        least_stock: Units that chase and hybrid keep at the end of every month; level, which
            makes the same every month, may fall under it.
        backlog: Units owed at the start; none may be owed at the end.
        most_workers: Most workers there is room for; None for no limit.
        most_subcontracted: Most units a subcontractor makes in a month; None for no limit.
        whole: Whole workers and units only.
    """

    demand: Row
    stock: float
    workers: float
    units_per_worker: float
    hours_per_unit: float
    overtime_hours: float
    rates: AggregateRates
    closing_stock: float = 0.0
    least_stock: float = 0.0
    backlog: float = 0.0
    most_workers: float | None = None
    most_subcontracted: float | None = None
    whole: bool = False

    def __post_init__(self) -> None:
        if not self.demand:
            raise BadRequest("An aggregate plan needs the demand of at least one month.")
        for what, value in (*_amounts(self), *_amounts(self.rates)):
            if value < 0:
                raise BadRequest(f"The {what} of an aggregate plan is {value:g}; give 0 or more.")
        for what, value in (
            ("units a worker makes in a month", self.units_per_worker),
            ("hours of a unit", self.hours_per_unit),
        ):
            if value == 0:
                raise BadRequest(f"The {what} are 0: no plan can be made. Give a number above 0.")

    @property
    def last_stock(self) -> float:
        """Units to have at the end."""
        return max(self.closing_stock, self.least_stock)

    @property
    def to_make(self) -> float:
        """Units to come from anywhere over the whole plan."""
        return max(0.0, sum(self.demand) + self.backlog + self.last_stock - self.stock)


@dataclass(frozen=True)
class AggregateMonth:
    """One month of a plan; stock and backlog are those at its end."""

    demand: float
    workers: float
    hired: float
    fired: float
    overtime_hours: float
    made: float
    subcontracted: float
    stock: float
    backlog: float


@dataclass(frozen=True)
class AggregateCost:
    """What a plan costs, by cause."""

    regular: float
    overtime: float
    hiring: float
    firing: float
    material: float
    holding: float
    backlog: float
    subcontract: float

    @property
    def total(self) -> float:
        """All of it."""
        return float(sum(getattr(self, field.name) for field in fields(self)))


@dataclass(frozen=True)
class AggregatePlan:
    """An aggregate plan.

    Attributes:
        strategy: How it was made.
        problem: What was planned.
        months: Month by month.
        marginal_cost: What one more unit of demand in a month adds to the cost, if workers
            and units may be split; None for chase and level, which do not weigh costs.
    """

    strategy: Strategy
    problem: AggregateProblem
    months: tuple[AggregateMonth, ...]
    marginal_cost: Row | None = None

    @property
    def cost(self) -> AggregateCost:
        """The plan's cost at its rates."""
        rates, months = self.problem.rates, self.months
        return AggregateCost(
            regular=rates.wage * sum(month.workers for month in months),
            overtime=rates.overtime * sum(month.overtime_hours for month in months),
            hiring=rates.hire * sum(month.hired for month in months),
            firing=rates.fire * sum(month.fired for month in months),
            material=rates.material * sum(month.made for month in months),
            holding=rates.holding * sum(month.stock for month in months),
            backlog=rates.backlog * sum(month.backlog for month in months),
            subcontract=(rates.subcontract or 0.0) * sum(m.subcontracted for m in months),
        )

    @property
    def months_below(self) -> int:
        """Months that end with less than the least stock."""
        least = self.problem.least_stock
        return sum(m.stock < least - 1e-6 * max(1.0, least) for m in self.months)

    def profit(self, price: float) -> float:
        """Return what selling all demand at a price leaves after the plan's cost."""
        return price * (sum(self.problem.demand) + self.problem.backlog) - self.cost.total


def _amounts(declared: AggregateProblem | AggregateRates) -> list[tuple[str, float]]:
    """Return the figures of a problem or its rates, with their names in words."""
    found = []
    for field in fields(declared):
        value = getattr(declared, field.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            found.append((field.name.replace("_", " "), float(value)))
        elif isinstance(value, tuple):
            found += [(f"{field.name} of month {t}", v) for t, v in enumerate(value, 1)]
    return found

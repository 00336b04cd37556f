"""What a plan that meets everything has to do, and what may stand in its way."""

from dataclasses import dataclass
from typing import Literal

from planning_engine.supply.plan.plan_problem import SupplyProblem
from planning_engine.supply.requirements.requirements import Place


@dataclass(frozen=True)
class Need:
    """A demand that takes part in a conflict, in pieces; `month` counts from 0."""

    place: Place
    month: int
    quantity: float


@dataclass(frozen=True)
class Limit:
    """A limit that takes part in a conflict: pieces of a source or lane, hours of a resource.

    `index` is that of the source or lane in the problem; None for a resource.
    """

    kind: Literal["source", "lane", "hours"]
    name: str
    month: int
    capacity: float
    index: int | None = None


@dataclass(frozen=True)
class Conflict:
    """Demands and limits that cannot hold together; without any one of them the rest can.

    `short` is how many pieces of all demand cannot be met at best. `in_fractions` says that
    only whole units make it impossible: in fractions there is a plan.
    """

    needs: tuple[Need, ...]
    limits: tuple[Limit, ...]
    short: float
    in_fractions: bool = False


def needs_of(problem: SupplyProblem) -> list[Need]:
    """Return every demand of a problem."""
    return [
        Need(place, t, quantity)
        for place, row in problem.demand.items()
        for t, quantity in enumerate(row)
        if quantity > 0
    ]


def limits_of(problem: SupplyProblem) -> list[Limit]:
    """Return every limit of a problem: sources, lanes and regular hours, month by month."""
    span = range(len(problem.months))
    sources = [
        Limit(
            "source", source.supplier, t, 0.0 if t in source.closed else source.capacity or 0.0, i
        )
        for i, source in enumerate(problem.sources)
        for t in span
        if source.capacity is not None or t in source.closed
    ]
    lanes = [
        Limit("lane", lane.origin, t, 0.0 if t in lane.closed else lane.capacity or 0.0, i)
        for i, lane in enumerate(problem.lanes)
        for t in span
        if lane.capacity is not None or t in lane.closed
    ]
    hours = [
        Limit("hours", name, t, problem.hours[(name, t)].regular)
        for name in problem.resources
        for t in span
    ]
    return [*sources, *lanes, *hours]

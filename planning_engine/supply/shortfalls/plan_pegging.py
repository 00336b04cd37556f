"""Which supply serves which demand: first in, first out, at each product and site."""

from collections import deque
from dataclasses import dataclass
from datetime import date
from typing import Literal

from planning_engine.supply.plan.plan_problem import SupplyPlan
from planning_engine.supply.requirements.requirements import Place

SupplyKind = Literal["stock", "receipt", "made", "bought", "moved"]
LEAST = 1e-6


@dataclass(frozen=True)
class Peg:
    """Pieces of one month's demand, and where they come from.

    Attributes:
        due: The month they are asked for.
        served: The month they are delivered.
        quantity: Pieces.
        kind: What serves them.
        name: The resources they are made on, the supplier, or the site they come from.
        since: The month that supply arrives; None for opening stock.
    """

    due: date
    served: date
    quantity: float
    kind: SupplyKind
    name: str
    since: date | None


def pegs(plan: SupplyPlan, place: Place) -> tuple[Peg, ...]:
    """Return what serves each month's demand of a product at a site.

    What came first serves what is due first; what is late is served when it is delivered, and
    what is never delivered has no peg.

    Args:
        plan: The plan.
        place: A product and site that is asked for.
    """
    months = plan.problem.months
    shelf: deque[tuple[SupplyKind, str, date | None, float]] = deque()
    opening = plan.problem.opening.get(place, 0.0)
    if opening > LEAST:
        shelf.append(("stock", "", None, opening))
    due: deque[tuple[date, float]] = deque()
    lost = plan.lost.get(place, (0.0,) * len(months))
    found: list[Peg] = []
    for t, month in enumerate(months):
        shelf.extend(_arriving(plan, place, t))
        due.append((month, plan.problem.demand[place][t] - lost[t]))
        found += _serve(shelf, due, plan.delivered(place)[t], month)
    return tuple(found)


def _serve(
    shelf: deque[tuple[SupplyKind, str, date | None, float]],
    due: deque[tuple[date, float]],
    left: float,
    month: date,
) -> list[Peg]:
    found = []
    while left > LEAST and shelf and due:
        kind, name, since, there = shelf.popleft()
        asked, wanted = due.popleft()
        pieces = min(left, there, wanted)
        if pieces > LEAST:
            found.append(Peg(asked, month, pieces, kind, name, since))
        left -= pieces
        if there - pieces > LEAST:
            shelf.appendleft((kind, name, since, there - pieces))
        if wanted - pieces > LEAST:
            due.appendleft((asked, wanted - pieces))
    return found


def _arriving(
    plan: SupplyPlan, place: Place, t: int
) -> list[tuple[SupplyKind, str, date | None, float]]:
    problem, month = plan.problem, plan.problem.months[t]
    found: list[tuple[SupplyKind, str, date | None, float]] = []
    if place in problem.receipts:
        found.append(("receipt", "", month, problem.receipts[place][t]))
    for way, row in zip(problem.ways, plan.made, strict=True):
        if (way.product, way.site) == place and t >= way.lead_months:
            on = " and ".join(sorted(way.hours))
            found.append(("made", on, month, row[t - way.lead_months]))
    for source, row in zip(problem.sources, plan.bought, strict=True):
        if (source.product, source.site) == place:
            found.append(("bought", source.supplier, month, row[t]))
    for lane, row in zip(problem.lanes, plan.moved, strict=True):
        if (lane.product, lane.target) == place and t >= lane.lead_months:
            found.append(("moved", lane.origin, month, row[t - lane.lead_months]))
    return [entry for entry in found if entry[3] > LEAST]

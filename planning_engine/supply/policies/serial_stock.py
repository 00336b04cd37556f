"""Echelon base stocks of a chain of stages, and of an assembly reduced to a chain.

Each stage orders from the one above it, the top one from a supplier that never runs short.
Clark and Scarf (1960) split the chain into single stages; Chen and Zheng (1994) give the
recursion used here. Snyder and Shen, sections 6.2 and 6.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from planning_engine.errors import BadRequest
from planning_engine.supply.policies.demand_laws import Normal, Poisson
from planning_engine.supply.policies.newsvendor import best_stock

_TAIL = 3.167124183311998e-05
"""Probability beyond 4 deviations: where the laws are cut."""


@dataclass(frozen=True)
class Stage:
    """A stage: what a piece costs more to hold here than above, and its lead time."""

    name: str
    echelon_holding_cost: float
    lead_time: float


@dataclass(frozen=True)
class ChainStock:
    """Echelon base stock by stage, in pieces, and the expected cost per period."""

    echelon: Mapping[str, float]
    cost: float


def best_chain(
    stages: Sequence[Stage],
    demand: Normal | Poisson,
    stockout_cost: float,
    intervals: int = 1000,
    demand_steps: int = 100,
) -> ChainStock:
    """Return the echelon base stocks with the least expected cost.

    For stage j, counted from the customer: g_j(y) = E[h_j (y - D_j) + G_{j-1}(y - D_j)], with
    G_0(x) = (p + sum of h) x^- and G_j(x) = g_j(min(S_j, x)). Poisson demand is computed on
    whole pieces. Normal demand is computed on a grid: levels are right to one interval of it,
    the cost is flat there.

    Args:
        stages: The stages, the one facing the customer first.
        demand: Demand of one period at the first stage.
        stockout_cost: Of one piece short for one period.
        intervals: Grid intervals over the stock levels that can matter.
        demand_steps: Steps of each lead-time demand over its 8 deviations.

    Example:
        >>> chain = best_chain([Stage("shop", 1, 1), Stage("depot", 1, 1)], Normal(100, 15), 15)
        >>> round(chain.echelon["shop"]), round(chain.echelon["depot"])
        (124, 229)
    """
    costs = [stage.echelon_holding_cost for stage in stages]
    if not stages or min(stage.lead_time for stage in stages) < 0:
        raise BadRequest("A chain needs stages, each with a lead time of 0 or more.")
    whole = isinstance(demand, Poisson)
    total = demand.over(sum(stage.lead_time for stage in stages))
    low, high = (_tail(total, 0), _tail(total, 1)) if not whole else (0.0, _tail(total, 1))
    step = 1.0 if whole else (2 * high - low) / intervals
    places = np.arange(round((2 * high - low) / step) + 1, dtype=np.float64)
    levels = low - high + step * places
    penalty = stockout_cost + sum(costs)
    carried: NDArray[np.float64] = penalty * np.maximum(-levels, 0)
    echelon, cost = {}, 0.0
    for place, stage in enumerate(stages):
        chances, drawn = _lead_demand(demand.over(stage.lead_time), demand_steps)
        below = _Below(demand.mean, stages[: place + 1], penalty)
        own: NDArray[np.float64] = stage.echelon_holding_cost * levels + carried
        expected = _expected(own, below, levels, chances, drawn)
        best = int(np.argmin(expected))
        echelon[stage.name], cost = float(levels[best]), float(expected[best])
        carried = expected[np.minimum(best, np.arange(len(levels)))]
    return ChainStock(echelon, cost)


def newsvendor_bounds(
    stages: Sequence[Stage], demand: Normal | Poisson, stockout_cost: float, weight: float = 0.5
) -> dict[str, float]:
    """Return echelon base stocks between two newsvendor bounds (Shang and Song 2003).

    Args:
        stages: The stages, the one facing the customer first.
        demand: Demand of one period at the first stage.
        stockout_cost: Of one piece short for one period.
        weight: Share of the lower bound, between 0 and 1.
    """
    found = {}
    for place, stage in enumerate(stages):
        above = sum(s.echelon_holding_cost for s in stages[place + 1 :])
        here = sum(s.echelon_holding_cost for s in stages[: place + 1])
        law = demand.over(sum(s.lead_time for s in stages[: place + 1]))
        high = best_stock(law, stage.echelon_holding_cost, stockout_cost + above).stock
        low = best_stock(law, here, stockout_cost + above).stock
        found[stage.name] = weight * low + (1 - weight) * high
    return found


@dataclass(frozen=True)
class Part:
    """A part or step of an assembly: holding cost of what is made here, lead time, next step."""

    name: str
    local_holding_cost: float
    lead_time: float
    goes_into: str | None


def as_chain(parts: Sequence[Part]) -> tuple[Stage, ...]:
    """Return the chain that an assembly is equivalent to (Rosling 1989), customer first.

    Parts are ordered by their lead time to the customer; between two neighbours only the
    difference counts, so that a part with a short way is ordered later.

    Args:
        parts: Steps of the assembly; exactly one goes into nothing.
    """
    by_name = {part.name: part for part in parts}
    ends = [part for part in parts if part.goes_into is None]
    if len(ends) != 1 or any(p.goes_into and p.goes_into not in by_name for p in parts):
        raise BadRequest("An assembly has one final step, and every part goes into a step of it.")

    def way(part: Part) -> float:
        days, seen = 0.0, {part.name}
        while part.goes_into:
            days, part = days + part.lead_time, by_name[part.goes_into]
            if part.name in seen:
                raise BadRequest(f"'{part.name}' goes into itself.")
            seen.add(part.name)
        return days + part.lead_time

    def added(part: Part) -> float:
        feeding = (p.local_holding_cost for p in parts if p.goes_into == part.name)
        return part.local_holding_cost - sum(feeding)

    ordered = sorted(parts, key=lambda part: (way(part), part.goes_into is not None))
    stages, last = [], 0.0
    for part in ordered:
        stages.append(Stage(part.name, added(part), way(part) - last))
        last = way(part)
    return tuple(stages)


@dataclass(frozen=True)
class _Below:
    """The straight line that a stage's cost follows below the grid."""

    mean: float
    stages: Sequence[Stage]
    penalty: float

    def at(self, levels: NDArray[np.float64]) -> NDArray[np.float64]:
        leads = [stage.lead_time for stage in self.stages]
        line = -self.penalty * (levels - self.mean * sum(leads[:-1]))
        for place, stage in enumerate(self.stages):
            gone = self.mean * sum(leads[place:-1])
            line = line + stage.echelon_holding_cost * (levels - gone)
        return line


def _expected(
    own: NDArray[np.float64],
    below: _Below,
    levels: NDArray[np.float64],
    chances: NDArray[np.float64],
    drawn: NDArray[np.float64],
) -> NDArray[np.float64]:
    low, step = levels[0], levels[1] - levels[0]
    expected = np.zeros_like(levels)
    for chance, quantity in zip(chances, drawn, strict=True):
        left = levels - quantity
        place = np.rint((left - low) / step).astype(int)
        under = left < low
        outside = below.at(low + step * place)
        expected += chance * np.where(under, outside, own[np.maximum(place, 0)])
    return expected


def _lead_demand(
    law: Normal | Poisson, steps: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the chances of the demands of a lead time, and these demands."""
    if law.mean == 0:
        return np.ones(1), np.zeros(1)
    high = _tail(law, 1)
    if isinstance(law, Poisson):
        drawn = np.arange(high + 1)
        edges = special.pdtr(drawn, law.mean)
    else:
        low = max(_tail(law, 0), 0.0)
        drawn = np.linspace(low, high, steps + 1)
        edges = special.ndtr((drawn + (drawn[1] - drawn[0]) / 2 - law.mean) / law.sd)
    edges[-1] = 1.0
    return np.diff(edges, prepend=0.0), drawn


def _tail(law: Normal | Poisson, side: int) -> float:
    return law.quantile(1 - _TAIL if side else _TAIL)

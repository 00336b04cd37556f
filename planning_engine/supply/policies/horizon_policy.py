"""The best orders over a finite number of periods, by dynamic programming.

Snyder and Shen, section 4.5: (s, S) in each period, base stock where orders cost nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from planning_engine.errors import BadRequest
from planning_engine.supply.policies.demand_laws import Normal


@dataclass(frozen=True)
class PeriodTerms:
    """Demand and costs of one period; costs are per piece, `order_cost` per order."""

    demand: Normal
    holding_cost: float
    stockout_cost: float
    purchase_cost: float = 0.0
    order_cost: float = 0.0
    discount: float = 1.0


@dataclass(frozen=True)
class HorizonPolicy:
    """Reorder points and order-up-to levels by period, and the expected discounted cost."""

    reorder_points: tuple[int, ...]
    order_up_to: tuple[int, ...]
    cost: float


def best_policy(
    periods: Sequence[PeriodTerms],
    opening: int = 0,
    end_holding_cost: float = 0.0,
    end_stockout_cost: float = 0.0,
    spread: float = 8.0,
) -> HorizonPolicy:
    """Return the order policy with the least expected cost over the periods.

    Stock counts in whole pieces; demand is a normal law cut into whole pieces.

    Args:
        periods: Terms of each period, earliest first.
        opening: Stock at the start, in pieces.
        end_holding_cost: Of each piece left after the last period.
        end_stockout_cost: Of each piece still owed then.
        spread: Deviations either side of the mean that demand may take; what lies beyond is
            left out (at 4, as the book computes, about 6 in 100,000).
    """
    if not periods:
        raise BadRequest("A policy over a horizon needs at least one period.")
    levels = _levels(periods)
    demand, clipped = _demand_range(periods, levels, spread)
    value = end_holding_cost * np.maximum(levels, 0) + end_stockout_cost * np.maximum(-levels, 0)
    value = value.astype(float)
    points, tops = [], []
    for terms in reversed(periods):
        later = value[clipped] @ _chances(terms.demand, demand)
        kept = _period_costs(terms, levels) + terms.discount * later
        value, target = _best_orders(terms, levels, kept)
        top = target[0]
        others = np.flatnonzero(target != top)
        points.append(int(levels[(others[0] if len(others) else len(levels)) - 1]))
        tops.append(int(top))
    start = int(opening) - int(levels[0])
    return HorizonPolicy(tuple(points[::-1]), tuple(tops[::-1]), float(value[start]))


def _levels(periods: Sequence[PeriodTerms]) -> NDArray[np.int64]:
    """Return every stock level the policy may meet: far below demand to far above any lot."""
    means = [terms.demand.mean for terms in periods]
    sd = max(terms.demand.sd for terms in periods)
    lots = [
        sqrt(
            2
            * terms.demand.mean
            * terms.order_cost
            * (terms.holding_cost + terms.stockout_cost)
            / (terms.holding_cost * terms.stockout_cost)
        )
        for terms in periods
    ]
    low = round(min(means) - max(means) - 9 * sd)
    return np.arange(low, round(2 * max(means) + 2 * max(lots) + 9 * sd) + 1)


def _demand_range(
    periods: Sequence[PeriodTerms], levels: NDArray[np.int64], spread: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return demands, and for each level and demand the place of the level that is left."""
    means = [terms.demand.mean for terms in periods]
    sd = max(terms.demand.sd for terms in periods)
    low = max(0, round(min(means) - spread * sd))
    demand = np.arange(low, round(max(means) + spread * sd) + 1)
    left = levels[:, None] - demand[None, :] - levels[0]
    return demand, np.maximum(left, 0)


def _chances(law: Normal, demand: NDArray[np.int64]) -> NDArray[np.float64]:
    edges = (np.append(demand - 0.5, demand[-1] + 0.5) - law.mean) / law.sd
    chances: NDArray[np.float64] = np.diff(special.ndtr(edges))
    return chances


def _period_costs(terms: PeriodTerms, levels: NDArray[np.int64]) -> NDArray[np.float64]:
    short = np.array([terms.demand.shortage(float(level)) for level in levels])
    held = levels - terms.demand.mean + short
    costs: NDArray[np.float64] = terms.holding_cost * held + terms.stockout_cost * short
    return costs


def _best_orders(
    terms: PeriodTerms, levels: NDArray[np.int64], kept: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return cost and level after ordering, from each level: stay, or order up."""
    bought = kept + terms.purchase_cost * levels
    value, target = kept.copy(), levels.copy()
    best = len(levels) - 1
    for place in range(len(levels) - 2, -1, -1):
        ordered = terms.order_cost + bought[best] - terms.purchase_cost * levels[place]
        if ordered < kept[place]:
            value[place], target[place] = ordered, levels[best]
        if bought[place] <= bought[best]:
            best = place
    return value, target

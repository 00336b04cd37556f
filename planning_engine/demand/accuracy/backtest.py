"""Rolling-origin backtest: forecast the past from what was known then, and compare."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planning_engine.demand.accuracy import accuracy
from planning_engine.demand.methods.methods import Method, run, settled

Array = NDArray[np.float64]

SHORTEST = 5


@dataclass(frozen=True)
class Backtest:
    """What each method would have said at past origins, and what came.

    Attributes:
        origins: How many periods of history each origin had, latest first.
        horizon: Periods forecast from each origin.
        actual: What came: one row per origin.
        forecasts: Method name → its means, one row per origin; only methods that could
            forecast from every origin.
    """

    origins: tuple[int, ...]
    horizon: int
    actual: Array
    forecasts: dict[str, Array] = field(default_factory=dict)

    @property
    def steps(self) -> Array:
        """Steps ahead of each pair, in the order of `actual.ravel()`."""
        return np.tile(np.arange(1, self.horizon + 1, dtype=float), len(self.origins))

    def error(self, forecast: Array) -> float | None:
        """Return the WMAPE in percent of means shaped like `actual`."""
        return accuracy.wmape(self.actual.ravel(), forecast.ravel())


def origins(length: int, horizon: int, season: int, most: int) -> tuple[tuple[int, ...], int]:
    """Return the origins a history allows and the steps to forecast from each.

    Every origin keeps two seasons to learn from if it can, else one, else five periods; a
    short history is tested on fewer steps, or not at all. The origins lie two thirds of the
    horizon apart and at least half a season, or as far as the history allows, so that they
    see different times of the year; the latest comes first.
    """
    spare = length - max(2 * season, 8)
    if spare < 2:
        spare = length - max(season + 2, 6)
    if spare < 1:
        spare = length - SHORTEST
    if spare < 1:
        return (), 0
    steps = min(horizon, spare)
    wished = max(2 * steps // 3, season // 2)
    apart = max(1, min(wished, (spare - steps) // max(1, most - 1)))
    count = min(most, 1 + (spare - steps) // apart)
    return tuple(length - steps - apart * back for back in range(count)), steps


def roll(
    history: Array,
    methods: Sequence[Method],
    horizon: int,
    season: int,
    *,
    most: int,
    floor: bool,
) -> Backtest | None:
    """Forecast from each past origin; None when the history is too short to test on.

    Args:
        history: What was sold, earliest first.
        methods: What to try.
        horizon: Periods the forecast is wanted for.
        season: Periods in a season.
        most: How many origins at most.
        floor: Take means below 0 as 0.
    """
    starts, steps = origins(len(history), horizon, season, most)
    if not starts:
        return None
    actual = np.array([history[start : start + steps] for start in starts])
    forecasts = {}
    for method in methods:
        kept = settled(method, history[: starts[-1]], season)
        means = [run(kept, history[:start], steps, season) for start in starts]
        if all(row is not None for row in means):
            rows = np.array(means, dtype=float)
            forecasts[method.name] = np.maximum(rows, 0) if floor else rows
    return Backtest(starts, steps, actual, forecasts)

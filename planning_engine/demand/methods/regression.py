"""Level, trend and seasonal factors of a history by regression: the static method.

Chopra and Meindl, chapter 7. The season is taken off by a centred moving average, a straight
line is fitted through what is left, and each season's factor is the mean of demand over line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planning_engine.errors import BadRequest


@dataclass(frozen=True)
class SeasonalTrend:
    """A line and its seasonal factors, the first one that of period 1."""

    level: float
    trend: float
    factors: tuple[float, ...]

    def forecast(self, period: int) -> float:
        """Return (level + trend * period) * factor of its season; periods count from 1.

        Example:
            >>> round(SeasonalTrend(18439, 524, (0.47, 0.68, 1.17, 1.67)).forecast(13))
            11868
        """
        factor = self.factors[(period - 1) % len(self.factors)]
        return (self.level + self.trend * period) * factor


def fit(demand: Sequence[float], season: int) -> SeasonalTrend:
    """Return level (of period 0), trend per period and the factors of a history.

    Args:
        demand: Demand per period, earliest first; at least two seasons.
        season: Periods in a season, e.g. 4 for quarters.
    """
    if season < 1 or len(demand) < 2 * season + (season % 2 == 0):
        raise BadRequest(
            f"A season of {season} periods needs at least two seasons of history, not "
            f"{len(demand)} periods."
        )
    history = np.asarray(demand, dtype=float)
    weights = np.ones(season) / season
    if season % 2 == 0:  # an even season is centred by half weights at both ends
        weights = np.array([0.5, *np.ones(season - 1), 0.5]) / season
    smooth = np.convolve(history, weights, mode="valid")
    first = (len(weights) + 1) // 2
    trend, level = np.polyfit(np.arange(first, first + len(smooth)), smooth, 1)
    ratios = history / (level + trend * np.arange(1, len(history) + 1))
    factors = tuple(float(ratios[start::season].mean()) for start in range(season))
    return SeasonalTrend(float(level), float(trend), factors)

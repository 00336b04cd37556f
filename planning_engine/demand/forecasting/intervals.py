"""How far off the forecast may be: intervals calibrated on rolling origins.

The spread of a series is learnt from two things: how far its level has moved in so many
periods, the season taken out, and its own backtest errors. It never narrows with the
distance, and is turned into an interval by Student's t. Shares and scale were set on rolling
origins inside the training parts of the monthly sets M1 and M3 and of the weekly set of M4;
nothing is fitted to a test set.

How far forecasts miss in such spreads differs by a quarter from one set of series to the
next. A table of many series is therefore calibrated on itself: on how far its own rolling
origins missed, each against a spread that knew neither that miss nor what came after it.
"""

from collections.abc import Sequence
from math import acos, copysign, cos, sqrt

import numpy as np
from numpy.typing import NDArray

from planning_engine.demand.methods.seasonality import season_of

Array = NDArray[np.float64]

GROWTH_PER_STEP = 0.15
SEEN_SHARE = 0.3
T_SCALE, T_SCALE_LONG_SEASON = 0.755, 0.613
LONG_SEASON = 24
RECENT_SEASONS = 5
FEWEST_CHANGES = 3
# A table's own rolling origins are few and share their years: they count for three quarters
# in a large table, for less the smaller it is.
CALIBRATED_ON = 0.8
TRUST, TRUST_HALF_AT = 0.75, 30


def spread(history: Array, errors: Array, steps: Array, horizon: int, season: int) -> Array:
    """Return the spread of the forecast error for each step ahead, in the product's unit.

    Args:
        history: What was sold, earliest first.
        errors: Backtest errors; empty without a backtest.
        steps: How many periods ahead each error was made, from 1.
        horizon: Steps to give a spread for.
        season: Periods in a season.
    """
    moved = _moved(history, horizon, season)
    scale = T_SCALE if season <= LONG_SEASON else T_SCALE_LONG_SEASON
    if not len(errors):
        # No backtest: a short history knows little of its own errors.
        least = (0.1 * float(np.abs(history).mean())) ** 2
        return np.asarray(1.5 * scale * np.sqrt(np.maximum(moved, least)))
    seen = float(np.square(errors / np.sqrt(1 + GROWTH_PER_STEP * (steps - 1))).mean())
    grown = seen * (1 + GROWTH_PER_STEP * np.arange(horizon, dtype=float))
    return np.asarray(scale * np.sqrt(SEEN_SHARE * grown + (1 - SEEN_SHARE) * moved))


def misses(history: Array, origins: Sequence[int], errors: Array, season: int) -> Array:
    """Return how many spreads each backtest missed by; none with fewer than two origins.

    Args:
        history: What was sold, earliest first.
        origins: Periods of history that each origin had.
        errors: One row of backtest errors per origin.
        season: Periods in a season.
    """
    horizon = errors.shape[1]
    ahead = np.arange(1.0, horizon + 1)
    missed = []
    if len(origins) < 2:
        return np.empty(0)
    for at, start in enumerate(origins):
        others = np.delete(errors, at, axis=0)
        steps = np.tile(ahead, len(others))
        width = spread(history[:start], others.ravel(), steps, horizon, season)
        missed.append(np.abs(errors[at]) / np.maximum(width, 1e-9 * np.abs(history).max()))
    return np.concatenate(missed)


def calibration(missed: Sequence[Array]) -> float:
    """Return what to widen the intervals of a table by, from the misses of its series.

    Example:
        Of 30 series every one missed by a third more than the 80 % interval reaches. Half of
        three quarters of that is believed:

        >>> round(calibration([np.array([4 / 3 * student_t4(0.9)])] * 30), 4)
        1.1139
    """
    known = [series for series in missed if len(series)]
    if not known:
        return 1.0
    found = float(np.quantile(np.concatenate(known), CALIBRATED_ON))
    found /= student_t4((1 + CALIBRATED_ON) / 2)
    trust = TRUST * len(known) / (len(known) + TRUST_HALF_AT)
    return float(np.clip(found, 0.25, 4.0) ** trust)


def _moved(history: Array, horizon: int, season: int) -> Array:
    """Return the mean squared change of the level over 1, 2, … periods, never falling.

    Beyond the distances that a history shows it goes on as a random walk does, by the period.
    """
    level = season_of(history, season).removed(history)
    if season > LONG_SEASON:
        level = level[-RECENT_SEASONS * season :]
    shown = min(horizon, len(level) - FEWEST_CHANGES)
    if shown < 1:
        once = float(np.square(np.diff(level)).mean()) if len(level) > 1 else 0.0
        return once * np.arange(1.0, horizon + 1)
    squared = [
        float(np.square(level[step:] - level[:-step]).mean()) for step in range(1, shown + 1)
    ]
    beyond = squared[-1] * np.arange(shown + 1, horizon + 1) / shown
    return np.maximum.accumulate(np.concatenate([squared, beyond]))


def around(mean: Array, width: Array, level: float, *, floor: bool) -> tuple[Array, Array]:
    """Return the lower and upper ends of the interval at a level, in percent.

    Args:
        mean: Forecast.
        width: Spread by step (`spread`).
        level: E.g. 80: how many of a hundred actuals should fall inside.
        floor: Cut the lower end at 0, for demand that is never negative.
    """
    half = student_t4((1 + level / 100) / 2) * width
    low = mean - half
    return (np.maximum(low, 0) if floor else low), mean + half


def of_seen(history: Array, mean: Array, level: float) -> tuple[Array, Array]:
    """Return an interval for intermittent demand: the quantiles of what was seen.

    The means of such a series say how much comes in the long run; a single period brings
    nothing or a whole order, as the history shows.
    """
    tail = (1 - level / 100) / 2
    low, high = np.quantile(history, [tail, 1 - tail])
    return np.minimum(np.full_like(mean, max(low, 0)), mean), np.maximum(
        np.full_like(mean, high), mean
    )


def student_t4(probability: float) -> float:
    """Return a quantile of Student's t with 4 degrees of freedom, in closed form.

    Four degrees have the heavy tails that forecast errors show, and need no scipy.

    Example:
        >>> round(student_t4(0.975), 4)
        2.7764
    """
    alpha = 4 * probability * (1 - probability)
    if alpha >= 1:
        return 0.0
    q = cos(acos(sqrt(alpha)) / 3) / sqrt(alpha)
    return copysign(2 * sqrt(q - 1), probability - 0.5)

"""How far off the forecast may be: intervals calibrated on rolling origins.

The spread of a series is learnt from its own backtest errors and its in-sample seasonal
naive error, grows with the square root of the steps ahead, and is turned into an interval by
Student's t. Growth and scale were set once on rolling origins inside the training halves of
the M3 monthly series, where 80 and 95 % intervals then covered 80 and 95 %; nothing is
fitted to a test set.
"""

from math import acos, copysign, cos, sqrt

import numpy as np
from numpy.typing import NDArray

from planning_engine.demand.accuracy import naive_scale

Array = NDArray[np.float64]

GROWTH_PER_STEP = 0.15
T_SCALE = 0.65


def spread(history: Array, errors: Array, steps: Array, horizon: int, season: int) -> Array:
    """Return the spread of the forecast error for each step ahead, in the product's unit.

    Args:
        history: What was sold, earliest first.
        errors: Backtest errors; empty without a backtest.
        steps: How many periods ahead each error was made, from 1.
        horizon: Steps to give a spread for.
        season: Periods in a season.
    """
    growth: Array = np.sqrt(1 + GROWTH_PER_STEP * np.arange(horizon, dtype=float))
    in_sample = naive_scale(history, season) or 0.0
    if not len(errors):
        # No backtest: a short history knows little of its own errors.
        least = 0.1 * float(np.abs(history).mean())
        return np.asarray(1.5 * max(in_sample, least) * growth)
    scaled = errors / np.sqrt(1 + GROWTH_PER_STEP * (steps - 1))
    seen = float(np.square(scaled).mean())
    return np.asarray(sqrt((seen + in_sample**2) / 2) * growth)


def around(mean: Array, width: Array, level: float, *, floor: bool) -> tuple[Array, Array]:
    """Return the lower and upper ends of the interval at a level, in percent.

    Args:
        mean: Forecast.
        width: Spread by step (`spread`).
        level: E.g. 80: how many of a hundred actuals should fall inside.
        floor: Cut the lower end at 0, for demand that is never negative.
    """
    half = T_SCALE * student_t4((1 + level / 100) / 2) * width
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

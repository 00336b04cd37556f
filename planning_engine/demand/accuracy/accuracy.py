"""How wrong a forecast was: the error measures of the field, on paired figures.

Everywhere `actual` is what was sold and `forecast` what was expected for the same periods,
series and level, in the product's unit. Pairs in which either is missing (NaN) are left out.
A measure is `None`, never infinite, when there is nothing to divide by. Percent measures are
in percent points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from planning_engine.errors import BadRequest

Numbers: TypeAlias = Sequence[float] | NDArray[np.float64]
Array: TypeAlias = NDArray[np.float64]

TRACKING_ALARM = 4.0


def mae(actual: Numbers, forecast: Numbers) -> float | None:
    """Return the mean absolute error, in the product's unit.

    Example:
        >>> mae([100, 80], [90, 100])
        15.0
    """
    a, f = _paired(actual, forecast)
    return float(np.abs(a - f).mean()) if len(a) else None


def rmse(actual: Numbers, forecast: Numbers) -> float | None:
    """Return the root of the mean squared error, in the product's unit.

    Example:
        >>> rmse([100, 80], [97, 84])
        3.5355339059327378
    """
    a, f = _paired(actual, forecast)
    return float(np.sqrt(np.square(a - f).mean())) if len(a) else None


@dataclass(frozen=True)
class Mape:
    """A MAPE in percent, and how many periods without sales it had to leave out."""

    percent: float | None
    dropped: int


def mape(actual: Numbers, forecast: Numbers) -> Mape:
    """Return the mean absolute percentage error over the periods with sales.

    Example:
        The second period had no sales, so it cannot count:

        >>> mape([100, 0, 50], [75, 5, 50])
        Mape(percent=12.5, dropped=1)
    """
    a, f = _paired(actual, forecast)
    sold = a != 0
    dropped = int((~sold).sum())
    if not sold.any():
        return Mape(None, dropped)
    return Mape(100 * float(np.abs((a - f)[sold] / a[sold]).mean()), dropped)


def wmape(actual: Numbers, forecast: Numbers, weight: Numbers | None = None) -> float | None:
    """Return the weighted MAPE in percent: sum of errors over sum of actuals.

    Args:
        actual: What was sold.
        forecast: What was expected.
        weight: What each pair counts for, e.g. price or unit cost; all alike if left out.

    Example:
        >>> wmape([100, 80, 20], [90, 100, 20])
        15.0
    """
    a, f, w = _weighted(actual, forecast, weight)
    return _ratio(float((w * np.abs(a - f)).sum()), float((w * a).sum()), 100)


def accuracy(actual: Numbers, forecast: Numbers, weight: Numbers | None = None) -> float | None:
    """Return forecast accuracy in percent: 100 - WMAPE, never below 0.

    The clamp hides how bad a very bad forecast is: read WMAPE where this says 0.

    Example:
        >>> accuracy([100, 80, 20], [90, 100, 20])
        85.0
    """
    error = wmape(actual, forecast, weight)
    return None if error is None else max(0.0, 100.0 - error)


def smape(actual: Numbers, forecast: Numbers) -> float | None:
    """Return the symmetric MAPE in percent, 0 to 200, as the M competitions define it.

    A pair of two zeros is a perfect forecast and counts as 0.

    Example:
        >>> smape([100, 0], [300, 0])
        50.0
    """
    a, f = _paired(actual, forecast)
    if not len(a):
        return None
    total = np.abs(a) + np.abs(f)
    shares = np.divide(np.abs(a - f), total, out=np.zeros_like(total), where=total > 0)
    return 200 * float(shares.mean())


def bias(actual: Numbers, forecast: Numbers) -> float | None:
    """Return the bias in percent of actuals; positive means over-forecast.

    Example:
        >>> bias([100, 100], [110, 100])
        5.0
    """
    a, f = _paired(actual, forecast)
    return _ratio(float((f - a).sum()), float(a.sum()), 100)


def mean_error(actual: Numbers, forecast: Numbers) -> float | None:
    """Return forecast minus actual on average, in the product's unit; positive is over.

    Example:
        >>> mean_error([100, 100], [110, 100])
        5.0
    """
    a, f = _paired(actual, forecast)
    return float((f - a).mean()) if len(a) else None


def tracking_signal(actual: Numbers, forecast: Numbers) -> float | None:
    """Return the sum of (actual - forecast) over the mean absolute error.

    Positive means that actuals keep coming in above the forecast. The usual alarm is
    outside +-4 (`TRACKING_ALARM`).

    Example:
        >>> tracking_signal([110, 105, 108], [100, 100, 100])
        3.0
    """
    a, f = _paired(actual, forecast)
    if not len(a):
        return None
    return _ratio(float((a - f).sum()), float(np.abs(a - f).mean()), 1)


def naive_scale(history: Numbers, season: int = 12, power: int = 1) -> float | None:
    """Return the mean in-sample error of the seasonal naive forecast, to scale others by.

    Args:
        history: Sales before the forecast, earliest first.
        season: Periods in a season; 1 is the plain naive forecast. A history no longer than
            a season is scaled by the plain one.
        power: 1 for the absolute error (MASE), 2 for the squared (RMSSE).
    """
    y = np.asarray(history, dtype=float)
    y = y[~np.isnan(y)]
    lag = season if len(y) > season else 1
    if len(y) <= lag:
        return None
    scale = float((np.abs(y[lag:] - y[:-lag]) ** power).mean())
    return scale or None


def mase(actual: Numbers, forecast: Numbers, history: Numbers, season: int = 12) -> float | None:
    """Return the mean absolute scaled error: below 1 beats the seasonal naive in sample.

    Source: Hyndman and Koehler, 2006.

    Example:
        In sample the season before was 2 off on average; the forecast is 1 off:

        >>> mase([15], [14], [10, 20, 12, 22], season=2)
        0.5
    """
    error, scale = mae(actual, forecast), naive_scale(history, season)
    return None if error is None or scale is None else error / scale


def rmsse(actual: Numbers, forecast: Numbers, history: Numbers, season: int = 12) -> float | None:
    """Return the root mean squared scaled error (M5 practice).

    Example:
        >>> rmsse([15], [14], [10, 20, 12, 22], season=2)
        0.5
    """
    a, f = _paired(actual, forecast)
    scale = naive_scale(history, season, power=2)
    if not len(a) or scale is None:
        return None
    return float(np.sqrt(np.square(a - f).mean() / scale))


def forecast_value_added(error_before: float | None, error_after: float | None) -> float | None:
    """Return by how much a step of the process lowered the error, in the error's unit.

    Positive means that the step added value. Step 0 is the (seasonal) naive forecast.

    Example:
        >>> forecast_value_added(30.0, 25.0)
        5.0
    """
    if error_before is None or error_after is None:
        return None
    return error_before - error_after


def error_weighted_by_both(actual: Numbers, forecast: Numbers) -> float | None:
    """Return the error in percent of actuals, weighted by forecast plus actual.

    It punishes over-forecasts more than WMAPE does. Periods without sales are left out.

    Example:
        Weights 210 and 150 of 360; errors 10 % and 50 %:

        >>> round(error_weighted_by_both([100, 100], [110, 50]), 4)
        26.6667
    """
    a, f = _paired(actual, forecast)
    sold = a > 0
    a, f = a[sold], f[sold]
    return _ratio(float(((a + f) * np.abs(f - a) / a).sum()), float((a + f).sum()), 100)


def coverage(actual: Numbers, low: Numbers, high: Numbers) -> float | None:
    """Return the share of actuals inside their interval, 0 to 1.

    Example:
        >>> coverage([10, 20], [5, 21], [15, 30])
        0.5
    """
    a, lo = _paired(actual, low)
    _, hi = _paired(actual, high)
    return float(((a >= lo) & (a <= hi)).mean()) if len(a) else None


def interval_score(
    actual: Numbers,
    low: Numbers,
    high: Numbers,
    scale: float | None,
    level: float = 95,
) -> float | None:
    """Return the mean scaled interval score (MSIS): width plus a fine for each miss.

    Args:
        actual: What was sold.
        low: Lower end of each interval.
        high: Upper end.
        scale: In-sample seasonal naive error (`naive_scale`).
        level: The level the interval claims, in percent.

    Example:
        Width 10, one of two actuals 1 below the interval, fined 40 at 95 %:

        >>> round(interval_score([10, 4], [5, 5], [15, 15], scale=2.0), 6)
        15.0
    """
    a, lo = _paired(actual, low)
    _, hi = _paired(actual, high)
    if not len(a) or not scale:
        return None
    fine = 2 / (1 - level / 100)
    score = (hi - lo) + fine * np.maximum(0, lo - a) + fine * np.maximum(0, a - hi)
    return float(score.mean()) / scale


def _paired(one: Numbers, other: Numbers) -> tuple[Array, Array]:
    left, right = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if left.shape != right.shape:
        raise BadRequest(
            f"{len(left)} figures cannot be compared with {len(right)}: give one forecast "
            "for each actual."
        )
    known = ~(np.isnan(left) | np.isnan(right))
    return left[known], right[known]


def _weighted(
    actual: Numbers, forecast: Numbers, weight: Numbers | None
) -> tuple[Array, Array, Array]:
    if weight is None:
        a, f = _paired(actual, forecast)
        return a, f, np.ones_like(a)
    raw_a, raw_f = np.asarray(actual, dtype=float), np.asarray(forecast, dtype=float)
    a, w = _paired(np.where(np.isnan(raw_f), np.nan, raw_a), weight)
    f, _ = _paired(np.where(np.isnan(raw_a), np.nan, raw_f), weight)
    return a, f, w


def _ratio(top: float, bottom: float, times: float) -> float | None:
    return None if bottom == 0 else times * top / bottom

"""The Theta method for many series at once: no model library, thousands in a second.

Standard Theta (Assimakopoulos and Nikolopoulos, 2000) in the form of Hyndman and Billah
(2003): simple exponential smoothing plus half the slope of the trend line, on the series
without its season. It is what the demand plan uses beyond the published consensus, where
every product and site needs a figure at once; one series asked about is forecast by
`selection`, which tries more.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ALPHAS = np.linspace(0.05, 0.95, 19)
SEASONAL_FROM = 1.645  # one-sided 95 % of the normal distribution


def theta(history: Array, horizon: int, season: int) -> Array:
    """Forecast several series of the same length.

    Args:
        history: One row per series, one column per period, earliest first, none missing.
        horizon: Periods ahead.
        season: Periods in a season.

    Returns:
        Means, one row per series, none below 0. A series shorter than 4 periods gets its
        mean.
    """
    count, length = history.shape
    if length < 4:
        return np.repeat(np.maximum(history.mean(axis=1, keepdims=True), 0), horizon, axis=1)
    index = seasonal_factors(history, season)
    place = np.arange(length + horizon) % season
    flat = history / index[:, place[:length]]
    level, alpha = _smoothed(flat)
    steps = np.arange(horizon)
    warm_up = (1 - (1 - alpha) ** length) / alpha
    drift = _slope(flat)[:, None] / 2 * (steps[None, :] + warm_up[:, None])
    means = (level[:, None] + drift) * index[:, place[length:]]
    return np.asarray(np.maximum(means, 0), dtype=float).reshape(count, horizon)


def seasonal_factors(history: Array, season: int) -> Array:
    """Return what each place in the season multiplies the level by, mean 1.

    Series without two whole seasons, with periods of no demand, or whose season fails the
    autocorrelation test get 1 throughout.
    """
    count, length = history.shape
    factors = np.ones((count, season))
    if season < 2 or length < 2 * season + 1:
        return factors
    seasonal = (history > 0).all(axis=1) & _is_seasonal(history, season)
    if not seasonal.any():
        return factors
    rows = history[seasonal]
    half = season // 2
    kernel = np.ones(season) / season
    if season % 2 == 0:
        kernel = np.convolve(kernel, [0.5, 0.5])
    trend = np.array([np.convolve(row, kernel, mode="valid") for row in rows])
    ratio = rows[:, half : half + trend.shape[1]] / trend
    place = np.arange(half, half + trend.shape[1]) % season
    means = np.stack([ratio[:, place == at].mean(axis=1) for at in range(season)], axis=1)
    factors[seasonal] = means / means.mean(axis=1, keepdims=True)
    return np.maximum(factors, 0.01)


def _is_seasonal(history: Array, season: int) -> NDArray[np.bool_]:
    off = history - history.mean(axis=1, keepdims=True)
    power = np.maximum((off**2).sum(axis=1), 1e-12)
    lags = [(off[:, lag:] * off[:, :-lag]).sum(axis=1) / power for lag in range(1, season + 1)]
    correlation = np.stack(lags, axis=1)
    spread = np.sqrt((1 + 2 * (correlation[:, :-1] ** 2).sum(axis=1)) / history.shape[1])
    return np.asarray(np.abs(correlation[:, -1]) / spread > SEASONAL_FROM)


def _smoothed(flat: Array) -> tuple[Array, Array]:
    """Return the last level and the alpha of the smallest one-step error, per series."""
    count, length = flat.shape
    level = np.repeat(flat[:, :1], len(ALPHAS), axis=1)
    squared = np.zeros((count, len(ALPHAS)))
    for at in range(1, length):
        miss = flat[:, at : at + 1] - level
        squared += miss**2
        level = level + ALPHAS * miss
    best = squared.argmin(axis=1)
    return level[np.arange(count), best], ALPHAS[best]


def _slope(flat: Array) -> Array:
    time = np.arange(flat.shape[1], dtype=float)
    time -= time.mean()
    return np.asarray(flat @ time / (time @ time), dtype=float)

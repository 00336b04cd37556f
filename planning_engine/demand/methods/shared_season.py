"""Seasons of small series, leaning on the season of the group they belong to.

A small series hides its season behind noise; its group shows it. Each series' own factors are
drawn towards its group's, the more so the noisier they are, and the group's towards no season
at all (James-Stein shrinkage as Miller and Williams, 2003, use it). A test of "seasonal or not"
per series left most cells of the demo company without a season: added up, they then missed
the total by 6 % where the total itself missed 3 %.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEAST = 0.05


def factors(history: Array, groups: NDArray[np.intp], season: int) -> Array:
    """Return what each place in the season multiplies each series by, mean 1.

    Args:
        history: One row per series, earliest first; NaN before its first sale.
        groups: Place of each series' group, from 0.
        season: Periods in a season.

    Returns:
        Series x season; 1 throughout where not even the group has two whole seasons.
    """
    count, length = history.shape
    if length < 2 * season + 1:
        return np.ones((count, season))
    sums = np.array([np.nansum(history[groups == at], axis=0) for at in range(groups.max() + 1)])
    flat = np.ones((len(sums), season))
    ours = _drawn(_ratios(sums, season), flat)
    found = np.maximum(_drawn(_ratios(history, season), ours[groups]), LEAST)
    return np.asarray(found / found.mean(axis=1, keepdims=True))


def _ratios(history: Array, season: int) -> Array:
    """Return each value over the centred mean of the season around it; NaN at the ends."""
    kernel = np.ones(season) / season
    if season % 2 == 0:
        kernel = np.convolve(kernel, [0.5, 0.5])
    half = season // 2
    filled = np.nan_to_num(history)
    level = np.array([np.convolve(row, kernel, mode="valid") for row in filled])
    ratio = np.full(history.shape, np.nan)
    inside = slice(half, half + level.shape[1])
    known = ~np.isnan(history)
    # A level that reaches back before the first sale is none.
    begun = np.cumsum(known, axis=1)[:, inside] > half
    usable = (level > 0) & begun
    ratio[:, inside] = np.where(usable, filled[:, inside] / np.where(usable, level, 1), np.nan)
    return ratio


def _drawn(ratio: Array, target: Array) -> Array:
    """Return the mean ratio of each place, drawn towards a target by how noisy it is."""
    length = ratio.shape[1]
    season = target.shape[1]
    place = np.arange(length) % season
    seen = ~np.isnan(ratio)
    filled = np.nan_to_num(ratio)
    counts = np.stack([seen[:, place == at].sum(axis=1) for at in range(season)], axis=1)
    sums = np.stack([filled[:, place == at].sum(axis=1) for at in range(season)], axis=1)
    own = np.where(counts > 0, sums / np.maximum(counts, 1), target)
    own = own / np.maximum(own.mean(axis=1, keepdims=True), 1e-9)
    free = seen.sum(axis=1) - season
    rest = np.where(seen, np.square(filled - own[:, place]), 0.0).sum(axis=1)
    noise = rest / np.maximum(free, 1) / np.maximum(counts.mean(axis=1), 1e-9)
    apart = np.square(own - target).sum(axis=1) / max(1, season - 1)
    kept = np.clip(1 - noise / np.maximum(apart, 1e-12), 0, 1)
    kept = np.where((free > 0) & (counts > 0).all(axis=1), kept, 0.0)
    return np.asarray(target + kept[:, None] * (own - target))

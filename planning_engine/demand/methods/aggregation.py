"""Forecasting months, quarters and years at once, and making them agree.

A trend is easier to see in years, a season in months. Each length of period that divides the
season gets its own forecast; the months that fit all of them best, each weighed by how many
months it sums (structural scaling), are the forecast. Source: Athanasopoulos, Hyndman,
Kourentzes and Petropoulos, 2017 (temporal hierarchies).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEWEST_BUCKETS = 5


def over_lengths(
    predict: Callable[[Array, int, int], Array | None],
    history: Array,
    horizon: int,
    season: int,
) -> Array:
    """Forecast at every length of period that divides the season, and reconcile.

    Args:
        predict: History, horizon and season of one length of period → means; None where it
            cannot forecast that length, which is then left out.
        history: Earliest first.
        horizon: Periods ahead.
        season: Periods in a season, at least 2.
    """
    reach = -(-horizon // season) * season
    rows, means, sizes = [], [], []
    for size in (size for size in range(1, season + 1) if season % size == 0):
        buckets = len(history) // size
        if buckets < FEWEST_BUCKETS:
            continue
        sums = history[len(history) - buckets * size :].reshape(buckets, size).sum(axis=1)
        made = predict(sums, reach // size, season // size)
        if made is None:
            continue
        rows.append(np.kron(np.eye(reach // size), np.ones(size)))
        means.append(made)
        sizes.append(np.full(reach // size, float(size)))
    if not sizes or sizes[0][0] != 1:
        raise ValueError("the shortest period cannot be forecast")
    summing, base, weight = np.vstack(rows), np.concatenate(means), 1 / np.concatenate(sizes)
    weighted = summing.T * weight
    return np.asarray(np.linalg.solve(weighted @ summing, weighted @ base))[:horizon]

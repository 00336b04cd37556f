"""The season of a history: what each place in the year adds or multiplies, as far as it is sure.

A classical decomposition sees a season in any noise. The James-Stein estimator (Miller and
Williams, 2003) draws its indices towards none by the share of their spread that noise
explains, so that a doubtful season is repeated faintly and a sure one in full.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Season:
    """How far each place in the season lies from the level.

    Attributes:
        index: By place, the history's first period being place 0: a factor with mean 1 (in
            logarithms) where the history is above 0 throughout, else an amount with mean 0.
        multiplies: Whether it is a factor.
    """

    index: Array
    multiplies: bool

    def removed(self, history: Array) -> Array:
        """Return the history without its season."""
        places = np.resize(self.index, len(history))
        return history / places if self.multiplies else history - places

    def put_back(self, means: Array, start: int) -> Array:
        """Return means with the season, the first being for the period `start`."""
        places = np.resize(np.roll(self.index, -(start % len(self.index))), len(means))
        return means * places if self.multiplies else means + places


def season_of(history: Array, season: int) -> Season:
    """Return the season of a history; none where it does not hold two whole ones.

    Example:
        Every other period is twice the one before, year after year:

        >>> season_of(np.array([1.0, 2, 1, 2, 1, 2, 1, 2]), 2).index.round(4)
        array([0.7071, 1.4142])
    """
    multiplies = bool(len(history)) and bool(history.min() > 0)
    none = np.ones(season) if multiplies else np.zeros(season)
    if season < 2 or len(history) < 2 * season + 1:
        return Season(none, multiplies)
    index = _shrunk(np.log(history) if multiplies else history, season)
    return Season(np.exp(index) if multiplies else index, multiplies)


def _shrunk(values: Array, season: int) -> Array:
    kernel = np.ones(season) / season
    if season % 2 == 0:
        kernel = np.convolve(kernel, [0.5, 0.5])
    half = season // 2
    off = values[half : len(values) - half] - np.convolve(values, kernel, mode="valid")
    places = np.arange(half, half + len(off)) % season
    counts = np.bincount(places, minlength=season)
    index = np.bincount(places, weights=off, minlength=season) / counts
    index -= index.mean()
    if season < 4:  # the estimator is for four indices or more
        return np.asarray(index)
    noise = float(np.square(off - index[places]).sum()) / max(len(off) - season, 1)
    spread = float(np.square(index).sum()) / (season - 1)
    doubt = (season - 3) / (season - 1) * noise * float((1 / counts).mean())
    return np.asarray(index * max(0.0, 1 - doubt / max(spread, 1e-300)))

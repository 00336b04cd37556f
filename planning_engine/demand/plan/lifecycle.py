"""Launches by likeness and phase-outs: how a product's life shapes its demand.

A launch sells as its like product did, at its own scale: own over like sales in the months
both were sold, each month counting half as much as the one after it, because a launch still
climbs while shelves fill. From its first full month on, its own sales take the place of its
like's. A product that ends sells as ever until `RAMP_DAYS` before its last day of sale, then
fades in a straight line to nothing; one whose sales have been fading anyway is left to its own
trend. After the last day there is nothing.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RAMP_DAYS = 60
# Half a year at less than this part of the same months a year before: fading already.
FADED = 0.85
FADE_MONTHS = 6


def like_scale(own: Sequence[float], like: Sequence[float]) -> float:
    """Return what a launch sells for each unit of its like product.

    Args:
        own: Its sales by period, earliest first, from its launch on.
        like: The like product's in the same periods.

    Returns:
        The scale; 1 while there is nothing to compare. The launch's first period, which is
        part of one, is left out as soon as there is a second.

    Example:
        The first month is left out; the last counts twice as much as the one before:
        (1 x 40 + 2 x 50) / (1 x 100 + 2 x 100).

        >>> round(like_scale([10, 40, 50], [100, 100, 100]), 4)
        0.4667
    """
    first = 1 if len(own) > 1 else 0
    mine, theirs = (np.asarray(values, dtype=float)[first:] for values in (own, like))
    weight = 0.5 ** np.arange(len(mine) - 1, -1, -1, dtype=float)
    sold = float(weight @ theirs) if len(theirs) else 0.0
    return float(weight @ mine) / sold if sold > 0 else 1.0


def is_fading(history: Sequence[float], season: int = 12) -> bool:
    """Tell whether sales have been fading: half a year clearly below the year before.

    Example:
        >>> is_fading([10] * 12 + [8] * 12), is_fading([10] * 24)
        (True, False)
    """
    months = min(FADE_MONTHS, season)
    if len(history) < season + months:
        return False
    recent = float(np.sum(history[-months:]))
    before = float(np.sum(history[-months - season : len(history) - season]))
    return recent < FADED * before


def on_sale(
    first: date, following: date, launch_on: date | None, end_on: date | None, *, ramps: bool
) -> float:
    """Return what part of a period's demand a product's life leaves, 0 to 1.

    Args:
        first: First day of the period.
        following: First day of the next one.
        launch_on: First day of sale; None for always.
        end_on: Last day of sale; None for never.
        ramps: Whether demand fades over the last `RAMP_DAYS`.

    Example:
        On sale until 10 December: ten of 31 days; with the ramp only (10 + 9 + … + 1) / 60 of
        a day each:

        >>> round(on_sale(date(2026, 12, 1), date(2027, 1, 1), None, date(2026, 12, 10),
        ...               ramps=False), 4)
        0.3226
        >>> round(on_sale(date(2026, 12, 1), date(2027, 1, 1), None, date(2026, 12, 10),
        ...               ramps=True), 4)
        0.0296
    """
    start = max(first, launch_on or first)
    last = min(following - timedelta(days=1), end_on or date.max)
    days = max(0, (last - start).days + 1)
    whole = (following - first).days
    if not ramps or end_on is None or not days:
        return days / whole
    left = (end_on - start).days + 1 - np.arange(days)
    return float(np.minimum(1, left / RAMP_DAYS).sum()) / whole

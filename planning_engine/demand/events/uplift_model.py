"""What dated events did to one series: a log-linear regression, and how sure it is.

log sales = level + trend + events + season + drift of the level + noise. Level, trend and
events are fixed; season (an effect per calendar month) and the level's random walk are random
effects, whose size relative to the noise is chosen by restricted likelihood. A promotion held
in the same month every year is thereby told from the season only as far as the years without
it allow, and its standard error says so.
"""

from dataclasses import dataclass
from itertools import product
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SHORTEST = 12
# Variance of the level's monthly step, and of the season, in units of the noise's variance.
DRIFTS = (0.0, 0.003, 0.02, 0.1, 0.5)
SEASONS = (0.0, 1.0, 5.0, 20.0, 100.0)
ROUNDS = 4
SPENT = 5
FIRST_GUESS = 0.2
# log of 1 + uplift stays between these: demand cut to a twentieth, or twentyfold.
LOWEST, HIGHEST = -3.0, 3.0


@dataclass(frozen=True)
class Effects:
    """What each event multiplied the series by, as logarithms.

    Attributes:
        mean: log(1 + uplift) of each event.
        covariance: Of the estimation errors of `mean`.
        freedom: Degrees of freedom behind it.
    """

    mean: Array
    covariance: Array
    freedom: float


def fit(quantity: Array, exposure: Array, season: int, offset: Array | None = None) -> Effects:
    """Estimate what events did to a series.

    Args:
        quantity: What was sold by period, earliest first; 0 or less and NaN are left out.
        exposure: One row per event: the part of each period's demand it touched, 0 to 1.
        season: Periods in a season.
        offset: log of what is known to have multiplied each period besides; none if left out.
    """
    known = np.flatnonzero(np.nan_to_num(quantity) > 0)
    logs = np.log(quantity[known]) - (0 if offset is None else offset[known])
    touched = exposure[:, known]
    effect = np.full(len(exposure), np.log1p(FIRST_GUESS))
    whole = bool(np.isin(touched, (0.0, 1.0)).all())
    covariance = None
    for _ in range(1 if whole else ROUNDS):
        lifted, slope = _lift(effect, touched)
        target = logs - lifted.sum(axis=0) + (slope * effect[:, None]).sum(axis=0)
        fixed = _fixed(known, slope)
        if covariance is None:
            covariance = _likeliest(target, fixed, known, season)
        _, coefficients, errors = _solved(target, fixed, covariance)
        effect = np.clip(coefficients[2:], LOWEST, HIGHEST)
    spread = errors[2:, 2:]
    freedom = max(4.0, len(known) - 2 - len(exposure) - (season - 1) / 2)
    return Effects(effect, spread, freedom)


def t_quantile(probability: float, freedom: float) -> float:
    """Return a quantile of Student's t by Cornish and Fisher's expansion; exact to 1 % from 4.

    Example:
        >>> round(t_quantile(0.95, 20), 3)
        1.725
    """
    z = NormalDist().inv_cdf(probability)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def _lift(effect: Array, touched: Array) -> tuple[Array, Array]:
    """Return what events add to the log of each period, and how that moves with the effect."""
    whole = np.exp(effect)[:, None]
    inside = 1 + (whole - 1) * touched
    return np.log(inside), touched * whole / inside


def _fixed(when: NDArray[np.intp], slope: Array) -> Array:
    """Return the columns of what is fixed: level, trend and events."""
    time = (when - when.mean()) / max(1.0, float(np.ptp(when)))
    return np.column_stack([np.ones(len(when)), time, slope.T])


def _likeliest(target: Array, fixed: Array, when: NDArray[np.intp], season: int) -> Array:
    """Return the covariance, in units of the noise, that makes the sales likeliest."""
    walk = np.minimum.outer(when, when) - when.min()
    same = (np.subtract.outer(when, when) % season == 0).astype(float)
    seasons = SEASONS if season > 1 and np.ptp(when) >= season else (0.0,)
    tried = [
        np.eye(len(when)) + drift * walk + seasonal * same
        for drift, seasonal in product(DRIFTS, seasons)
    ]
    return max(tried, key=lambda covariance: _solved(target, fixed, covariance)[0])


def _solved(target: Array, fixed: Array, covariance: Array) -> tuple[float, Array, Array]:
    """Return restricted log-likelihood, coefficients and their covariance, by least squares."""
    root = np.linalg.cholesky(covariance)
    both = np.linalg.solve(root, np.column_stack([fixed, target]))
    left, right = both[:, :-1], both[:, -1]
    # A trace on the diagonal: events that share all their months must not stop the rest.
    square = left.T @ left + 1e-9 * np.eye(left.shape[1])
    inverse = np.linalg.inv(square)
    effect = inverse @ (left.T @ right)
    free = len(target) - fixed.shape[1]
    rest = max(float(np.square(right - left @ effect).sum()), 1e-10)
    likelihood = -(
        np.log(np.diag(root)).sum()
        + np.linalg.slogdet(square)[1] / 2
        + free / 2 * np.log(rest / free)
    )
    # Choosing the covariance on the same sales costs freedom that the formula does not see.
    noise = rest / max(1, free - SPENT)
    return float(likelihood), effect, noise * inverse


def interval(mean: float, error: float, freedom: float, level: float) -> tuple[float, float]:
    """Return the ends of an interval of the uplift whose logarithm has a mean and an error.

    Args:
        mean: log(1 + uplift).
        error: Its standard error.
        freedom: Degrees of freedom.
        level: In percent.

    Example:
        >>> low, high = interval(0.0, 0.1, 1000, 90)
        >>> round(low, 3), round(high, 3)
        (-0.152, 0.179)
    """
    half = t_quantile((1 + level / 100) / 2, freedom) * error
    return float(np.exp(mean - half) - 1), float(np.exp(mean + half) - 1)

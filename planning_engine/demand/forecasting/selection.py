"""One series forecast: which methods fit its kind, how they are combined, how sure it is.

- fewer than 4 periods: their mean;
- nothing sold for a season and for twice the longest gap before: 0;
- constant: the constant;
- intermittent (more than 1.32 periods per sale, Syntetos-Boylan): the best of CrostonSBA,
  TSB, ADIDA and the recent mean by backtest RMSE;
- any other: the mean of the methods of its pool (`pool`), each weighted by 1 over the square
  root of its backtest error, those three times as bad as the best left out.

Combining beats picking: on rolling origins inside the training part of M3 the winner of a
backtest forecasts worse than the mean of all. The weights matter little there (MASE 0.794
with, 0.795 without); they are for the series on which a kind of method fails.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from planning_engine.demand.accuracy import accuracy
from planning_engine.demand.accuracy.backtest import Backtest, roll
from planning_engine.demand.forecasting import intervals
from planning_engine.demand.forecasting.pool import Tier, pool
from planning_engine.demand.methods.methods import (
    INTERMITTENT,
    RECENT_MEAN,
    SEASONAL_NAIVE,
    Method,
    run,
)

Array = NDArray[np.float64]

LEVELS = (80, 95)
ORIGINS = 3
INTERMITTENT_FROM = 1.32
# A season seen once cannot be told from a trend, nor tested: with fewer periods than this
# beyond one season, a history is forecast without one.
ONCE_SEEN = 3
# A method whose backtest error is this many times the best one's has lost the series.
HOPELESS = 3.0


@dataclass(frozen=True)
class SeriesForecast:
    """Means and intervals of one series, and why they are what they are.

    Attributes:
        mean: Expected value by step, in the series' unit.
        low: Level in percent → lower end by step.
        high: Level in percent → upper end by step.
        method: How it was made, in words.
        weights: Method name → its weight in the combination.
        tested: How it did on its own past; None where the history is too short.
        spread: What the intervals are made of, by step; None where they are what was seen.
        missed: How many spreads each backtest missed by; empty without one.
    """

    mean: Array
    low: dict[float, Array]
    high: dict[float, Array]
    method: str
    weights: dict[str, float] = field(default_factory=dict)
    tested: "Tested | None" = None
    spread: Array | None = None
    missed: Array = field(default_factory=lambda: np.empty(0))

    def widened(self, factor: float, *, floor: bool) -> "SeriesForecast":
        """Return the forecast with intervals that many times as wide."""
        if self.spread is None:
            return self
        low, high = _ends(self.mean, factor * self.spread, tuple(self.low), floor=floor)
        return replace(self, low=low, high=high)


@dataclass(frozen=True)
class Tested:
    """The rolling-origin backtest of a forecast.

    Attributes:
        origins: How many rolling origins.
        steps: Periods forecast from each.
        error: WMAPE in percent; None when nothing was sold in the periods tested.
        naive_error: The seasonal naive's, on the same origins.
    """

    origins: int
    steps: int
    error: float | None
    naive_error: float | None


def forecast_series(
    history: Array,
    horizon: int,
    season: int,
    *,
    levels: Sequence[float] = LEVELS,
    floor: bool = True,
    tested_on: int | None = None,
    tier: Tier = "interactive",
) -> SeriesForecast:
    """Forecast one series; never NaN, never an exception, below 0 only without `floor`.

    Args:
        history: One value per period, earliest first, none missing.
        horizon: Periods ahead.
        season: Periods in a season: 12 for months.
        levels: Interval levels in percent.
        floor: The series cannot be negative.
        tested_on: Periods ahead that the backtest forecasts; the horizon if left out.
        tier: Which pool of methods to take: `interactive` while a person waits, `nightly`.
    """
    settled = _settled(history, season)
    if settled is not None:
        value, reason = settled
        mean = np.full(horizon, max(value, 0) if floor else value)
        width = np.zeros(horizon)
        if reason.startswith("mean"):
            width = intervals.spread(history, np.empty(0), np.empty(0), horizon, season)
        low, high = _ends(mean, width, levels, floor=floor)
        return SeriesForecast(mean, low, high, reason)
    if len(history) < season + ONCE_SEEN:
        season = 1
    if is_intermittent(history):
        return _intermittent(history, horizon, season, levels, tested_on or horizon)
    methods = pool(season, tier)
    return _smooth(history, horizon, season, methods, levels, tested_on or horizon, floor=floor)


def is_intermittent(history: Array) -> bool:
    """Tell whether sales come more than 1.32 periods apart on average."""
    sold = int(np.count_nonzero(history))
    return bool(sold) and len(history) / sold > INTERMITTENT_FROM


def _settled(history: Array, season: int) -> tuple[float, str] | None:
    """Return value and method where there is nothing to model."""
    if not len(history) or not history.any():
        return 0.0, "none, as nothing was sold in the history"
    if len(history) > 1 and np.ptp(history) == 0:
        return float(history[-1]), "constant, as every period was the same"
    if len(history) < 4:
        return float(history.mean()), "mean of the few periods there are"
    at = np.flatnonzero(history)
    silent = len(history) - 1 - int(at[-1])
    longest = int(np.diff(at).max()) - 1 if len(at) > 1 else 0
    if silent >= max(season, 2 * longest):
        return 0.0, "none, as nothing was sold for a season and twice the longest gap before"
    return None


def _smooth(
    history: Array,
    horizon: int,
    season: int,
    tried: Sequence[Method],
    levels: Sequence[float],
    tested_on: int,
    *,
    floor: bool,
) -> SeriesForecast:
    means = _run_all(tried, history, horizon, season, floor=floor)
    methods = [*(method for method in tried if method.name in means), SEASONAL_NAIVE]
    test = roll(history, methods, tested_on, season, most=ORIGINS, floor=floor)
    weights = _weights(test, tuple(means))
    mean = sum_weighted(means, weights)
    errors, steps, missed = np.empty(0), np.empty(0), np.empty(0)
    if test is not None:
        off = test.actual - sum_weighted(test.forecasts, weights)
        errors, steps = off.ravel(), test.steps
        missed = intervals.misses(history, test.origins, off, season)
    width = intervals.spread(history, errors, steps, horizon, season)
    low, high = _ends(mean, width, levels, floor=floor)
    words = _in_words(tried, weights)
    tested = _tested(test, weights)
    return SeriesForecast(mean, low, high, words, weights, tested, width, missed)


def _in_words(tried: Sequence[Method], weights: dict[str, float]) -> str:
    """Return the kinds of the methods that count; their names and weights are for the curious."""
    if len(weights) == 1:
        return next(iter(weights))
    kinds = list(dict.fromkeys(method.kind for method in tried if method.name in weights))
    return (
        f"weighted mean of {_listed(kinds)}" if len(kinds) > 1 else f"mean of forms of {kinds[0]}"
    )


def _intermittent(
    history: Array, horizon: int, season: int, levels: Sequence[float], tested_on: int
) -> SeriesForecast:
    means = _run_all(INTERMITTENT, history, horizon, season, floor=True)
    methods = [method for method in INTERMITTENT if method.name in means]
    tried = [*methods, SEASONAL_NAIVE]
    test = roll(history, tried, tested_on, season, most=ORIGINS, floor=True)
    chosen = methods[0].name
    if test is not None:
        errors = {
            method.name: accuracy.rmse(test.actual.ravel(), test.forecasts[method.name].ravel())
            for method in methods
            if method.name in test.forecasts
        }
        chosen = min(errors, key=lambda name: errors[name] or 0.0)
    mean = means[chosen]
    low, high = {}, {}
    for level in levels:
        low[level], high[level] = intervals.of_seen(history, mean, level)
    word = f"{chosen}, for intermittent demand"
    return SeriesForecast(mean, low, high, word, {chosen: 1.0}, _tested(test, {chosen: 1.0}))


def _run_all(
    methods: Sequence[Method], history: Array, horizon: int, season: int, *, floor: bool
) -> dict[str, Array]:
    means = {}
    for method in methods:
        predicted = run(method, history, horizon, season)
        if predicted is not None:
            means[method.name] = np.maximum(predicted, 0) if floor else predicted
    if not means:
        means[RECENT_MEAN.name] = np.full(horizon, history.mean())
    return means


def _weights(test: Backtest | None, names: Sequence[str]) -> dict[str, float]:
    """Return the weight of each method: 1 / root of its backtest error, the hopeless left out."""
    if test is None or not set(names) & set(test.forecasts):
        return {name: 1 / len(names) for name in names}
    errors = {
        name: float(np.abs(test.actual - means).mean())
        for name, means in test.forecasts.items()
        if name in names
    }
    best = min(errors.values())
    floor = max(best, 1e-9 * float(np.abs(test.actual).max()), 1e-12)
    kept = {name: max(error, floor) for name, error in errors.items() if error <= HOPELESS * floor}
    total = sum(error**-0.5 for error in kept.values())
    return {name: error**-0.5 / total for name, error in kept.items()}


def sum_weighted(means: dict[str, Array], weights: dict[str, float]) -> Array:
    """Return the weighted mean of several methods' means."""
    return np.asarray(sum(weights[name] * means[name] for name in weights), dtype=float)


def _tested(test: Backtest | None, weights: dict[str, float]) -> Tested | None:
    if test is None or any(name not in test.forecasts for name in weights):
        return None
    naive = test.forecasts.get(SEASONAL_NAIVE.name)
    return Tested(
        origins=len(test.origins),
        steps=test.horizon,
        error=test.error(sum_weighted(test.forecasts, weights)),
        naive_error=None if naive is None else test.error(naive),
    )


def _ends(
    mean: Array, width: Array, levels: Sequence[float], *, floor: bool
) -> tuple[dict[float, Array], dict[float, Array]]:
    low, high = {}, {}
    for level in levels:
        low[level], high[level] = intervals.around(mean, width, level, floor=floor)
    return low, high


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1]

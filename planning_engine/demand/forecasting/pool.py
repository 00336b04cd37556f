"""Which methods a series is forecast with: a few kinds, each in two forms that err differently.

Theta, exponential smoothing, complex smoothing and autoregression, once on the figures and
once on their logarithms or over several lengths of period. The season is taken out before,
shrunk to what is sure of it (`seasonality`). What is combined was chosen by kind, and checked
on rolling origins inside the training parts of M3 (18 months ahead, 714 series, three
origins: MASE 0.837 for this mean, 0.846 for its best member, 0.871 for plain Theta).

A season longer than a state can carry (weeks of a year) is doubtful even after years: there
each kind is run with the season and without, on the last five years.
"""

from functools import partial
from typing import Any, Literal  # Any: settings of library models

import numpy as np
from numpy.typing import NDArray

from planning_engine.demand.methods.aggregation import over_lengths
from planning_engine.demand.methods.autoregression import seasonal_autoregression
from planning_engine.demand.methods.methods import (
    Method,
    Predict,
    library_model,
    run,
    settled_arima,
)
from planning_engine.demand.methods.seasonality import season_of

Array = NDArray[np.float64]
Tier = Literal["interactive", "nightly"]

# Longest season that complex smoothing can carry in its state.
LONGEST_STATE_SEASON = 24
RECENT_SEASONS = 5
THETA, SMOOTHING, COMPLEX, REGRESSION, ARIMA = (
    "Theta",
    "exponential smoothing",
    "complex smoothing",
    "autoregression",
    "ARIMA",
)


def pool(season: int, tier: Tier) -> tuple[Method, ...]:
    """Return the methods to combine for a season, cheapest tier first.

    Args:
        season: Periods in a season.
        tier: `interactive` answers while a person waits; `nightly` takes longer and adds
            ARIMA, whose search costs more than all the others together.
    """
    chosen = SHORT if season <= LONGEST_STATE_SEASON else LONG
    extra = SHORT_NIGHTLY if season <= LONGEST_STATE_SEASON else LONG_NIGHTLY
    return chosen if tier == "interactive" else (*chosen, *extra)


def adjusted(predict: Predict) -> Predict:
    """Take the season out, forecast without one, put it back."""

    def around(history: Array, horizon: int, season: int) -> Array:
        found = season_of(history, season)
        return found.put_back(predict(found.removed(history), horizon, 1), len(history))

    return around


def in_logarithms(predict: Predict) -> Predict:
    """Forecast logarithms, for growth and swings in percent; needs figures above 0."""

    def around(history: Array, horizon: int, season: int) -> Array:
        if history.min() <= 0:
            raise ValueError("no logarithm of 0")
        return np.asarray(np.exp(predict(np.log(history), horizon, season)))

    return around


def recent(predict: Predict) -> Predict:
    """Learn from the last five seasons only: what is older has changed its ways."""
    return lambda history, horizon, season: predict(_latest(history, season), horizon, season)


def _latest(history: Array, season: int) -> Array:
    return history[-(RECENT_SEASONS * season + season // 10) :]


def unseasonal(predict: Predict) -> Predict:
    """Forecast as if there were no season."""
    return lambda history, horizon, season: predict(history, horizon, 1)


def _from(periods: int, seasons: int = 0) -> "partial[int]":
    return partial(_longest, periods, seasons)


def _longest(periods: int, seasons: int, season: int) -> int:
    return max(periods, seasons * season + 4 if seasons else 0)


_theta = library_model("DynamicOptimizedTheta")
_log_theta = library_model("DynamicOptimizedTheta", decomposition_type="additive")
_ets = library_model("AutoETS", model="ZZN", damped=True)
_ces = library_model("AutoCES")
_arima: dict[str, Any] = {"max_p": 2, "max_q": 2, "max_P": 1, "max_Q": 1, "approximation": True}
_arima_weeks: dict[str, Any] = {"max_p": 3, "max_q": 3, "approximation": True}


_smoothing = Method("exponential smoothing", SMOOTHING, adjusted(_ets), _from(5))


_arima_of_weeks = library_model("AutoARIMA", **_arima_weeks)


def _settled_without(history: Array, season: int) -> Predict:
    return recent(unseasonal(settled_arima(_latest(history, season), 1, **_arima_weeks)))


def _settled_adjusted(history: Array, season: int) -> Predict:
    known = _latest(history, season)
    flat = season_of(known, season).removed(known)
    return recent(adjusted(settled_arima(flat, 1, **_arima_weeks)))


def _ets_over_lengths(history: Array, horizon: int, season: int) -> Array:
    return over_lengths(partial(run, _smoothing), history, horizon, season)


SHORT = (
    Method("Theta", THETA, adjusted(_theta), _from(5)),
    Method("Theta of logarithms", THETA, adjusted(in_logarithms(_log_theta)), _from(5)),
    Method("exponential smoothing", SMOOTHING, adjusted(_ets), _from(8)),
    Method("exponential smoothing over lengths", SMOOTHING, _ets_over_lengths, _from(8)),
    Method("complex smoothing", COMPLEX, adjusted(_ces), _from(8)),
    Method("complex smoothing of logarithms", COMPLEX, in_logarithms(_ces), _from(8)),
    Method("autoregression", REGRESSION, seasonal_autoregression, _from(9, seasons=3)),
    Method(
        "autoregression of logarithms",
        REGRESSION,
        in_logarithms(seasonal_autoregression),
        _from(9, seasons=3),
    ),
)
SHORT_NIGHTLY = (
    Method(
        "ARIMA",
        ARIMA,
        library_model("AutoARIMA", **_arima),
        _from(16),
        partial(settled_arima, **_arima),
    ),
)
LONG = (
    Method("Theta without a season", THETA, recent(unseasonal(_theta)), _from(5)),
    Method("Theta", THETA, recent(adjusted(_theta)), _from(5)),
    Method("exponential smoothing without a season", SMOOTHING, recent(unseasonal(_ets)), _from(8)),
    Method("exponential smoothing", SMOOTHING, recent(adjusted(_ets)), _from(8)),
    Method("complex smoothing", COMPLEX, recent(adjusted(_ces)), _from(8)),
    Method(
        "autoregression of changes without a season",
        REGRESSION,
        recent(unseasonal(seasonal_autoregression)),
        _from(9),
    ),
    Method(
        "autoregression of changes",
        REGRESSION,
        recent(adjusted(seasonal_autoregression)),
        _from(9),
    ),
    Method("autoregression", REGRESSION, recent(seasonal_autoregression), _from(9, seasons=3)),
    Method(
        "autoregression of logarithms",
        REGRESSION,
        recent(in_logarithms(seasonal_autoregression)),
        _from(9, seasons=3),
    ),
)
LONG_NIGHTLY = (
    Method(
        "ARIMA without a season",
        ARIMA,
        recent(unseasonal(_arima_of_weeks)),
        _from(16),
        _settled_without,
    ),
    Method(
        "ARIMA",
        ARIMA,
        recent(adjusted(_arima_of_weeks)),
        _from(16),
        _settled_adjusted,
    ),
)

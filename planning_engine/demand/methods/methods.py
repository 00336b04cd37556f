"""Forecasting methods by name: history in, means out; each says which history it can take.

The models are those of statsforecast. Its import takes seconds of CPU (statsmodels, scipy),
so it happens at the first forecast that needs it, never before.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Predict = Callable[[Array, int, int], Array]  # history, horizon, season → means
T = TypeVar("T")

# Means further outside the history's range than twice that range are a model gone astray.
SANE_ROOM = 2.0


@dataclass(frozen=True)
class Method:
    """A named way to forecast one series.

    Attributes:
        name: What it is called.
        kind: What it is in a planner's words, as several methods of one kind are summed up.
        predict: History, horizon, season → means.
        at_least: Season → how short a history may be.
        settle: History, season → a cheaper `predict` that keeps what it chose on that
            history; None where choosing is cheap.
    """

    name: str
    kind: str
    predict: Predict
    at_least: Callable[[int], int]
    settle: Callable[[Array, int], Predict] | None = None


def run(method: Method, history: Array, horizon: int, season: int) -> Array | None:
    """Return a method's means, None where it cannot forecast this history.

    Models of statsforecast fail on some histories with an exception, NaN or figures far
    outside all that was seen; each is a "cannot", and the caller goes on with the methods
    that can.
    """
    if len(history) < method.at_least(season):
        return None
    means = _tried(lambda: np.asarray(method.predict(history, horizon, season), dtype=float))
    if means is None:
        return None
    low, high = float(history.min()), float(history.max())
    room = SANE_ROOM * max(high - low, 0.1 * max(abs(low), abs(high)))
    sane = np.isfinite(means).all() and low - room <= means.min() and means.max() <= high + room
    return means if sane else None


def settled(method: Method, history: Array, season: int) -> Method:
    """Return the method with its choices made on a history; itself if it makes none."""
    settle = method.settle
    if settle is None or len(history) < method.at_least(season):
        return method
    predict = _tried(lambda: settle(history, season))
    return replace(method, predict=predict) if predict else method


def _tried(attempt: Callable[[], T]) -> T | None:
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return attempt()
    except Exception:  # noqa: BLE001 - statsforecast raises bare Exception where none fits
        return None


@cache
def load_models() -> Any:  # Any: a module without types
    """Import the model library, once, and return its models."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsforecast import models

        return models


def seasonal_naive(history: Array, horizon: int, season: int) -> Array:
    """Repeat the last season; the last value when there is no whole season."""
    lag = season if len(history) >= season else 1
    return np.resize(history[-lag:], horizon)


def mean_of_recent(history: Array, horizon: int, season: int) -> Array:
    """Repeat the mean of the last season, or of all there is."""
    return np.full(horizon, history[-max(season, 1) :].mean())


def library_model(name: str, **settings: object) -> Predict:
    """Return the predict of a model of the library, with the season where it shows."""

    def predict(history: Array, horizon: int, season: int) -> Array:
        model = getattr(load_models(), name)(season_length=_period(history, season), **settings)
        return np.asarray(model.forecast(history, horizon)["mean"], dtype=float)

    return predict


def _period(history: Array, season: int) -> int:
    """Return the season that a history is long enough to show, else 1."""
    return season if len(history) >= 2 * season + 1 else 1


def settled_arima(history: Array, season: int, **settings: object) -> Predict:
    """Return ARIMA of the order that the search finds best for a history.

    The search costs ten times a fit of one order. A backtest searches at its earliest origin
    and keeps the order for the later ones: no origin learns from its own future.
    """
    period = _period(history, season)
    found = load_models().AutoARIMA(season_length=period, **settings).fit(history).model_
    p, q, seasonal_p, seasonal_q, _, d, seasonal_d = (int(size) for size in found["arma"])
    return library_model(
        "ARIMA",
        order=(p, d, q),
        seasonal_order=(seasonal_p, seasonal_d, seasonal_q),
        include_mean="intercept" in found["coef"],
        include_drift="drift" in found["coef"],
    )


def _intermittent(name: str, **settings: object) -> Method:
    def predict(history: Array, horizon: int, season: int) -> Array:
        model = getattr(load_models(), name)(**settings)
        return np.asarray(model.forecast(history, horizon)["mean"], dtype=float)

    return Method(name, "intermittent demand", predict, lambda season: 4)


SEASONAL_NAIVE = Method("seasonal naive", "seasonal naive", seasonal_naive, lambda season: 1)
RECENT_MEAN = Method("mean of the last season", "mean", mean_of_recent, lambda season: 1)
ADIDA = _intermittent("ADIDA")
INTERMITTENT = (
    _intermittent("CrostonSBA"),
    _intermittent("TSB", alpha_d=0.1, alpha_p=0.1),
    ADIDA,
    RECENT_MEAN,
)

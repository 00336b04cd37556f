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

from planning_engine.demand import theta

Array = NDArray[np.float64]
Predict = Callable[[Array, int, int], Array]  # history, horizon, season → means
T = TypeVar("T")

# Longest season that exponential smoothing and CES can carry in their state.
LONGEST_STATE_SEASON = 24


@dataclass(frozen=True)
class Method:
    """A named way to forecast one series.

    Attributes:
        name: What it is called.
        predict: History, horizon, season → means.
        at_least: Season → how short a history may be.
        settle: History, season → a cheaper `predict` that keeps what it chose on that
            history; None where choosing is cheap.
    """

    name: str
    predict: Predict
    at_least: Callable[[int], int]
    settle: Callable[[Array, int], Predict] | None = None


def run(method: Method, history: Array, horizon: int, season: int) -> Array | None:
    """Return a method's means, None where it cannot forecast this history.

    Models of statsforecast fail on some histories with an exception or NaN; either is a
    "cannot", and the caller goes on with the methods that can.
    """
    if len(history) < method.at_least(season):
        return None
    means = _tried(lambda: np.asarray(method.predict(history, horizon, season), dtype=float))
    if means is None:
        return None
    sane = 100 * (np.abs(history).max() + 1)
    return means if np.isfinite(means).all() and np.abs(means).max() < sane else None


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
def _models() -> Any:  # Any: a module without types
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


def _model(name: str, **settings: object) -> Predict:
    def predict(history: Array, horizon: int, season: int) -> Array:
        model = getattr(_models(), name)(season_length=_period(history, season), **settings)
        return np.asarray(model.forecast(history, horizon)["mean"], dtype=float)

    return predict


def _period(history: Array, season: int) -> int:
    """Return the season that a history is long enough to show, else 1."""
    return season if len(history) >= 2 * season + 1 else 1


def _settled_ets(history: Array, season: int) -> Predict:
    """Return exponential smoothing in the form that the search finds best for a history.

    The search costs ten times a fit of one form. A backtest searches at its earliest origin
    and keeps the form for the later ones: no origin learns from its own future.
    """
    period = _period(history, season)
    if season > LONGEST_STATE_SEASON:
        return ETS.predict
    fitted = _models().AutoETS(season_length=period, damped=True).fit(history)
    form = str(fitted.model_["components"])
    one = _model("AutoETS", model=form[:3], damped=form[3] == "D")
    return lambda history, horizon, season: one(history, horizon, period)


def _plain_model(name: str, **settings: object) -> Predict:
    def predict(history: Array, horizon: int, season: int) -> Array:
        model = getattr(_models(), name)(**settings)
        return np.asarray(model.forecast(history, horizon)["mean"], dtype=float)

    return predict


def _deseasonalised(predict: Predict) -> Predict:
    """Wrap a model that cannot carry a long season: take the season out, put it back."""

    def around(history: Array, horizon: int, season: int) -> Array:
        if season <= LONGEST_STATE_SEASON or len(history) < 2 * season + 1:
            return predict(history, horizon, season)
        index = seasonal_indices(history, season)
        flat = history - np.resize(index, len(history))
        ahead = np.resize(np.roll(index, -(len(history) % season)), horizon)
        return predict(flat, horizon, 1) + ahead

    return around


def seasonal_indices(history: Array, season: int) -> Array:
    """Return what each place in the season adds to the level, mean 0 (additive)."""
    level = np.convolve(np.pad(history, season // 2, mode="edge"), np.ones(season) / season)
    level = level[season - 1 : season - 1 + len(history)]
    off = history - level
    index = np.array([off[place::season].mean() for place in range(season)])
    return np.asarray(index - index.mean(), dtype=float)


SEASONAL_NAIVE = Method("seasonal naive", seasonal_naive, lambda season: 1)
RECENT_MEAN = Method("mean of the last season", mean_of_recent, lambda season: 1)
DYNAMIC_THETA = Method("DynamicOptimizedTheta", _model("DynamicOptimizedTheta"), lambda season: 5)
# The damped trend is both better and twice as fast as the undamped search on the training
# halves of M3 (18 months ahead): sMAPE 13.6 against 14.3.
ETS = Method(
    "AutoETS", _deseasonalised(_model("AutoETS", damped=True)), lambda season: 8, _settled_ets
)
PLAIN_THETA = Method("Theta", lambda y, h, m: theta.theta(y[None, :], h, m)[0], lambda season: 5)
CES = Method("AutoCES", _deseasonalised(_model("AutoCES")), lambda season: 8)
CROSTON = Method("CrostonSBA", _plain_model("CrostonSBA"), lambda season: 4)
TSB = Method("TSB", _plain_model("TSB", alpha_d=0.1, alpha_p=0.1), lambda season: 4)
ADIDA = Method("ADIDA", _plain_model("ADIDA"), lambda season: 4)

SMOOTH = (DYNAMIC_THETA, ETS, CES, PLAIN_THETA, SEASONAL_NAIVE)
INTERMITTENT = (CROSTON, TSB, ADIDA, RECENT_MEAN)

"""What a forecast is measured against: published entrants, and plain models of the library."""

import warnings
from dataclasses import dataclass
from typing import Any  # Any: models of an untyped library

import numpy as np

from evals.forecast_sets import Array, Means, Series
from planning_engine.demand.accuracy import accuracy
from planning_engine.demand.methods.theta import seasonal_factors

ENTRANTS = ("THETA", "ForecastPro", "COMB S-H-D", "DAMPEN", "B-J auto", "NAIVE2")
NAIVE2 = "Naive2"
AVERAGED = ("DynamicOptimizedTheta", "AutoETS", "AutoCES")
PLAIN_MEAN = "plain mean of DOT, AutoETS, AutoCES"
LONGEST_STATE_SEASON = 24


@dataclass(frozen=True)
class Score:
    """Mean errors of one method over all series."""

    smape: float
    mase: float
    owa: float | None = None

    def against(self, naive2: "Score") -> "Score":
        """Return the score with its OWA: errors over those of Naive2, averaged (M4)."""
        owa = (self.smape / naive2.smape + self.mase / naive2.mase) / 2
        return Score(self.smape, self.mase, owa)


def score(series: Series, histories: Means, means: Means) -> Score:
    """Return mean sMAPE and MASE over all series."""
    smapes, mases = [], []
    for name, actual in series.test.items():
        smapes.append(accuracy.smape(actual, means[name]))
        mases.append(accuracy.mase(actual, means[name], histories[name], series.scale_season))
    return Score(
        float(np.mean([value for value in smapes if value is not None])),
        float(np.mean([value for value in mases if value is not None])),
    )


def peers(series: Series, histories: Means) -> dict[str, Score]:
    """Return the score of every peer, Naive2 among them."""
    means = _library(series, histories)
    means[PLAIN_MEAN] = {
        name: np.asarray(np.mean([means[model][name] for model in AVERAGED], axis=0))
        for name in histories
    }
    season = series.scale_season
    means[NAIVE2] = {name: naive2(y, series.horizon, season) for name, y in histories.items()}
    published = {
        f"{name} (published)": series.published[name]
        for name in ENTRANTS
        if name in series.published
    }
    scores = {name: score(series, histories, one) for name, one in {**published, **means}.items()}
    return {name: one.against(scores[NAIVE2]) for name, one in scores.items()}


def _library(series: Series, histories: Means) -> dict[str, dict[str, Array]]:
    """Forecast with plain models of the library, as a user of it would."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsforecast import models

        season = series.season
        carried = season if season <= LONGEST_STATE_SEASON else 1
        plain: dict[str, Any] = {
            "SeasonalNaive": models.SeasonalNaive(season),
            "DynamicOptimizedTheta": models.DynamicOptimizedTheta(season),
            "AutoETS": models.AutoETS(carried),
            "AutoCES": models.AutoCES(carried),
        }
        return {
            name: {key: _means(model, y, series.horizon) for key, y in histories.items()}
            for name, model in plain.items()
        }


def _means(model: Any, history: Array, horizon: int) -> Array:
    means = np.asarray(model.forecast(history, horizon)["mean"], dtype=float)
    # A peer that fails on a series gets the last value there, rather than no score at all.
    return means if np.isfinite(means).all() else np.full(horizon, history[-1])


def naive2(history: Array, horizon: int, season: int) -> Array:
    """Return the naive forecast of the seasonally adjusted series, the season put back."""
    factors = seasonal_factors(history[None, :], season)[0]
    place = np.arange(len(history) + horizon) % season
    level = history[-1] / factors[place[len(history) - 1]]
    return np.asarray(level * factors[place[len(history) :]])

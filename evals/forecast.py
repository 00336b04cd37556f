"""Forecast accuracy on real series, beside published entrants and plain library models.

`python -m evals.forecast --data ../shared/data/m3_monthly [--limit N] [--workers N] [--json]`
reads a folder with train.csv(.gz) and test.csv(.gz) (unique_id, ds, y), or the wide files of
the M4 competition (Weekly-train.csv.gz, Weekly-test.csv). Nothing is fitted to the test
values: each series is forecast from its own history, as `sop forecast` does.
"""

import multiprocessing
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evals.bench import Bar, Result, arguments, cpu_seconds, finish
from planning_engine.demand import accuracy
from planning_engine.demand.table import FREQUENCIES, forecast_table
from planning_engine.demand.theta import seasonal_factors

Array = NDArray[np.float64]
Means = Mapping[str, Array]

SHARED = Path(os.environ.get("SOP_SHARED", Path(__file__).parents[2] / "shared"))
DEFAULT = SHARED / "data" / "m3_monthly"
ENTRANTS = ("THETA", "ForecastPro", "COMB S-H-D", "DAMPEN", "B-J auto", "NAIVE2")
LEVELS = (80, 95)
NAIVE2 = "Naive2"
# Better than the naive benchmark of the competitions.
BARS = {"owa": Bar(1.0)}


@dataclass(frozen=True)
class Series:
    """The series of a set: what to learn from, and what came.

    `scale_season` is the season by which MASE is scaled: the M4 competition used 1 for weeks.
    """

    train: pd.DataFrame
    test: dict[str, Array]
    freq: str
    scale_season: int
    published: dict[str, dict[str, Array]]

    @property
    def season(self) -> int:
        """Periods in a season."""
        return FREQUENCIES[self.freq]

    @property
    def horizon(self) -> int:
        """Periods to forecast."""
        return len(next(iter(self.test.values())))

    def histories(self) -> dict[str, Array]:
        """Return the values to learn from, by series."""
        groups = self.train.groupby("unique_id")["y"]
        return {str(name): values.to_numpy(dtype=float) for name, values in groups}


@dataclass(frozen=True)
class Score:
    """Mean errors of one method over all series."""

    smape: float
    mase: float
    owa: float | None = None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--limit", type=int, help="only so many series, spread over the set")
    parser.add_argument("--workers", type=int, default=1, help="processes to forecast with")
    parser.add_argument("--freq", choices=sorted(FREQUENCIES), help="length of a period")
    options = parser.parse_args(argv)
    series = read(options.data or DEFAULT, options.limit, options.freq)
    result = bench(series, options.workers)
    return finish(result, as_json=options.json)


def bench(series: Series, workers: int = 1) -> Result:
    """Forecast every series and score it beside the peers."""
    started = cpu_seconds()
    with ExitStack() as stack:
        pool = None
        if workers > 1:
            context = multiprocessing.get_context("forkserver")
            pool = stack.enter_context(ProcessPoolExecutor(workers, mp_context=context))
        made = forecast_table(series.train, series.horizon, series.freq, LEVELS, executor=pool)
    spent = (cpu_seconds() - started) / len(series.test)
    histories = series.histories()
    means = {str(name): rows["mean"].to_numpy() for name, rows in made.groupby("unique_id")}
    peers = {**_published(series, histories), **_library(series, histories)}
    naive2 = peers[NAIVE2]
    own = _against(score(series, histories, means), naive2)
    values = {
        "smape": own.smape,
        "mase": own.mase,
        "owa": own.owa,
        **_intervals(series, histories, made),
        "cpu_seconds_per_series": spent,
        "series": len(series.test),
        "peers": {name: vars(_against(peer, naive2)) for name, peer in peers.items()},
    }
    ranked = sorted(peers.items(), key=lambda entry: -entry[1].smape)
    rows = [(name, peer.smape, peer.mase, _against(peer, naive2).owa) for name, peer in ranked]
    coverage = f"{values['coverage_80']:.3f} / {values['coverage_95']:.3f}"
    return Result(
        values,
        BARS,
        columns=("method", "sMAPE", "MASE", "OWA"),
        rows=[
            *rows,
            ("coverage of 80 / 95 % intervals", coverage, "", ""),
            ("MSIS", values["msis"], "", ""),
            ("CPU seconds per series", spent, "", ""),
            (f"sop forecast, {len(series.test)} series", own.smape, own.mase, own.owa),
        ],
    )


def read(folder: Path, limit: int | None = None, freq: str | None = None) -> Series:
    """Read a set of series; see the module's docstring for the layouts."""
    if (folder / "Weekly-train.csv.gz").exists():
        train, test = _wide(folder / "Weekly-train.csv.gz"), _wide(folder / "Weekly-test.csv")
        rule, scale_season = freq or "W", 1
    else:
        train, test = _long(folder, "train"), _long(folder, "test")
        rule = freq or "MS"
        scale_season = FREQUENCIES[rule]
    names = sorted(test["unique_id"].unique())
    kept = names if not limit else [names[at] for at in _spread(len(names), limit)]
    test = test[test["unique_id"].isin(kept)]
    return Series(
        train[train["unique_id"].isin(kept)].reset_index(drop=True),
        {str(name): rows["y"].to_numpy(dtype=float) for name, rows in test.groupby("unique_id")},
        rule,
        scale_season,
        _entrants(folder / "published_forecasts.csv.gz", set(kept)),
    )


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


def _against(one: Score, naive2: Score) -> Score:
    return Score(one.smape, one.mase, (one.smape / naive2.smape + one.mase / naive2.mase) / 2)


def _intervals(series: Series, histories: Means, made: pd.DataFrame) -> dict[str, float]:
    covered: dict[int, list[float]] = {level: [] for level in LEVELS}
    scores = []
    for name, rows in made.groupby("unique_id"):
        actual = series.test[str(name)]
        for level in LEVELS:
            low, high = (rows[f"{end}-{level}"].to_numpy(dtype=float) for end in ("lo", "hi"))
            covered[level].append(accuracy.coverage(actual, low, high) or 0.0)
        scale = accuracy.naive_scale(histories[str(name)], series.scale_season)
        scores.append(accuracy.interval_score(actual, low, high, scale, LEVELS[-1]))
    return {
        "coverage_80": float(np.mean(covered[80])),
        "coverage_95": float(np.mean(covered[95])),
        "msis": float(np.mean([value for value in scores if value is not None])),
    }


def _published(series: Series, histories: Means) -> dict[str, Score]:
    return {
        f"{name} (published)": score(series, histories, series.published[name])
        for name in ENTRANTS
        if name in series.published
    }


def _library(series: Series, histories: Means) -> dict[str, Score]:
    """Score plain models of the library, forecast in the same run, and Naive2."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsforecast.models import AutoETS, DynamicOptimizedTheta, SeasonalNaive

        season = series.season
        plain: dict[str, Any] = {  # Any: models of an untyped library
            "SeasonalNaive": SeasonalNaive(season),
            "DynamicOptimizedTheta": DynamicOptimizedTheta(season),
            "AutoETS": AutoETS(season if season <= 24 else 1),
        }
        means = {
            name: {key: model.forecast(y, series.horizon)["mean"] for key, y in histories.items()}
            for name, model in plain.items()
        }
    means[NAIVE2] = {key: naive2(y, series.horizon, season) for key, y in histories.items()}
    return {name: score(series, histories, forecast) for name, forecast in means.items()}


def naive2(history: Array, horizon: int, season: int) -> Array:
    """Return the naive forecast of the seasonally adjusted series, the season put back."""
    factors = seasonal_factors(history[None, :], season)[0]
    place = np.arange(len(history) + horizon) % season
    level = history[-1] / factors[place[len(history) - 1]]
    return np.asarray(level * factors[place[len(history) :]])


def _long(folder: Path, part: str) -> pd.DataFrame:
    path = next(path for path in sorted(folder.glob(f"{part}.csv*")))
    return pd.read_csv(path, parse_dates=["ds"], dtype={"unique_id": str})


def _wide(path: Path) -> pd.DataFrame:
    """Return a wide M4 file as a long table; the dates are made up, only the order counts."""
    frames = []
    for name, row in pd.read_csv(path, index_col=0).iterrows():
        values = row.dropna().to_numpy(dtype=float)
        days = pd.date_range("1970-01-05", periods=len(values), freq="7D")
        frames.append(pd.DataFrame({"unique_id": str(name), "ds": days, "y": values}))
    return pd.concat(frames, ignore_index=True)


def _entrants(path: Path, kept: set[str]) -> dict[str, dict[str, Array]]:
    if not path.exists():
        return {}
    table = pd.read_csv(path, dtype={"unique_id": str})
    table = table[table["unique_id"].isin(kept)]
    steps = [column for column in table if str(column).startswith("h")]
    return {
        str(method): dict(zip(rows["unique_id"], rows[steps].to_numpy(dtype=float), strict=True))
        for method, rows in table.groupby("method")
    }


def _spread(count: int, limit: int) -> list[int]:
    return sorted({int(at) for at in np.linspace(0, count - 1, min(limit, count))})


if __name__ == "__main__":
    sys.exit(main())

"""Forecast accuracy on real series, beside published entrants and plain library models.

`python -m evals.forecast [--data DIR] [--limit N] [--tier TIER] [--workers N] [--json]` reads
a folder with train.csv(.gz) and test.csv(.gz) (unique_id, ds, y), or the wide files of the M4
competition. Nothing is fitted to the test values: each series is forecast from its own
history, as `sop forecast` does.

`python -m evals.forecast --speed [--limit N] [--tier TIER]` times generated series instead
(5,000 of 60 months; `--limit` for fewer), and one product asked in chat.

A whole set is held to its bars. Of the monthly set with published entrants: sMAPE 12.90 and
MASE 0.790 where the published THETA has 13.284 and 0.827, and as much better than THETA on
any other half of the competition. Of weeks: OWA 0.76. Of any set: better than the plain mean
of three library models, and intervals that cover what they claim within two points. A sample
is only held to the naive benchmark and to the tier's CPU seconds.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from functools import partial
from time import process_time
from typing import Any, TypeVar  # Any: figures of several kinds for the JSON object

import numpy as np
import pandas as pd

from assistant.workers import LocalWorkers
from evals import forecast_speed
from evals.bench import Bar, Result, arguments, finish
from evals.forecast_peers import PLAIN_MEAN, Score, peers, score
from evals.forecast_sets import DEFAULT, Means, Series, read
from planning_engine.demand.accuracy import accuracy
from planning_engine.demand.forecasting.pool import Tier
from planning_engine.demand.forecasting.table import FREQUENCIES, forecast_table
from planning_engine.demand.methods.methods import load_models

T = TypeVar("T")

LEVELS = (80, 95)
CPU_SECONDS = {"interactive": 0.12, "nightly": 1.0}
THETA = "THETA (published)"
# Shares of the published THETA's errors: 12.90 of 13.284 and 0.790 of 0.827.
THETA_SMAPE, THETA_MASE = 12.90 / 13.2841, 0.790 / 0.8271
MSIS, WEEKLY_OWA, COVERAGE_OFF = 6.8, 0.76, 0.02


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--limit", type=int, help="only so many series, spread over the set")
    parser.add_argument("--tier", choices=sorted(CPU_SECONDS), help="pool of methods")
    parser.add_argument("--workers", type=int, default=1, help="processes to forecast with")
    parser.add_argument("--freq", choices=sorted(FREQUENCIES), help="length of a period")
    parser.add_argument("--speed", action="store_true", help="time generated series instead")
    options = parser.parse_args(argv)
    if options.speed:
        result = forecast_speed.bench(options.tier or "interactive", options.limit, CPU_SECONDS)
    else:
        series = read(options.data or DEFAULT, options.limit, options.freq)
        result = bench(series, options.tier or "nightly", options.workers)
    return finish(result, as_json=options.json)


def bench(series: Series, tier: Tier = "nightly", workers: int = 1) -> Result:
    """Forecast every series and score it beside the peers."""
    made, spent = _forecast(series, tier, workers)
    histories = series.histories()
    means = {str(name): rows["mean"].to_numpy() for name, rows in made.groupby("unique_id")}
    beside = peers(series, histories)
    own = score(series, histories, means).against(beside["Naive2"])
    values: dict[str, Any] = {
        "smape": own.smape,
        "mase": own.mase,
        "owa": own.owa,
        **_intervals(series, histories, made),
        "cpu_seconds_per_series": spent / len(series.test),
        "series": len(series.test),
        "peers": {name: vars(peer) for name, peer in beside.items()},
    }
    ranked = sorted(beside.items(), key=lambda entry: -entry[1].smape)
    coverage = f"{values['coverage_80']:.3f} / {values['coverage_95']:.3f}"
    return Result(
        values,
        bars(series, beside, tier),
        columns=("method", "sMAPE", "MASE", "OWA"),
        rows=[
            *((name, peer.smape, peer.mase, peer.owa) for name, peer in ranked),
            ("coverage of 80 / 95 % intervals", coverage, "", ""),
            ("MSIS", values["msis"], "", ""),
            (f"CPU seconds per series, {tier}", values["cpu_seconds_per_series"], "", ""),
            (f"sop forecast, {len(series.test)} series", own.smape, own.mase, own.owa),
        ],
    )


def bars(series: Series, beside: dict[str, Score], tier: Tier) -> dict[str, Bar]:
    """Return what the figures are held to; see the module's docstring."""
    held = {"owa": Bar(1.0), "cpu_seconds_per_series": Bar(CPU_SECONDS[tier])}
    if not series.whole:
        return held
    plain = beside[PLAIN_MEAN]
    held |= {"smape": Bar(plain.smape), "mase": Bar(plain.mase)}
    held |= {f"coverage_{level}": Bar(level / 100, off=COVERAGE_OFF) for level in LEVELS}
    if series.freq == "W":
        held["owa"] = Bar(WEEKLY_OWA)
    theta = beside.get(THETA)
    if theta is not None:
        held["smape"] = Bar(min(plain.smape, theta.smape * THETA_SMAPE))
        held["mase"] = Bar(min(plain.mase, theta.mase * THETA_MASE))
        held["msis"] = Bar(MSIS)
    return held


def _forecast(series: Series, tier: Tier, workers: int) -> tuple[pd.DataFrame, float]:
    """Return the forecast and the CPU seconds it took, those of workers among them."""
    load_models()  # once per process, not a cost of any series
    started = process_time()
    metered = None
    with ExitStack() as stack:
        if workers > 1:
            metered = _Metered(stack.enter_context(LocalWorkers(workers)))
        made = forecast_table(
            series.train, series.horizon, series.freq, LEVELS, tier=tier, executor=metered
        )
    return made, process_time() - started + (metered.spent if metered else 0.0)


class _Metered(Executor):
    """Sums the CPU seconds that the workers of another executor spend."""

    def __init__(self, inner: Executor) -> None:
        self._inner = inner
        self.spent = 0.0

    def map(
        self, fn: Callable[[Any], T], *iterables: Iterable[Any], **settings: Any
    ) -> Iterator[T]:
        for spent, value in self._inner.map(partial(_timed, fn), *iterables, **settings):
            self.spent += spent
            yield value


def _timed(function: Callable[..., T], *arguments: object) -> tuple[float, T]:
    started = process_time()
    value = function(*arguments)
    return process_time() - started, value


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


if __name__ == "__main__":
    sys.exit(main())

"""Forecasts for a whole table of series, in chunks that any executor can run."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning_engine.demand.forecasting import intervals
from planning_engine.demand.forecasting.pool import Tier
from planning_engine.demand.forecasting.selection import SeriesForecast, forecast_series
from planning_engine.errors import BadRequest

FREQUENCIES = {"MS": 12, "ME": 12, "W": 52, "D": 7, "QS": 4, "QE": 4}
_ALIASES = {"M": "ME", "Q": "QS"}
# Small enough that a chunk of slow series is a matter of seconds, and that the last one is short.
CHUNK = 10
LONGEST_HORIZON = 366


@dataclass(frozen=True)
class Task:
    """A chunk of series for a worker: plain values, so that it can travel."""

    names: tuple[str, ...]
    histories: tuple[NDArray[np.float64], ...]
    horizon: int
    season: int
    levels: tuple[float, ...]
    tier: Tier


def forecast_table(
    train: pd.DataFrame,
    horizon: int,
    freq: str,
    levels: Sequence[float] = (80, 95),
    *,
    tier: Tier = "nightly",
    executor: Executor | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> pd.DataFrame:
    """Forecast every series of a long table.

    A period without a row inside a series counts as 0; a row without a value is unknown and
    is taken from the line between its neighbours. Means and lower ends stay at 0 or above
    where the history does. Intervals are calibrated over all series of the table
    (`intervals.calibration`).

    Args:
        train: Columns unique_id, ds, y.
        horizon: Periods ahead.
        freq: Length of a period: MS or ME (months), W, D, QS or QE (quarters); M is ME, and
            Q is quarter starts or ends, as the dates are.
        levels: Interval levels in percent.
        tier: Which pool of methods to take: `nightly`, or the faster `interactive`.
        executor: Runs the chunks; in this process if left out.
        progress: Called with a message and a share done.

    Returns:
        unique_id, ds, mean, lo-80, hi-80, …, method.

    Raises:
        BadRequest: The table or an argument is not of this shape; the message says where.
    """
    rule = _frequency(freq, train)
    _check(horizon, levels)
    series = _grids(_checked(train), rule)
    tasks = _tasks(series, horizon, FREQUENCIES[rule], tuple(levels), tier)
    names = [name for name, _ in series]
    results: list[SeriesForecast] = []
    away = executor is not None and len(tasks) > 1
    ran = executor.map(run_task, tasks) if executor and away else map(run_task, tasks)
    for done, chunk in enumerate(ran, 1):
        results.extend(chunk)
        if progress:
            progress(f"{len(results)} of {len(names)} series", done / len(tasks))
    factor = intervals.calibration([made.missed for made in results])
    frames = [
        _rows(name, grid.index[-1], made.widened(factor, floor=_is_demand(grid)), rule)
        for (name, grid), made in zip(series, results, strict=True)
    ]
    return pd.concat(frames, ignore_index=True)


def known_tier(name: str) -> Tier:
    """Return a tier by its name.

    Raises:
        BadRequest: There is no such tier.
    """
    for tier in get_args(Tier):
        if name == tier:
            return tier  # type: ignore[no-any-return]
    raise BadRequest(f"tier '{name}' is not one of {', '.join(get_args(Tier))}.")


def run_task(task: Task) -> list[SeriesForecast]:
    """Forecast one chunk; the function that workers run."""
    return [
        forecast_series(
            values,
            task.horizon,
            task.season,
            levels=task.levels,
            floor=_is_demand(values),
            tier=task.tier,
        )
        for values in task.histories
    ]


def _is_demand(values: NDArray[np.float64] | pd.Series) -> bool:
    return bool(values.min() >= 0)


def _tasks(
    series: Sequence[tuple[str, pd.Series]],
    horizon: int,
    season: int,
    levels: tuple[float, ...],
    tier: Tier,
) -> list[Task]:
    return [
        Task(
            names=tuple(name for name, _ in part),
            histories=tuple(grid.to_numpy(dtype=float) for _, grid in part),
            horizon=horizon,
            season=season,
            levels=levels,
            tier=tier,
        )
        for part in (series[at : at + CHUNK] for at in range(0, len(series), CHUNK))
    ]


def _rows(name: str, last: pd.Timestamp, made: SeriesForecast, rule: str) -> pd.DataFrame:
    step = _offset(rule)
    columns: dict[str, object] = {
        "unique_id": name,
        "ds": [last + step * ahead for ahead in range(1, len(made.mean) + 1)],
        "mean": made.mean,
    }
    for level in made.low:
        columns[f"lo-{level:g}"] = made.low[level]
        columns[f"hi-{level:g}"] = made.high[level]
    return pd.DataFrame({**columns, "method": made.method})


def _grids(train: pd.DataFrame, rule: str) -> list[tuple[str, pd.Series]]:
    """Return each series on its full grid of periods."""
    grids = []
    for name, rows in train.groupby("unique_id", sort=True):
        values = rows.set_index("ds")["y"].sort_index()
        if values.isna().all():
            raise BadRequest(f"Series '{name}' has no value of y at all.")
        values = values.loc[values.first_valid_index() : values.last_valid_index()]
        known = values.interpolate()
        grid = pd.date_range(values.index[0], values.index[-1], freq=_anchored(rule, values))
        if not values.index.isin(grid).all():
            off = values.index[~values.index.isin(grid)][0].date()
            raise BadRequest(
                f"Series '{name}' has the date {off}, which is not a period of freq {rule} "
                f"counted from {values.index[0].date()}."
            )
        grids.append((str(name), known.reindex(grid, fill_value=0.0)))
    return grids


def _anchored(rule: str, values: pd.Series) -> str | pd.Timedelta:
    return pd.Timedelta(days=7) if rule == "W" else rule


def _offset(rule: str) -> pd.tseries.offsets.BaseOffset:
    return {
        "MS": pd.offsets.MonthBegin(),
        "ME": pd.offsets.MonthEnd(),
        "W": pd.offsets.Week(),
        "D": pd.offsets.Day(),
        "QS": pd.DateOffset(months=3),
        "QE": pd.offsets.MonthEnd(3),
    }[rule]


def _frequency(freq: str, train: pd.DataFrame) -> str:
    rule = _ALIASES.get(freq.upper(), freq.upper())
    if freq.upper() == "Q" and "ds" in train:
        days = _days(train["ds"]).dropna()
        rule = "QE" if len(days) and days.dt.is_month_end.all() else "QS"
    if rule not in FREQUENCIES:
        raise BadRequest(f"freq '{freq}' is not one of {', '.join(FREQUENCIES)}.")
    return rule


def _check(horizon: int, levels: Sequence[float]) -> None:
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise BadRequest(f"The horizon must be 1 to {LONGEST_HORIZON} periods, not {horizon}.")
    for level in levels:
        if not 0 < level < 100:
            raise BadRequest(f"An interval level must lie between 0 and 100, not {level:g}.")


def _checked(train: pd.DataFrame) -> pd.DataFrame:
    missing = [column for column in ("unique_id", "ds", "y") if column not in train]
    if missing:
        raise BadRequest(
            f"The table lacks the column {missing[0]}; it needs unique_id, ds (date) and y "
            f"(number), and has {', '.join(map(str, train.columns)) or 'none'}."
        )
    if train.empty:
        raise BadRequest("The table has no rows to forecast from.")
    days = _days(train["ds"])
    values = pd.to_numeric(train["y"], errors="coerce")
    _refuse(train, days.isna(), "ds", "is not a date; write it as 2026-03-31")
    _refuse(train, values.isna() & train["y"].notna(), "y", "is not a number")
    _refuse(train, np.isinf(values), "y", "is infinite")
    _refuse(train, train["unique_id"].isna(), "unique_id", "is empty")
    checked = pd.DataFrame({"unique_id": train["unique_id"].astype(str), "ds": days, "y": values})
    twice = checked.duplicated(["unique_id", "ds"])
    if twice.any():
        row = checked[twice].iloc[0]
        raise BadRequest(f"Series '{row['unique_id']}' has {row['ds'].date()} more than once.")
    return checked


def _days(column: pd.Series) -> pd.Series:
    """Return dates; what is no ISO date is missing."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    return pd.to_datetime(column.astype(str), errors="coerce", format="ISO8601")


def _refuse(train: pd.DataFrame, wrong: pd.Series, column: str, what: str) -> None:
    if wrong.any():
        at = int(np.flatnonzero(wrong.to_numpy())[0])
        shown = train[column].iloc[at]
        raise BadRequest(f"Row {at + 1} of the table: {column} '{shown}' {what}.")

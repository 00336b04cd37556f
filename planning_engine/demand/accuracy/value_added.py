"""Forecast value added: did each step, person and reason make the forecast better?

Steps in their order: seasonal naive → statistical → each stream → consensus. The statistical
forecast is held against the naive one; every stream, and the consensus, against the
statistical forecast, over the same cells (product × site × month) at the same lag. Positive
points of WMAPE are value added (Gilliland).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.accuracy import accuracy
from planning_engine.demand.accuracy.overrides import (
    CONSENSUS,
    DEFAULT_LAG,
    NO_REASON,
    NOBODY,
    STAT,
    STREAMS,
    cells,
)
from planning_engine.demand.history.slices import Where
from planning_engine.errors import DataProblem

NAIVE = "naive"
By = Literal["step", "person", "reason"]


@dataclass(frozen=True)
class Added:
    """What one step, person or reason did to the error.

    Attributes:
        name: Step, author id or reason.
        before: Step it is held against; None for the naive forecast, the first.
        error: WMAPE in percent over its cells.
        error_before: WMAPE of the step before over the same cells.
        bias: Its bias in percent; positive is over-forecast.
        cells: How many cells were measured.
        first: First month measured.
        last: Last month measured.
    """

    name: str
    before: str | None
    error: float | None
    error_before: float | None
    bias: float | None
    cells: int
    first: date
    last: date

    @property
    def points(self) -> float | None:
        """Points of WMAPE that it took off the error; negative made it worse."""
        return accuracy.forecast_value_added(self.error_before, self.error)


def value_added(
    snapshot: Snapshot, where: Where, by: By = "step", lag: int = DEFAULT_LAG
) -> tuple[Added, ...]:
    """Return the value added, by step in their order, by person or by reason, worst first.

    Args:
        snapshot: The facts.
        where: Slice by product, family, site, author or stream.
        by: What to tell apart.
        lag: Months between publishing a forecast and the month it is for.

    Raises:
        DataProblem: No complete month was forecast at that lag.
    """
    frame = cells(snapshot, where, lag=lag)
    frame = frame[frame["actual"].notna()]
    if frame.empty:
        raise DataProblem(
            f"No complete month was forecast {lag} months before, so nothing can be measured "
            "at that lag. Choose another lag."
        )
    if by == "step":
        return tuple(_steps(frame))
    frame = frame[(frame["stream"] != STAT) & frame["stat"].notna()]
    column, missing = ("author", NOBODY) if by == "person" else ("reason", NO_REASON)
    parts = frame.groupby(frame[column].fillna(missing), sort=True)
    found = [_added(str(name), STAT, rows, "quantity", "stat") for name, rows in parts]
    return tuple(sorted(found, key=lambda one: one.points or 0.0))


def _steps(frame: pd.DataFrame) -> Iterator[Added]:
    stat = frame[frame["stream"] == STAT]
    naive = stat[stat["naive"].notna()]
    if not naive.empty:
        yield _added(NAIVE, None, naive, "naive", None)
        yield _added(STAT, NAIVE, naive, "quantity", "naive")
    for stream in (*STREAMS, CONSENSUS):
        rows = frame[(frame["stream"] == stream) & frame["stat"].notna()]
        if not rows.empty:
            yield _added(stream, STAT, rows, "quantity", "stat")


def _added(
    name: str, before: str | None, rows: pd.DataFrame, after: str, ahead: str | None
) -> Added:
    actual, own = rows["actual"].to_numpy(), rows[after].to_numpy()
    return Added(
        name=name,
        before=before,
        error=accuracy.wmape(actual, own),
        error_before=None if ahead is None else accuracy.wmape(actual, rows[ahead].to_numpy()),
        bias=accuracy.bias(actual, own),
        cells=len(rows),
        first=rows["month"].min().date(),
        last=rows["month"].max().date(),
    )


def weights_by_accuracy(errors: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Return the weight of each stream: 1 / its error, adding up to 1.

    Args:
        errors: Stream and its WMAPE at the lag, in percent. One without any error gets all.

    Example:
        >>> weights_by_accuracy([("stat", 10.0), ("sales", 30.0)])
        {'stat': 0.75, 'sales': 0.25}
    """
    flawless = [stream for stream, error in errors if error <= 0]
    if flawless:
        return {stream: float(stream in flawless) / len(flawless) for stream, _ in errors}
    total = sum(1 / error for _, error in errors)
    return {stream: float(np.round(1 / error / total, 12)) for stream, error in errors}

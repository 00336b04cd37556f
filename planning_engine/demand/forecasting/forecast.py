"""The demand forecast of a slice: baseline by backtest, events on top, launches by likeness."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.forecasting.selection import Tested, forecast_series
from planning_engine.demand.history.history import (
    Bucket,
    History,
    ahead,
    describe,
    first_open,
    history,
)
from planning_engine.demand.plan import layers
from planning_engine.demand.plan.lifecycle import is_fading, like_scale, on_sale
from planning_engine.errors import DataProblem

Array = NDArray[np.float64]
WhereKey = tuple[tuple[str, str], ...]

# One horizon and one backtest for every question, so that March is the same figure whether
# three months are asked for or twelve.
HORIZON = 24
TESTED_ON = 6


@dataclass(frozen=True)
class Forecast:
    """What a slice will want, per period from the plan's start, in the product's unit.

    Attributes:
        history: What it rests on.
        periods: First day of each period.
        baseline: Expected demand without events.
        mean: Expected demand with events.
        low: Level in percent → lower end, with events.
        high: Level in percent → upper end.
        method: How the baseline was made, in words.
        tested: Its rolling-origin backtest; None where the history is too short.
        events: Events whose uplift is in `mean`.
        like_product: Product whose history stands in for the time before the launch.
    """

    history: History
    periods: tuple[date, ...]
    baseline: Array
    mean: Array
    low: dict[float, Array]
    high: dict[float, Array]
    method: str
    tested: Tested | None
    events: tuple[layers.Event, ...] = ()
    like_product: str | None = None


@dataclass(frozen=True)
class _Life:
    """A product's stage, when it is on sale, and what stands in for it before."""

    launch_on: date | None = None
    end_on: date | None = None
    like_product: str | None = None
    stage: str | None = None


@remember(size=512)
def forecast(
    snapshot: Snapshot,
    where: WhereKey = (),
    months: int = 6,
    without_events: tuple[str, ...] = (),
    bucket: Bucket = "month",
    cleansing: bool = True,
) -> Forecast:
    """Forecast a slice as one series, from the first period that is not over.

    Args:
        snapshot: The facts.
        where: The slice, as sorted pairs of kind and id (`history.key`).
        months: Periods ahead, at most 24.
        without_events: Events to switch off.
        bucket: Length of a period.
        cleansing: Learn from the cleansed history, not from the raw one.

    Raises:
        DataProblem: The slice was never sold and no like product stands in for it.
    """
    life = _life(snapshot, dict(where))
    if life.stage in ("raw", "wip"):
        raise DataProblem(
            f"{describe(where)} is {life.stage} material: it is not sold, its demand follows from "
            "the products it goes into. Ask for its stock projection instead."
        )
    past, like = _past(snapshot, where, life, bucket, cleansing)
    start = first_open(snapshot.company.as_of, bucket)
    lead = _periods_until(past, start)
    made = forecast_series(past.baseline, HORIZON + lead, past.season, tested_on=TESTED_ON)
    periods = tuple(ahead(start, bucket, step) for step in range(months))
    chosen = layers.events(snapshot, without_events)
    left = _on_sale(life, past, periods)
    factor = _uplift(snapshot, past, chosen, periods) * left
    window = slice(lead, lead + months)
    touching = layers.touching(chosen, past.leaves, periods[0], periods[-1])
    return Forecast(
        history=past,
        periods=periods,
        baseline=made.mean[window] * left,
        mean=made.mean[window] * factor,
        low={level: ends[window] * factor for level, ends in made.low.items()},
        high={level: ends[window] * factor for level, ends in made.high.items()},
        method=made.method,
        tested=made.tested,
        events=touching,
        like_product=like,
    )


def _past(
    snapshot: Snapshot, where: WhereKey, life: _Life, bucket: Bucket, cleansing: bool
) -> tuple[History, str | None]:
    """Return the history to learn from, with the like product's before a launch."""
    try:
        own = history(snapshot, where, bucket, cleansing)
    except DataProblem:
        if not life.like_product:
            raise
        own = None
    if not life.like_product or (own and len(own.periods) >= own.season):
        if own is None:
            raise DataProblem(f"There is no history of {describe(where)}.")
        return own, None
    stand_in = dict(where) | {"product": life.like_product}
    like = history(snapshot, tuple(sorted(stand_in.items())), bucket, cleansing)
    return _joined(own, like, dict(where)["product"]), life.like_product


def _joined(own: History | None, like: History, product: str) -> History:
    """Return a launch's history with the like product's, scaled to it, in front.

    The scale is own over like sales in the periods both have (`like_scale`). Before the first
    sale the launch is expected to sell as its like does.
    """
    leaves = like.leaves.assign(product=product)
    if own is None:
        nothing = np.empty(0)
        return replace(like, quantity=nothing, leaves=leaves)
    shared = [at for at, period in enumerate(like.periods) if period in own.periods]
    mine = own.baseline[[own.periods.index(like.periods[at]) for at in shared]]
    scale = like_scale(mine.tolist(), like.baseline[shared].tolist())
    front = [at for at, period in enumerate(like.periods) if period < own.periods[0]]
    if len(shared) > 1:
        # The launch month is part of a month and pipeline filling: the like's shape is better.
        front.append(front[-1] + 1) if front else None
    tail = own.baseline[1:] if len(shared) > 1 and front else own.baseline
    return replace(own, baseline=np.concatenate([like.baseline[front] * scale, tail]))


def _life(snapshot: Snapshot, where: dict[str, str]) -> _Life:
    if "product" not in where:
        return _Life()
    row = snapshot.query(
        "SELECT launch_on, end_on, like_product, stage FROM products WHERE product = $product",
        {"product": where["product"]},
    )
    if row.empty:
        return _Life()

    def day(column: str) -> date | None:
        values = row[column].dropna()
        return None if values.empty else values.iloc[0].date()

    def text(column: str) -> str | None:
        values = row[column].dropna()
        return None if values.empty else str(values.iloc[0])

    return _Life(day("launch_on"), day("end_on"), text("like_product"), text("stage"))


def _periods_until(past: History, start: date) -> int:
    count, period = 0, ahead(past.periods[-1], past.bucket, 1)
    while period < start:
        count, period = count + 1, ahead(period, past.bucket, 1)
    return count


def _uplift(
    snapshot: Snapshot,
    past: History,
    chosen: Sequence[layers.Event],
    periods: Sequence[date],
) -> Array:
    """Return what events multiply the slice by, weighted by what its parts sell."""
    months = [period.replace(day=1) for period in periods]
    lifts = layers.factors(snapshot, chosen, months[0], months[-1])
    if lifts.empty:
        return np.ones(len(periods))
    keys = ["product", "region"] if lifts["region"].notna().any() else ["product"]
    shares = past.leaves.groupby(keys)["share"].sum().reset_index()
    met = lifts.merge(shares, on=keys)
    extra = ((met["factor"] - 1) * met["share"]).groupby(met["month"]).sum()
    return np.array([1 + float(extra.get(month, 0.0)) for month in months])


def _on_sale(life: _Life, past: History, periods: Sequence[date]) -> Array:
    """Return what launch and end of sale leave of each period's demand."""
    ramps = life.end_on is not None and not is_fading(past.baseline.tolist(), past.season)
    return np.array(
        [
            on_sale(
                period,
                ahead(period, past.bucket, 1),
                life.launch_on,
                life.end_on,
                ramps=ramps,
            )
            for period in periods
        ]
    )

"""Cleansing: outliers and demand lost to stock-outs, as a layer over the untouched history.

Cells are product x site x month, events taken out first. What is usual for a cell follows
from its neighbours: the median of seven months around it, without their season, times its
own season.

- Outlier: further from usual than `LIMIT` times the usual spread, and by a third at least. Not
  one that comes back in the same month of another year (season), that begins or continues a
  new level (three months in a row), or that is of the last two months (may become one). An
  outlier is set to what is usual.
- Stock-out: stock lay below a day's usual demand on a count of the month, or on the last day
  before it, less than usual was sold, and sales did not end with it. Demand is estimated at
  what is usual, never below what was sold. With counts on ten days or more, only the days
  without stock are filled up.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.baseline import monthly
from planning_engine.demand.history.periods import complete_periods

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

SEASON = 12
LIMIT = 4.5
LEAST_SHARE = 1 / 3
LEAST_SPREAD = 0.04
HALF_WINDOW = 3
SHIFT = 3
RECENT = 2
SHORTEST = 12
# A product sold in fewer of its months has no usual month.
REGULAR = 0.9
DAYS = 30
MANY_COUNTS = 10
COLUMNS = ["product", "site", "month"]


@dataclass(frozen=True)
class Repair:
    """One cell of the history that is not used as it was.

    Attributes:
        product: Product id.
        site: Site id; empty where sales name none.
        month: Month start.
        kind: Outlier or stock-out.
        was: What was sold, in the product's unit.
        used: What is used instead, events included.
        ratio: Used over sold; None where nothing was sold.
        base: What is used without the effect of events.
        why: In words.
    """

    product: str
    site: str
    month: date
    kind: Literal["outlier", "stock-out"]
    was: float
    used: float
    ratio: float | None
    base: float
    why: str


@remember(size=8)
def repairs(snapshot: Snapshot) -> tuple[Repair, ...]:
    """Return every cell that cleansing replaces, by product, site and month."""
    rows = monthly(snapshot)
    if rows.empty:
        return ()
    rows["site"] = rows["site"].fillna("")
    sums = rows.groupby(COLUMNS)[["quantity", "baseline"]].sum().reset_index()
    months = pd.to_datetime(list(complete_periods(snapshot)))
    sold, base = (
        sums.pivot(index=["product", "site"], columns="month", values=name).reindex(columns=months)
        for name in ("quantity", "baseline")
    )
    values = _from_first_sale(base.to_numpy(dtype=float))
    values[:, base.isna().all().to_numpy()] = np.nan  # no data of the company at all
    short, share, counted = _stock(snapshot, pd.MultiIndex.from_tuples(base.index), months, values)
    usual, spread = _usual(values, leave_out=short)
    regular = _regular(values)[:, None]
    dips = values < usual * (1 - spread)
    out = short & dips & regular & _sells_on(values)
    odd = _outliers(values, usual, spread) & regular & ~short
    return tuple(
        _repair(base, sold, at, place, out, usual, spread, share, counted)
        for at, place in zip(*np.nonzero(odd | out), strict=True)
    )


def cleansed(rows: pd.DataFrame, cells: tuple[Repair, ...]) -> pd.DataFrame:
    """Return monthly rows (`baseline.monthly`) with the repaired cells' baseline.

    Args:
        rows: product, site, region, month, quantity, baseline.
        cells: What to repair; a cell without sales gets a row of its own, of no region.
    """
    if not cells or rows.empty:
        return rows
    wanted = set(rows["product"])
    chosen = [cell for cell in cells if cell.product in wanted]
    if not chosen:
        return rows
    lifted = pd.DataFrame(
        [(c.product, c.site, pd.Timestamp(c.month), c.ratio) for c in chosen if c.ratio],
        columns=[*COLUMNS, "ratio"],
    ).astype({"month": rows["month"].dtype, "product": "str", "site": "str"})
    named = rows.assign(site=rows["site"].fillna(""))
    ratio = named[COLUMNS].merge(lifted, on=COLUMNS, how="left")["ratio"].fillna(1.0)
    repaired = rows.assign(baseline=rows["baseline"].to_numpy() * ratio.to_numpy(dtype=float))
    added = [c for c in chosen if c.ratio is None]
    if not added:
        return repaired
    more = pd.DataFrame(
        {
            "product": [c.product for c in added],
            "site": [c.site or None for c in added],
            "region": None,
            "month": pd.to_datetime([c.month for c in added]).astype(rows["month"].dtype),
            "quantity": 0.0,
            "baseline": [c.base for c in added],
        }
    ).astype({"region": rows["region"].dtype, "site": rows["site"].dtype})
    return pd.concat([repaired, more], ignore_index=True)


def _repair(
    base: pd.DataFrame,
    sold: pd.DataFrame,
    at: int,
    place: int,
    out: Flags,
    usual: Array,
    spread: Array,
    share: Array,
    counted: Array,
) -> Repair:
    product, site = base.index[at]
    month = pd.Timestamp(base.columns[place]).date()
    was = float(np.nan_to_num(sold.to_numpy(dtype=float)[at, place]))
    plain = float(np.nan_to_num(base.to_numpy(dtype=float)[at, place]))
    factor = was / plain if plain > 0 else 1.0
    target = float(usual[at, place])
    kind: Literal["outlier", "stock-out"] = "stock-out" if out[at, place] else "outlier"
    if kind == "stock-out":
        if counted[at, place] >= MANY_COUNTS:
            target = plain + share[at, place] * target
        target = max(target, plain)
        days = round(100 * share[at, place])
        why = f"stock below a day's demand on {days} % of the counts; less sold than usual"
    else:
        sizes = abs(plain / target - 1) / spread[at, 0] if target > 0 else 0.0
        side = "above" if plain > target else "below"
        why = f"{sizes:.1f} usual spreads {side} what its months and season suggest"
    ratio = target / plain if plain > 0 else None
    return Repair(str(product), str(site), month, kind, was, target * factor, ratio, target, why)


def _from_first_sale(values: Array) -> Array:
    """Return the rows with 0 for months without a sale, NaN before the first one."""
    begun = (np.nan_to_num(values) > 0).cumsum(axis=1) > 0
    return np.where(begun, np.nan_to_num(values), np.nan)


def _sells_on(values: Array) -> Flags:
    """Tell the cells that sold, or sold later: before that, no stock may be the end of sale."""
    sold = np.nan_to_num(values) > 0
    return np.asarray(sold[:, ::-1].cumsum(axis=1)[:, ::-1] > 0)


def _regular(values: Array) -> Flags:
    months = (~np.isnan(values)).sum(axis=1)
    sold = (np.nan_to_num(values) > 0).sum(axis=1)
    return np.asarray((months >= SHORTEST) & (sold >= REGULAR * months))


def _usual(values: Array, leave_out: Flags) -> tuple[Array, Array]:
    """Return what is usual for each cell, and each row's usual spread as a share of it."""
    seen = np.where(leave_out, np.nan, values)
    factors = _season(seen)
    flat = seen / factors
    level = _median_around(flat, HALF_WINDOW)
    usual = np.maximum(np.nan_to_num(level * factors), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.where(usual > 0, seen / usual - 1, np.nan)
    spread = 1.4826 * _median(np.abs(off))
    return usual, np.maximum(np.nan_to_num(spread), LEAST_SPREAD)[:, None]


def _season(values: Array) -> Array:
    """Return what each month multiplies the level by; 1 with less than two years."""
    count, length = values.shape
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = values / _median_around(values, SEASON // 2)
    factors = np.ones((count, SEASON))
    place = np.arange(length) % SEASON
    for month in range(SEASON):
        column = ratio[:, place == month]
        if column.shape[1]:
            factors[:, month] = _median(column)
    known = (~np.isnan(values)).sum(axis=1) >= 2 * SEASON
    usable = known & np.isfinite(factors).all(axis=1) & (factors > 0).all(axis=1)
    factors[~usable] = 1.0
    factors /= factors.mean(axis=1, keepdims=True)
    return factors[:, place]


def _outliers(values: Array, usual: Array, spread: Array) -> Flags:
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.where(usual > 0, values / usual - 1, 0.0)
    off = np.nan_to_num(off)
    odd = (np.abs(off) > LIMIT * spread) & (np.abs(off) > LEAST_SHARE)
    odd[:, -RECENT:] = False
    side = np.sign(off) * (np.abs(off) > 2 * spread)
    for shift in (-SEASON, SEASON):
        odd &= ~((_moved(side, shift) == side) & (side != 0))
    return odd & ~_in_a_row(np.sign(off) * odd)


def _moved(values: Array, by: int) -> Array:
    moved = np.zeros_like(values)
    if abs(by) < values.shape[1]:
        if by > 0:
            moved[:, by:] = values[:, :-by]
        else:
            moved[:, :by] = values[:, -by:]
    return moved


def _in_a_row(side: Array) -> Flags:
    """Return the cells of runs of `SHIFT` or more on the same side: a new level."""
    same = np.zeros(side.shape, dtype=bool)
    if side.shape[1] < SHIFT:
        return same
    runs = np.abs(sliding_window_view(side, SHIFT, axis=1).sum(axis=2)) == SHIFT
    for step in range(SHIFT):
        same[:, step : step + runs.shape[1]] |= runs
    return same


def _stock(
    snapshot: Snapshot, index: pd.MultiIndex, months: pd.DatetimeIndex, values: Array
) -> tuple[Flags, Array, Array]:
    """Return where stock ran out, on what share of the counts, and how many there were."""
    short = np.zeros(values.shape, dtype=bool)
    share, counted = np.zeros(values.shape), np.zeros(values.shape)
    if not snapshot.has("stock"):
        return short, share, counted
    counts = snapshot.query(
        "SELECT product, coalesce(site, '') AS site, date::TIMESTAMP AS date, quantity "
        "FROM stock WHERE date < $end ORDER BY ALL",
        {"end": (months[-1] + pd.DateOffset(months=1)).date()},
    )
    if counts.empty:
        return short, share, counted
    rows = index.get_indexer(pd.MultiIndex.from_frame(counts[["product", "site"]]))
    # The opening of a month is the count at the end of the month before.
    inside, following = (
        months.get_indexer(pd.DatetimeIndex(days.dt.to_period("M").dt.to_timestamp()))
        for days in (counts["date"], counts["date"] + pd.Timedelta(days=1))
    )
    with np.errstate(invalid="ignore"):
        typical = _median_around(values, SEASON // 2) / DAYS
    empty = np.zeros(values.shape)
    for places in (inside, np.where(following != inside, following, -1)):
        good = (rows >= 0) & (places >= 0)
        at, place = rows[good], places[good]
        low = counts["quantity"].to_numpy(dtype=float)[good] < np.nan_to_num(typical[at, place])
        np.add.at(empty, (at, place), low)
        np.add.at(counted, (at, place), 1.0)
    share = np.divide(empty, counted, out=share, where=counted > 0)
    return np.asarray(empty > 0), share, counted


def _median_around(values: Array, half: int) -> Array:
    """Return the median of each cell and its neighbours, as far as there are any."""
    padded = np.pad(values, ((0, 0), (half, half)), constant_values=np.nan)
    return _median(sliding_window_view(padded, 2 * half + 1, axis=1))


def _median(values: Array) -> Array:
    """Return medians along the last axis, NaN left out; NaN where all are."""
    ordered = np.sort(values, axis=-1)
    known = (~np.isnan(ordered)).sum(axis=-1)
    low = np.maximum((known - 1) // 2, 0)[..., None]
    high = np.maximum(known // 2, 0)[..., None]
    high = np.minimum(high, ordered.shape[-1] - 1)
    middle = np.take_along_axis(ordered, low, -1) + np.take_along_axis(ordered, high, -1)
    return np.asarray(np.where(known > 0, middle[..., 0] / 2, np.nan))

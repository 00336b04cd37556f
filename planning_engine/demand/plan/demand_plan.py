"""The demand that supply has to meet: what the last cycle agreed, and beyond it a forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning_engine.data.calendars import add_months, horizon, months_between
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.baseline import matched, monthly
from planning_engine.demand.history.cleansing import cleansed, repairs
from planning_engine.demand.history.history import complete_periods
from planning_engine.demand.methods.theta import theta
from planning_engine.demand.plan import layers
from planning_engine.demand.plan.lifecycle import is_fading, like_scale, on_sale
from planning_engine.errors import DataProblem

Array = NDArray[np.float64]

_KEYS = ["product", "site", "month"]
SEASON = 12
# A product not sold for so many months is not expected to sell again by itself.
SILENT_MONTHS = 12
SHORT_LIFE = 12


@dataclass(frozen=True)
class DemandPlan:
    """Demand by product, site and month, from the plan's first month on.

    Attributes:
        frame: product, site, month (Timestamp of the month start), quantity in the product's
            unit, origin (`consensus` or `forecast`); one row a key, in order, none negative.
        source: Where it comes from, in words.
        cycle: Cycle whose consensus it uses; None without one.
    """

    frame: pd.DataFrame
    source: str
    cycle: date | None


@remember(size=8)
def demand_plan(snapshot: Snapshot, months: int = 12) -> DemandPlan:
    """Return the demand plan.

    The consensus of the latest published cycle counts for the products and months it has; it
    includes events. A product or month it lacks gets the statistical forecast (Theta) of its
    sales without promotions, with the declared uplift of events to come. A product launched
    less than a year ago, or not yet, starts from its like product; after its last day of
    sale a product is not wanted.

    Args:
        snapshot: The facts.
        months: Months ahead, from the first that is not over.

    Raises:
        DataProblem: There is nothing to plan from.
    """
    plan_months = horizon(snapshot.company.as_of, months)
    agreed, cycle = _consensus(snapshot, plan_months)
    covered = [month for month in plan_months if (agreed["month"] == _stamp(month)).any()]
    known = set(agreed["product"])
    wanted = _wanted(snapshot, known if len(covered) == len(plan_months) else set())
    beyond = statistical(snapshot, plan_months, wanted)
    in_consensus = beyond["product"].isin(known) & beyond["month"].isin(map(_stamp, covered))
    beyond = beyond[~in_consensus]
    parts = [agreed.assign(origin="consensus"), beyond.assign(origin="forecast")]
    parts = [part for part in parts if not part.empty]
    if not parts:
        raise DataProblem("There is no forecast and there are no sales to plan demand from.")
    frame = pd.concat(parts, ignore_index=True).sort_values(_KEYS, ignore_index=True)
    return DemandPlan(frame, _source(cycle, covered, plan_months, beyond), cycle)


def statistical(
    snapshot: Snapshot, plan_months: Sequence[date], products: Sequence[str]
) -> pd.DataFrame:
    """Return product, site, month, quantity by the statistical forecast, events included."""
    empty = pd.DataFrame(
        {
            "product": pd.Series(dtype="str"),
            "site": pd.Series(dtype="str"),
            "month": pd.Series(dtype="datetime64[us]"),
            "quantity": pd.Series(dtype="float64"),
        }
    )
    if not products:
        return empty
    # A launch needs its like product's history, whether or not that is asked for too.
    needed = sorted({*products, *_likes(snapshot).values()})
    past = cleansed(monthly(snapshot, needed), repairs(snapshot))
    if past.empty:
        return empty
    known = complete_periods(snapshot)
    lead = max(0, months_between(known[-1], plan_months[0]) - 1)
    history = past.pivot_table(
        index=["product", "site"], columns="month", values="baseline", aggfunc="sum"
    ).reindex(columns=pd.to_datetime(list(known)))
    history = _with_likes(snapshot, history)
    history = history[history.index.isin(list(products), level="product")]
    means = forecast_rows(history.to_numpy(dtype=float), lead + len(plan_months))[:, lead:]
    wide = pd.DataFrame(means, index=history.index, columns=pd.to_datetime(list(plan_months)))
    long = (
        wide.rename_axis(columns="month")
        .reset_index()
        .melt(id_vars=["product", "site"], var_name="month", value_name="quantity")
    )
    long["month"] = pd.to_datetime(long["month"])
    return _with_life(snapshot, _with_events(snapshot, long, past, plan_months), history)


def forecast_rows(history: Array, steps: int, season: int = SEASON) -> Array:
    """Forecast rows that begin at different months: leading gaps are before the first sale."""
    means = np.zeros((len(history), steps))
    begins = (~np.isnan(history)).argmax(axis=1)
    filled = np.nan_to_num(history)
    for begin in np.unique(begins):
        rows = np.flatnonzero(begins == begin)
        means[rows] = theta(filled[rows, begin:], steps, season)
    recent = filled[:, -SEASON:]
    sparse = (filled > 0).sum(axis=1) * 1.32 < (history.shape[1] - begins)
    means[sparse] = recent[sparse].mean(axis=1, keepdims=True)
    silent = ~(filled[:, -SILENT_MONTHS:] > 0).any(axis=1)
    means[silent] = 0
    return np.maximum(means, 0)


def _with_events(
    snapshot: Snapshot, long: pd.DataFrame, past: pd.DataFrame, plan_months: Sequence[date]
) -> pd.DataFrame:
    chosen = layers.events(snapshot)
    lifts = layers.factors(snapshot, chosen, plan_months[0], plan_months[-1])
    if lifts.empty:
        return long
    since = past["month"].max() - pd.DateOffset(months=11)
    recent = past[past["month"] >= since]
    parts = recent.groupby(["product", "site", "region"], dropna=False)["baseline"].sum()
    parts = parts.clip(lower=0).rename("share").reset_index()
    whole = parts.groupby(["product", "site"])["share"].transform("sum")
    parts["share"] = np.where(whole > 0, parts["share"] / whole.where(whole > 0, 1), 0)
    cells = long.merge(parts, on=["product", "site"], how="left")
    cells["share"] = cells["share"].fillna(1.0)
    cells["quantity"] *= cells["share"] * matched(cells, lifts)
    return cells.groupby(_KEYS, sort=True)["quantity"].sum().reset_index()


def _with_likes(snapshot: Snapshot, history: pd.DataFrame) -> pd.DataFrame:
    """Put the like product's history, scaled, in front of that of young products."""
    result = history.copy()
    for product, like in _likes(snapshot).items():
        if like not in result.index.get_level_values(0):
            continue
        for site in result.loc[like].index:
            theirs = result.loc[(like, site)]
            mine = (
                result.loc[(product, site)]
                if (product, site) in result.index
                else pd.Series(np.nan, index=theirs.index)
            )
            if mine.notna().sum() < SHORT_LIFE:
                result.loc[(product, site), :] = _stood_in(mine, theirs)
    return result.sort_index()


def _likes(snapshot: Snapshot) -> dict[str, str]:
    """Return product → like product."""
    rows = snapshot.rows(
        "SELECT product, like_product FROM products WHERE like_product IS NOT NULL ORDER BY 1"
    )
    return dict(rows)


def _stood_in(mine: pd.Series, theirs: pd.Series) -> Array:
    own = np.asarray(mine, dtype=float)
    like = np.nan_to_num(np.asarray(theirs, dtype=float))
    sold = np.flatnonzero(~np.isnan(own))
    if not len(sold):
        return np.asarray(like)
    paired = sold[1:] if len(sold) > 1 else sold
    scale = like_scale(own[sold].tolist(), like[sold].tolist())
    return np.asarray(np.where(np.arange(len(own)) < paired[0], like * scale, np.nan_to_num(own)))


def _with_life(snapshot: Snapshot, long: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Cut demand to what launch and end of sale leave of each month."""
    lives = snapshot.rows(
        "SELECT product, launch_on, end_on FROM products "
        "WHERE launch_on IS NOT NULL OR end_on IS NOT NULL"
    )
    quantity = long["quantity"].to_numpy(dtype=float).copy()
    for product, launch_on, end_on in lives:
        chosen = (long["product"] == product).to_numpy()
        if not chosen.any():
            continue
        known = history.loc[product].sum(axis=0) if end_on else pd.Series(dtype=float)
        ramps = end_on is not None and not is_fading(known.tolist())
        for month in long.loc[chosen, "month"].unique():
            first = pd.Timestamp(month).date()
            left = on_sale(first, add_months(first, 1), launch_on, end_on, ramps=ramps)
            quantity[chosen & (long["month"] == month).to_numpy()] *= left
    return long.assign(quantity=quantity)[[*_KEYS, "quantity"]]


def _consensus(snapshot: Snapshot, plan_months: Sequence[date]) -> tuple[pd.DataFrame, date | None]:
    empty = pd.DataFrame({"product": [], "site": [], "month": [], "quantity": []})
    if not snapshot.has("forecasts"):
        return empty, None
    cycle = snapshot.query(
        "SELECT max(cycle) AS cycle FROM forecasts WHERE stream = 'consensus' AND cycle <= $as_of",
        {"as_of": snapshot.company.as_of},
    )["cycle"][0]
    if pd.isna(cycle):
        return empty, None
    rows = snapshot.query(
        """
        SELECT product, site, date_trunc('month', month)::TIMESTAMP AS month,
               greatest(sum(quantity), 0) AS quantity
        FROM forecasts WHERE stream = 'consensus' AND cycle = $cycle
             AND month >= $first AND month < $end
        GROUP BY ALL
        """,
        {"cycle": cycle, "first": plan_months[0], "end": add_months(plan_months[-1], 1)},
    )
    return rows, cycle.date()


def _wanted(snapshot: Snapshot, covered: set[str]) -> list[str]:
    """Return the products to forecast: those ever sold or to be launched, less the covered."""
    rows = snapshot.query(
        "SELECT DISTINCT product FROM sales UNION "
        "SELECT product FROM products WHERE like_product IS NOT NULL ORDER BY 1"
    )
    return [product for product in rows["product"] if product not in covered]


def _source(
    cycle: date | None, covered: Sequence[date], plan_months: Sequence[date], rest: pd.DataFrame
) -> str:
    forecast = "statistical forecast (Theta) of sales with the uplift of known events"
    if cycle is None or not covered:
        return forecast
    agreed = f"consensus of the {cycle:%B %Y} cycle"
    if len(covered) < len(plan_months):
        return f"{agreed} to {covered[-1]:%B %Y}, then {forecast}"
    return agreed if rest.empty else f"{agreed}; {forecast} for products it lacks"


def _stamp(month: date) -> pd.Timestamp:
    return pd.Timestamp(month)

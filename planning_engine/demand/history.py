"""What was sold, period by period: complete periods only, gaps told from missing data.

Conventions, stated with every forecast:

- A period counts only when it is over on the company's `as_of` and sales reach into it.
- A slice's history begins with its first sale. From there on a period without rows is a
  period in which nothing was sold: 0. It ends early only at the product's `end_on`.
- A period in which the whole company has no row is missing data, not 0: it is estimated
  (same period a year before or after, else the line between its neighbours) and named.
- Promoted months are brought back to their baseline by dividing by `1 + uplift` of the
  events of that month, unless the raw history is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand import layers
from planning_engine.demand.periods import Bucket, ahead, before, complete_periods, first_open
from planning_engine.demand.slices import Where, cut
from planning_engine.errors import DataProblem

__all__ = [
    "Bucket",
    "History",
    "ahead",
    "before",
    "complete_periods",
    "describe",
    "first_open",
    "history",
    "key",
]

SEASONS: dict[str, int] = {"day": 7, "week": 52, "month": 12, "quarter": 4}
_WhereKey = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class History:
    """Demand of one slice per period, earliest first, in the product's unit.

    Attributes:
        periods: First day of each period, without gaps.
        quantity: What was sold.
        baseline: The same without the uplift of events; equal to `quantity` without any.
        bucket: Length of a period.
        estimated: Periods for which the company has no data at all; their figures are
            estimates.
        events: Events whose uplift the baseline takes out.
        leaves: `product, family, region, share` of what the slice sold in its last year.
    """

    periods: tuple[date, ...]
    quantity: NDArray[np.float64]
    baseline: NDArray[np.float64]
    bucket: Bucket
    estimated: tuple[date, ...]
    events: tuple[layers.Event, ...]
    leaves: pd.DataFrame

    @property
    def season(self) -> int:
        """Periods in a season."""
        return SEASONS[self.bucket]


@remember(size=256)
def history(snapshot: Snapshot, where: _WhereKey = (), bucket: Bucket = "month") -> History:
    """Return the demand of a slice; see the conventions above.

    Args:
        snapshot: The facts.
        where: The slice, as sorted pairs of kind and id (`key`).
        bucket: Length of a period.

    Raises:
        DataProblem: The slice was never sold in a complete period.
    """
    snapshot.require("products", "sales", to="look at demand")
    known = complete_periods(snapshot, bucket)
    sold = _sold(snapshot, dict(where), bucket, known[0], known[-1])
    totals = _totals(snapshot, sold)
    if totals.empty:
        raise DataProblem(
            f"Nothing was sold of {describe(where)} between {known[0]} and {known[-1]}, "
            "so there is no history to work from."
        )
    last = _last_period(snapshot, dict(where), bucket, known)
    periods = [period for period in known if totals.index[0].date() <= period <= last]
    missing = _without_data(snapshot, bucket, periods)
    leaves = _leaves(snapshot, sold, periods, SEASONS[bucket])
    return History(
        periods=tuple(periods),
        quantity=_filled(totals["quantity"], periods, missing, SEASONS[bucket]),
        baseline=_filled(totals["baseline"], periods, missing, SEASONS[bucket]),
        bucket=bucket,
        estimated=missing,
        events=layers.touching(layers.events(snapshot), leaves, periods[0], periods[-1]),
        leaves=leaves,
    )


def key(where: Where) -> _WhereKey:
    """Return a slice as sorted pairs, which can be remembered."""
    return tuple(sorted(where.items()))


def describe(where: Where | Sequence[tuple[str, str]]) -> str:
    """Return a slice in words: `family Water, region North`; `everything` if it is all."""
    parts = [f"{kind} {name}" for kind, name in dict(where).items()]
    return ", ".join(parts) or "everything"


@dataclass(frozen=True)
class _Sold:
    """SQL of `lifted(period, product, family, region, quantity, baseline)` of a slice."""

    sql: str
    parameters: dict[str, object]


def _sold(snapshot: Snapshot, where: Where, bucket: Bucket, first: date, last: date) -> _Sold:
    chosen = layers.events(snapshot)
    lifts = layers.factors(snapshot, chosen, first, ahead(last, bucket, 1))
    part = cut(snapshot, "sales", where, subject="Demand", products=True)
    source, region = part.source, "NULL::VARCHAR"
    if snapshot.has("customers"):
        region = "c.region"
        if "LEFT JOIN customers" not in source:
            source += " LEFT JOIN customers c ON c.customer = t.customer"
    sql = f"""
        WITH lifts AS (
            SELECT unnest($products) AS product, unnest($regions) AS region,
                   unnest($months) AS month, unnest($factors) AS factor
        ), sold AS (
            SELECT date_trunc('{bucket}', t.date)::TIMESTAMP AS period,
                   date_trunc('month', t.date)::DATE AS month, t.product, p.family,
                   {region} AS region, sum(t.quantity) AS quantity
            FROM {source}
            WHERE {part.where} AND t.date >= $first AND t.date < $end GROUP BY ALL
        ), lifted AS (
            SELECT s.period, s.product, s.family, s.region, s.quantity,
                   s.quantity / coalesce(l.factor, 1) AS baseline
            FROM sold s LEFT JOIN lifts l ON l.product = s.product AND l.month = s.month
                 AND (l.region IS NULL OR l.region = s.region)
        )
    """
    parameters = {
        **part.parameters,
        "products": [*lifts["product"]] or [""],
        "regions": [None if pd.isna(r) else r for r in lifts["region"]] or [""],
        "months": [*lifts["month"]] or [date.min],
        "factors": [*lifts["factor"]] or [1.0],
        "first": first,
        "end": ahead(last, bucket, 1),
    }
    return _Sold(sql, parameters)


def _totals(snapshot: Snapshot, sold: _Sold) -> pd.DataFrame:
    rows = snapshot.query(
        f"{sold.sql} SELECT period, sum(quantity) AS quantity, sum(baseline) AS baseline "
        "FROM lifted GROUP BY 1 ORDER BY 1",
        sold.parameters,
    )
    return rows.set_index("period")


def _last_period(snapshot: Snapshot, where: Where, bucket: Bucket, known: Sequence[date]) -> date:
    """Return the last period of a slice's life: a product's `end_on`, else the last known."""
    if "product" not in where:
        return known[-1]
    rows = snapshot.query(
        f"SELECT date_trunc('{bucket}', end_on) AS ends FROM products WHERE product = $product",
        {"product": where["product"]},
    )
    ends = rows["ends"].dropna()
    return known[-1] if ends.empty else max(known[0], min(known[-1], ends.iloc[0].date()))


def _without_data(snapshot: Snapshot, bucket: Bucket, periods: Sequence[date]) -> tuple[date, ...]:
    rows = snapshot.query(f"SELECT DISTINCT date_trunc('{bucket}', date) AS period FROM sales")
    present = {period.date() for period in rows["period"]}
    if bucket == "day":  # weekends and holidays are real zeros
        return ()
    return tuple(period for period in periods if period not in present)


def _filled(
    sums: pd.Series, periods: Sequence[date], missing: Sequence[date], season: int
) -> NDArray[np.float64]:
    wanted = pd.to_datetime(list(periods))
    values = sums.reindex(wanted, fill_value=0.0).astype(float)
    if missing:
        values[pd.to_datetime(list(missing))] = np.nan
        values = values.fillna(values.shift(season)).fillna(values.shift(-season))
        values = values.interpolate().bfill()
    return np.asarray(values, dtype=np.float64)


def _leaves(snapshot: Snapshot, sold: _Sold, periods: Sequence[date], season: int) -> pd.DataFrame:
    """Return what a slice is made of, with the share each part had in its last season."""
    since = periods[max(0, len(periods) - season)]
    rows = snapshot.query(
        f"{sold.sql} SELECT product, family, region, "
        "greatest(0, coalesce(sum(baseline) FILTER (period >= $since), 0)) AS share "
        "FROM lifted GROUP BY ALL ORDER BY ALL",
        {**sold.parameters, "since": since},
    )
    total = rows["share"].sum()
    rows["share"] = rows["share"] / total if total > 0 else 1 / max(1, len(rows))
    return rows

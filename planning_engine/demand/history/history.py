"""What was sold, period by period: complete periods only, gaps told from missing data.

Conventions, stated with every forecast:

- A period counts only when it is over on the company's `as_of` and sales reach into it.
- A slice's history begins with its first sale. From there on a period without rows is a
  period in which nothing was sold: 0. It ends early only at the product's `end_on`.
- A period in which the whole company has no row is missing data, not 0: it is estimated
  (same period a year before or after, else the line between its neighbours) and named.
- Outliers and demand lost to stock-outs are repaired in the baseline, never in the quantity
  (`cleansing`), unless that layer is switched off.
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
from planning_engine.demand.history.cleansing import Repair, repairs
from planning_engine.demand.history.periods import (
    Bucket,
    ahead,
    before,
    complete_periods,
    first_open,
)
from planning_engine.demand.history.slices import Where, cut
from planning_engine.demand.plan import layers
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
        baseline: The same without the uplift of events and cleansed; equal to `quantity`
            without either.
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
def history(
    snapshot: Snapshot,
    where: _WhereKey = (),
    bucket: Bucket = "month",
    cleansing: bool = True,
) -> History:
    """Return the demand of a slice; see the conventions above.

    Args:
        snapshot: The facts.
        where: The slice, as sorted pairs of kind and id (`key`).
        bucket: Length of a period.
        cleansing: Take outliers and demand lost to stock-outs out of the baseline (months and
            quarters only; see `cleansing`).

    Raises:
        DataProblem: The slice was never sold in a complete period.
    """
    snapshot.require("products", "sales", to="look at demand")
    known = complete_periods(snapshot, bucket)
    cells = repairs(snapshot) if cleansing and bucket in ("month", "quarter") else ()
    sold = _sold(snapshot, dict(where), bucket, (known[0], known[-1]), cells)
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
        baseline=_filled(totals["baseline"], periods, missing, SEASONS[bucket])
        + _unsold(snapshot, dict(where), cells, periods, bucket),
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


def _sold(
    snapshot: Snapshot,
    where: Where,
    bucket: Bucket,
    span: tuple[date, date],
    cells: Sequence[Repair],
) -> _Sold:
    first, last = span
    chosen = layers.events(snapshot)
    lifts = layers.factors(snapshot, chosen, first, ahead(last, bucket, 1))
    repaired = [cell for cell in cells if cell.ratio is not None]
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
        ), repairs AS (
            SELECT unnest($cell_products) AS product, unnest($cell_sites) AS site,
                   unnest($cell_months) AS month, unnest($cell_ratios) AS ratio
        ), sold AS (
            SELECT date_trunc('{bucket}', t.date)::TIMESTAMP AS period,
                   date_trunc('month', t.date)::DATE AS month, t.product, p.family,
                   coalesce(t.site, '') AS site, {region} AS region,
                   sum(t.quantity) AS quantity
            FROM {source}
            WHERE {part.where} AND t.date >= $first AND t.date < $end GROUP BY ALL
        ), lifted AS (
            SELECT s.period, s.product, s.family, s.region, s.quantity,
                   s.quantity / coalesce(l.factor, 1) * coalesce(r.ratio, 1) AS baseline
            FROM sold s LEFT JOIN lifts l ON l.product = s.product AND l.month = s.month
                 AND (l.region IS NULL OR l.region = s.region)
            LEFT JOIN repairs r ON r.product = s.product AND r.month = s.month
                 AND r.site = s.site
        )
    """
    parameters = {
        **part.parameters,
        "products": [*lifts["product"]] or [""],
        "regions": [None if pd.isna(r) else r for r in lifts["region"]] or [""],
        "months": [*lifts["month"]] or [date.min],
        "factors": [*lifts["factor"]] or [1.0],
        "cell_products": [cell.product for cell in repaired] or [""],
        "cell_sites": [cell.site for cell in repaired] or [""],
        "cell_months": [cell.month for cell in repaired] or [date.min],
        "cell_ratios": [cell.ratio for cell in repaired] or [1.0],
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


def _unsold(
    snapshot: Snapshot,
    where: Where,
    cells: Sequence[Repair],
    periods: Sequence[date],
    bucket: Bucket,
) -> NDArray[np.float64]:
    """Return the demand of cells in which nothing was sold for lack of stock.

    Nobody bought there, so it belongs to no customer: a slice of customers has none of it.
    """
    added = np.zeros(len(periods))
    nothing = [cell for cell in cells if cell.ratio is None]
    if not nothing or set(where) & {"customer", "channel", "region"}:
        return added
    families = dict(snapshot.rows("SELECT product, family FROM products"))
    for cell in nothing:
        has = {"product": cell.product, "site": cell.site, "family": families.get(cell.product)}
        if all(has.get(kind) == name for kind, name in where.items()):
            at = [place for place, period in enumerate(periods) if period <= cell.month]
            if at and cell.month < ahead(periods[at[-1]], bucket, 1):
                added[at[-1]] += cell.base
    return added


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

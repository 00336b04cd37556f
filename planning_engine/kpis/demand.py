"""Forecast KPIs: how far what was published was from what was sold, and which way."""

import pandas as pd

from planning_engine.data.snapshot import Snapshot
from planning_engine.kpis.definition import KpiQuery, kpi
from planning_engine.kpis.forecast_cells import (
    DATED,
    FILTERS,
    GROUPINGS,
    LAG,
    MONTHS,
    TABLES,
    cells,
    measured,
)


@kpi(
    "WMAPE",
    "%",
    "lower",
    owner="demand planning",
    formula="sum of |actual - forecast| / sum of actual",
    source="common practice of demand planning",
    tables=TABLES,
    filters=FILTERS,
    groupings=GROUPINGS,
    parameters=LAG,
    aliases=("forecast error", "weighted mape", "wape", "mad/mean"),
    dated_by=DATED,
    extras=MONTHS,
)
def wmape(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the weighted error in percent of what was sold."""
    return measured(snapshot, query, by, "100 * sum(abs(a - f)) / nullif(sum(a), 0)")


@kpi(
    "Forecast accuracy",
    "%",
    "higher",
    owner="demand planning",
    formula="100 - WMAPE, never below 0",
    source="common practice of demand planning",
    tables=TABLES,
    filters=FILTERS,
    groupings=GROUPINGS,
    parameters=LAG,
    aliases=("forecast accuracy", "demand forecast accuracy", "how good is the forecast"),
    dated_by=DATED,
    extras=MONTHS,
)
def accuracy(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how much of what was sold had been forecast right, in percent."""
    error = "100 * sum(abs(a - f)) / nullif(sum(a), 0)"
    return measured(snapshot, query, by, f"greatest(0, 100 - {error})")


@kpi(
    "MAPE",
    "%",
    "lower",
    owner="demand planning",
    formula="mean of |actual - forecast| / actual, over cells with sales",
    source="common practice of demand planning",
    tables=TABLES,
    filters=FILTERS,
    groupings=GROUPINGS,
    parameters=LAG,
    aliases=("mean absolute percentage error",),
    dated_by=DATED,
    extras={**MONTHS, "dropped": "cells"},
)
def mape(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the unweighted error in percent; small cells count like large ones."""
    value = "100 * avg(abs(a - f) / abs(a)) FILTER (a <> 0)"
    return measured(snapshot, query, by, value, "count(*) FILTER (a = 0) AS dropped")


@kpi(
    "sMAPE",
    "%",
    "lower",
    owner="demand planning",
    formula="mean of 200 × |actual - forecast| / (actual + forecast)",
    source="common practice of demand planning",
    tables=TABLES,
    filters=FILTERS,
    groupings=GROUPINGS,
    parameters=LAG,
    aliases=("symmetric mape",),
    dated_by=DATED,
    extras=MONTHS,
)
def smape(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the symmetric error in percent, 0 to 200; a cell of two zeros counts as 0."""
    term = "coalesce(abs(a - f) / nullif(abs(a) + abs(f), 0), 0)"
    return measured(snapshot, query, by, f"200 * avg({term})")


@kpi(
    "Forecast bias",
    "%",
    "neutral",
    owner="demand planning",
    formula="sum of (forecast - actual) / sum of actual; positive is over-forecast",
    source="common practice of demand planning",
    tables=TABLES,
    filters=FILTERS,
    groupings=GROUPINGS,
    parameters=LAG,
    aliases=("over-forecast", "under-forecast", "forecast bias", "too optimistic"),
    dated_by=DATED,
    extras=MONTHS,
)
def bias(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return by how much the forecast was too high in percent; negative is too low."""
    return measured(snapshot, query, by, "100 * sum(f - a) / nullif(sum(a), 0)")


@kpi(
    "MAE",
    "product unit",
    "lower",
    owner="demand planning",
    formula="mean of |actual - forecast|",
    source="common practice of demand planning",
    tables=TABLES,
    filters=FILTERS,
    groupings=GROUPINGS,
    parameters={k: v for k, v in LAG.items() if k != "weight"},
    aliases=("mean absolute error", "mad", "mean absolute deviation"),
    dated_by=DATED,
    extras=MONTHS,
)
def mae(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the mean error of a cell, in the product's unit."""
    return measured(snapshot, query, by, "avg(abs(a - f))")


@kpi(
    "RMSE",
    "product unit",
    "lower",
    owner="demand planning",
    formula="root of the mean of (actual - forecast)²",
    source="common practice of demand planning",
    tables=TABLES,
    filters=FILTERS,
    groupings=GROUPINGS,
    parameters={k: v for k, v in LAG.items() if k != "weight"},
    aliases=("root mean squared error",),
    dated_by=DATED,
    extras=MONTHS,
)
def rmse(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the error in which large misses count more, in the product's unit."""
    return measured(snapshot, query, by, "sqrt(avg(power(a - f, 2)))")


@kpi(
    "Error weighted by both sides",
    "%",
    "lower",
    owner="demand planning",
    formula="sum of w × |forecast - actual| / actual, w = (forecast + actual) / sum of (forecast + "
    "actual), over cells with sales",
    source="Syensqo, forecast accuracy",
    tables=TABLES,
    filters=FILTERS,
    groupings=GROUPINGS,
    parameters=LAG,
    aliases=("balanced error", "mape weighted by forecast and actual"),
    dated_by=DATED,
    extras={**MONTHS, "dropped": "cells"},
)
def both_sides_error(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the error that punishes over-forecast more than under-forecast, in percent."""
    term = "(f + a) * abs(f - a) / a"
    value = f"100 * sum({term}) FILTER (a > 0) / nullif(sum(f + a) FILTER (a > 0), 0)"
    return measured(snapshot, query, by, value, "count(*) FILTER (a <= 0) AS dropped")


@kpi(
    "Tracking signal",
    "1",
    "neutral",
    owner="demand planning",
    formula="sum of (actual - forecast) / mean of |actual - forecast|, on monthly totals; "
    "alarm outside ±4",
    source="common practice of demand planning",
    tables=TABLES,
    filters=FILTERS,
    groupings=tuple(kind for kind in GROUPINGS if kind != "month"),
    parameters={k: v for k, v in LAG.items() if k != "level"} | {"totals": "of the month"},
    aliases=("tracking signal",),
    dated_by=DATED,
    extras=MONTHS,
)
def tracking_signal(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the tracking signal; positive means actuals keep coming in above the forecast."""
    sql, parameters = cells(snapshot, query, by)
    return snapshot.query(
        f"""{sql}, totals AS (
            SELECT grp, month, sum(a) AS a, sum(f) AS f FROM cells GROUP BY ALL
        )
        SELECT grp AS "group", sum(a - f) / nullif(avg(abs(a - f)), 0) AS value,
               count(*) AS months, min(month) AS first, max(month) AS last
        FROM totals GROUP BY 1 ORDER BY 1""",
        parameters,
    )

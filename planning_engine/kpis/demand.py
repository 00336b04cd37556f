"""Forecast KPIs: what was published against what was sold, at a lag.

Cells are product × site × month. A forecast for a month is the one published `lag` months
before it; a cell that was forecast and not sold counts as sold 0; sales that nobody forecast
have no cell. Only complete months count.
"""

import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history import complete_periods
from planning_engine.demand.slices import cut
from planning_engine.kpis.definition import DEFAULT_STREAM, KpiQuery, kpi

_TABLES = ("forecasts", "sales", "products")
_FILTERS = ("product", "family", "site", "author")
_GROUPINGS = ("month", "product", "family", "site", "stream", "author")
_DATED = ("forecasts", "month")
_LAG = {
    "lag": "2: months between publishing a forecast and the month it is for",
    "stream": "consensus: stat, sales, marketing, finance or consensus",
    "level": "product × site × month",
}
_MONTHS: dict[str, str | None] = {"months": "months"}


def _cells(snapshot: Snapshot, query: KpiQuery, by: str | None) -> tuple[str, dict[str, object]]:
    """Return the SQL of `cells(grp, month, product, site, a, f)` and its parameters."""
    part = cut(
        snapshot,
        "forecasts",
        query.where,
        subject="A forecast KPI",
        by=by,
        month="t.month",
        products=True,
    )
    stream = "true"
    if "author" in (by, *query.where) and query.stream is None:
        stream = "t.author IS NOT NULL"
    elif by != "stream" or query.stream is not None:
        stream = "t.stream = $stream"
    sql = f"""
        WITH published AS (
            SELECT {part.group} AS grp, date_trunc('month', t.month)::DATE AS month,
                   t.product, t.site, sum(t.quantity) AS f
            FROM {part.source}
            WHERE {part.where} AND {stream} AND t.month >= $start AND t.month < $end
                  AND date_trunc('month', t.cycle)
                      = date_trunc('month', t.month) - to_months(CAST($lag AS INTEGER))
            GROUP BY ALL
        ), sold AS (
            SELECT date_trunc('month', date)::DATE AS month, product, site, sum(quantity) AS a
            FROM sales WHERE date >= $start AND date < $end GROUP BY ALL
        ), cells AS (
            SELECT p.grp, p.month, p.product, p.site, coalesce(s.a, 0) AS a, p.f
            FROM published p LEFT JOIN sold s USING (month, product, site)
        )
    """
    last = complete_periods(snapshot)[-1]
    parameters: dict[str, object] = {
        **part.parameters,
        "start": query.start,
        "end": add_months(min(query.end, last), 1),
        "lag": query.lag,
    }
    if "$stream" in stream:
        parameters["stream"] = query.stream or DEFAULT_STREAM
    return sql, parameters


def _measured(
    snapshot: Snapshot, query: KpiQuery, by: str | None, value: str, *more: str
) -> pd.DataFrame:
    sql, parameters = _cells(snapshot, query, by)
    values = ", ".join([f"{value} AS value", *more])
    return snapshot.query(
        f'{sql} SELECT grp AS "group", {values}, count(DISTINCT month) AS months, '
        "min(month) AS first, max(month) AS last FROM cells GROUP BY 1 ORDER BY 1",
        parameters,
    )


@kpi(
    "WMAPE",
    "%",
    "lower",
    formula="sum of |actual - forecast| / sum of actual",
    source="common practice of demand planning",
    tables=_TABLES,
    filters=_FILTERS,
    groupings=_GROUPINGS,
    parameters=_LAG,
    aliases=("forecast error", "weighted mape", "wape", "mad/mean"),
    dated_by=_DATED,
    extras=_MONTHS,
)
def wmape(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the weighted error in percent of what was sold."""
    return _measured(snapshot, query, by, "100 * sum(abs(a - f)) / nullif(sum(a), 0)")


@kpi(
    "Forecast accuracy",
    "%",
    "higher",
    formula="100 - WMAPE, never below 0",
    source="common practice of demand planning",
    tables=_TABLES,
    filters=_FILTERS,
    groupings=_GROUPINGS,
    parameters=_LAG,
    aliases=("forecast accuracy", "demand forecast accuracy", "how good is the forecast"),
    dated_by=_DATED,
    extras=_MONTHS,
)
def accuracy(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how much of what was sold had been forecast right, in percent."""
    error = "100 * sum(abs(a - f)) / nullif(sum(a), 0)"
    return _measured(snapshot, query, by, f"greatest(0, 100 - {error})")


@kpi(
    "MAPE",
    "%",
    "lower",
    formula="mean of |actual - forecast| / actual, over cells with sales",
    source="common practice of demand planning",
    tables=_TABLES,
    filters=_FILTERS,
    groupings=_GROUPINGS,
    parameters=_LAG,
    aliases=("mean absolute percentage error",),
    dated_by=_DATED,
    extras={**_MONTHS, "dropped": "cells"},
)
def mape(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the unweighted error in percent; small cells count like large ones."""
    value = "100 * avg(abs(a - f) / abs(a)) FILTER (a <> 0)"
    return _measured(snapshot, query, by, value, "count(*) FILTER (a = 0) AS dropped")


@kpi(
    "sMAPE",
    "%",
    "lower",
    formula="mean of 200 × |actual - forecast| / (actual + forecast)",
    source="common practice of demand planning",
    tables=_TABLES,
    filters=_FILTERS,
    groupings=_GROUPINGS,
    parameters=_LAG,
    aliases=("symmetric mape",),
    dated_by=_DATED,
    extras=_MONTHS,
)
def smape(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the symmetric error in percent, 0 to 200; a cell of two zeros counts as 0."""
    term = "coalesce(abs(a - f) / nullif(abs(a) + abs(f), 0), 0)"
    return _measured(snapshot, query, by, f"200 * avg({term})")


@kpi(
    "Forecast bias",
    "%",
    "neutral",
    formula="sum of (forecast - actual) / sum of actual; positive is over-forecast",
    source="common practice of demand planning",
    tables=_TABLES,
    filters=_FILTERS,
    groupings=_GROUPINGS,
    parameters=_LAG,
    aliases=("over-forecast", "under-forecast", "forecast bias", "too optimistic"),
    dated_by=_DATED,
    extras=_MONTHS,
)
def bias(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return by how much the forecast was too high in percent; negative is too low."""
    return _measured(snapshot, query, by, "100 * sum(f - a) / nullif(sum(a), 0)")


@kpi(
    "Tracking signal",
    "1",
    "neutral",
    formula="sum of (actual - forecast) / mean of |actual - forecast|, on monthly totals; "
    "alarm outside ±4",
    source="common practice of demand planning",
    tables=_TABLES,
    filters=_FILTERS,
    groupings=tuple(kind for kind in _GROUPINGS if kind != "month"),
    parameters={**_LAG, "level": "monthly totals of the slice"},
    aliases=("tracking signal",),
    dated_by=_DATED,
    extras=_MONTHS,
)
def tracking_signal(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the tracking signal; positive means actuals keep coming in above the forecast."""
    sql, parameters = _cells(snapshot, query, by)
    return snapshot.query(
        f"""{sql}, totals AS (
            SELECT grp, month, sum(a) AS a, sum(f) AS f FROM cells GROUP BY ALL
        )
        SELECT grp AS "group", sum(a - f) / nullif(avg(abs(a - f)), 0) AS value,
               count(*) AS months, min(month) AS first, max(month) AS last
        FROM totals GROUP BY 1 ORDER BY 1""",
        parameters,
    )


@kpi(
    "MASE",
    "1",
    "lower",
    formula="per product and site: mean |actual - forecast| / mean |actual - actual a year "
    "before| of the months before the period; mean over products and sites",
    source="Hyndman and Koehler 2006",
    tables=_TABLES,
    filters=_FILTERS,
    groupings=tuple(kind for kind in _GROUPINGS if kind != "month"),
    parameters=_LAG,
    aliases=("mean absolute scaled error",),
    dated_by=_DATED,
    extras=_MONTHS,
)
def mase(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the error scaled by the seasonal naive's; below 1 is better than last year's."""
    sql, parameters = _cells(snapshot, query, by)
    return snapshot.query(
        f"""{sql}, before AS (
            SELECT date_trunc('month', date)::DATE AS month, product, site, sum(quantity) AS a
            FROM sales WHERE date < $start GROUP BY ALL
        ), scales AS (
            SELECT n.product, n.site, avg(abs(n.a - o.a)) AS scale
            FROM before n JOIN before o ON o.product = n.product AND o.site = n.site
                 AND o.month = n.month - INTERVAL 12 MONTH
            GROUP BY ALL
        ), series AS (
            SELECT c.grp, c.product, c.site, avg(abs(c.a - c.f)) / nullif(any_value(s.scale), 0)
                   AS ratio, min(c.month) AS first, max(c.month) AS last
            FROM cells c LEFT JOIN scales s USING (product, site) GROUP BY ALL
        )
        SELECT grp AS "group", avg(ratio) AS value,
               date_diff('month', min(first), max(last)) + 1 AS months,
               min(first) AS first, max(last) AS last
        FROM series GROUP BY 1 ORDER BY 1""",
        parameters,
    )


@kpi(
    "Forecast value added",
    "pp",
    "higher",
    formula="WMAPE of the step before - WMAPE of this step, in percent points; the step before "
    "the statistical forecast is the same month a year before (seasonal naive), the step before "
    "every other stream is the statistical forecast",
    source="Gilliland, forecast value added analysis",
    tables=_TABLES,
    filters=_FILTERS,
    groupings=_GROUPINGS,
    parameters=_LAG,
    aliases=("fva", "value of overrides", "do our changes help"),
    dated_by=_DATED,
    extras={"error_before": "%", "error_after": "%", **_MONTHS},
)
def fva(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return by how many points of WMAPE a step of the process improved the forecast."""
    sql, parameters = _cells(snapshot, query, by)
    own = "c.grp" if by == "stream" else "$own"
    if by != "stream":
        parameters["own"] = query.stream or DEFAULT_STREAM
    return snapshot.query(
        f"""{sql}, stat AS (
            SELECT date_trunc('month', month)::DATE AS month, product, site, sum(quantity) AS f
            FROM forecasts WHERE stream = 'stat' AND date_trunc('month', cycle)
                 = date_trunc('month', month) - to_months(CAST($lag AS INTEGER))
            GROUP BY ALL
        ), year_before AS (
            SELECT date_trunc('month', date)::DATE + INTERVAL 12 MONTH AS month, product, site,
                   sum(quantity) AS f FROM sales GROUP BY ALL
        ), steps AS (
            SELECT c.grp, c.month, c.a, c.f,
                   CASE WHEN {own} = 'stat' THEN y.f ELSE s.f END AS before
            FROM cells c LEFT JOIN stat s USING (month, product, site)
            LEFT JOIN year_before y USING (month, product, site)
        ), errors AS (
            SELECT grp, 100 * sum(abs(a - before)) / nullif(sum(a), 0) AS error_before,
                   100 * sum(abs(a - f)) / nullif(sum(a), 0) AS error_after,
                   count(DISTINCT month) AS months, min(month) AS first, max(month) AS last
            FROM steps WHERE before IS NOT NULL GROUP BY 1
        )
        SELECT grp AS "group", error_before - error_after AS value, error_before, error_after,
               months, first, last FROM errors ORDER BY 1""",
        parameters,
    )

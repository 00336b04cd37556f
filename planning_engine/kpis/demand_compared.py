"""Forecast KPIs against something simpler: last year's sales, or the step of the process before."""

import pandas as pd

from planning_engine.data.snapshot import Snapshot
from planning_engine.kpis.definition import DEFAULT_STREAM, KpiQuery, kpi
from planning_engine.kpis.forecast_cells import (
    DATED,
    FILTERS,
    GROUPINGS,
    LAG,
    LEVELS,
    MONTHS,
    SCALED,
    TABLES,
    cells,
)


@kpi(
    "MASE",
    "1",
    "lower",
    owner="demand planning",
    formula="per product and site: mean |actual - forecast| / mean |actual - actual a year "
    "before| of the months before the period; mean over products and sites",
    source="Hyndman and Koehler 2006",
    tables=TABLES,
    filters=FILTERS,
    groupings=tuple(kind for kind in GROUPINGS if kind != "month"),
    parameters=SCALED,
    aliases=("mean absolute scaled error",),
    dated_by=DATED,
    extras=MONTHS,
)
def mase(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the error scaled by the seasonal naive's; below 1 is better than last year's."""
    return _scaled(snapshot, query, by, "avg(abs(c.a - c.f))", "avg(abs(n.a - o.a))")


@kpi(
    "RMSSE",
    "1",
    "lower",
    owner="demand planning",
    formula="per product and site: root of mean (actual - forecast)² / mean (actual - actual a "
    "year before)² of the months before the period; mean over products and sites",
    source="M5 competition",
    tables=TABLES,
    filters=FILTERS,
    groupings=tuple(kind for kind in GROUPINGS if kind != "month"),
    parameters=SCALED,
    aliases=("root mean squared scaled error",),
    dated_by=DATED,
    extras=MONTHS,
)
def rmsse(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the squared error scaled by the seasonal naive's; large misses count more."""
    return _scaled(
        snapshot, query, by, "sqrt(avg(power(c.a - c.f, 2)))", "sqrt(avg(power(n.a - o.a, 2)))"
    )


def _scaled(
    snapshot: Snapshot, query: KpiQuery, by: str | None, error: str, scale: str
) -> pd.DataFrame:
    """Return an error of the cells `c` over the same of the year before, mean over series."""
    sql, parameters = cells(snapshot, query, by)
    return snapshot.query(
        f"""{sql}, before AS (
            SELECT date_trunc('month', date)::DATE AS month, product, site, sum(quantity) AS a
            FROM sales WHERE date < $start GROUP BY ALL
        ), scales AS (
            SELECT n.product, n.site, {scale} AS scale
            FROM before n JOIN before o ON o.product = n.product AND o.site = n.site
                 AND o.month = n.month - INTERVAL 12 MONTH
            GROUP BY ALL
        ), series AS (
            SELECT c.grp, c.product, c.site, {error} / nullif(any_value(s.scale), 0) AS ratio,
                   min(c.month) AS first, max(c.month) AS last
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
    owner="demand planning",
    formula="WMAPE of the step before - WMAPE of this step, in percent points; the step before "
    "the statistical forecast is the same month a year before (seasonal naive), the step before "
    "every other stream is the statistical forecast",
    source="Gilliland, forecast value added analysis",
    tables=TABLES,
    filters=FILTERS,
    groupings=GROUPINGS,
    parameters=LAG,
    aliases=("fva", "value of overrides", "do our changes help"),
    dated_by=DATED,
    extras={"error_before": "%", "error_after": "%", **MONTHS},
)
def fva(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return by how many points of WMAPE a step of the process improved the forecast."""
    sql, parameters = cells(snapshot, query, by)
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
        ), cellwise AS (
            SELECT c.grp, c.month, c.product, c.site, c.family, c.a, c.f,
                   c.w * CASE WHEN {own} = 'stat' THEN y.f ELSE s.f END AS before
            FROM cells c LEFT JOIN stat s USING (month, product, site)
            LEFT JOIN year_before y USING (month, product, site)
        ), steps AS (
            SELECT grp, month, sum(a) AS a, sum(f) AS f, sum(before) AS before FROM cellwise
            WHERE before IS NOT NULL GROUP BY grp, month{LEVELS.get(query.level, "")}
        ), errors AS (
            SELECT grp, 100 * sum(abs(a - before)) / nullif(sum(a), 0) AS error_before,
                   100 * sum(abs(a - f)) / nullif(sum(a), 0) AS error_after,
                   count(DISTINCT month) AS months, min(month) AS first, max(month) AS last
            FROM steps GROUP BY 1
        )
        SELECT grp AS "group", error_before - error_after AS value, error_before, error_after,
               months, first, last FROM errors ORDER BY 1""",
        parameters,
    )

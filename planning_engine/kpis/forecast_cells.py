"""The cells that forecast KPIs compare: what was published and what was sold, at a lag.

Cells are product × site × month, added up to a coarser level and weighted where asked. A
forecast for a month is the one published `lag` months before it; a cell that was forecast and
not sold counts as sold 0; sales that nobody forecast have no cell. Only complete months count.
"""

import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.history import complete_periods
from planning_engine.demand.history.slices import cut
from planning_engine.kpis.definition import DEFAULT_STREAM, KpiQuery

TABLES = ("forecasts", "sales", "products")
FILTERS = ("product", "family", "site", "author")
GROUPINGS = ("month", "product", "family", "site", "stream", "author")
DATED = ("forecasts", "month")
LAG = {
    "lag": "2: months between publishing a forecast and the month it is for",
    "stream": "consensus: stat, sales, marketing, finance or consensus",
    "level": "product_site: errors of product × site × month; or product, family, total",
    "weight": "quantity: pieces; or standard cost, or list price",
}
# Level of the errors → the columns of a cell that it keeps apart.
LEVELS = {"product_site": ", product, site", "product": ", product", "family": ", family"}
WEIGHTS = {"quantity": "1", "cost": "m.standard_cost", "price": "m.price"}
SCALED = {k: v for k, v in LAG.items() if k not in ("level", "weight")}
MONTHS: dict[str, str | None] = {"months": "months"}


def cells(snapshot: Snapshot, query: KpiQuery, by: str | None) -> tuple[str, dict[str, object]]:
    """Return the SQL of `cells(grp, month, product, site, family, w, a, f)`, with parameters.

    Both quantities come with the weight `w` in them; products whose weight is not known have
    no cell.
    """
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
    weight = WEIGHTS[query.weight]
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
            SELECT p.grp, p.month, p.product, p.site, m.family, {weight} AS w,
                   {weight} * coalesce(s.a, 0) AS a, {weight} * p.f AS f
            FROM published p LEFT JOIN sold s USING (month, product, site)
            JOIN products m ON m.product = p.product
            WHERE {weight} IS NOT NULL
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


def measured(
    snapshot: Snapshot, query: KpiQuery, by: str | None, value: str, *more: str
) -> pd.DataFrame:
    """Return a measure of the cells `a` and `f` at the level asked for, one row a group.

    Args:
        snapshot: The facts.
        query: What to measure.
        by: Kind to split by.
        value: SQL of the measure over levelled cells.
        more: SQL of further columns.
    """
    sql, parameters = cells(snapshot, query, by)
    values = ", ".join([f"{value} AS value", *more])
    return snapshot.query(
        f"""{sql}, levelled AS (
            SELECT grp, month, sum(a) AS a, sum(f) AS f
            FROM cells GROUP BY grp, month{LEVELS.get(query.level, "")}
        )
        SELECT grp AS "group", {values}, count(DISTINCT month) AS months, min(month) AS first,
               max(month) AS last FROM levelled GROUP BY 1 ORDER BY 1""",
        parameters,
    )

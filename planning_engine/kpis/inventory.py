"""Stock KPIs: value, turns, days, and how far the stock reaches into the demand to come."""

from calendar import monthrange
from collections.abc import Mapping

import pandas as pd

from planning_engine.data.calendars import add_months, months_between, open_share
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.slices import Cut, cut
from planning_engine.demand.plan.demand_plan import demand_plan
from planning_engine.kpis.definition import KpiQuery, kpi

_KINDS = ("product", "family", "site")
_FINISHED = "coalesce(p.stage, 'finished') = 'finished'"
COVER_MONTHS = 24
_COST = (("products", "standard_cost"),)
_TURNS = {
    "stock": "finished products, mean of the counts in the period, at standard cost",
    "cost of sales": "quantity sold × standard cost, taken to a year",
}


def _flow_and_stock(
    snapshot: Snapshot, query: KpiQuery, by: str | None, value: str
) -> pd.DataFrame:
    """Compute from `cogs` (yearly) and `stock` (mean value), in currency."""
    sold = _cut(snapshot, "sales", query, by, "t.date")
    kept = _cut(snapshot, "stock", query, by, "t.date")
    months = 1 if by == "month" else months_between(query.start, query.end) + 1
    return snapshot.query(
        f"""
        WITH sold AS (
            SELECT {sold.group} AS grp,
                   sum(t.quantity * p.standard_cost) * 12.0 / $months AS cogs
            FROM {sold.source}
            WHERE {sold.where} AND {_FINISHED} AND t.date >= $start AND t.date < $end
            GROUP BY 1
        ), counts AS (
            SELECT {kept.group} AS grp, t.date, sum(t.quantity * p.standard_cost) AS stock
            FROM {kept.source}
            WHERE {kept.where} AND {_FINISHED} AND t.date >= $start AND t.date < $end
            GROUP BY ALL
        ), kept AS (
            SELECT grp, sum(stock) / (SELECT count(DISTINCT c.date) FROM counts c
                   WHERE $monthly = false OR c.grp = counts.grp) AS stock,
                   count(*) AS counts
            FROM counts GROUP BY grp
        )
        SELECT k.grp AS "group", {value} AS value, coalesce(s.cogs, 0) AS cogs, k.stock
        FROM kept k LEFT JOIN sold s ON s.grp IS NOT DISTINCT FROM k.grp ORDER BY 1
        """,
        {
            **sold.parameters,
            **kept.parameters,
            "start": query.start,
            "end": add_months(query.end, 1),
            "months": months,
            "monthly": by == "month",
        },
    )


def _cut(snapshot: Snapshot, table: str, query: KpiQuery, by: str | None, month: str) -> Cut:
    return cut(
        snapshot,
        table,
        query.where,
        subject="A stock KPI",
        by=by,
        month=month,
        products=True,
    )


@kpi(
    "Inventory turns",
    "1",
    "higher",
    owner="supply planning",
    formula="yearly cost of sales / mean stock at cost",
    source="common accounting practice",
    tables=("stock", "sales", "products"),
    filters=_KINDS,
    groupings=("month", *_KINDS),
    parameters=_TURNS,
    aliases=("stock turns", "turnover", "inventory turnover"),
    columns=_COST,
    dated_by=("stock", "date"),
    extras={"cogs": "currency", "stock": "currency"},
)
def inventory_turns(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how often a year the stock is sold."""
    return _flow_and_stock(snapshot, query, by, "coalesce(s.cogs, 0) / nullif(k.stock, 0)")


@kpi(
    "Days of inventory",
    "days",
    "lower",
    owner="supply planning",
    formula="365 × mean stock at cost / yearly cost of sales",
    source="common accounting practice",
    tables=("stock", "sales", "products"),
    filters=_KINDS,
    groupings=("month", *_KINDS),
    parameters=_TURNS,
    aliases=("dio", "inventory days", "inventory turnover days", "stock days"),
    columns=_COST,
    dated_by=("stock", "date"),
    extras={"cogs": "currency", "stock": "currency"},
)
def days_of_inventory(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how many days of past sales the stock is worth."""
    return _flow_and_stock(snapshot, query, by, "365 * k.stock / nullif(s.cogs, 0)")


@kpi(
    "Cash-to-cash",
    "days",
    "lower",
    owner="finance",
    formula="days of inventory + days until customers pay - days until suppliers are paid",
    source="common accounting practice; DSO and DPO are parameters, as the data has no invoices",
    tables=("stock", "sales", "products"),
    filters=_KINDS,
    groupings=("month", *_KINDS),
    parameters={
        **_TURNS,
        "dso": "45 days: until customers pay",
        "dpo": "45 days: until suppliers are paid",
    },
    aliases=("cash conversion cycle", "cash to cash", "cash cycle", "cash-to-cash cycle"),
    columns=_COST,
    dated_by=("stock", "date"),
    extras={"days_of_inventory": "days"},
)
def cash_to_cash(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how many days money is bound between paying suppliers and being paid."""
    days = days_of_inventory(snapshot, query, by)
    return pd.DataFrame(
        {
            "group": days["group"],
            "value": days["value"] + query.dso_days - query.dpo_days,
            "days_of_inventory": days["value"],
        }
    )


@kpi(
    "Inventory value",
    "currency",
    "neutral",
    owner="supply planning",
    formula="stock on hand × standard cost, at the last count of the period",
    source="common accounting practice",
    tables=("stock", "products"),
    filters=_KINDS,
    groupings=("month", *_KINDS, "region"),
    parameters={"stock": "all stages: finished products and components"},
    aliases=("stock value", "value of inventory", "working capital in stock", "inventory"),
    timing="stock",
    columns=_COST,
    dated_by=("stock", "date"),
)
def inventory_value(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the value of the stock at the end of the period, in the company's currency."""
    kept = _cut(snapshot, "stock", query, by, "t.date")
    last = "month(t.date) + 12 * year(t.date)" if by == "month" else "1"
    return snapshot.query(
        f"""
        WITH counts AS (
            SELECT {kept.group} AS grp, t.quantity * p.standard_cost AS worth,
                   t.date = max(t.date) OVER (PARTITION BY t.product, t.site, {last}) AS latest,
                   t.date
            FROM {kept.source}
            WHERE {kept.where} AND t.date >= $start AND t.date < $end AND t.date <= $as_of
        )
        SELECT grp AS "group", sum(worth) AS value, max(date) AS last
        FROM counts WHERE latest GROUP BY 1 HAVING sum(worth) IS NOT NULL ORDER BY 1
        """,
        {
            **kept.parameters,
            "start": query.start if by == "month" else add_months(query.end, -1),
            "end": add_months(query.end, 1),
            "as_of": snapshot.company.as_of,
        },
    )


@kpi(
    "Days of cover",
    "days",
    "higher",
    owner="supply planning",
    formula="days until the demand plan has used up the latest stock",
    source="days of supply, common practice",
    tables=("stock", "sales", "products"),
    filters=_KINDS,
    groupings=_KINDS,
    parameters={
        "demand": f"demand plan of the next {COVER_MONTHS} months",
        "several products": "stock and demand are added at standard cost",
    },
    aliases=("cover", "days of supply", "how long does the stock last", "stock reach"),
    timing="now",
    dated_by=("stock", "date"),
    extras={"stock": "currency"},
)
def days_of_cover(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how many days the finished stock lasts; missing if beyond all demand planned."""
    stock = _latest_stock(snapshot, query)
    demand = _demand_value(snapshot, query.where)
    names = [None] if by is None else sorted(stock[by].dropna().unique())
    rows = []
    for name in names:
        kept = stock if name is None else stock[stock[by] == name]
        wanted = demand if name is None else demand[demand[by] == name]
        days = _cover(snapshot, float(kept["worth"].sum()), wanted)
        rows.append((name, days, float(kept["worth"].sum())))
    frame = pd.DataFrame(rows, columns=["group", "value", "stock"])
    return frame if len(stock) else frame.iloc[:0]


def _latest_stock(snapshot: Snapshot, query: KpiQuery) -> pd.DataFrame:
    kept = _cut(snapshot, "stock", query, None, "t.date")
    return snapshot.query(
        f"""
        SELECT t.product, p.family, t.site, t.quantity * coalesce(p.standard_cost, 1) AS worth
        FROM {kept.source}
        WHERE {kept.where} AND {_FINISHED} AND t.date <= $as_of
        QUALIFY row_number() OVER (PARTITION BY t.product, t.site ORDER BY t.date DESC) = 1
        ORDER BY 1, 3
        """,
        {**kept.parameters, "as_of": snapshot.company.as_of},
    )


def _demand_value(snapshot: Snapshot, where: Mapping[str, str]) -> pd.DataFrame:
    plan = demand_plan(snapshot, COVER_MONTHS).frame
    master = snapshot.query(
        "SELECT product, family, coalesce(standard_cost, 1) AS cost FROM products"
    )
    wanted = plan.merge(master, on="product", how="left")
    for kind, name in where.items():
        wanted = wanted[wanted[kind] == name]
    return wanted.assign(worth=wanted["quantity"] * wanted["cost"])


def _cover(snapshot: Snapshot, worth: float, wanted: pd.DataFrame) -> float | None:
    """Return the days until the demand has used the stock up, month by month as they are long.

    Of a month that has begun, the days to come take their share of its demand.
    """
    left, today, days = max(worth, 0.0), snapshot.company.as_of, 0.0
    for stamp, value in wanted.groupby("month")["worth"].sum().items():
        month = pd.Timestamp(str(stamp)).date()
        share = open_share(today, month)
        length = share * monthrange(month.year, month.month)[1]
        if value * share > left:
            return float(days + length * left / (value * share))
        left, days = left - value * share, days + length
    return None

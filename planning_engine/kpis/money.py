"""Money KPIs: what was sold, for how much, with what margin, against the budget."""

import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.slices import cut
from planning_engine.kpis.definition import KpiQuery, kpi

_KINDS = ("product", "family", "site", "region", "channel", "customer")


def _of_sales(
    snapshot: Snapshot, query: KpiQuery, by: str | None, value: str, *more: str, needs: str
) -> pd.DataFrame:
    part = cut(
        snapshot,
        "sales",
        query.where,
        subject="A sales KPI",
        by=by,
        month="t.date",
        products=True,
    )
    values = ", ".join([f"{value} AS value", *more])
    return snapshot.query(
        f"""
        SELECT {part.group} AS "group", {values}, min(t.date) AS first, max(t.date) AS last
        FROM {part.source}
        WHERE {part.where} AND t.date >= $start AND t.date < $end AND {needs} IS NOT NULL
        GROUP BY 1 ORDER BY 1
        """,
        {**part.parameters, "start": query.start, "end": add_months(query.end, 1)},
    )


@kpi(
    "Sales quantity",
    "product unit",
    "higher",
    owner="finance",
    formula="sum of quantity sold, returns taken off",
    source="accounting identity",
    tables=("sales", "products"),
    filters=_KINDS,
    groupings=("month", *_KINDS),
    aliases=("volume", "units sold", "sales volume", "how much did we sell", "demand"),
)
def sales_quantity(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how much was sold, in the product's unit."""
    return _of_sales(snapshot, query, by, "sum(t.quantity)", needs="t.quantity")


@kpi(
    "Revenue",
    "currency",
    "higher",
    owner="finance",
    formula="sum of net revenue",
    source="accounting identity",
    tables=("sales", "products"),
    filters=_KINDS,
    groupings=("month", *_KINDS),
    columns=(("sales", "revenue"),),
    aliases=("turnover in money", "sales value", "net sales", "sales"),
)
def revenue(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return net revenue, in the company's currency."""
    return _of_sales(snapshot, query, by, "sum(t.revenue)", needs="t.revenue")


@kpi(
    "Margin",
    "currency",
    "higher",
    owner="finance",
    formula="revenue - quantity sold × standard cost",
    source="accounting identity",
    tables=("sales", "products"),
    filters=_KINDS,
    groupings=("month", *_KINDS),
    parameters={"products": "those with a standard cost and sales with revenue"},
    columns=(("sales", "revenue"), ("products", "standard_cost")),
    aliases=("gross margin", "profit", "contribution"),
    extras={"margin_share": "%"},
)
def margin(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return revenue less standard cost, in the company's currency."""
    amount = "sum(t.revenue - t.quantity * p.standard_cost)"
    share = f"100 * {amount} / nullif(sum(t.revenue), 0) AS margin_share"
    return _of_sales(
        snapshot, query, by, amount, share, needs="t.revenue + t.quantity * p.standard_cost"
    )


@kpi(
    "Gap to budget",
    "currency",
    "higher",
    owner="finance",
    formula="revenue - budgeted revenue, over the months that both have",
    source="accounting identity",
    tables=("sales", "products", "budget"),
    filters=("family",),
    groupings=("month", "family"),
    aliases=("budget", "actual against budget", "over or under budget", "plan gap"),
    columns=(("sales", "revenue"), ("budget", "revenue")),
    dated_by=("budget", "month"),
    extras={"revenue": "currency", "budget": "currency", "gap_share": "%"},
)
def budget_gap(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return by how much revenue is over (positive) or under budget, in currency."""
    sold = cut(snapshot, "sales", query.where, subject="The gap to budget", products=True)
    planned = cut(snapshot, "budget", query.where, subject="The gap to budget")
    group = {"month": "strftime(month, '%Y-%m-%d')", "family": "family"}.get(by or "", "NULL")
    return snapshot.query(
        f"""
        WITH sold AS (
            SELECT date_trunc('month', t.date)::DATE AS month, p.family,
                   sum(t.revenue) AS revenue
            FROM {sold.source} WHERE {sold.where} AND t.date >= $start AND t.date < $end
            GROUP BY ALL
        ), planned AS (
            SELECT date_trunc('month', t.month)::DATE AS month, t.family,
                   sum(t.revenue) AS budget
            FROM {planned.source} WHERE {planned.where} AND t.month >= $start AND t.month < $end
            GROUP BY ALL
        ), both_sides AS (
            SELECT month, family, coalesce(revenue, 0) AS revenue, coalesce(budget, 0) AS budget
            FROM sold FULL JOIN planned USING (month, family)
            WHERE month IN (SELECT month FROM sold) AND month IN (SELECT month FROM planned)
        )
        SELECT {group} AS "group", sum(revenue) - sum(budget) AS value, sum(revenue) AS revenue,
               sum(budget) AS budget,
               100 * (sum(revenue) - sum(budget)) / nullif(sum(budget), 0) AS gap_share,
               min(month) AS first, max(month) AS last
        FROM both_sides GROUP BY 1 ORDER BY 1
        """,
        {**sold.parameters, "start": query.start, "end": add_months(query.end, 1)},
    )

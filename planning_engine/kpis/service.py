"""Delivery KPIs: were customers, and were we, served on time and in full."""

import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.slices import cut
from planning_engine.kpis.definition import KpiQuery, kpi

_TABLES = ("orders", "products")
_KINDS = ("product", "family", "site", "region", "channel", "customer")
_PARAMETERS = {
    "basis": "requested: the date that on time is judged by; or promised",
    "tolerance": "0 days late; early counts as on time",
    "level": "order line; a partial delivery is not in full, an unknown quantity is left out",
    "lines": "due in the period and not after the date of the data; an open one is late",
}
_COLUMNS = (("orders", "requested_on"),)
_FULL = (*_COLUMNS, ("orders", "delivered_quantity"))
_EXTRAS: dict[str, str | None] = {"lines": "lines", "missed": "lines"}


def _share_of_lines(snapshot: Snapshot, query: KpiQuery, by: str | None, kept: str) -> pd.DataFrame:
    """Return the share of the lines due that keep a condition, in percent.

    Where the condition asks for the quantity, lines delivered in an unknown quantity are left
    out: they are neither full nor short.
    """
    known = "true"
    if "in_full" in kept:
        known = (
            "(t.delivered_on IS NULL OR t.delivered_quantity IS NOT NULL) AND "
            "EXISTS (SELECT 1 FROM orders WHERE delivered_quantity IS NOT NULL)"
        )
    due = f"t.{query.basis}_on"
    part = cut(snapshot, "orders", query.where, subject="A delivery KPI", by=by, month=due)
    return snapshot.query(
        f"""
        WITH lines AS (
            SELECT {part.group} AS grp, {due} AS due,
                   coalesce(t.delivered_on <= {due} + to_days(CAST($tolerance AS INTEGER)), false)
                       AS on_time,
                   t.delivered_on IS NOT NULL
                       AND t.delivered_quantity >= t.quantity AS in_full
            FROM {part.source}
            WHERE {part.where} AND {known} AND {due} >= $start AND {due} < $end AND {due} <= $as_of
        )
        SELECT grp AS "group", 100 * avg(CAST({kept} AS INTEGER)) AS value, count(*) AS lines,
               count(*) FILTER (NOT ({kept})) AS missed
        FROM lines GROUP BY 1 ORDER BY 1
        """,
        {
            **part.parameters,
            "start": query.start,
            "end": add_months(query.end, 1),
            "as_of": snapshot.company.as_of,
            "tolerance": query.tolerance_days,
        },
    )


@kpi(
    "OTIF",
    "%",
    "higher",
    formula="order lines delivered by their date and in full / order lines due",
    source="McKinsey 2019, Defining on-time, in-full",
    tables=_TABLES,
    filters=_KINDS,
    groupings=("month", *_KINDS),
    parameters=_PARAMETERS,
    aliases=("on time in full", "service level", "delivery performance", "service"),
    columns=_FULL,
    dated_by=("orders", "requested_on"),
    extras=_EXTRAS,
)
def otif(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the share of order lines delivered on time and in full, in percent."""
    return _share_of_lines(snapshot, query, by, "on_time AND in_full")


@kpi(
    "On time",
    "%",
    "higher",
    formula="order lines delivered by their date / order lines due",
    source="McKinsey 2019, Defining on-time, in-full",
    tables=_TABLES,
    filters=_KINDS,
    groupings=("month", *_KINDS),
    parameters=_PARAMETERS,
    aliases=("on-time delivery", "delivered on time", "punctuality"),
    columns=_COLUMNS,
    dated_by=("orders", "requested_on"),
    extras=_EXTRAS,
)
def on_time(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the share of order lines delivered by their date, in percent."""
    return _share_of_lines(snapshot, query, by, "on_time")


@kpi(
    "In full",
    "%",
    "higher",
    formula="order lines delivered with their whole quantity / order lines due",
    source="McKinsey 2019, Defining on-time, in-full",
    tables=_TABLES,
    filters=_KINDS,
    groupings=("month", *_KINDS),
    parameters=_PARAMETERS,
    aliases=("fill rate of lines", "complete deliveries", "delivered in full"),
    columns=_FULL,
    dated_by=("orders", "requested_on"),
    extras=_EXTRAS,
)
def in_full(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the share of order lines delivered completely, in percent."""
    return _share_of_lines(snapshot, query, by, "in_full")


@kpi(
    "Supplier lateness",
    "days",
    "lower",
    formula="mean of days received after the due date, early and on the day counting 0; a "
    "purchase still open counts the days to the date of the data",
    source="common practice of purchasing",
    tables=("receipts", "products"),
    filters=("product", "family", "site", "supplier"),
    groupings=("month", "product", "family", "site", "supplier"),
    parameters={"receipts": "purchases due in the period and by the date of the data"},
    aliases=("late suppliers", "supplier delay", "purchase lateness", "supplier delivery"),
    dated_by=("receipts", "due_on"),
    extras={
        "receipts": "receipts",
        "late": "receipts",
        "late_share": "%",
        "days_when_late": "days",
    },
)
def supplier_lateness(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how many days purchases came late on average."""
    part = cut(
        snapshot, "receipts", query.where, subject="Supplier lateness", by=by, month="t.due_on"
    )
    return snapshot.query(
        f"""
        WITH due AS (
            SELECT {part.group} AS grp, greatest(0, date_diff('day', CAST(t.due_on AS DATE),
                   CAST(coalesce(t.received_on, $as_of) AS DATE))) AS late
            FROM {part.source}
            WHERE {part.where} AND (t.kind = 'purchase' OR (t.kind IS NULL AND t.supplier
                  IS NOT NULL)) AND t.due_on >= $start AND t.due_on < $end AND t.due_on <= $as_of
        )
        SELECT grp AS "group", avg(late) AS value, count(*) AS receipts,
               count(*) FILTER (late > 0) AS late,
               100 * avg(CAST(late > 0 AS INTEGER)) AS late_share,
               avg(late) FILTER (late > 0) AS days_when_late
        FROM due GROUP BY 1 ORDER BY 1
        """,
        {
            **part.parameters,
            "start": query.start,
            "end": add_months(query.end, 1),
            "as_of": snapshot.company.as_of,
        },
    )

"""Delivery KPIs: were customers, and were we, served on time and in full."""

import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.slices import cut
from planning_engine.kpis.definition import KpiQuery, kpi

_TABLES = ("orders", "products")
_KINDS = ("product", "family", "site", "region", "channel", "customer")
_PARAMETERS = {
    "basis": "requested: the date that on time is judged by; or promised",
    "tolerance": "0 days late",
    "early": "any number of days early counts as on time; or at most so many",
    "counted": "order lines; or whole orders (as good as their worst line), or pieces",
    "partial": "a partial delivery counts for nothing; or for its share",
    "lines": "due in the period and not after the date of the data; an open one is late; one "
    "delivered in an unknown quantity is left out of what asks for the quantity",
}
_COLUMNS = (("orders", "requested_on"),)
_FULL = (*_COLUMNS, ("orders", "delivered_quantity"))
_EXTRAS: dict[str, str | None] = {"lines": "lines", "missed": "lines"}
_FULLNESS = {
    "nothing": "(t.delivered_on IS NOT NULL AND t.delivered_quantity >= t.quantity)",
    "its_share": "CASE WHEN t.delivered_on IS NULL THEN 0 WHEN t.quantity <= 0 THEN 1 "
    "ELSE least(1, greatest(0, t.delivered_quantity / t.quantity)) END",
}
# What is counted → how the lines become counted things: thing(grp, score, weight).
_THINGS = {
    "lines": "SELECT grp, score, 1 AS weight FROM lines",
    "orders": 'SELECT grp, min(score) AS score, 1 AS weight FROM lines GROUP BY grp, "order"',
    "quantity": "SELECT grp, score, quantity AS weight FROM lines",
}


def _served(
    snapshot: Snapshot, query: KpiQuery, by: str | None, *, timely: bool, full: bool
) -> pd.DataFrame:
    """Return the share of what was due that was delivered as asked, in percent.

    Where the quantity matters, lines delivered in an unknown quantity are left out: they are
    neither full nor short. An order that lies in several groups counts in each with its lines
    there.
    """
    due, known = f"t.{query.basis}_on", "true"
    if full:
        known = (
            "(t.delivered_on IS NULL OR t.delivered_quantity IS NOT NULL) AND "
            "EXISTS (SELECT 1 FROM orders WHERE delivered_quantity IS NOT NULL)"
        )
    on_time = _on_time(due, query) if timely else "true"
    missed = "(1 - score)" if query.counted == "quantity" else "CAST(score < 1 AS INTEGER)"
    fullness = _FULLNESS[query.partial] if full else "1"
    part = cut(snapshot, "orders", query.where, subject="A delivery KPI", by=by, month=due)
    return snapshot.query(
        f"""
        WITH lines AS (
            SELECT {part.group} AS grp, t."order", t.quantity,
                   CAST({on_time} AS INTEGER) * CAST({fullness} AS DOUBLE) AS score
            FROM {part.source}
            WHERE {part.where} AND {known} AND {due} >= $start AND {due} < $end AND {due} <= $as_of
        ), things AS ({_THINGS[query.counted]})
        SELECT grp AS "group", 100 * sum(score * weight) / nullif(sum(weight), 0) AS value,
               CAST(sum(weight) AS DOUBLE) AS lines,
               CAST(sum(weight * {missed}) AS DOUBLE) AS missed
        FROM things GROUP BY 1 ORDER BY 1
        """,
        {
            **part.parameters,
            "start": query.start,
            "end": add_months(query.end, 1),
            "as_of": snapshot.company.as_of,
        },
    )


def _on_time(due: str, query: KpiQuery) -> str:
    late = f"t.delivered_on <= {due} + {query.tolerance_days:d}"
    if query.early_days is None:
        return f"coalesce({late}, false)"
    return f"coalesce({late} AND t.delivered_on >= {due} - {query.early_days:d}, false)"


@kpi(
    "OTIF",
    "%",
    "higher",
    owner="customer service",
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
    return _served(snapshot, query, by, timely=True, full=True)


@kpi(
    "On time",
    "%",
    "higher",
    owner="customer service",
    formula="order lines delivered by their date / order lines due",
    source="McKinsey 2019, Defining on-time, in-full",
    tables=_TABLES,
    filters=_KINDS,
    groupings=("month", *_KINDS),
    parameters={k: v for k, v in _PARAMETERS.items() if k != "partial"},
    aliases=("on-time delivery", "delivered on time", "punctuality"),
    columns=_COLUMNS,
    dated_by=("orders", "requested_on"),
    extras=_EXTRAS,
)
def on_time(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the share of order lines delivered by their date, in percent."""
    return _served(snapshot, query, by, timely=True, full=False)


@kpi(
    "In full",
    "%",
    "higher",
    owner="customer service",
    formula="order lines delivered with their whole quantity / order lines due",
    source="McKinsey 2019, Defining on-time, in-full",
    tables=_TABLES,
    filters=_KINDS,
    groupings=("month", *_KINDS),
    parameters={k: v for k, v in _PARAMETERS.items() if k not in ("tolerance", "early")},
    aliases=("fill rate of lines", "complete deliveries", "delivered in full"),
    columns=_FULL,
    dated_by=("orders", "requested_on"),
    extras=_EXTRAS,
)
def in_full(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the share of order lines delivered completely, in percent."""
    return _served(snapshot, query, by, timely=False, full=True)


@kpi(
    "Supplier lateness",
    "days",
    "lower",
    owner="customer service",
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

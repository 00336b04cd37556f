"""Plan KPIs: was the plan kept, how often did it change, were decisions carried out."""

from datetime import date

import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.decisions import execution_rate
from planning_engine.demand.slices import cut
from planning_engine.kpis.definition import KpiQuery, kpi

_KINDS = ("product", "family", "site", "resource")
_PLACES = ("resource", "site")
CHANGED_FROM = 0.01


def _period(query: KpiQuery) -> dict[str, object]:
    return {"start": query.start, "end": add_months(query.end, 1)}


@kpi(
    "Utilisation",
    "%",
    "neutral",
    formula="hours run / (hours of the calendar × efficiency)",
    source="rough-cut capacity planning; usual bands 70, 90 and 100 %",
    tables=("production", "calendars", "resources"),
    filters=_PLACES,
    groupings=("month", *_PLACES),
    parameters={"available": "regular hours, without overtime; resources with hours run"},
    aliases=("capacity utilisation", "utilization", "load of the lines", "how busy"),
    columns=(("production", "hours"),),
    dated_by=("production", "date"),
    extras={"hours_run": "hours", "hours_available": "hours"},
)
def utilisation(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the share of available hours that was run, in percent."""
    run = cut(snapshot, "production", query.where, subject="Utilisation", by=by, month="t.date")
    free = cut(snapshot, "calendars", query.where, subject="Utilisation", by=by, month="t.date")
    return snapshot.query(
        f"""
        WITH run AS (
            SELECT {run.group} AS grp, sum(t.hours) AS hours FROM {run.source}
            WHERE {run.where} AND t.date >= $start AND t.date < $end AND t.hours IS NOT NULL
            GROUP BY 1
        ), free AS (
            SELECT {free.group} AS grp, sum(t.hours * coalesce(e.efficiency, 1)) AS hours
            FROM {free.source} JOIN resources e ON e.resource = t.resource
            WHERE {free.where} AND t.date >= $start AND t.date < $end AND t.date <= $as_of
                  AND t.resource IN (SELECT resource FROM production WHERE hours IS NOT NULL)
            GROUP BY 1
        )
        SELECT f.grp AS "group", 100 * r.hours / nullif(f.hours, 0) AS value,
               r.hours AS hours_run, f.hours AS hours_available
        FROM free f JOIN run r ON r.grp IS NOT DISTINCT FROM f.grp ORDER BY 1
        """,
        {**run.parameters, **_period(query), "as_of": snapshot.company.as_of},
    )


def _made(snapshot: Snapshot, query: KpiQuery, by: str | None, value: str) -> pd.DataFrame:
    """Compute from cells of product × month (× group): `planned` and `actual`."""
    part = cut(
        snapshot, "production", query.where, subject="A production KPI", by=by, month="t.date"
    )
    return snapshot.query(
        f"""
        WITH cells AS (
            SELECT {part.group} AS grp, t.product, date_trunc('month', t.date) AS month,
                   sum(t.planned_quantity) AS planned, sum(coalesce(t.actual_quantity, 0)) AS actual
            FROM {part.source}
            WHERE {part.where} AND t.date >= $start AND t.date < $end AND t.date <= $as_of
                  AND t.planned_quantity IS NOT NULL
            GROUP BY ALL
        )
        SELECT grp AS "group", {value} AS value, sum(planned) AS planned, sum(actual) AS made
        FROM cells GROUP BY 1 ORDER BY 1
        """,
        {**part.parameters, **_period(query), "as_of": snapshot.company.as_of},
    )


@kpi(
    "Plan attainment",
    "%",
    "higher",
    formula="sum of quantity made / sum of quantity planned",
    source="common practice; over-production of one product can hide a shortage of another: "
    "read it with adherence",
    tables=("production", "products"),
    filters=_KINDS,
    groupings=("month", *_KINDS),
    aliases=("production attainment", "schedule attainment", "did we make the plan"),
    columns=(("production", "planned_quantity"),),
    dated_by=("production", "date"),
    extras={"planned": "product unit", "made": "product unit"},
)
def plan_attainment(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how much of the planned quantity was made, in percent."""
    return _made(snapshot, query, by, "100 * sum(actual) / nullif(sum(planned), 0)")


@kpi(
    "Plan adherence",
    "%",
    "higher",
    formula="sum of min(made, planned) / sum of planned, by product and month",
    source="common practice",
    tables=("production", "products"),
    filters=_KINDS,
    groupings=("month", *_KINDS),
    parameters={"level": "product × month: what was made too much of does not count"},
    aliases=("schedule adherence", "mix adherence", "plan compliance"),
    columns=(("production", "planned_quantity"),),
    dated_by=("production", "date"),
    extras={"planned": "product unit", "made": "product unit"},
)
def plan_adherence(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how much of the plan was made as planned, product by product, in percent."""
    return _made(snapshot, query, by, "100 * sum(least(actual, planned)) / nullif(sum(planned), 0)")


def _revisions(snapshot: Snapshot, query: KpiQuery, by: str | None, values: str) -> pd.DataFrame:
    """Compute from `pairs(grp, cycle, ahead, old, new)`: lines that two cycles in a row plan."""
    part = cut(snapshot, "plans", query.where, subject="A plan KPI", by=by, month="t.cycle")
    fence = snapshot.company.planning_fence_days
    return snapshot.query(
        f"""
        WITH cycles AS (
            SELECT cycle, lag(cycle) OVER (ORDER BY cycle) AS previous
            FROM (SELECT DISTINCT cycle FROM plans)
        ), pairs AS (
            SELECT {part.group} AS grp, t.cycle, date_diff('month', t.cycle, t.month) AS ahead,
                   t.month < t.cycle + to_days(CAST($fence AS INTEGER)) AS inside,
                   o.quantity AS old, t.quantity AS new
            FROM {part.source}
            JOIN cycles k ON k.cycle = t.cycle
            JOIN plans o ON o.cycle = k.previous AND o.month = t.month
                 AND o.product = t.product AND o.site = t.site
            WHERE {part.where} AND t.cycle >= $start AND t.cycle < $end
        )
        SELECT grp AS "group", {values}, count(DISTINCT cycle) AS revisions, count(*) AS lines,
               count(*) FILTER (abs(new - old) > {CHANGED_FROM} * abs(old)) AS changed,
               min(cycle) AS first, max(cycle) AS last
        FROM pairs GROUP BY 1 ORDER BY 1
        """,
        {**part.parameters, **_period(query), "fence": fence},
    )


@kpi(
    "Plan change frequency",
    "%",
    "lower",
    formula="plan lines changed from one published cycle to the next / lines in both",
    source="no public standard, this definition is ours",
    tables=("plans", "products"),
    filters=("product", "family", "site"),
    groupings=("month", "product", "family", "site"),
    parameters={
        "line": "product × site × month",
        "changed": "by more than 1 %",
        "month": "the cycle that changed the plan",
    },
    aliases=("frequency of plan changes", "plan changes", "how often does the plan change"),
    dated_by=("plans", "cycle"),
    extras={
        "revisions": "revisions",
        "lines": "lines",
        "changed": "lines",
        "inside_fence": "%",
    },
)
def plan_change_frequency(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the share of plan lines that a new cycle changed, in percent."""
    changed = f"abs(new - old) > {CHANGED_FROM} * abs(old)"
    return _revisions(
        snapshot,
        query,
        by,
        f"100 * avg(CAST({changed} AS INTEGER)) AS value, "
        f"100 * avg(CAST({changed} AS INTEGER)) FILTER (inside) AS inside_fence",
    )


@kpi(
    "Plan stability",
    "%",
    "higher",
    formula="100 × (1 - sum of w × |new - old| / sum of w × old), over lines of two cycles in a "
    "row, w = 1 / (1 + months ahead)",
    source="Sridharan, Berry and Udayabhanu; Kimms 1998",
    tables=("plans", "products"),
    filters=("product", "family", "site"),
    groupings=("month", "product", "family", "site"),
    parameters={"line": "product × site × month", "month": "the cycle that changed the plan"},
    aliases=("stability", "nervousness", "plan nervousness"),
    dated_by=("plans", "cycle"),
    extras={"revisions": "revisions", "lines": "lines"},
)
def plan_stability(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how much of the plan stayed as it was, near months counting more, in percent."""
    weight = "1.0 / (1 + ahead)"
    change = f"sum({weight} * abs(new - old)) / nullif(sum({weight} * abs(old)), 0)"
    return _revisions(snapshot, query, by, f"100 * (1 - {change}) AS value")


@kpi(
    "Decision execution rate",
    "%",
    "higher",
    formula="decisions whose check is met / decisions due by the date of the data that have one",
    source="no public standard, this definition is ours",
    tables=(),
    filters=(),
    groupings=(),
    parameters={"decisions": "approved, not superseded, due in the period, with a check"},
    aliases=("execution rate of meeting decisions", "decisions carried out", "execution rate"),
    extras={
        "due": "decisions",
        "carried_out": "decisions",
        "value_weighted": "%",
        "without_check": "decisions",
        "oldest_overdue": "days",
    },
)
def decision_execution_rate(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the share of due decisions that the actuals show carried out, in percent."""
    end: date = add_months(query.end, 1)
    rate = execution_rate(snapshot, query.decisions, query.start, end)
    columns = [
        "group",
        "value",
        "due",
        "carried_out",
        "value_weighted",
        "without_check",
        "oldest_overdue",
    ]
    row = (
        None,
        rate.percent,
        rate.due,
        rate.carried_out,
        rate.value_weighted,
        rate.without_check,
        rate.oldest_overdue_days,
    )
    rows = [row] if rate.due else []
    return pd.DataFrame(rows, columns=columns)

"""Plan KPIs: was the plan kept, how often did it change, were decisions carried out."""

from datetime import date

import pandas as pd

from planning_engine.cycles.decisions import execution_rate
from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.slices import cut
from planning_engine.kpis.definition import KpiQuery, kpi

_KINDS = ("product", "family", "site", "resource")
_PLACES = ("resource", "site")
_LINES = {
    "line": "product × site × month",
    "month": "the cycle that changed the plan",
    "decay": "1 / (1 + months ahead): weight of a line; or a share to the power of months ahead",
}


def _period(query: KpiQuery) -> dict[str, object]:
    return {"start": query.start, "end": add_months(query.end, 1)}


@kpi(
    "Utilisation",
    "%",
    "neutral",
    owner="S&OP lead",
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
    owner="S&OP lead",
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
    owner="S&OP lead",
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


_CHANGED = "abs(new - old) > $changed * abs(old)"


def _weight(query: KpiQuery) -> str:
    """Return the SQL of a plan line's weight, which falls with the months ahead."""
    return "1.0 / (1 + ahead)" if query.decay is None else f"power({query.decay!r}, ahead)"


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
               count(*) FILTER ({_CHANGED}) AS changed,
               min(cycle) AS first, max(cycle) AS last
        FROM pairs GROUP BY 1 ORDER BY 1
        """,
        {
            **part.parameters,
            **_period(query),
            "fence": fence,
            "changed": query.changed_percent / 100,
        },
    )


@kpi(
    "Plan change frequency",
    "%",
    "lower",
    owner="S&OP lead",
    formula="plan lines changed from one published cycle to the next / lines in both",
    source="no public standard, this definition is ours",
    tables=("plans", "products"),
    filters=("product", "family", "site"),
    groupings=("month", "product", "family", "site"),
    parameters={
        "line": "product × site × month",
        "changed": "1 %: by more than this",
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
    changed = f"100 * avg(CAST({_CHANGED} AS INTEGER))"
    return _revisions(
        snapshot, query, by, f"{changed} AS value, {changed} FILTER (inside) AS inside_fence"
    )


@kpi(
    "Plan stability",
    "%",
    "higher",
    owner="S&OP lead",
    formula="100 × (1 - sum of w × |new - old| / sum of w × old), over lines of two cycles in a "
    "row, w falling with the months ahead",
    source="Sridharan, Berry and Udayabhanu; Kimms 1998",
    tables=("plans", "products"),
    filters=("product", "family", "site"),
    groupings=("month", "product", "family", "site"),
    parameters=_LINES,
    aliases=("stability", "stability of the plan"),
    dated_by=("plans", "cycle"),
    extras={"revisions": "revisions", "lines": "lines"},
)
def plan_stability(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return how much of the plan stayed as it was, near months counting more, in percent."""
    weight = _weight(query)
    change = f"sum({weight} * abs(new - old)) / nullif(sum({weight} * abs(old)), 0)"
    return _revisions(snapshot, query, by, f"100 * (1 - {change}) AS value")


@kpi(
    "Plan nervousness",
    "1",
    "lower",
    owner="S&OP lead",
    formula="sum of w × |new - old| / (revisions × mean quantity of a line), over lines of two "
    "cycles in a row, w falling with the months ahead",
    source="Sridharan, Berry and Udayabhanu; Kimms 1998",
    tables=("plans", "products"),
    filters=("product", "family", "site"),
    groupings=("month", "product", "family", "site"),
    parameters=_LINES,
    aliases=("nervousness", "plan nervousness", "instability", "nervousness of the plan"),
    dated_by=("plans", "cycle"),
    extras={"revisions": "revisions", "lines": "lines"},
)
def plan_nervousness(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the weighted change of a revision, in lines of mean size; 0 is a calm plan."""
    moved = f"sum({_weight(query)} * abs(new - old))"
    return _revisions(
        snapshot,
        query,
        by,
        f"{moved} / nullif(count(DISTINCT cycle) * avg(abs(old)), 0) AS value",
    )


@kpi(
    "Decision execution rate",
    "%",
    "higher",
    owner="S&OP lead",
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
        "overdue_to_30_days": "decisions",
        "overdue_to_60_days": "decisions",
        "overdue_longer": "decisions",
    },
)
def decision_execution_rate(snapshot: Snapshot, query: KpiQuery, by: str | None) -> pd.DataFrame:
    """Return the share of due decisions that the actuals show carried out, in percent."""
    end: date = add_months(query.end, 1)
    rate = execution_rate(snapshot, query.decisions, query.start, end)
    late = [v.days_overdue for v in rate.verdicts if v.decision.check and v.days_overdue]
    row: dict[str, object] = {
        "group": None,
        "value": rate.percent,
        "due": rate.due,
        "carried_out": rate.carried_out,
        "value_weighted": rate.value_weighted,
        "without_check": rate.without_check,
        "oldest_overdue": rate.oldest_overdue_days,
        "overdue_to_30_days": sum(days <= 30 for days in late),
        "overdue_to_60_days": sum(30 < days <= 60 for days in late),
        "overdue_longer": sum(days > 60 for days in late),
    }
    return pd.DataFrame([row]).iloc[: 1 if rate.due else 0]

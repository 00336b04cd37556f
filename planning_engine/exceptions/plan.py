"""Exceptions of demand and plan: bias, overdue orders, budget gaps, plan changes, decisions."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from planning_engine.cycles.decisions import Decision, due_day, judge
from planning_engine.data.calendars import first_open_month
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem
from planning_engine.exceptions.exception import Alert, Finder, Thresholds
from planning_engine.finance.budget import budget_bridge
from planning_engine.finance.statement import of_demand
from planning_engine.finance.worth import NO_FAMILY
from planning_engine.kpis import KpiQuery, default_period
from planning_engine.kpis.definition import Weight
from planning_engine.kpis.forecast_cells import cells


def biases(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """Yield families and forecasters that forecast too much or too little, at lag 2.

    Families by the consensus, people by what they entered. At stake are the pieces forecast
    too many at standard cost, or too few at list price.
    """
    snapshot.require("forecasts", to="look for forecast bias")
    start, end = default_period(snapshot.company.as_of)
    owners = dict(
        snapshot.rows(
            "SELECT p.family, any_value(f.author) FROM forecasts f JOIN products p USING (product) "
            "WHERE f.stream = 'consensus' GROUP BY 1 HAVING count(DISTINCT f.author) = 1"
        )
    )
    for by in ("family", "author"):
        query = KpiQuery(start=start, end=end, by=by)
        pieces = _surplus(snapshot, query)
        cost, price = (_surplus(snapshot, _weighed(query, w)) for w in ("cost", "price"))
        for name, (extra, percent) in pieces.items():
            if percent is None or abs(percent) <= thresholds.bias_percent or name == "(missing)":
                continue
            worth = (cost if extra > 0 else price).get(name)
            yield Alert(
                "forecast bias",
                {by: name},
                extra,
                "product unit",
                percent,
                thresholds.bias_percent,
                "%",
                abs(worth[0]) if worth else None,
                owner=name if by == "author" else owners.get(name),
                tool="query_kpi",
            )


def _weighed(query: KpiQuery, weight: str) -> KpiQuery:
    chosen: Weight = "cost" if weight == "cost" else "price"
    return KpiQuery(start=query.start, end=query.end, by=query.by, weight=chosen)


def _surplus(snapshot: Snapshot, query: KpiQuery) -> dict[str, tuple[float, float | None]]:
    """Return forecast less actual by group, and in per cent of the actual."""
    sql, parameters = cells(snapshot, query, query.by)
    rows = snapshot.rows(
        f"{sql} SELECT grp, sum(f - a), 100 * sum(f - a) / nullif(sum(a), 0) FROM cells "
        "GROUP BY 1 ORDER BY 1",
        parameters,
    )
    return {str(name): (extra, percent) for name, extra, percent in rows}


def overdue_orders(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """Yield customers with open order lines past the day asked for, at list price."""
    snapshot.require("orders", to="look for overdue orders")
    ((delivered,),) = snapshot.rows("SELECT count(delivered_on) FROM orders")
    if not delivered:
        raise DataProblem(
            "The orders do not say when they were delivered (delivered_on), so which are still "
            "open is not known."
        )
    rows = snapshot.rows(
        """
        SELECT coalesce(o.customer, '(no customer)'),
               sum(o.quantity - coalesce(o.delivered_quantity, 0)),
               sum((o.quantity - coalesce(o.delivered_quantity, 0)) * p.price),
               max(date_diff('day', CAST(o.requested_on AS DATE), CAST($today AS DATE))),
               min(o.requested_on)::DATE
        FROM orders o LEFT JOIN products p USING (product)
        WHERE o.delivered_on IS NULL
              AND date_diff('day', CAST(o.requested_on AS DATE), CAST($today AS DATE)) > $days
        GROUP BY 1 ORDER BY 1
        """,
        {"today": snapshot.company.as_of, "days": thresholds.order_days_overdue},
    )
    for customer, quantity, money, days, since in rows:
        yield Alert(
            "overdue orders",
            {"customer": customer},
            quantity,
            "product unit",
            days,
            thresholds.order_days_overdue,
            "days",
            money,
            since,
            tool="query_kpi",
        )


def budget_gaps(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """Yield families whose planned revenue is below budget; at stake is what is missing."""
    snapshot.require("budget", to="look for budget gaps")
    found = budget_bridge(snapshot, of_demand(snapshot, thresholds.months), "revenue")
    for family, one in found.by("family"):
        gap, budget = one.total("gap"), one.total("budget")
        if family != NO_FAMILY and budget > 0 and -100 * gap / budget > thresholds.budget_percent:
            yield Alert(
                "budget gap",
                {"family": family},
                gap,
                "currency",
                100 * gap / budget,
                thresholds.budget_percent,
                "%",
                -gap,
                one.gaps[0].month,
                tool="plan_in_money",
            )


def plan_changes(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """Yield products whose published supply moved inside the planning fence, at standard cost.

    The latest cycle against the one before, over the months not over that begin before the
    fence ends; up and down count alike.
    """
    snapshot.require("plans", to="look for plan changes")
    cycles = snapshot.rows(
        "SELECT DISTINCT cycle::DATE FROM plans WHERE cycle <= $today ORDER BY 1 DESC LIMIT 2",
        {"today": snapshot.company.as_of},
    )
    if len(cycles) < 2:
        raise DataProblem("There is only one published cycle, so no plan change to look for.")
    fence = snapshot.company.as_of + timedelta(days=snapshot.company.planning_fence_days)
    rows = snapshot.rows(
        """
        SELECT n.product, sum(abs(n.quantity - o.quantity)),
               100 * sum(abs(n.quantity - o.quantity)) / nullif(sum(abs(o.quantity)), 0),
               sum(abs(n.quantity - o.quantity)) * any_value(p.standard_cost), min(n.month)::DATE
        FROM plans n JOIN plans o ON o.product = n.product AND o.site IS NOT DISTINCT FROM n.site
             AND o.month = n.month AND o.cycle = $old
        LEFT JOIN products p ON p.product = n.product
        WHERE n.cycle = $new AND n.month >= $first AND n.month <= $fence
              AND abs(n.quantity - o.quantity) > $share * abs(o.quantity)
        GROUP BY 1 ORDER BY 1
        """,
        {
            "new": cycles[0][0],
            "old": cycles[1][0],
            "first": first_open_month(snapshot.company.as_of),
            "fence": fence,
            "share": thresholds.plan_change_percent / 100,
        },
    )
    for product, moved, percent, money, month in rows:
        yield Alert(
            "plan change",
            {"product": product},
            moved,
            "product unit",
            percent if percent is not None else 100.0,
            thresholds.plan_change_percent,
            "%",
            money,
            month,
            tool="explain_change",
        )


def not_carried_out(decisions: Sequence[Decision]) -> Finder:
    """Return a finder of decisions whose check the actuals do not meet, at the decision's worth."""

    def find(snapshot: Snapshot, _: Thresholds) -> Iterable[Alert]:
        snapshot.require_everything(to="judge whether decisions were carried out")
        for decision in decisions:
            verdict = judge(snapshot, decision)
            due: date | None = due_day(decision)
            if decision.check and verdict.state in ("failed", "overdue"):
                wanted = decision.check.at_least or decision.check.at_most or 0.0
                yield Alert(
                    "decision not carried out",
                    {"decision": decision.id},
                    verdict.actual or 0.0,
                    "hours" if decision.check.measure == "hours" else "product unit",
                    verdict.actual or 0.0,
                    wanted,
                    "hours" if decision.check.measure == "hours" else "product unit",
                    decision.value,
                    due,
                    decision.owner,
                    tool="find_decisions",
                )

    return find

"""Every exception of a company in one list, ranked by the money at stake."""

from collections.abc import Sequence
from dataclasses import replace

from planning_engine.cycles.decisions import Decision
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem, NotPermitted
from planning_engine.exceptions.exception import Alert, Finder, Kind, Ranking, Thresholds, Unchecked
from planning_engine.exceptions.plan import (
    biases,
    budget_gaps,
    not_carried_out,
    overdue_orders,
    plan_changes,
)
from planning_engine.exceptions.supply import (
    late_suppliers,
    overloads,
    stock_outs,
    too_much_stock,
)


def rank(
    snapshot: Snapshot,
    thresholds: Thresholds | None = None,
    decisions: Sequence[Decision] = (),
    kinds: Sequence[str] = (),
) -> Ranking:
    """Return every exception, most money first.

    Money at stake is not added up: a late supplier and the stock-out it causes are two
    exceptions about the same money.

    Args:
        snapshot: The facts, narrowed or not; what a scope cannot see is listed as unchecked.
        thresholds: From where something is an exception.
        decisions: Decisions that were to be carried out; those whose checks name what an
            exception is about also give its owner.
        kinds: Only these kinds; all if empty.
    """
    alerts: list[Alert] = []
    unchecked: list[Unchecked] = []
    for sought, find in _finders(decisions):
        if kinds and not set(sought) & set(kinds):
            continue
        try:
            alerts += find(snapshot, thresholds or Thresholds())
        except (DataProblem, NotPermitted) as problem:
            unchecked.append(Unchecked(sought, str(problem)))
    owned = [_owned(alert, decisions) for alert in alerts]
    ranked = sorted(owned, key=lambda alert: alert.order)
    return Ranking(tuple(ranked), tuple(unchecked)).of(kinds)


def _finders(decisions: Sequence[Decision]) -> tuple[tuple[tuple[Kind, ...], Finder], ...]:
    return (
        (("stock-out",), stock_outs),
        (("overload",), overloads),
        (("late supplier",), late_suppliers),
        (("excess", "obsolete"), too_much_stock),
        (("forecast bias",), biases),
        (("overdue orders",), overdue_orders),
        (("budget gap",), budget_gaps),
        (("plan change",), plan_changes),
        (("decision not carried out",), not_carried_out(decisions)),
    )


def _owned(alert: Alert, decisions: Sequence[Decision]) -> Alert:
    """Return an alert with the owner of the latest decision about the same thing."""
    if alert.owner:
        return alert
    for decision in reversed(decisions):
        check = decision.check
        if decision.status != "approved" or decision.superseded_by or check is None:
            continue
        named = {kind: getattr(check, kind) for kind in ("product", "resource", "family")}
        if any(name and alert.about.get(kind) == name for kind, name in named.items()):
            return replace(alert, owner=decision.owner)
    return alert

"""S&OP decisions and the measurable checks that say whether they were carried out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.slices import cut

Measure = Literal["sales", "production", "stock", "receipts", "hours"]
Status = Literal["draft", "approved", "rejected", "superseded"]


@dataclass(frozen=True)
class Check:
    """What must be true in the actuals for a decision to count as carried out.

    The measure is summed over the place and the period (for stock: the count at `end`) and
    held against the bounds. Quantities in the product's unit; `hours` are hours run.
    """

    measure: Measure
    start: date
    end: date
    product: str | None = None
    family: str | None = None
    site: str | None = None
    resource: str | None = None
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Decision:
    """One decision: what, who, by when, decided where, and how it will be checked.

    `value` is its worth in the company's currency, for the value-weighted execution rate.
    `note` and `lines` say where it stands in the meeting notes.
    """

    id: str
    title: str
    status: Status
    owner: str | None = None
    decided_on: date | None = None
    due_on: date | None = None
    cycle: date | None = None
    meeting: str | None = None
    text: str = ""
    value: float | None = None
    check: Check | None = None
    superseded_by: str | None = None
    note: str | None = None
    lines: tuple[int, int] | None = None
    restricted: bool = False


State = Literal[
    "draft", "rejected", "superseded", "open", "overdue", "carried_out", "failed", "unchecked"
]

# measure → table, SQL of the quantity, SQL of the day it counts on
_MEASURES: dict[str, tuple[str, str, str]] = {
    "sales": ("sales", "t.quantity", "t.date"),
    "production": ("production", "t.actual_quantity", "t.date"),
    "hours": ("production", "t.hours", "t.date"),
    "receipts": ("receipts", "coalesce(t.received_quantity, t.quantity)", "t.received_on"),
    "stock": ("stock", "t.quantity", "t.date"),
}


@dataclass(frozen=True)
class Verdict:
    """Whether the actuals show a decision carried out.

    Attributes:
        decision: Which.
        state: `carried_out` and `failed` are final; `open` is not due yet; `overdue` is due
            but its period still runs, and the check is not met so far; `unchecked` is due and
            has no check, so the data cannot tell; the others are the decision's own status.
        actual: The measure so far, None where the data has nothing to measure.
        days_overdue: Days since it was due, for overdue, failed and unchecked ones.
    """

    decision: Decision
    state: State
    actual: float | None = None
    days_overdue: int = 0


@dataclass(frozen=True)
class ExecutionRate:
    """How many of the decisions due were carried out.

    Attributes:
        percent: Carried out / due, in percent; None when none was due.
        value_weighted: The same by the decisions' worth; None when none has one.
        due: Decisions due that have a check.
        carried_out: Those whose check is met.
        without_check: Decisions due that nothing can be checked for; not counted.
        oldest_overdue_days: Days since the oldest one not carried out was due; None if all
            were.
        verdicts: Every decision due, judged.
    """

    percent: float | None
    value_weighted: float | None
    due: int
    carried_out: int
    without_check: int
    oldest_overdue_days: int | None
    verdicts: tuple[Verdict, ...]


def actual_of(snapshot: Snapshot, check: Check) -> float | None:
    """Return what the data shows for a check's measure, up to the date the data speaks for.

    Stock is the last count on or before the check's end; the others are sums over its period.
    None where the data has no such table or row.
    """
    table, quantity, day = _MEASURES[check.measure]
    if not snapshot.has(table) or check.start > snapshot.company.as_of:
        return None
    kinds = ("product", "family", "site", "resource")
    where = {kind: name for kind in kinds if (name := getattr(check, kind))}
    part = cut(snapshot, table, where, subject=f"A check of {check.measure}")
    last = min(check.end, snapshot.company.as_of)
    if check.measure == "stock":
        sql = f"""
            SELECT sum(quantity) AS actual FROM (
                SELECT t.quantity FROM {part.source} WHERE {part.where} AND t.date <= $last
                QUALIFY row_number() OVER (
                    PARTITION BY t.product, t.site ORDER BY t.date DESC) = 1)
        """
        parameters = {**part.parameters, "last": last}
    else:
        sql = (
            f"SELECT sum({quantity}) AS actual FROM {part.source} "
            f"WHERE {part.where} AND {day} >= $first AND {day} < $last + INTERVAL 1 DAY"
        )
        parameters = {**part.parameters, "first": check.start, "last": last}
    actual = snapshot.query(sql, parameters)["actual"][0]
    return None if actual is None or actual != actual else float(actual)


def is_met(check: Check, actual: float | None) -> bool:
    """Tell whether a measure keeps the bounds of a check; nothing measured counts as 0."""
    reached = actual or 0.0
    enough = check.at_least is None or reached >= check.at_least
    return enough and (check.at_most is None or reached <= check.at_most)


def judge(snapshot: Snapshot, decision: Decision) -> Verdict:
    """Say what became of a decision, from the actuals and not from a status field."""
    today = snapshot.company.as_of
    if decision.status in ("draft", "rejected", "superseded") or decision.superseded_by:
        own = decision.status if decision.status != "approved" else "superseded"
        return Verdict(decision, own)
    due = due_day(decision)
    late = max(0, (today - due).days) if due else 0
    if decision.check is None:
        return Verdict(decision, "unchecked" if late else "open", days_overdue=late)
    actual = actual_of(snapshot, decision.check)
    over = decision.check.end <= today
    # An upper bound can still be broken while its period runs; a lower one is met for good.
    if is_met(decision.check, actual) and (over or decision.check.at_most is None):
        return Verdict(decision, "carried_out", actual)
    if over:
        return Verdict(decision, "failed", actual, late)
    return Verdict(decision, "overdue" if late else "open", actual, late)


def due_day(decision: Decision) -> date | None:
    """Return the day a decision is due: its own, else the end of its check's period."""
    return decision.due_on or (decision.check.end if decision.check else None)


def execution_rate(
    snapshot: Snapshot, decisions: Iterable[Decision], start: date, end: date
) -> ExecutionRate:
    """Return how many of the decisions due in a period were carried out.

    Only approved decisions count that were not superseded and are due by the date the data
    speaks for.

    Args:
        snapshot: The facts.
        decisions: Decisions to look at.
        start: First due day that counts.
        end: First due day that no longer counts.
    """
    today = snapshot.company.as_of
    due = [
        decision
        for decision in decisions
        if decision.status == "approved"
        and not decision.superseded_by
        and (day := due_day(decision)) is not None
        and start <= day < end
        and day <= today
    ]
    verdicts = tuple(judge(snapshot, decision) for decision in due)
    checked = [verdict for verdict in verdicts if verdict.decision.check]
    done = [verdict for verdict in checked if verdict.state == "carried_out"]
    missed = [verdict for verdict in checked if verdict.state != "carried_out"]
    worth = sum(verdict.decision.value or 0 for verdict in checked)
    kept = sum(verdict.decision.value or 0 for verdict in done)
    return ExecutionRate(
        percent=100 * len(done) / len(checked) if checked else None,
        value_weighted=100 * kept / worth if worth else None,
        due=len(checked),
        carried_out=len(done),
        without_check=len(verdicts) - len(checked),
        oldest_overdue_days=max((v.days_overdue for v in missed), default=None),
        verdicts=verdicts,
    )

"""Cash by month: what customers pay when, less what suppliers, hours and transport take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, fsum

from planning_engine.data.calendars import add_months, months_between
from planning_engine.data.snapshot import Snapshot
from planning_engine.finance.statement import Statement
from planning_engine.supply.plan.plan_problem import SupplyPlan

DAYS_IN_MONTH = 365 / 12
DSO_DAYS = 45.0
DPO_DAYS = 45.0


@dataclass(frozen=True)
class CashMonth:
    """One month's cash of the whole company; None where it rests on money that is not known.

    Attributes:
        month: Month start.
        receipts: What customers pay: revenue, `dso_days` after it was booked.
        purchases: What suppliers are paid, `dpo_days` after the goods came.
        conversion: Hours, overtime and set-ups, paid in their month.
        transport: Lanes, paid in the month they are used.
    """

    month: date
    receipts: float | None
    purchases: float | None
    conversion: float
    transport: float

    @property
    def payments(self) -> float | None:
        """Everything paid."""
        return None if self.purchases is None else self.purchases + self.conversion + self.transport

    @property
    def net(self) -> float | None:
        """Receipts less payments."""
        if self.receipts is None or self.payments is None:
            return None
        return self.receipts - self.payments


def cash(
    snapshot: Snapshot,
    plan: SupplyPlan,
    statement: Statement,
    dso_days: float = DSO_DAYS,
    dpo_days: float = DPO_DAYS,
) -> tuple[CashMonth, ...]:
    """Return receipts and payments of a plan by month.

    Money booked before the plan starts is still collected and paid in it: revenue from the
    sales, purchases from the receipts that came.

    Args:
        snapshot: The company's facts, not narrowed.
        plan: The constrained plan.
        statement: The same plan in money.
        dso_days: Days customers take to pay.
        dpo_days: Days suppliers are paid after their goods came.
    """
    months = plan.problem.months
    booked = {month: statement.of(month=month).sum("revenue") or 0.0 for month in months}
    back = 2 + int(max(dso_days, dpo_days) // DAYS_IN_MONTH)
    before = [add_months(months[0], -step) for step in range(back, 0, -1)]
    revenue = [*_past_revenue(snapshot, before), *booked.values()]
    bought = [*_past_purchases(snapshot, before), *_purchases(snapshot, plan)]
    receipts = postponed(revenue, dso_days)[back:]
    purchases = postponed(bought, dpo_days)[back:]
    conversion, transport = _conversion(plan), _transport(plan)
    return tuple(
        CashMonth(month, receipts[t], purchases[t], conversion[t], transport[t])
        for t, month in enumerate(months)
    )


def postponed(flow: Sequence[float | None], days: float) -> list[float | None]:
    """Return a monthly flow of money that comes so many days later.

    Months count 365 / 12 days; a delay between two whole months is split between them in
    proportion. None where the month that it comes from is not known or lies before the flow.

    Example:
        A delay of a month and a half:

        >>> postponed([100.0, 200.0, 300.0], 1.5 * 365 / 12)
        [None, None, 150.0]
    """
    whole = floor(days / DAYS_IN_MONTH + 1e-12)
    part = days / DAYS_IN_MONTH - whole
    part = 0.0 if part < 1e-9 else part

    def at(index: int) -> float | None:
        return flow[index] if index >= 0 else None

    found: list[float | None] = []
    for t in range(len(flow)):
        late, later = at(t - whole), at(t - whole - 1) if part else 0.0
        known = late is not None and later is not None
        found.append((1 - part) * (late or 0.0) + part * (later or 0.0) if known else None)
    return found


def _past_revenue(snapshot: Snapshot, months: Sequence[date]) -> list[float | None]:
    rows = snapshot.rows(
        "SELECT date_trunc('month', date)::DATE, sum(revenue) FROM sales "
        "WHERE date >= $first GROUP BY 1",
        {"first": months[0]},
    )
    known: dict[date, float | None] = dict(rows)
    return [known.get(month) for month in months]


def _past_purchases(snapshot: Snapshot, months: Sequence[date]) -> list[float | None]:
    if not snapshot.has("receipts"):
        return [None] * len(months)
    rows = snapshot.rows(
        "SELECT date_trunc('month', received_on)::DATE, product, coalesce(supplier, ''), "
        "sum(coalesce(received_quantity, quantity)) FROM receipts "
        "WHERE kind = 'purchase' AND received_on >= $first GROUP BY 1, 2, 3",
        {"first": months[0]},
    )
    price = _prices(snapshot)
    paid: dict[date, list[float]] = {month: [] for month in months}
    for month, product, supplier, quantity in rows:
        if month in paid:
            each = price.get((product, supplier), price.get((product, ""), 0.0))
            paid[month].append(quantity * each)
    return [fsum(paid[month]) for month in months]


def _purchases(snapshot: Snapshot, plan: SupplyPlan) -> list[float]:
    """Return the value of what suppliers deliver in each month: planned and already ordered."""
    months = plan.problem.months
    found = [0.0] * len(months)
    for source, row in zip(plan.problem.sources, plan.bought, strict=True):
        for t, quantity in enumerate(row):
            found[t] += quantity * source.price
    if not snapshot.has("receipts"):
        return found
    price = _prices(snapshot)
    rows = snapshot.rows(
        "SELECT due_on::DATE, product, coalesce(supplier, ''), "
        "quantity - coalesce(received_quantity, 0) FROM receipts "
        "WHERE kind = 'purchase' AND received_on IS NULL ORDER BY receipt"
    )
    for due, product, supplier, quantity in rows:
        t = max(0, months_between(months[0], due))
        if t < len(months) and quantity > 0:
            found[t] += quantity * price.get((product, supplier), price.get((product, ""), 0.0))
    return found


def _prices(snapshot: Snapshot) -> Mapping[tuple[str, str], float]:
    """Return the price of a piece by product and supplier; standard cost under supplier ''."""
    rows = snapshot.rows("SELECT product, '', coalesce(standard_cost, 0) FROM products")
    if snapshot.has("sourcing"):
        rows += snapshot.rows(
            "SELECT product, supplier, min(price) FROM sourcing WHERE price IS NOT NULL "
            "GROUP BY 1, 2"
        )
    return {(product, supplier): price for product, supplier, price in rows}


def _conversion(plan: SupplyPlan) -> list[float]:
    problem = plan.problem
    paid = [0.0] * len(problem.months)
    for way, row in zip(problem.ways, plan.made, strict=True):
        wage = sum(problem.wages[name][0] * hours for name, hours in way.hours.items())
        for t, quantity in enumerate(row):
            paid[t] += quantity * (wage + way.setup_cost)
    for name, row in plan.overtime.items():
        regular, extra = problem.wages[name]
        for t, hours in enumerate(row):
            paid[t] += hours * (extra - regular)
    return paid


def _transport(plan: SupplyPlan) -> list[float]:
    paid = [0.0] * len(plan.problem.months)
    for lane, row in zip(plan.problem.lanes, plan.moved, strict=True):
        for t, quantity in enumerate(row):
            paid[t] += quantity * lane.cost
    return paid

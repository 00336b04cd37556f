"""What was forecast, budgeted and published for the months of the S&OP grid, by family."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.grid.actuals import FAMILY, FINISHED
from planning_engine.supply.requirements.requirements import independent_demand

Layer = dict[tuple[str, date], float]


def forecasts(
    snapshot: Snapshot, months: Sequence[date], coming: tuple[date, ...], lag: int
) -> Layer:
    """Return the consensus published `lag` months before a past month; ahead the demand plan."""
    found: Layer = {}
    if snapshot.has("forecasts"):
        rows = snapshot.rows(
            f"""
            SELECT {FAMILY}, date_trunc('month', t.month)::DATE, sum(t.quantity)
            FROM forecasts t JOIN products p USING (product)
            WHERE t.stream = 'consensus' AND t.month >= $first AND t.month < $end
                  AND date_trunc('month', t.cycle)
                      = date_trunc('month', t.month) - to_months(CAST($lag AS INTEGER))
            GROUP BY 1, 2
            """,
            {"first": months[0], "end": add_months(months[-1], 1), "lag": lag},
        )
        found = {(family, month): q for family, month, q in rows if month not in coming}
    if coming:
        family = dict(snapshot.rows(f"SELECT product, {FAMILY} FROM products p WHERE {FINISHED}"))
        ahead: dict[tuple[str, date], float] = defaultdict(float)
        for (product, _), row in independent_demand(snapshot, coming).items():
            for month, quantity in zip(coming, row, strict=True):
                if product in family:
                    ahead[family[product], month] += float(quantity)
        found |= ahead
    return found


def budgets(snapshot: Snapshot, months: Sequence[date]) -> Layer:
    """Return budgeted pieces; empty where there is no budget, or the scope may not see it."""
    if not snapshot.has("budget"):
        return {}
    rows = snapshot.rows(
        "SELECT family, date_trunc('month', month)::DATE, sum(quantity) FROM budget "
        "WHERE month >= $first AND month < $end AND quantity IS NOT NULL GROUP BY 1, 2",
        {"first": months[0], "end": add_months(months[-1], 1)},
    )
    return {(family, month): quantity for family, month, quantity in rows}


def published(snapshot: Snapshot, months: Sequence[date]) -> dict[str, Layer]:
    """Return the supply last published for each month, and what the cycle before published."""
    plan: Layer = {}
    last_plan: Layer = {}
    if not snapshot.has("plans"):
        return {"plan": plan, "last_plan": last_plan}
    rows = snapshot.rows(
        f"""
        SELECT {FAMILY}, date_trunc('month', t.month)::DATE, date_trunc('month', t.cycle)::DATE,
               sum(t.quantity)
        FROM plans t JOIN products p USING (product)
        WHERE t.cycle <= $as_of AND t.month >= $first AND t.month < $end GROUP BY 1, 2, 3
        """,
        {
            "as_of": snapshot.company.as_of,
            "first": months[0],
            "end": add_months(months[-1], 1),
        },
    )
    cycles = sorted({cycle for *_, cycle, _ in rows})
    quantity = {(family, month, cycle): q for family, month, cycle, q in rows}
    for family in {family for family, *_ in rows}:
        for month in months:
            by_then = [cycle for cycle in cycles if cycle <= month]
            for layer, cycle in zip((plan, last_plan), by_then[:-3:-1], strict=False):
                if (family, month, cycle) in quantity:
                    layer[family, month] = quantity[family, month, cycle]
    return {"plan": plan, "last_plan": last_plan}

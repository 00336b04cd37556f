"""A plan or the actuals in money against the budget, family by family and month by month."""

from collections.abc import Mapping
from datetime import date

from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem
from planning_engine.finance.bridge import Bridge, Measure, Pair, Side, bridge
from planning_engine.finance.statement import Statement
from planning_engine.finance.worth import COMPONENTS, NO_FAMILY


def budget_bridge(
    snapshot: Snapshot,
    statement: Statement,
    measure: Measure = "margin",
    family: str | None = None,
) -> Bridge:
    """Return the gap between a statement and the budget, split into its parts.

    Only months that have a budget count. Within them a family without a budget is compared
    with 0, and so is a budgeted family that sells nothing.

    Args:
        snapshot: The facts; a scope of families shows theirs.
        statement: The plan or the actuals in money.
        measure: Margin or revenue.
        family: Only this family; it then has no mix.

    Raises:
        DataProblem: There is no budget for these months, or it lacks what the split needs.
        NotPermitted: Budgets are kept by family, not by site or region.
    """
    snapshot.require("budget", to="compare with the budget")
    if measure == "margin" and not statement.has_margin:
        raise DataProblem(
            "Nothing sold has a standard cost, so there is no margin to compare with the budget; "
            "ask for the gap in revenue."
        )
    budget = _budget(snapshot, measure)
    months = [month for month in statement.months if any(m == month for m, _ in budget)]
    if not months:
        raise DataProblem(_no_budget(statement, budget))
    planned = {
        (row.month, row.family): Side(row.quantity, row.revenue, row.revenue - row.margin)
        for row in statement.rows
        if row.month in months and row.family not in (COMPONENTS, NO_FAMILY)
    }
    keys = {key for key in budget if key[0] in months} | set(planned)
    nothing = Side(0.0, 0.0, 0.0)
    pairs = [
        Pair(month, name, planned.get((month, name), nothing), budget.get((month, name), nothing))
        for month, name in sorted(keys)
        if family in (None, name)
    ]
    return bridge(pairs, measure)


def _budget(snapshot: Snapshot, measure: Measure) -> Mapping[tuple[date, str], Side]:
    rows = snapshot.rows(
        "SELECT date_trunc('month', month)::DATE, family, sum(quantity), sum(revenue), "
        "sum(margin) FROM budget GROUP BY 1, 2 ORDER BY 1, 2"
    )
    if measure == "margin" and rows and all(margin is None for *_, margin in rows):
        raise DataProblem("The budget has no margins; ask for the gap in revenue.")
    return {
        (month, family): Side(
            quantity or 0.0, revenue, None if margin is None else revenue - margin
        )
        for month, family, quantity, revenue, margin in rows
        if revenue is not None
    }


def _no_budget(statement: Statement, budget: Mapping[tuple[date, str], Side]) -> str:
    first, last = statement.months[0], statement.months[-1]
    asked = f"{first:%B %Y} to {last:%B %Y}"
    if not budget:
        return "The table 'budget' has no revenue, so there is no gap to compute."
    known = sorted({month for month, _ in budget})
    return f"There is no budget for {asked}; it covers {known[0]:%B %Y} to {known[-1]:%B %Y}."

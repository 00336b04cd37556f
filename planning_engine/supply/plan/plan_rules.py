"""What a plan is asked to keep to beyond cost, and the facts that this takes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from planning_engine.data.calendars import add_months, months_between
from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.plan.plan_problem import SupplyProblem
from planning_engine.supply.plan.plan_terms import FORECAST_RANK, OrderClass, Published
from planning_engine.supply.requirements.requirements import Place
from planning_engine.supply.stock.flows import published_supply, to_come

Mode = Literal["least_cost", "priority"]

UNRANKED = FORECAST_RANK - 1
"""Rank of orders without a priority: after those that have one, before the forecast."""
CHANGE_RATE = 10.0
"""A piece of change that was not allowed costs so many times the worst of being late."""


@dataclass(frozen=True)
class PlanRules:
    """How a company wants its plan made.

    Attributes:
        mode: `least_cost`, or `priority`: orders by priority, then by the month they are
            asked for, then the forecast, each as well served as those before it allow.
        whole_lots: Count set-ups one by one and keep to lot sizes and smallest orders, with
            whole numbers; without it set-ups are spread over lots.
        fence: Follow the published plan in the months inside the planning fence.
        change_percent: Most change from the published plan, in per cent of it; None for any.
    """

    mode: Mode = "least_cost"
    whole_lots: bool = False
    fence: bool = False
    change_percent: float | None = None


LEAST_COST = PlanRules()
"""Nothing beyond cost."""


def with_rules(snapshot: Snapshot, problem: SupplyProblem, rules: PlanRules) -> SupplyProblem:
    """Return the problem with the published plan and the order classes that rules ask for.

    Raises:
        DataProblem: The rules need published plans or orders that are not in the data.
    """
    if rules.fence or rules.change_percent is not None:
        problem = replace(problem, published=published(snapshot, problem, rules))
    if rules.mode == "priority":
        problem = by_priority(snapshot, problem)
    return problem


# --- the published plan


def published(snapshot: Snapshot, problem: SupplyProblem, rules: PlanRules) -> Published:
    """Return the plan published last and how far the new one may leave it."""
    snapshot.require("plans", to="keep to the published plan")
    supply = {
        place: tuple(None if value != value else float(value) for value in values)
        for place, whole in published_supply(snapshot, problem.months).items()
        if place in problem.demand
        for values in [to_come(snapshot, problem.months, whole)]
    }
    total = sum(value or 0.0 for row in supply.values() for value in row)
    share = rules.change_percent
    return Published(
        supply,
        frozen_months(snapshot, problem.months) if rules.fence else 0,
        None if share is None else share / 100 * total,
        _penalty(problem),
    )


def frozen_months(snapshot: Snapshot, months: tuple[date, ...]) -> int:
    """Return how many first months end inside the planning fence."""
    company = snapshot.company
    fence = company.as_of + timedelta(days=company.planning_fence_days)
    return sum(add_months(month, 1) - timedelta(days=1) <= fence for month in months)


def _penalty(problem: SupplyProblem) -> float:
    months = len(problem.months)
    worst = max(
        (
            cost.lost
            + cost.refill
            + (cost.lost_sale or 0.0)
            + months * (cost.late + cost.below_safety)
            for cost in problem.costs.values()
        ),
        default=1.0,
    )
    return CHANGE_RATE * worst


# --- orders first


def by_priority(snapshot: Snapshot, problem: SupplyProblem) -> SupplyProblem:
    """Return the problem with its demand in classes: orders by rank and month, then forecast.

    Where more is ordered than planned, the orders count. Orders asked for before the plan
    starts count in its first month.
    """
    snapshot.require("orders", to="plan by priority")
    ordered = _open_orders(snapshot, problem.months)
    demand: dict[Place, list[float]] = {place: list(row) for place, row in problem.demand.items()}
    classes: dict[tuple[int, int], dict[Place, float]] = defaultdict(dict)
    sums: dict[tuple[Place, int], float] = defaultdict(float)
    for (rank, due, place), quantity in sorted(ordered.items()):
        demand.setdefault(place, [0.0] * len(problem.months))
        classes[(rank, due)][place] = quantity
        sums[(place, due)] += quantity
    for place, row in demand.items():
        for due, planned in enumerate(row):
            row[due] = max(planned, sums[(place, due)])
            left = row[due] - sums[(place, due)]
            if left > 0:
                classes[(FORECAST_RANK, due)][place] = left
    return replace(
        problem,
        demand={place: tuple(row) for place, row in sorted(demand.items())},
        orders=tuple(OrderClass(*key, wanted) for key, wanted in sorted(classes.items())),
    )


def _open_orders(
    snapshot: Snapshot, months: tuple[date, ...]
) -> Mapping[tuple[int, int, Place], float]:
    rows = snapshot.rows(
        """
        SELECT coalesce(o.priority, $unranked), coalesce(o.requested_on, o.promised_on)::DATE,
               o.product, coalesce(o.site, ''), o.quantity - coalesce(o.delivered_quantity, 0)
        FROM orders o JOIN products p USING (product)
        WHERE o.delivered_on IS NULL AND coalesce(o.requested_on, o.promised_on) IS NOT NULL
        """,
        {"unranked": UNRANKED},
    )
    found: dict[tuple[int, int, Place], float] = defaultdict(float)
    for rank, day, product, site, quantity in rows:
        due = max(0, months_between(months[0], day))
        if quantity > 0 and due < len(months):
            found[(int(rank), due, (product, site))] += quantity
    return found

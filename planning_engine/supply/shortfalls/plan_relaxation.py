"""What it would take to meet a goal that the plan cannot: the cheapest set of relaxations.

Every limit may be bent at a price: hours beyond overtime, supply beyond what a supplier
delivers or before it could come, freight beyond a lane or at once. The plan then misses the
goal only where no limit that can be bent stands in the way.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import NoFeasiblePlan
from planning_engine.supply.plan.plan_inputs import read_problem
from planning_engine.supply.plan.plan_problem import Cost, SupplyPlan, SupplyProblem
from planning_engine.supply.plan.supply_plan import plan_supply, solve

HOUR_FACTOR = 2.0
"""An hour beyond the limits costs so many overtime hours."""
MATERIAL_FACTOR = 1.5
"""A piece beyond a supplier's limits, or before its lead time, costs so many times the price."""
FREIGHT_FACTOR = 3.0
"""A piece sent beyond a lane's limits, or at once, costs so many times the lane's cost."""
FREIGHT_LEAST = 0.05
"""… and at least this share of the product's late cost, where the lane itself is free."""
LEAST = 0.05
"""Hours or pieces below this are the solver's rounding."""
WEIGHT = 100.0
"""Limits are bent only for the goal, never to save: their prices weigh so much in the plan."""
MISSED = 20.0 * WEIGHT
"""Missing the goal costs so many times the dearest piece."""

Kind = Literal["hours", "component", "lane"]


@dataclass(frozen=True)
class Relaxation:
    """One limit bent: how much more of what, when, and what it costs.

    `name` is the resource, or the product bought or sent; `site` where it is bought or sent
    from, `target` where it is sent to; '' where there is none.
    """

    kind: Kind
    name: str
    month: date
    quantity: float
    cost: float
    site: str = ""
    target: str = ""


@dataclass(frozen=True)
class Unmet:
    """Demand, or safety stock, that no bent limit can meet."""

    product: str
    site: str
    month: date
    quantity: float


@dataclass(frozen=True)
class Advice:
    """What meets a goal.

    Attributes:
        base: The plan within all limits.
        plan: The plan with limits bent.
        relaxations: The limits bent, dearest first.
        unmet: What still misses the goal.
    """

    base: SupplyPlan
    plan: SupplyPlan
    relaxations: tuple[Relaxation, ...]
    unmet: tuple[Unmet, ...]

    @property
    def cost(self) -> float:
        """What the relaxations cost together."""
        return sum(relaxation.cost for relaxation in self.relaxations)


@remember(4)
def relaxations(
    snapshot: Snapshot,
    months: int = 6,
    *,
    overtime: bool = True,
    stock: bool = False,
    products: frozenset[str] | None = None,
) -> Advice:
    """Return the cheapest way to deliver on time what a company's plan cannot.

    Args:
        snapshot: The company's facts, not narrowed.
        months: Months ahead of the plan start.
        overtime: Whether allowed overtime may be used; without it, an overtime hour is one
            more limit that is bent, at its own price.
        stock: Whether safety stocks must be kept too.
        products: What must be on time; everything if None.
    """
    base = plan_supply(snapshot, months, overtime=overtime)
    problem = read_problem(snapshot, months, overtime=overtime)
    return relax(base, problem, overtime=overtime, stock=stock, products=products)


def relax(
    base: SupplyPlan,
    problem: SupplyProblem,
    *,
    overtime: bool = True,
    stock: bool = False,
    products: Collection[str] | None = None,
) -> Advice:
    """Return the cheapest way to meet a goal of a problem; see `relaxations`.

    Raises:
        NoFeasiblePlan: A whole-lot problem: bent limits are found for plans without whole lots.
    """
    if any(way.setup for way in problem.ways):
        raise NoFeasiblePlan(
            "What it would take is worked out for plans without whole lots. Leave them out."
        )
    elastic = _elastic(problem, overtime=overtime, stock=stock, products=products)
    plan = solve(elastic)
    found = [*_hours(plan), *_materials(problem, plan), *_freight(problem, plan)]
    found.sort(key=lambda one: (-one.cost, one.name, one.month))
    return Advice(base, plan, tuple(found), _unmet(plan, stock=stock, products=products))


def _elastic(
    problem: SupplyProblem, *, overtime: bool, stock: bool, products: Collection[str] | None
) -> SupplyProblem:
    dearest = MISSED * max(cost.lost + cost.refill for cost in problem.costs.values())
    express = tuple(
        replace(
            lane,
            cost=WEIGHT
            * (FREIGHT_FACTOR * lane.cost + FREIGHT_LEAST * problem.costs[lane.product].late),
            lead_months=0,
            capacity=None,
            closed=frozenset(),
        )
        for lane in problem.lanes
    )
    bought = tuple(
        replace(
            source,
            price=WEIGHT * MATERIAL_FACTOR * source.price,
            lead_months=0,
            capacity=None,
            order_min=0.0,
            order_multiple=0.0,
            closed=frozenset(),
            supplier=f"{source.supplier} at once",
        )
        for source in problem.sources
    )
    factor = HOUR_FACTOR if overtime else 1.0
    soft = problem.costs
    if not stock:
        # Safety stocks may be used up: bending limits to refill them was not asked for.
        soft = {name: replace(cost, below_safety=0.0, refill=0.0) for name, cost in soft.items()}
    return replace(
        problem,
        lanes=(*problem.lanes, *express),
        sources=(*problem.sources, *bought),
        hire={name: WEIGHT * factor * problem.wages[name][1] for name in problem.resources},
        costs={
            name: _must(cost, dearest, stock=stock)
            if products is None or name in products
            else cost
            for name, cost in soft.items()
        },
        orders=(),
        published=None,
    )


def _must(cost: Cost, dearest: float, *, stock: bool) -> Cost:
    """Return rates at which missing the goal is never worth it."""
    below, refill = (dearest, dearest) if stock else (cost.below_safety, cost.refill)
    lost = None if cost.lost_sale is None else 2 * dearest
    return replace(
        cost, late=dearest, lost=2 * dearest, lost_sale=lost, below_safety=below, refill=refill
    )


def _hours(plan: SupplyPlan) -> list[Relaxation]:
    return [
        Relaxation("hours", name, month, hours, hours * plan.problem.hire[name] / WEIGHT)
        for name, row in plan.hired.items()
        for month, hours in zip(plan.problem.months, row, strict=True)
        if hours >= LEAST
    ]


def _materials(problem: SupplyProblem, plan: SupplyPlan) -> list[Relaxation]:
    count = len(problem.sources)
    return [
        Relaxation("component", s.product, month, pieces, pieces * s.price / WEIGHT, s.site)
        for s, row in zip(plan.problem.sources[count:], plan.bought[count:], strict=True)
        for month, pieces in zip(problem.months, row, strict=True)
        if pieces >= LEAST
    ]


def _freight(problem: SupplyProblem, plan: SupplyPlan) -> list[Relaxation]:
    count = len(problem.lanes)
    return [
        Relaxation("lane", e.product, month, pieces, pieces * e.cost / WEIGHT, e.origin, e.target)
        for e, row in zip(plan.problem.lanes[count:], plan.moved[count:], strict=True)
        for month, pieces in zip(problem.months, row, strict=True)
        if pieces >= LEAST
    ]


def _unmet(plan: SupplyPlan, *, stock: bool, products: Collection[str] | None) -> tuple[Unmet, ...]:
    rows = [*plan.late.items(), *plan.lost.items(), *(plan.below.items() if stock else ())]
    return tuple(
        Unmet(product, site, month, quantity)
        for (product, site), row in rows
        for month, quantity in zip(plan.problem.months, row, strict=True)
        if quantity >= 0.5 and (products is None or product in products)
    )

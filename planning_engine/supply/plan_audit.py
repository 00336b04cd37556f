"""Checks a supply plan against its problem, without the model that made it.

It recomputes every balance, limit and cost from the plan's quantities alone and shares no
code with `supply_plan`, so that a mistake there cannot hide here.
"""

from collections.abc import Iterable

from planning_engine.supply.plan_problem import SupplyPlan

TOLERANCE = 1e-4


def verify(plan: SupplyPlan) -> tuple[str, ...]:
    """Return a sentence for every rule the plan breaks; empty if it keeps them all."""
    checks = (_negatives, _balances, _hours, _limits, _lead_times, _safety, _costs)
    return tuple(problem for check in checks for problem in check(plan))


def _off(one: float, other: float) -> bool:
    return abs(one - other) > TOLERANCE * max(1.0, abs(one), abs(other))


def _negatives(plan: SupplyPlan) -> Iterable[str]:
    rows = {
        "made": plan.made,
        "moved": plan.moved,
        "bought": plan.bought,
        "stock": plan.stock.values(),
        "late": plan.late.values(),
        "overtime": plan.overtime.values(),
    }
    for name, quantities in rows.items():
        if any(value < -TOLERANCE for row in quantities for value in row):
            yield f"A quantity {name} is negative."


def _balances(plan: SupplyPlan) -> Iterable[str]:
    problem = plan.problem
    for product, site in problem.places:
        stock = problem.opening.get((product, site), 0.0)
        owed = 0.0
        for t, month in enumerate(problem.months):
            came = problem.receipts.get((product, site), [0.0] * (t + 1))[t]
            gone = problem.demand.get((product, site), [0.0] * (t + 1))[t]
            for way, made in zip(problem.ways, plan.made, strict=True):
                if way.site == site and way.product == product:
                    came += made[t]
                if way.site == site:
                    for part in problem.parts.get(way.product, ()):
                        gone += part.quantity * made[t] * (part.component == product)
            for source, bought in zip(problem.sources, plan.bought, strict=True):
                came += bought[t] * ((source.product, source.site) == (product, site))
            for lane, moved in zip(problem.lanes, plan.moved, strict=True):
                if lane.product == product and lane.origin == site:
                    gone += moved[t]
                if lane.product == product and lane.target == site and t >= lane.lead_months:
                    came += moved[t - lane.lead_months]
            owes = plan.late.get((product, site), [0.0] * (t + 1))[t]
            left = stock + came - gone - owed + owes
            if _off(left, plan.stock[(product, site)][t]):
                yield f"The stock of {product} at {site} does not add up in {month:%B %Y}."
            stock, owed = plan.stock[(product, site)][t], owes


def _hours(plan: SupplyPlan) -> Iterable[str]:
    problem = plan.problem
    for (resource, t), there in problem.hours.items():
        run = 0.0
        for way, made in zip(problem.ways, plan.made, strict=True):
            run += way.hours.get(resource, 0.0) * made[t]
        extra = plan.overtime.get(resource, (0.0,) * (t + 1))[t]
        if extra > there.overtime + TOLERANCE:
            yield f"{resource} works more overtime than allowed in {problem.months[t]:%B %Y}."
        if run > (there.regular + extra) * (1 + TOLERANCE) + TOLERANCE:
            yield f"{resource} runs longer than it can in {problem.months[t]:%B %Y}."


def _limits(plan: SupplyPlan) -> Iterable[str]:
    for source, bought in zip(plan.problem.sources, plan.bought, strict=True):
        if source.capacity is not None and max(bought) > source.capacity * (1 + TOLERANCE):
            yield f"{source.supplier} delivers more {source.product} than it can."
    for lane, moved in zip(plan.problem.lanes, plan.moved, strict=True):
        if lane.capacity is not None and max(moved) > lane.capacity * (1 + TOLERANCE):
            yield f"{lane.origin} sends more {lane.product} to {lane.target} than the lane carries."


def _lead_times(plan: SupplyPlan) -> Iterable[str]:
    for source, bought in zip(plan.problem.sources, plan.bought, strict=True):
        if any(quantity > TOLERANCE for quantity in bought[: source.lead_months]):
            yield f"{source.product} of {source.supplier} comes before it could be ordered."


def _safety(plan: SupplyPlan) -> Iterable[str]:
    for place, wanted in plan.problem.safety.items():
        for kept, missing in zip(plan.stock[place], plan.below[place], strict=True):
            if kept + missing < wanted - TOLERANCE * max(1.0, wanted):
                yield f"What is missing from the safety stock of {place[0]} is not counted."


def _costs(plan: SupplyPlan) -> Iterable[str]:
    problem = plan.problem
    total = 0.0
    for way, made in zip(problem.ways, plan.made, strict=True):
        hourly = sum(problem.wages[name][0] * hours for name, hours in way.hours.items())
        total += sum(made) * (hourly + way.setup_cost)
    for name, row in plan.overtime.items():
        total += sum(row) * (problem.wages[name][1] - problem.wages[name][0])
    total += sum(s.price * sum(q) for s, q in zip(problem.sources, plan.bought, strict=True))
    total += sum(lane.cost * sum(q) for lane, q in zip(problem.lanes, plan.moved, strict=True))
    total += sum(problem.costs[place[0]].holding * sum(row) for place, row in plan.stock.items())
    for place, row in plan.late.items():
        total += problem.costs[place[0]].late * sum(row) + problem.costs[place[0]].lost * row[-1]
    for place, row in plan.below.items():
        rate = problem.costs[place[0]]
        total += rate.below_safety * sum(row) + rate.refill * row[-1]
    if _off(total, plan.objective):
        yield f"The parts cost {total:.2f}, the solver says {plan.objective:.2f}."
    if _off(total, plan.cost.total):
        yield f"The parts cost {total:.2f}, the plan says {plan.cost.total:.2f}."

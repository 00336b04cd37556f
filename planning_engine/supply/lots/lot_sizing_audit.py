"""Check a lot-sizing plan against the facts, without the model that made it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning_engine.supply.lots.lot_sizing_problem import LotProblem

TOLERANCE = 1e-5


@dataclass(frozen=True)
class LotAudit:
    """What the check found: each broken rule in words, and the cost added up again."""

    faults: tuple[str, ...]
    cost: float


def audit_lots(problem: LotProblem, orders: Mapping[str, Sequence[float]]) -> LotAudit:
    """Add up a plan from its lots alone: stock, hours and cost, period by period.

    Args:
        problem: The facts.
        orders: Pieces made per period, by product.
    """
    faults: list[str] = []
    cost = 0.0
    used = {name: [0.0] * len(hours) for name, hours in problem.capacity.items()}
    for item in problem.items:
        lots = orders.get(item.name, ())
        if len(lots) != len(item.demand):
            faults.append(f"{item.name} has lots for {len(lots)} of {len(item.demand)} periods.")
            continue
        stock = item.opening
        for period, lot in enumerate(lots):
            if lot < 0:
                faults.append(f"{item.name} has a lot of {lot:g} in period {period + 1}.")
            stock = stock + lot - item.demand[period]
            if stock < -TOLERANCE * max(1.0, sum(item.demand)):
                faults.append(f"{item.name} is {-stock:g} pieces short in period {period + 1}.")
            cost += item.holding_cost * max(stock, 0.0)
            if lot > 0:
                cost += item.setup_cost
                for name, hours in item.setup_hours.items():
                    used[name][period] += hours
                for name, hours in item.hours_per_unit.items():
                    used[name][period] += hours * lot
    for name, row in used.items():
        extra = problem.overtime.get(name, [0.0] * len(row))
        for period, hours in enumerate(row):
            regular = problem.capacity[name][period]
            if hours > (regular + extra[period]) + TOLERANCE * max(1.0, regular):
                faults.append(f"{name} is used {hours:g} hours in period {period + 1}.")
            cost += problem.overtime_cost.get(name, 0.0) * max(0.0, hours - regular)
    return LotAudit(tuple(faults), cost)

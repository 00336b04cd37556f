"""A first plan of whole lots, from which the solver starts: the linear plan, rounded.

Where the linear plan makes or orders less than half a smallest lot, nothing is made or ordered;
elsewhere at least that lot, in whole multiples. What that leaves open is planned around it.
"""

from collections.abc import Sequence
from math import ceil, floor

from planning_engine.supply.plan.plan_model import PlanModel
from planning_engine.supply.plan.plan_program import Solved

SHARE = 0.5
LEAST = 1e-6


def start_from_rounded(model: PlanModel, time_limit_s: float) -> None:
    """Give the solver a first plan of whole lots, if rounding finds one.

    Args:
        model: What was handed over to the solver.
        time_limit_s: Seconds each step may take.
    """
    program = model.program
    if not program.has_whole:
        return
    relaxed = program.held({}, time_limit_s)
    if relaxed is None:
        return
    switched = program.held(_switches(model, relaxed), time_limit_s)
    if switched is None:
        return
    whole = program.held({**_switches(model, relaxed), **_lots(model, switched)}, time_limit_s)
    if whole is not None:
        program.start_at(whole)


def _switches(model: PlanModel, solved: Solved) -> dict[int, float]:
    held: dict[int, float] = {}
    for row, switches, least, _ in _rows(model):
        for quantity, switch in zip(row, switches, strict=False):
            made = float(solved.values[quantity])
            held[switch] = 1.0 if made > max(LEAST, SHARE * least) else 0.0
    return held


def _lots(model: PlanModel, solved: Solved) -> dict[int, float]:
    """Return the number of lots: rounded down, so that hours and parts suffice."""
    held: dict[int, float] = {}
    for (row, _, least, multiple), counts in zip(
        _rows(model), [*model.lots, *model.order_lots], strict=True
    ):
        for quantity, count in zip(row, counts, strict=False):
            made = float(solved.values[quantity])
            smallest = ceil(least / multiple - LEAST) if made > LEAST else 0
            held[count] = float(max(smallest, floor(made / multiple + LEAST)))
    return held


def _rows(model: PlanModel) -> list[tuple[Sequence[int], Sequence[int], float, float]]:
    """Return quantity, switches, smallest lot and multiple of each way and source."""
    found: list[tuple[Sequence[int], Sequence[int], float, float]] = []
    for way, row, switches in zip(model.problem.ways, model.make, model.set_up, strict=True):
        least = way.setup.lot_min if way.setup else 0.0
        found.append((row, switches, least, way.setup.lot_multiple if way.setup else 0.0))
    for source, row, switches in zip(model.problem.sources, model.buy, model.order, strict=True):
        found.append((row, switches, source.order_min, source.order_multiple))
    return found

"""The least-cost plan that meets every demand in full and on time, or what stands in its way.

Where `supply_plan` lets demand be late at a cost, here it may not be: either there is a plan,
or the demands and limits that cannot hold together are named. Quantities made, moved and
bought are whole units, so that a demand of 22.8 takes 23. Safety stocks are not aimed at,
set-ups are spread over lots, and shelf lives and fences do not count.
"""

from collections.abc import Sequence

from planning_engine.errors import NoFeasiblePlan
from planning_engine.supply.plan.plan_problem import SupplyProblem
from planning_engine.supply.shortfalls.full_plan_model import NOTHING, FullModel, FullPlan
from planning_engine.supply.shortfalls.full_plan_terms import Conflict, Limit, Need

TIME_LIMIT_S = 20.0


def plan_in_full(
    problem: SupplyProblem, *, whole: bool = True, time_limit_s: float = TIME_LIMIT_S
) -> FullPlan | Conflict:
    """Return the least-cost plan that meets every demand in its month, or the conflict.

    Args:
        problem: What to plan.
        whole: Whether quantities are whole units.
        time_limit_s: Seconds the solver may take.

    Raises:
        NoFeasiblePlan: The solver neither found a plan nor a conflict in time.
    """
    model = FullModel(problem, whole=whole)
    status = model.minimise(model.cost(), time_limit_s)
    if model.found:
        return model.plan()
    if status != "Infeasible":
        raise NoFeasiblePlan(
            f"The solver found no plan within {time_limit_s:.0f} s ({status}). Ask for fewer "
            "months."
        )
    return _conflict(problem, time_limit_s)


def _conflict(problem: SupplyProblem, time_limit_s: float) -> Conflict:
    """Return a smallest set of demands and limits that cannot hold together.

    The plan with least demand unmet prices what binds; what it does not price takes no part.
    Of the rest each one is left out in turn, and stays out if the others still conflict.
    """
    elastic = FullModel(problem, whole=False, elastic=True)
    elastic.minimise(elastic.unmet(), time_limit_s)
    short = elastic.value(elastic.unmet())
    if short < NOTHING:
        return Conflict((), (), 0.0, in_fractions=True)
    needs, limits = elastic.priced()
    for need in tuple(needs):
        fewer = [entry for entry in needs if entry != need]
        if not _is_feasible(problem, fewer, limits):
            needs = fewer
    for limit in tuple(limits):
        looser = [entry for entry in limits if entry != limit]
        if not _is_feasible(problem, needs, looser):
            limits = looser
    return Conflict(tuple(needs), tuple(limits), short)


def _is_feasible(problem: SupplyProblem, needs: Sequence[Need], limits: Sequence[Limit]) -> bool:
    model = FullModel(problem, whole=False, elastic=True, needs=needs, limits=limits)
    model.minimise(model.unmet(), TIME_LIMIT_S)
    return model.value(model.unmet()) < NOTHING

"""Solvers as they come, on the formulation of the textbook: pieces, set-ups and stock."""

import warnings
from collections.abc import Callable, Mapping
from time import thread_time
from typing import Any

from planning_engine.supply.lots.lot_sizing_problem import LotProblem

Orders = Mapping[str, tuple[float, ...]]
Plan = Callable[[LotProblem, float], tuple[Orders | None, bool]]
"""Plan a problem within CPU seconds: pieces per product and period, and whether it is proven."""


def highs(problem: LotProblem, seconds: float) -> tuple[Orders | None, bool]:
    """Plan with HiGHS, default options, one thread, stopped on CPU time."""
    import highspy
    import pulp

    program, make, setup = _plain(problem)
    end = thread_time() + seconds

    def ask(kind: Any, text: Any, out: Any, into: Any, data: Any) -> None:  # Any: highspy
        if thread_time() >= end:
            into.user_interrupt = True

    program.solve(
        pulp.HiGHS(
            msg=False,
            threads=1,
            gapRel=1e-6,
            callbackTuple=(ask, None),
            callbacksToActivate=[highspy.cb.HighsCallbackType.kCallbackMipInterrupt],
        )
    )
    solver = program.solverModel
    if solver.getInfo().primal_solution_status != 2:
        return None, False
    status = solver.modelStatusToString(solver.getModelStatus())
    return _orders(make, setup), bool(status == "Optimal")


def cbc(problem: LotProblem, seconds: float) -> tuple[Orders | None, bool]:
    """Plan with the CBC that PuLP 3 brings, default options, one thread, CPU time.

    Stopped on time, this CBC may write a plan that its own clean-up calls infeasible; whoever
    counts plans must check them.
    """
    import pulp

    program, make, setup = _plain(problem)
    with warnings.catch_warnings():
        # PuLP 4 drops it: a peer to compare with while PuLP 3 brings it, nothing to build on.
        warnings.simplefilter("ignore", DeprecationWarning)
        solver = pulp.getSolver(
            "PULP_CBC_CMD", msg=False, threads=1, timeLimit=seconds, timeMode="cpu", gapRel=1e-6
        )
        program.solve(solver)
    if program.sol_status not in (1, 2):
        return None, False
    return _orders(make, setup), program.sol_status == 1


def _plain(
    problem: LotProblem,
) -> tuple[Any, dict[str, list[Any]], dict[str, list[Any]]]:  # Any: PuLP's classes
    import pulp

    program = pulp.LpProblem("lots", pulp.LpMinimize)
    span = range(problem.periods)
    make: dict[str, list[Any]] = {}
    setup: dict[str, list[Any]] = {}
    cost = []
    for item in problem.items:
        name = item.name
        make[name] = [program.add_variable(f"make_{name}_{t}", 0) for t in span]
        setup[name] = [program.add_variable(f"setup_{name}_{t}", 0, 1, "Integer") for t in span]
        stock = [program.add_variable(f"stock_{name}_{t}", 0) for t in span]
        cost += [(x, item.setup_cost) for x in setup[name]]
        cost += [(x, item.holding_cost) for x in stock]
        for t in span:
            before = stock[t - 1] if t else item.opening
            program += before + make[name][t] - stock[t] == item.demand[t]
            most = _most(problem, item.name, t)
            program += make[name][t] <= most * setup[name][t]
    program += pulp.lpSum(weight * x for x, weight in cost)
    for resource, hours in problem.capacity.items():
        for t in span:
            program += (
                pulp.lpSum(
                    item.hours_per_unit[resource] * make[item.name][t]
                    + item.setup_hours.get(resource, 0.0) * setup[item.name][t]
                    for item in problem.items
                )
                <= hours[t]
            )
    return program, make, setup


def _most(problem: LotProblem, name: str, period: int) -> float:
    """Return the largest lot that is of use: the demand left, or what the hours allow."""
    item = next(entry for entry in problem.items if entry.name == name)
    by_hours = [
        (problem.capacity[resource][period] - item.setup_hours.get(resource, 0.0)) / hours
        for resource, hours in item.hours_per_unit.items()
        if hours
    ]
    return max(0.0, min(sum(item.demand[period:]), *by_hours))


def _orders(
    make: Mapping[str, list[Any]],  # Any: PuLP's variables
    setup: Mapping[str, list[Any]],
) -> Orders | None:
    """Return the pieces made; None where a set-up is not whole.

    A piece without a set-up is less than the solver's tolerance: it counts as none.
    """
    whole = {name: [round(x.varValue or 0.0) for x in row] for name, row in setup.items()}
    for name, row in setup.items():
        if any(abs((x.varValue or 0.0) - w) > 1e-4 for x, w in zip(row, whole[name], strict=True)):
            return None
    return {
        name: tuple(
            float(x.varValue) if on and (x.varValue or 0.0) > 1e-6 else 0.0
            for x, on in zip(row, whole[name], strict=True)
        )
        for name, row in make.items()
    }


def available() -> dict[str, Plan]:
    """Return the peers at hand: CBC comes with PuLP 3 only."""
    import pulp

    found: dict[str, Plan] = {"HiGHS, plain formulation": highs}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if "PULP_CBC_CMD" in pulp.listSolvers(onlyAvailable=True):
            found["CBC, plain formulation"] = cbc
    return found


PEERS = available()

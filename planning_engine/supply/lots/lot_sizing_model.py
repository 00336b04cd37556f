"""The lot-sizing program on HiGHS, in the facility-location form.

A period with a set-up is an open facility that serves the demand of later periods: `share` says
which part of a demand comes from which period, and no share exceeds its set-up. Its relaxation
is far tighter than pieces against a big number (Krarup and Bilde 1977). The model is handed to
HiGHS without PuLP: the search re-solves one model a hundred times with other bounds, a start
and a stop on CPU time, none of which PuLP 3.3 passes on.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planning_engine.supply.lots.lot_sizing import net_demand
from planning_engine.supply.lots.lot_sizing_problem import LotProblem, Row

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

ALL_NODES = 2**31 - 1
FEASIBLE = 2


class Answer:
    """What HiGHS found: the value of every column, their cost, the bound and its status."""

    def __init__(self, solver: Any) -> None:  # Any: highspy has no types
        info = solver.getInfo()
        self.status = solver.modelStatusToString(solver.getModelStatus())
        self.found = info.primal_solution_status == FEASIBLE
        self.cost = float(info.objective_function_value) if self.found else np.inf
        self.bound = float(info.mip_dual_bound)
        self.values: Array = np.array(solver.getSolution().col_value) if self.found else _NONE

    @property
    def is_infeasible(self) -> bool:
        """Tell whether it is proven that there is no plan."""
        return bool(self.status == "Infeasible")

    @property
    def is_optimal(self) -> bool:
        """Tell whether it is proven that no plan is cheaper."""
        return bool(self.status == "Optimal")


_NONE = np.empty(0)


class LotModel:
    """The program of one problem; set-ups are the first columns, product by product."""

    def __init__(self, problem: LotProblem) -> None:
        import highspy  # only when lots are planned

        self.highspy = highspy
        self.problem = problem
        self.net = [net_demand(item.demand, item.opening) for item in problem.items]
        self.setups = len(problem.items) * problem.periods
        self.shares: list[tuple[int, int, int]] = []  # product, period made, period needed
        self.constant = self._holding_of_opening()
        self.solver = self._solver()

    def solve(
        self,
        low: Array,
        high: Array,
        stop: Callable[[], bool],
        *,
        nodes: int = ALL_NODES,
        gap: float = 1e-6,
        whole: Mask | None = None,
        start: Array | None = None,
    ) -> Answer:
        """Solve the program with bounds on the set-ups.

        Args:
            low: Least value of each set-up, 0 or 1.
            high: Most, 0 or 1.
            stop: Asked again and again while HiGHS works; True ends it.
            nodes: Nodes of the search tree at most.
            gap: Relative gap at which it is good enough.
            whole: Set-ups that must be whole; all by default.
            start: Values of every column to start from.
        """
        highspy, solver = self.highspy, self.solver
        every = np.arange(self.setups, dtype=np.int32)
        kinds = highspy.HighsVarType
        solver.clearSolver()
        solver.changeColsBounds(self.setups, every, low, high)
        solver.changeColsIntegrality(
            self.setups,
            every,
            [
                kinds.kInteger if whole is None or is_whole else kinds.kContinuous
                for is_whole in (whole if whole is not None else every)
            ],
        )
        solver.setOptionValue("mip_max_nodes", nodes)
        solver.setOptionValue("mip_rel_gap", gap)
        # A part of the plan is solved from a good start: HiGHS's own heuristics only cost time.
        thorough = nodes == ALL_NODES
        solver.setOptionValue("mip_heuristic_effort", 0.05 if thorough else 0.0)
        solver.setOptionValue("mip_heuristic_run_feasibility_jump", thorough)
        solver.setOptionValue("mip_allow_restart", thorough)
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = list(start)
            solver.setSolution(solution)
        self._stop_when(stop)
        solver.run()
        return Answer(solver)

    def orders(self, values: Array) -> dict[str, Row]:
        """Return pieces made by product from the values of the columns."""
        made = np.zeros((len(self.problem.items), self.problem.periods))
        shares = values[self.setups : self.setups + len(self.shares)]
        for (item, period, needed), share in zip(self.shares, shares, strict=True):
            made[item, period] += self.net[item][needed] * share
        made[made < 1e-6] = 0.0
        return {
            item.name: tuple(float(quantity) for quantity in row)
            for item, row in zip(self.problem.items, made, strict=True)
        }

    def _stop_when(self, stop: Callable[[], bool]) -> None:
        def ask(kind: Any, text: Any, out: Any, into: Any, data: Any) -> None:  # Any: highspy
            if stop():
                into.user_interrupt = True

        self.solver.setCallback(ask, None)
        for kind in ("kCallbackMipInterrupt", "kCallbackSimplexInterrupt"):
            self.solver.startCallback(getattr(self.highspy.cb.HighsCallbackType, kind))

    def _holding_of_opening(self) -> float:
        """Return the cost of holding the stock there is at the start until it is used."""
        cost = 0.0
        for item, net in zip(self.problem.items, self.net, strict=True):
            left = item.opening
            for needed, still in zip(item.demand, net, strict=True):
                left -= needed - still
                cost += item.holding_cost * left
        return cost

    def _solver(self) -> Any:  # Any: highspy has no types
        costs, most = self._columns()
        rows, low, high = self._rows(len(self.shares) + self.setups)
        program = self.highspy.HighsLp()
        program.num_col_, program.num_row_ = len(costs), len(rows)
        program.col_cost_, program.col_upper_ = costs, most
        program.col_lower_ = np.zeros(len(costs))
        program.row_lower_, program.row_upper_ = low, high
        matrix = program.a_matrix_
        matrix.format_ = self.highspy.MatrixFormat.kRowwise
        matrix.start_ = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        matrix.index_ = np.array([c for columns, _ in rows for c in columns], dtype=np.int32)
        matrix.value_ = np.array([v for _, values in rows for v in values], dtype=float)
        kinds = self.highspy.HighsVarType
        program.integrality_ = [kinds.kInteger] * self.setups + [kinds.kContinuous] * (
            len(costs) - self.setups
        )
        solver = self.highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.passModel(program)
        return solver

    def _columns(self) -> tuple[Array, Array]:
        problem = self.problem
        costs = [item.setup_cost for item in problem.items for _ in range(problem.periods)]
        for number, (item, net) in enumerate(zip(problem.items, self.net, strict=True)):
            for needed, pieces in enumerate(net):
                if pieces > 0:
                    for period in range(needed + 1):
                        self.shares.append((number, period, needed))
                        costs.append(item.holding_cost * (needed - period) * pieces)
        most = [1.0] * len(costs)
        for resource, hours in problem.overtime.items():
            costs += [problem.overtime_cost.get(resource, 0.0)] * problem.periods
            most += hours
        return np.array(costs, float), np.array(most, float)

    def _rows(self, overtime: int) -> tuple[list[tuple[list[int], list[float]]], Array, Array]:
        """Return the rows: each demand is served, no share without its set-up, hours suffice."""
        problem, infinite = self.problem, self.highspy.kHighsInf
        rows: list[tuple[list[int], list[float]]] = []
        served: dict[tuple[int, int], list[int]] = {}
        used: dict[tuple[str, int], tuple[list[int], list[float]]] = {
            (resource, period): ([], [])
            for resource in problem.capacity
            for period in range(problem.periods)
        }

        def uses(resource: str, period: int, column: int, hours: float) -> None:
            if hours:
                used[(resource, period)][0].append(column)
                used[(resource, period)][1].append(hours)

        for column, (number, period, needed) in enumerate(self.shares, self.setups):
            served.setdefault((number, needed), []).append(column)
            rows.append(([column, number * problem.periods + period], [1.0, -1.0]))
            for resource, hours in problem.items[number].hours_per_unit.items():
                uses(resource, period, column, hours * self.net[number][needed])
        free = len(rows)
        rows += [(columns, [1.0] * len(columns)) for columns in served.values()]
        for column in range(self.setups):
            number, period = divmod(column, problem.periods)
            for resource, hours in problem.items[number].setup_hours.items():
                uses(resource, period, column, hours)
        for order, resource in enumerate(problem.overtime):
            for period in range(problem.periods):
                uses(resource, period, overtime + order * problem.periods + period, -1.0)
        rows += list(used.values())
        low = np.array([-infinite] * free + [1.0] * len(served) + [-infinite] * len(used))
        limits = [problem.capacity[resource][period] for resource, period in used]
        return rows, low, np.array([0.0] * free + [1.0] * len(served) + limits)

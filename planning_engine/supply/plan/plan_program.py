"""A linear program under construction: PuLP's, solved on HiGHS, read by column and row number.

HiGHS is asked itself for status, gap and duals: PuLP calls a run that hit its time limit
optimal, and knows no gap.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

Term = tuple[int, float]
"""A column and its coefficient."""

LARGE = 20_000
"""Rows from which on looking for what to leave out takes HiGHS longer than it saves."""

FEASIBLE = 2
"""What HiGHS calls a primal or dual solution that keeps the rules."""


@dataclass(frozen=True)
class Basis:
    """Where the solver stood at the end, by key of column and row.

    Another program with some of the same keys can start from there. `columns` and `rows` hold
    HiGHS's own marks (at a bound, basic).
    """

    columns: Mapping[Hashable, Any]  # Any: highspy's mark
    rows: Mapping[Hashable, Any]


@dataclass(frozen=True)
class Solved:
    """What the solver found.

    Attributes:
        values: Value of each column, by number.
        duals: What one more of a row's right-hand side adds to the cost, by row number.
        objective: The cost.
        status: HiGHS's word for how it ended.
        gap: Share by which a cheaper solution may exist at most; None where not proven.
        iterations: Steps of the simplex method.
    """

    values: NDArray[np.float64]
    duals: NDArray[np.float64]
    objective: float
    status: str
    gap: float | None
    iterations: int


class Program:
    """Columns and rows by key; numbers count from 0 in the order they were added."""

    def __init__(self, name: str) -> None:
        import pulp  # half a second: only when a plan is asked for

        self._pulp = pulp
        self._program = pulp.LpProblem(name, pulp.LpMinimize)
        self._variables: list[Any] = []  # Any: PuLP's variable
        self._whole: list[int] = []
        self._columns: list[Hashable] = []
        self.rows: dict[Hashable, int] = {}
        self._highs: Any = None  # Any: highspy's solver
        self._places: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._numbered: dict[int, int] | None = None

    def column(
        self, key: Hashable, most: float | None = None, *, least: float = 0.0, whole: bool = False
    ) -> int:
        """Add a column and return its number.

        Args:
            key: What it stands for; a program with the same key can start from its value.
            most: Upper bound; None for none.
            least: Lower bound.
            whole: Whether only whole numbers will do.
        """
        number = len(self._variables)
        kind = self._pulp.LpInteger if whole else self._pulp.LpContinuous
        # PuLP 3 sorts columns by name; padded numbers keep the order they came in.
        self._variables.append(self._program.add_variable(f"x{number:07d}", least, most, kind))
        self._columns.append(key)
        if whole:
            self._whole.append(number)
        return number

    def key(self, number: int) -> Hashable:
        """Return what a column stands for."""
        return self._columns[number]

    def row(self, key: Hashable, terms: Sequence[Term], sense: str, right: float) -> None:
        """Add the row `terms sense right`, where sense is `<=`, `>=` or `==`."""
        total = self._sum(terms)
        comparison = (
            total <= right if sense == "<=" else total >= right if sense == ">=" else total == right
        )
        self._program += comparison, f"r{len(self.rows):07d}"
        if key in self.rows:
            raise ValueError(f"Two rows stand for {key}.")
        self.rows[key] = len(self.rows)

    def minimise(self, terms: Sequence[Term]) -> None:
        """Say what to minimise."""
        self._program += self._sum(terms)

    def _sum(self, terms: Sequence[Term]) -> Any:  # Any: PuLP's expression
        merged: dict[int, float] = defaultdict(float)
        for number, coefficient in terms:
            merged[number] += coefficient
        variables, expression = self._variables, self._pulp.LpAffineExpression
        if issubclass(expression, dict):  # PuLP 3: term lists build three times faster
            return expression([(variables[number], each) for number, each in merged.items()])
        return self._pulp.lpSum(each * variables[number] for number, each in merged.items())

    # --- the solver

    def hand_over(
        self, time_limit_s: float, *, gap: float | None = None, start: Basis | None = None
    ) -> None:
        """Give the program to HiGHS.

        Args:
            time_limit_s: Seconds it may take.
            gap: Gap at which whole-number programs may stop.
            start: Where another program's solver stood.
        """
        solver = self._pulp.HiGHS(msg=False, timeLimit=time_limit_s, threads=1, gapRel=gap)
        solver.createAndConfigureSolver(self._program)
        self._highs = self._program.solverModel
        if issubclass(self._pulp.LpAffineExpression, dict):
            self._build_in_bulk()
        else:
            solver.buildSolverModel(self._program)
            listed = self._program.exported_variables()
            self._places = np.array([int(entry.name[1:]) for entry in listed], dtype=np.int32)
        if len(self.rows) > LARGE and not self._whole:
            self._highs.setOptionValue("presolve", "off")
        if start is not None and not self._whole:
            self._set_basis(start)

    def _build_in_bulk(self) -> None:
        """Hand PuLP 3's model over in two calls, as PuLP 4 does; it makes one a column and row."""
        count, endless = len(self._variables), float("inf")
        self._places = np.arange(count, dtype=np.int32)
        place = {variable: number for number, variable in enumerate(self._variables)}
        costs = np.zeros(count)
        for variable, coefficient in self._program.objective.items():
            costs[place[variable]] = coefficient
        low = np.array([variable.lowBound for variable in self._variables], dtype=np.float64)
        high = np.array(
            [endless if v.upBound is None else v.upBound for v in self._variables],
            dtype=np.float64,
        )
        none = np.zeros(0, dtype=np.int32)
        self._highs.addCols(count, costs, low, high, 0, none, none, np.zeros(0))
        if self._whole:
            import highspy

            whole = np.array(self._whole, dtype=np.int32)
            kinds = np.full(len(whole), highspy.HighsVarType.kInteger)
            self._highs.changeColsIntegrality(len(whole), whole, kinds)
        rows = self._program.constraints()
        lengths = [len(row) for row in rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])[:-1].astype(np.int32)
        total = int(sum(lengths))
        columns = np.fromiter((place[v] for row in rows for v in row), np.int32, total)
        entries = np.fromiter((each for row in rows for each in row.values()), np.float64, total)
        bounds = [(row.getLb(), row.getUb()) for row in rows]
        least = np.array([-endless if lb is None else lb for lb, _ in bounds], dtype=np.float64)
        most = np.array([endless if ub is None else ub for _, ub in bounds], dtype=np.float64)
        self._highs.addRows(len(rows), least, most, total, starts, columns, entries)

    def again(self, costs: Mapping[int, float], time_limit_s: float) -> Solved | None:
        """Run once more from the last solution, minimising something else.

        Args:
            costs: Cost by column; 0 for those left out.
            time_limit_s: Seconds it may take.
        """
        place = self._numbers()
        weights = np.zeros(len(self._places))
        for number, cost in costs.items():
            if number in place:
                weights[place[number]] = cost
        count = len(self._places)
        self._highs.changeColsCost(count, np.arange(count, dtype=np.int32), weights)
        return self.more(time_limit_s)

    def more(self, time_limit_s: float) -> Solved | None:
        """Run once more from the last solution.

        Args:
            time_limit_s: Seconds it may take.
        """
        self._allow(time_limit_s)
        return self.run()

    @property
    def has_whole(self) -> bool:
        """Whether any column takes whole numbers only."""
        return bool(self._whole)

    def held(self, fixed: Mapping[int, float], time_limit_s: float) -> Solved | None:
        """Run with some whole columns held and the rest of them split freely, then undo that.

        Args:
            fixed: Value by column.
            time_limit_s: Seconds it may take.
        """
        import highspy

        place = self._numbers()
        whole = np.array([place[n] for n in self._whole if n in place], dtype=np.int32)
        kinds = highspy.HighsVarType
        self._highs.changeColsIntegrality(len(whole), whole, np.full(len(whole), kinds.kContinuous))
        numbers = [number for number in fixed if number in place]
        at = np.array([place[number] for number in numbers], dtype=np.int32)
        values = np.array([fixed[number] for number in numbers], dtype=np.float64)
        self._highs.changeColsBounds(len(at), at, values, values)
        solved = self.more(time_limit_s)
        low = np.array([self._variables[n].lowBound or 0.0 for n in numbers], dtype=np.float64)
        highest = [self._variables[number].upBound for number in numbers]
        high = np.array([float("inf") if h is None else h for h in highest], dtype=np.float64)
        self._highs.changeColsBounds(len(at), at, low, high)
        self._highs.changeColsIntegrality(len(whole), whole, np.full(len(whole), kinds.kInteger))
        return solved

    def start_at(self, solved: Solved) -> None:
        """Let the next run start from a solution."""
        import highspy

        solution = highspy.HighsSolution()
        solution.col_value = solved.values[self._places].tolist()
        self._highs.setSolution(solution)

    def tighten(self, key: Hashable, terms: Sequence[Term], most: float) -> None:
        """Add the row `terms <= most` after a run; the next run starts from the last solution."""
        place = self._numbers()
        inside = [(place[number], each) for number, each in terms if number in place]
        self._highs.addRow(
            -float("inf"),
            most,
            len(inside),
            np.array([number for number, _ in inside], dtype=np.int32),
            np.array([each for _, each in inside], dtype=np.float64),
        )
        self.rows[key] = len(self.rows)

    def price(self, solved: Solved, time_limit_s: float) -> Solved:
        """Return a whole-number solution with duals: whole columns are held, the rest solved.

        A program without whole columns has its duals already.
        """
        if not self._whole:
            return solved
        place = self._numbers()
        whole = [number for number in self._whole if number in place]
        at = np.array([place[number] for number in whole], dtype=np.int32)
        fixed = np.round(solved.values[whole])
        kinds = np.zeros(len(at), dtype=np.uint8)  # continuous
        self._highs.changeColsIntegrality(len(at), at, kinds)
        self._highs.changeColsBounds(len(at), at, fixed, fixed)
        self._allow(time_limit_s)
        priced = self.run()
        if priced is None:
            return solved
        return replace(priced, status=solved.status, gap=solved.gap)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self._variables)

    def basis(self) -> Basis:
        """Return where the solver stands."""
        found = self._highs.getBasis()
        columns = dict.fromkeys(self._columns)
        for number, mark in zip(self._places, found.col_status, strict=True):
            columns[self._columns[number]] = mark
        return Basis(columns, dict(zip(self.rows, found.row_status, strict=True)))

    def _set_basis(self, start: Basis) -> None:
        import highspy

        marks = highspy.HighsBasisStatus
        basis = highspy.HighsBasis()
        basis.col_status = [
            start.columns.get(self._columns[number]) or marks.kLower for number in self._places
        ]
        basis.row_status = [start.rows.get(key, marks.kBasic) for key in self.rows]
        basis.valid = True
        # The other program may have had more or fewer rows: HiGHS completes what does not fit.
        basis.alien = True
        self._highs.setBasis(basis)

    def _numbers(self) -> dict[int, int]:
        if self._numbered is None:
            self._numbered = {int(number): place for place, number in enumerate(self._places)}
        return self._numbered

    def _allow(self, time_limit_s: float) -> None:
        # HiGHS counts the time of all runs together.
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + time_limit_s)

    def run(self) -> Solved | None:
        """Run HiGHS on what was handed over; None where it found nothing in time."""
        highs = self._highs
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != FEASIBLE:
            return None
        solution = highs.getSolution()
        values = np.zeros(len(self._variables))
        values[self._places] = solution.col_value
        duals = np.array(solution.row_dual if solution.dual_valid else [0.0] * len(self.rows))
        status = highs.modelStatusToString(highs.getModelStatus())
        return Solved(
            values,
            duals,
            float(info.objective_function_value),
            status,
            _gap(info, status, whole=bool(self._whole)),
            int(info.simplex_iteration_count),
        )

    def failure(self) -> str:
        """Return HiGHS's word for why there is no solution."""
        return str(self._highs.modelStatusToString(self._highs.getModelStatus()))


def _gap(info: Any, status: str, *, whole: bool) -> float | None:  # Any: highspy's figures
    if not whole:
        return 0.0 if status == "Optimal" else None
    gap = float(info.mip_gap)
    if isfinite(gap):
        return max(0.0, gap)
    return 0.0 if status == "Optimal" else None

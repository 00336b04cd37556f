"""The aggregate plan: one quantity, one workforce, month by month: chase, level or hybrid.

One month's demand can be met from stock, by own workers in regular hours or overtime, by a
subcontractor, or late. Chase follows demand with the workforce, level keeps the workforce and
lets stock and backlog swing, the hybrid is the least-cost mix, a linear program on HiGHS.
"""

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import Any

from planning_engine.errors import NoFeasiblePlan
from planning_engine.supply.aggregate.aggregate_problem import (
    AggregateMonth,
    AggregatePlan,
    AggregateProblem,
    Row,
    Strategy,
)

TIME_LIMIT_S = 20.0


def plan(problem: AggregateProblem, strategy: Strategy = "hybrid") -> AggregatePlan:
    """Return the plan that a strategy leads to.

    Args:
        problem: What to plan.
        strategy: How.

    Raises:
        NoFeasiblePlan: There is not enough room for workers to meet the demand.
    """
    made_by: dict[Strategy, Callable[[AggregateProblem], AggregatePlan]] = {
        "chase": chase,
        "level": level,
        "hybrid": hybrid,
    }
    return made_by[strategy](problem)


def chase(problem: AggregateProblem) -> AggregatePlan:
    """Hire and fire so that each month makes what it needs, without overtime or backlog.

    `P_t = D_t - I_(t-1) + I_t`: the stock goes to the closing stock wanted in the first month,
    or as soon as demand has used up what is more than that, and stays there.

    Example:
        Demand of 100 and 300 with 10 units a worker and no stock takes 10, then 30 workers.
    """
    stock, owed, made = problem.stock, problem.backlog, []
    for wanted in problem.demand:
        need = max(0.0, wanted + owed + problem.last_stock - stock)
        made.append(_whole(need) if problem.whole else need)
        stock, owed = stock + made[-1] - wanted - owed, 0.0
    workers = tuple(_workers(problem, quantity) for quantity in made)
    return AggregatePlan("chase", problem, _months(problem, workers, tuple(made)))


def level(problem: AggregateProblem) -> AggregatePlan:
    """Keep one workforce and one rate: `(sum of demand + closing - opening stock) / months`.

    What the stock does not cover waits as backlog; by the end nothing is owed.
    """
    span = len(problem.demand)
    made = [problem.to_make / span] * span
    if problem.whole:
        made = [_whole(quantity) for quantity in made]
    workers = (_workers(problem, made[0]),) * span
    return AggregatePlan("level", problem, _months(problem, workers, tuple(made)))


def hybrid(problem: AggregateProblem) -> AggregatePlan:
    """Return the least-cost plan.

    Example:
        Red Tomato (Chopra and Meindl, chapter 8): lay 15.42 workers off at once, keep 64.58,
        owe 266.67 units at the end of month 4; cost 422,275.
    """
    found = _Model(problem).solve()
    if not problem.whole:
        return found
    # Of whole numbers one cannot say what a bit more costs: the prices are the split plan's.
    split = _Model(replace(problem, whole=False)).solve()
    return replace(found, marginal_cost=split.marginal_cost)


def _workers(problem: AggregateProblem, made: float) -> float:
    workers = made / problem.units_per_worker
    workers = _whole(workers) if problem.whole else workers
    if problem.most_workers is not None and workers > problem.most_workers + 1e-9:
        raise NoFeasiblePlan(
            f"Making {made:,.0f} units in a month takes {workers:,.1f} workers, and there is room "
            f"for {problem.most_workers:,.0f}. Allow more workers, or plan the hybrid."
        )
    return workers


def _months(problem: AggregateProblem, workers: Row, made: Row) -> tuple[AggregateMonth, ...]:
    """Return the months that a workforce and what it makes lead to."""
    rows = []
    there, net = problem.workers, problem.stock - problem.backlog
    for wanted, employed, quantity in zip(problem.demand, workers, made, strict=True):
        net += quantity - wanted
        rows.append(
            AggregateMonth(
                demand=wanted,
                workers=employed,
                hired=max(0.0, employed - there),
                fired=max(0.0, there - employed),
                overtime_hours=0.0,
                made=quantity,
                subcontracted=0.0,
                stock=max(0.0, net),
                # What rounding leaves of a level rate's last month is nothing owed.
                backlog=-net if net < -1e-9 * max(1.0, wanted) else 0.0,
            )
        )
        there = employed
    return tuple(rows)


class _Model:
    """The linear program of the hybrid: one row of variables per kind of decision."""

    def __init__(self, problem: AggregateProblem) -> None:
        import pulp  # half a second: only when a plan is asked for

        self.pulp = pulp
        self.problem = problem
        self.span = range(len(problem.demand))
        self.program = pulp.LpProblem("aggregate_plan", pulp.LpMinimize)
        last, most = self.span[-1], problem.most_subcontracted
        outside = 0.0 if problem.rates.subcontract is None else most
        self.workers = self._row("workers", most=problem.most_workers)
        self.hired, self.fired = self._row("hired"), self._row("fired")
        self.overtime = self._row("overtime", split=True)
        self.made = self._row("made")
        self.subcontracted = self._row("subcontracted", most=outside)
        self.stock, self.backlog = self._row("stock"), self._row("backlog")
        for variable in self.stock:
            variable.lowBound = problem.least_stock
        self.stock[last].lowBound = problem.last_stock
        self.backlog[last].upBound = 0
        self._price()
        self._workforce()
        self._balance()

    def solve(self) -> AggregatePlan:
        self.program.solve(self.pulp.HiGHS(msg=False, timeLimit=TIME_LIMIT_S, threads=1, gapRel=0))
        if self.program.solverModel.getInfo().primal_solution_status != 2:
            raise NoFeasiblePlan(
                "The demand cannot be met by the end of the plan with the workers there is room "
                "for. Allow more workers, more overtime or a subcontractor."
            )
        rows = (
            self.workers,
            self.hired,
            self.fired,
            self.overtime,
            self.made,
            self.subcontracted,
            self.stock,
            self.backlog,
        )
        months = tuple(
            AggregateMonth(self.problem.demand[t], *(_value(row[t]) for row in rows))
            for t in self.span
        )
        return AggregatePlan("hybrid", self.problem, months, self._marginal_cost())

    def _row(
        self, name: str, most: float | None = None, *, split: bool = False
    ) -> list[Any]:  # Any: PuLP's variable
        kind = "Integer" if self.problem.whole and not split else "Continuous"
        return [self.program.add_variable(f"{name}_{t}", 0, most, kind) for t in self.span]

    def _price(self) -> None:
        rates = self.problem.rates
        priced = (
            (self.workers, rates.wage),
            (self.overtime, rates.overtime),
            (self.hired, rates.hire),
            (self.fired, rates.fire),
            (self.made, rates.material),
            (self.stock, rates.holding),
            (self.backlog, rates.backlog),
            (self.subcontracted, rates.subcontract or 0.0),
        )
        self.program += self.pulp.lpSum(rate * x for row, rate in priced for x in row)

    def _workforce(self) -> None:
        """Let workers change by hiring and firing, and make no more than they can."""
        problem = self.problem
        for t in self.span:
            before = self.workers[t - 1] if t else problem.workers
            change = self.hired[t] - self.fired[t]
            self.program += self.workers[t] == before + change, f"workforce_{t}"
            extra = self.overtime[t] * (1 / problem.hours_per_unit)
            there = problem.units_per_worker * self.workers[t] + extra
            self.program += self.made[t] <= there, f"output_{t}"
            allowed = problem.overtime_hours * self.workers[t]
            self.program += self.overtime[t] <= allowed, f"overtime_{t}"

    def _balance(self) -> None:
        """Let each month's supply go to demand, to what was owed, and to stock."""
        problem = self.problem
        for t in self.span:
            stock = self.stock[t - 1] if t else problem.stock
            owed = self.backlog[t - 1] if t else problem.backlog
            comes = stock + self.made[t] + self.subcontracted[t] + self.backlog[t]
            goes = owed + self.stock[t]
            self.program += comes - goes == problem.demand[t], f"balance_{t}"

    def _marginal_cost(self) -> Row | None:
        if self.problem.whole:
            return None
        duals = (self.program.get_constraint_by_name(f"balance_{t}").pi for t in self.span)
        return tuple(float(dual or 0.0) for dual in duals)


def _whole(quantity: float) -> float:
    return float(ceil(quantity - 1e-9))


def _value(variable: Any) -> float:  # Any: PuLP's variable
    value = float(variable.varValue or 0.0)
    return value if value > 1e-7 else 0.0

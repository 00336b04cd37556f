"""Plan the lots of several products on shared resources: a good plan soon, then the proof.

Three steps on one model. Relax-and-fix walks through the periods with only the next few set-ups
whole. Fix-and-optimise frees the set-ups of some periods or some products at a time while all
others stand. Then HiGHS goes on with the whole model from the plan it has, until it proves that
none is cheaper or the time is over.
"""

from collections.abc import Callable, Iterator
from random import Random
from time import thread_time

import numpy as np

from planning_engine.errors import NoFeasiblePlan
from planning_engine.supply.lots.lot_sizing_model import Answer, Array, LotModel, Mask
from planning_engine.supply.lots.lot_sizing_problem import LotProblem, LotSchedule, schedule

SECONDS = 10.0
IMPROVE_SHARE = 0.45
"""Part of the time for the search of a good plan; the rest is for the proof."""

WIDTHS = ((3, 2), (4, 2))
"""Periods with whole set-ups in relax-and-fix, and how many are then fixed; tried in turn."""

FREED_PERIODS = 5
FREED_ITEMS = 3
IN_TIME = 0.95
"""HiGHS looks up from its work now and then only: it is stopped a little early."""

PART_SECONDS = 0.05
"""Part of the time that one partial solve may take at most."""


def plan_lots(
    problem: LotProblem,
    seconds: float = SECONDS,
    clock: Callable[[], float] = thread_time,
) -> LotSchedule:
    """Return the lots of least set-up, holding and overtime cost.

    Args:
        problem: What to plan.
        seconds: Seconds by `clock` after which the best plan so far is returned.
        clock: CPU seconds of this thread: a busy machine changes the plan as little as possible.

    Raises:
        NoFeasiblePlan: The hours do not suffice, or no plan was found in time.

    Example:
        Two products need 30 pieces each in period 2; 40 hours a period and an hour a piece
        force one of them to be made early, at one each piece and period:

        >>> from planning_engine.supply.lots.lot_sizing_problem import LotItem
        >>> items = [LotItem(n, (0, 30), 50, h, {"L": 1}) for n, h in (("A", 1), ("B", 2))]
        >>> plan = plan_lots(LotProblem(tuple(items), {"L": (40, 40)}))
        >>> plan.orders["A"], plan.orders["B"], plan.cost
        ((30.0, 0.0), (0.0, 30.0), 130.0)
    """
    return _Search(problem, seconds, clock).run()


class _Search:
    """The best plan so far, and the steps that improve it."""

    def __init__(self, problem: LotProblem, seconds: float, clock: Callable[[], float]) -> None:
        self.started, self.seconds, self.clock = clock(), seconds * IN_TIME, clock
        self.problem = problem
        self.model = LotModel(problem)
        self.period_of = np.tile(np.arange(problem.periods), len(problem.items))
        self.item_of = np.repeat(np.arange(len(problem.items)), problem.periods)
        self.closed, self.open = np.zeros(self.model.setups), np.ones(self.model.setups)
        self.values: Array | None = None
        self.cost = np.inf
        self.random = Random(1)

    def run(self) -> LotSchedule:
        if not self.model.shares:
            return schedule(
                self.problem,
                {item.name: (0.0,) * self.problem.periods for item in self.problem.items},
                self.model.constant,
                proven=True,
            )
        proof = self._at_the_root()
        if not (proof.is_optimal or proof.is_infeasible):
            self._relax_and_fix()
            self._fix_and_optimise()
            proof = self._prove()
        if self.values is None:
            raise NoFeasiblePlan(self._why_not(proof))
        plan = schedule(
            self.problem, self._clean(self.values), proof.bound + self.model.constant, proven=False
        )
        proven = proof.is_optimal or plan.gap <= 1e-6
        return schedule(self.problem, plan.orders, min(plan.bound, plan.cost), proven=proven)

    def _until(self, seconds: float) -> Callable[[], bool]:
        """Return a question that is answered True when so much of the time is over."""
        end = self.started + min(seconds, self.seconds)
        return lambda: self.clock() >= end

    def _part(self, share: float = 1.0) -> Callable[[], bool]:
        spent = self.clock() - self.started
        return self._until(min(spent + PART_SECONDS * self.seconds, share * self.seconds))

    def _keep(self, answer: Answer) -> bool:
        if not answer.found or answer.cost >= self.cost - 1e-9 * abs(self.cost):
            return False
        self.values, self.cost = answer.values, answer.cost
        return True

    def _at_the_root(self) -> Answer:
        """Try the whole model for a moment: many a problem is solved at the root."""
        answer = self.model.solve(self.closed, self.open, self._part(), nodes=1)
        self._keep(answer)
        return answer

    def _relax_and_fix(self) -> None:
        for width, step in WIDTHS:
            answer = self._walk(width, step)
            if answer is not None:
                self._keep(answer)
                return

    def _walk(self, width: int, step: int) -> Answer | None:
        low, high = self.closed.copy(), self.open.copy()
        for first in range(0, self.problem.periods, step):
            whole = self.period_of < first + width
            answer = self.model.solve(low, high, self._part(), nodes=20, gap=0.01, whole=whole)
            if not answer.found:
                # The first whole set-ups will do, whatever they cost.
                stop = self._until(self.seconds * IMPROVE_SHARE)
                answer = self.model.solve(low, high, stop, nodes=1, gap=1.0, whole=whole)
            if not answer.found:
                return None
            if first + width >= self.problem.periods:
                return answer
            fixed = self.period_of < first + step
            setups = np.round(answer.values[: self.model.setups])
            low, high = np.where(fixed, setups, low), np.where(fixed, setups, high)
        return None

    def _fix_and_optimise(self) -> None:
        over = self._until(IMPROVE_SHARE * self.seconds)
        stale = 0
        while self.values is not None and stale < 2 and not over():
            better = [self._free(freed) for freed in self._neighbourhoods() if not over()]
            stale = 0 if any(better) else stale + 1

    def _neighbourhoods(self) -> Iterator[Mask]:
        last = max(1, self.problem.periods - FREED_PERIODS + 1)
        for first in range(0, last, FREED_PERIODS // 2):
            yield (self.period_of >= first) & (self.period_of < first + FREED_PERIODS)
        items = list(range(len(self.problem.items)))
        self.random.shuffle(items)
        for first in range(0, len(items), FREED_ITEMS):
            yield np.isin(self.item_of, items[first : first + FREED_ITEMS])

    def _free(self, freed: Mask) -> bool:
        """Solve again with some set-ups free and all others as they are."""
        assert self.values is not None
        setups = np.round(self.values[: self.model.setups])
        return self._keep(
            self.model.solve(
                np.where(freed, 0.0, setups),
                np.where(freed, 1.0, setups),
                self._part(IMPROVE_SHARE),
                nodes=100,
                gap=1e-4,
                start=self.values,
            )
        )

    def _prove(self) -> Answer:
        answer = self.model.solve(
            self.closed, self.open, self._until(self.seconds), start=self.values
        )
        self._keep(answer)
        return answer

    def _clean(self, values: Array) -> dict[str, tuple[float, ...]]:
        """Return the lots with set-ups exactly 0 or 1, which a mixed program leaves near them."""
        setups = np.round(values[: self.model.setups])
        answer = self.model.solve(setups, setups, lambda: False, start=values)
        return self.model.orders(answer.values if answer.found else values)

    def _why_not(self, proof: Answer) -> str:
        tight = self._first_shortage()
        if tight:
            return tight
        if proof.is_infeasible:
            return (
                "The hours do not suffice for these lots once set-ups take their time. Add hours, "
                "or plan fewer products."
            )
        return f"No plan was found within {self.seconds:g} CPU seconds. Give it more time."

    def _first_shortage(self) -> str | None:
        """Name the resource and period until which the pieces alone take too many hours."""
        problem = self.problem
        for resource in problem.capacity:
            needed = there = 0.0
            for period in range(problem.periods):
                there += problem.limit(resource, period)
                needed += sum(
                    item.hours_per_unit.get(resource, 0.0) * net[period]
                    for item, net in zip(problem.items, self.model.net, strict=True)
                )
                if needed > there + 1e-6:
                    return (
                        f"{resource} needs {needed:,.1f} hours up to {problem.label(period)}, "
                        f"without any set-up, and has {there:,.1f}. Add hours or move demand."
                    )
        return None

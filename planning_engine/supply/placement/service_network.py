"""Guaranteed service on any network without loops: HiGHS on a cost that is refined.

The square root is replaced by chords, which lie below it: the program's optimum is a proven
lower bound, and the true cost of its service times an upper one. Breakpoints are added where
the program chose to be, until both meet (Magnanti and others 2006).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf, sqrt

import highspy
import numpy as np
from numpy.typing import NDArray

from planning_engine.errors import NoFeasiblePlan
from planning_engine.supply.placement.guaranteed_service import (
    Placement,
    ServiceNetwork,
    ServiceStage,
    placed,
)
from planning_engine.supply.placement.service_tree import place_on_tree

ROUNDS = 60
_NEAR = 1e-6


def place_safety_stock(
    network: ServiceNetwork,
    seconds: float = 50.0,
    gap: float = 1e-4,
    clock: Callable[[], float] | None = None,
) -> Placement:
    """Return the cheapest placement found, with a proven bound.

    Trees with whole times are solved exactly by dynamic programming, anything else by the
    refined program.

    Args:
        network: Stages and arcs, without loops.
        seconds: Time to spend on the program, one thread.
        gap: Share of the cost that may stay unproven.
        clock: Tells time in seconds, e.g. of the processor, so that a busy machine does not cut
            the work short; HiGHS's own time counts without it.
    """
    if network.is_tree and network.is_whole:
        return place_on_tree(network)
    return place_by_program(network, seconds, gap, clock)


def place_by_program(
    network: ServiceNetwork,
    seconds: float = 50.0,
    gap: float = 1e-4,
    clock: Callable[[], float] | None = None,
) -> Placement:
    """Return the placement of the refined program, whatever the shape of the network."""
    breaks = {name: _ends(network.longest[name]) for name in network.order}
    # To begin with, every stage promises all it may need: nothing is held but at the end.
    late = {name: network.most_promised(name) for name in network.order}
    best, bound, spent = placed(network, late, 0.0, ""), 0.0, 0.0
    start = clock() if clock else 0.0
    for _ in range(ROUNDS):
        answer = _solve(_Program(network, breaks), seconds - spent, gap / 4)
        spent = clock() - start if clock else spent + answer.seconds
        bound = max(bound, answer.bound)
        if answer.service is None:
            break
        found = placed(network, _trimmed(network, answer.service), 0.0, "")
        best = found if found.cost < best.cost else best
        refined = _refine(network, breaks, found)
        if best.cost - bound <= gap * best.cost or spent >= seconds or not refined:
            break
    return placed(network, best.service, bound, "refined program on HiGHS")


def _ends(longest: float) -> list[float]:
    return [0.0, longest] if longest > 0 else [0.0]


def _trimmed(network: ServiceNetwork, service: Mapping[str, float]) -> dict[str, float]:
    """Return service times no longer than what each stage needs, free of the solver's dust."""
    found: dict[str, float] = {}
    for name in network.order:
        stage = network.by_name[name]
        inbound = max((stage.inbound, *(found[s] for s in network.suppliers[name])))
        promised = max(0.0, min(service[name], inbound + stage.time))
        found[name] = round(promised) if abs(promised - round(promised)) < _NEAR else promised
    return found


def _refine(network: ServiceNetwork, breaks: Mapping[str, list[float]], found: Placement) -> bool:
    """Add the net times of a placement as breakpoints; tell whether one is new."""
    refined = False
    for name, known in breaks.items():
        stage = network.by_name[name]
        net = found.inbound[name] + stage.time - found.service[name]
        if stage.holding_cost * stage.spread > 0 and min(abs(net - b) for b in known) > _NEAR:
            known.append(net)
            known.sort()
            refined = True
    return refined


@dataclass(frozen=True)
class _Answer:
    service: Mapping[str, float] | None
    bound: float
    seconds: float


@dataclass
class _Program:
    """The program: S and SI of each stage, and the net time split at the breakpoints."""

    network: ServiceNetwork
    breaks: Mapping[str, Sequence[float]]
    cost: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        network = self.network
        self.service = {n: self._column(0, 0, network.most_promised(n)) for n in network.order}
        self.inbound = {n: self._inbound_column(network.by_name[n]) for n in network.order}
        for name in network.order:
            for supplier in network.suppliers[name]:
                self._row(0, inf, {self.inbound[name]: 1, self.service[supplier]: -1})
            self._net_time(network.by_name[name])

    def _inbound_column(self, stage: ServiceStage) -> int:
        return self._column(0, stage.inbound, self.network.longest[stage.name] - stage.time)

    def _net_time(self, stage: ServiceStage) -> None:
        """SI - S + T = net time; its cost follows the chord of the segment it lies in."""
        weight = stage.holding_cost * stage.spread
        row = {self.inbound[stage.name]: 1.0, self.service[stage.name]: -1.0}
        known = self.breaks[stage.name]
        segments = list(pairwise(known))
        chosen: dict[int, float] = {}
        for start, end in segments:
            slope = weight * (sqrt(end) - sqrt(start)) / (end - start)
            part = self._column(slope, 0, end)
            row[part] = -1.0
            if len(segments) > 1:
                at_zero = weight * sqrt(start) - slope * start
                pick = self._column(at_zero, 0, 1, whole=True)
                self._row(-inf, 0, {part: 1, pick: -end})
                self._row(0, inf, {part: 1, pick: -start})
                chosen[pick] = 1.0
        self._row(-stage.time, -stage.time, row)
        if chosen:
            self._row(1, 1, chosen)

    def _column(self, cost: float, low: float, high: float, *, whole: bool = False) -> int:
        self.cost.append(cost)
        self.low.append(low)
        self.high.append(max(low, high))
        self.whole.append(whole)
        return len(self.cost) - 1

    def _row(self, low: float, high: float, entries: Mapping[int, float]) -> None:
        self.starts.append(len(self.places))
        self.places += entries.keys()
        self.values += entries.values()
        self.row_low.append(low)
        self.row_high.append(high)

    def lp(self) -> highspy.HighsLp:
        """Return the program as HiGHS takes it."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.row_low)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = map(_array, (self.cost, self.low, self.high))
        lp.row_lower_, lp.row_upper_ = _array(self.row_low), _array(self.row_high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array([*self.starts, len(self.places)], dtype=np.int32)
        lp.a_matrix_.index_ = np.array(self.places, dtype=np.int32)
        lp.a_matrix_.value_ = _array(self.values)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[whole] for whole in self.whole]
        return lp


def _array(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


def _solve(program: _Program, seconds: float, gap: float) -> _Answer:
    highs = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("time_limit", max(0.1, seconds)),
        ("mip_rel_gap", gap),
    ):
        highs.setOptionValue(option, value)
    highs.passModel(program.lp())
    highs.run()
    status, info = highs.getModelStatus(), highs.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        raise NoFeasiblePlan("No service times keep every stage's promise: allow longer ones.")
    mixed = any(program.whole)
    solved = status == highspy.HighsModelStatus.kOptimal
    bound = info.mip_dual_bound if mixed else info.objective_function_value if solved else 0.0
    values = highs.getSolution().col_value
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    service = {name: values[at] for name, at in program.service.items()} if found else None
    return _Answer(service, bound if bound > 0 else 0.0, highs.getRunTime())

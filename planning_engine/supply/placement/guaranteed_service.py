"""Safety stock along a network under guaranteed service (Graves and Willems 2000).

Each stage promises its customers a service time S and keeps the promise up to a bound of
demand. It hears of demand at once, gets its inputs after its inbound time SI (the longest
promise of its suppliers) and works for its own time T: its stock must last the net time
SI + T - S. Minimise sum h * spread * sqrt(SI + T - S).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, sqrt

from planning_engine.errors import DataProblem


@dataclass(frozen=True)
class ServiceStage:
    """A stage that may hold stock.

    Attributes:
        name: Its name.
        holding_cost: Cost, or value, of one piece of stock held here.
        time: Days (or periods) it works, after its inputs are there.
        spread: Bound of demand over the mean: z * deviation of one period, in pieces.
        inbound: Least inbound time, from suppliers outside the network.
        promise: Longest service time it may promise; None where customers set no limit.
    """

    name: str
    holding_cost: float
    time: float
    spread: float
    inbound: float = 0.0
    promise: float | None = None


@dataclass(frozen=True)
class ServiceNetwork:
    """Stages and the arcs between them: from supplier to customer.

    Raises:
        DataProblem: Twice the same stage, an arc of an unknown stage, a negative time, or a
            loop.
    """

    stages: tuple[ServiceStage, ...]
    arcs: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        names = {stage.name for stage in self.stages}
        if len(names) < len(self.stages):
            raise DataProblem("A stage stands twice in the network.")
        for stage in self.stages:
            if stage.time < 0 or stage.inbound < 0 or (stage.promise or 0) < 0:
                raise DataProblem(f"'{stage.name}' has a negative time. Correct it.")
        for arc in self.arcs:
            if not names.issuperset(arc):
                raise DataProblem(f"The arc from '{arc[0]}' to '{arc[1]}' leads to no stage.")
        _ = self.order

    @cached_property
    def by_name(self) -> Mapping[str, ServiceStage]:
        """The stages by name."""
        return {stage.name: stage for stage in self.stages}

    @cached_property
    def suppliers(self) -> Mapping[str, tuple[str, ...]]:
        """The stages that feed each stage."""
        return self._ends(1, 0)

    @cached_property
    def customers(self) -> Mapping[str, tuple[str, ...]]:
        """The stages that each stage feeds."""
        return self._ends(0, 1)

    def _ends(self, key: int, other: int) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {stage.name: [] for stage in self.stages}
        for arc in dict.fromkeys(self.arcs):
            found[arc[key]].append(arc[other])
        return {name: tuple(ends) for name, ends in found.items()}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The stages with every supplier before its customers."""
        waiting = {name: len(ends) for name, ends in self.suppliers.items()}
        ready = [name for name, count in waiting.items() if count == 0]
        for name in ready:
            for customer in self.customers[name]:
                waiting[customer] -= 1
                if waiting[customer] == 0:
                    ready.append(customer)
        if len(ready) < len(waiting):
            stuck = next(name for name, count in waiting.items() if count)
            raise DataProblem(f"'{stuck}' is in, or behind, a loop of the network: break the loop.")
        return tuple(ready)

    @cached_property
    def longest(self) -> Mapping[str, float]:
        """The longest service time that each stage could need: nobody above holds stock."""
        reach: dict[str, float] = {}
        for name in self.order:
            stage = self.by_name[name]
            above = (self.most_promised(other, reach) for other in self.suppliers[name])
            reach[name] = max((stage.inbound, *above)) + stage.time
        return reach

    def most_promised(self, name: str, reach: Mapping[str, float] | None = None) -> float:
        """Return the longest service time that a stage can promise."""
        promise = self.by_name[name].promise
        return min((reach or self.longest)[name], inf if promise is None else promise)

    @cached_property
    def is_tree(self) -> bool:
        """Tell whether no two ways lead from one stage to another, whatever the direction."""
        group = {stage.name: stage.name for stage in self.stages}

        def head(name: str) -> str:
            while group[name] != name:
                group[name] = group[group[name]]
                name = group[name]
            return name

        for supplier, customer in dict.fromkeys(self.arcs):
            one, two = head(supplier), head(customer)
            if one == two:
                return False
            group[one] = two
        return True

    @cached_property
    def is_whole(self) -> bool:
        """Tell whether all times are whole numbers of periods."""
        times = (
            time
            for stage in self.stages
            for time in (stage.time, stage.inbound, stage.promise or 0.0)
        )
        return all(float(time).is_integer() for time in times)


@dataclass(frozen=True)
class Placement:
    """Where to hold stock.

    Attributes:
        service: Service time promised by each stage.
        inbound: Inbound time of each stage.
        cost: Cost (or value) of the safety stock.
        bound: What no placement can undercut, as proven.
        method: How it was found.
    """

    service: Mapping[str, float]
    inbound: Mapping[str, float]
    cost: float
    bound: float
    method: str

    @property
    def gap(self) -> float:
        """How far the cost may lie above the best one, as a share of it."""
        return max(0.0, self.cost - self.bound) / self.cost if self.cost > 0 else 0.0


def placed(
    network: ServiceNetwork, service: Mapping[str, float], bound: float, method: str
) -> Placement:
    """Return the placement that promised service times amount to."""
    inbound = inbound_times(network, service)
    cost = sum(stage_cost(network.by_name[n], inbound[n], service[n]) for n in network.order)
    return Placement(dict(service), inbound, cost, min(bound, cost), method)


def inbound_times(network: ServiceNetwork, service: Mapping[str, float]) -> dict[str, float]:
    """Return the inbound time of each stage: the longest promise of its suppliers."""
    return {
        stage.name: max((stage.inbound, *(service[s] for s in network.suppliers[stage.name])))
        for stage in network.stages
    }


def stage_cost(stage: ServiceStage, inbound: float, service: float) -> float:
    """Return the cost of a stage's safety stock: h * spread * sqrt(net time)."""
    return stage.holding_cost * stage.spread * sqrt(max(0.0, inbound + stage.time - service))


def pooled_spreads(
    network_arcs: Sequence[tuple[str, str]],
    order: Sequence[str],
    own: Mapping[str, float],
    quantities: Mapping[tuple[str, str], float] | None = None,
) -> dict[str, float]:
    """Return each stage's demand spread: its own and that of its customers, pooled as squares.

    Args:
        network_arcs: From supplier to customer.
        order: Stages, suppliers before customers.
        own: Spread of the demand from outside, by stage; nothing means none.
        quantities: Pieces of the supplier in one piece of the customer; 1 where not given.
    """
    squares = {name: own.get(name, 0.0) ** 2 for name in order}
    customers: dict[str, list[str]] = {name: [] for name in order}
    for supplier, customer in dict.fromkeys(network_arcs):
        customers[supplier].append(customer)
    for name in reversed(order):
        for customer in customers[name]:
            each = (quantities or {}).get((name, customer), 1.0)
            squares[name] += each * each * squares[customer]
    return {name: sqrt(square) for name, square in squares.items()}

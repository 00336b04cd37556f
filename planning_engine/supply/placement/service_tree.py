"""Guaranteed service on a tree: exact, by dynamic programming over the stages.

Graves and Willems (2000). Each stage hands its neighbour nearer the root the least cost of
everything behind it, as a function of its service time (if it supplies the neighbour) or of
its inbound time (if it buys from it).
"""

import numpy as np
from numpy.typing import NDArray

from planning_engine.errors import BadRequest
from planning_engine.supply.placement.guaranteed_service import (
    Placement,
    ServiceNetwork,
    ServiceStage,
    placed,
)

_Costs = NDArray[np.float64]


def place_on_tree(network: ServiceNetwork) -> Placement:
    """Return the cheapest placement on a tree (or several) with whole times.

    Example:
        A plant (5 days) and a shop (1 day) that must deliver from stock; a piece costs 1 at
        the plant and 10 in the shop:

        >>> stages = (ServiceStage("plant", 1, 4, 1), ServiceStage("shop", 10, 1, 1, promise=0))
        >>> place_on_tree(ServiceNetwork(stages, (("plant", "shop"),))).cost
        12.0
    """
    if not network.is_tree or not network.is_whole:
        raise BadRequest("Dynamic programming needs a tree and whole times.")
    size = int(max(network.longest.values(), default=0)) + 1
    service: dict[str, float] = {}
    bound = 0.0
    for walk in _walks(network):
        bound += _solve(network, walk, size, service)
    return placed(network, service, bound, "dynamic programming")


def _walks(network: ServiceNetwork) -> list[list[tuple[str, str | None]]]:
    """Return for each tree its stages from the root outwards, each with its parent."""
    seen: set[str] = set()
    walks = []
    for root in network.order:
        if root in seen:
            continue
        seen.add(root)
        walk: list[tuple[str, str | None]] = [(root, None)]
        for name, _ in walk:
            for other in (*network.suppliers[name], *network.customers[name]):
                if other not in seen:
                    seen.add(other)
                    walk.append((other, name))
        walks.append(walk)
    return walks


def _solve(
    network: ServiceNetwork,
    walk: list[tuple[str, str | None]],
    size: int,
    service: dict[str, float],
) -> float:
    costs = {name: _own_costs(network, network.by_name[name], size) for name, _ in walk}
    handed: dict[str, _Costs] = {}
    for name, parent in reversed(walk):
        if parent is None:
            continue
        if parent in network.customers[name]:  # it supplies its parent: S <= SI of the parent
            handed[name] = costs[name].min(axis=0)
            costs[parent] += np.minimum.accumulate(handed[name])[:, None]
        else:  # it buys from its parent: SI >= S of the parent
            handed[name] = costs[name].min(axis=1)
            costs[parent] += np.minimum.accumulate(handed[name][::-1])[::-1][None, :]
    chosen: dict[str, tuple[int, int]] = {}
    for name, parent in walk:
        inbound: int | None = None
        out: int | None = None
        if parent is not None and parent in network.customers[name]:
            out = int(np.argmin(handed[name][: chosen[parent][0] + 1]))
        elif parent is not None:
            start = chosen[parent][1]
            inbound = start + int(np.argmin(handed[name][start:]))
        chosen[name] = _cheapest(costs[name], inbound, out)
        service[name] = float(chosen[name][1])
    root = walk[0][0]
    return float(costs[root].min())


def _own_costs(network: ServiceNetwork, stage: ServiceStage, size: int) -> _Costs:
    """Return the cost of a stage by inbound time (rows) and service time (columns)."""
    times = np.arange(size)
    net = times[:, None] + int(stage.time) - times[None, :]
    cost = stage.holding_cost * stage.spread * np.sqrt(np.maximum(net, 0))
    cost = np.where(net < 0, np.inf, cost)
    cost[: int(stage.inbound)] = np.inf
    cost[:, int(network.most_promised(stage.name)) + 1 :] = np.inf
    return cost


def _cheapest(costs: _Costs, inbound: int | None, service: int | None) -> tuple[int, int]:
    if service is not None:
        return int(np.argmin(costs[:, service])), service
    if inbound is not None:
        return inbound, int(np.argmin(costs[inbound]))
    best = int(np.argmin(costs))
    return best // costs.shape[1], best % costs.shape[1]

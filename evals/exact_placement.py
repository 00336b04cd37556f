"""Guaranteed service once more, by another model: the check on small chains.

Every whole net time of every stage gets its own yes-or-no variable with its exact cost; no chords,
no refinement. Times are rounded up to whole days, for this and for the method it checks.
"""

from dataclasses import replace
from math import ceil, sqrt

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

from planning_engine.supply.placement.guaranteed_service import ServiceNetwork


def in_whole_days(network: ServiceNetwork) -> ServiceNetwork:
    """Return the network with its times rounded up and its promises rounded down."""
    stages = tuple(
        replace(
            stage,
            time=float(ceil(stage.time)),
            inbound=float(ceil(stage.inbound)),
            promise=None if stage.promise is None else float(int(stage.promise)),
        )
        for stage in network.stages
    )
    return ServiceNetwork(stages, network.arcs)


def least_cost(network: ServiceNetwork, seconds: float = 60.0) -> float | None:
    """Return the proven least cost of a network with whole times; None when time runs out."""
    names = network.order
    count = len(names)
    reach = [int(network.longest[name]) + 1 for name in names]
    first = 2 * count + np.concatenate([[0], np.cumsum(reach)[:-1]]).astype(int)
    width = 2 * count + sum(reach)
    cost, low, high = np.zeros(width), np.zeros(width), np.ones(width)
    arcs = [(supplier, name) for name in names for supplier in network.suppliers[name]]
    rows = lil_array((2 * count + len(arcs), width))
    limits = np.zeros((2 * count + len(arcs), 2))
    place = {name: at for at, name in enumerate(names)}
    for at, name in enumerate(names):
        stage = network.by_name[name]
        high[at] = network.most_promised(name)
        low[count + at] = stage.inbound
        high[count + at] = network.longest[name] - stage.time
        rows[at, at], rows[at, count + at] = 1, -1
        for net in range(reach[at]):
            cost[first[at] + net] = stage.holding_cost * stage.spread * sqrt(net)
            rows[at, first[at] + net] = net
            rows[count + at, first[at] + net] = 1
        limits[at], limits[count + at] = stage.time, 1
    for line, (supplier, name) in enumerate(arcs, start=2 * count):
        rows[line, count + place[name]], rows[line, place[supplier]] = 1, -1
        limits[line] = 0, np.inf
    whole = np.concatenate([np.zeros(2 * count), np.ones(sum(reach))])
    found = milp(
        cost,
        constraints=LinearConstraint(rows.tocsr(), limits[:, 0], limits[:, 1]),
        bounds=Bounds(low, high),
        integrality=whole,
        options={"time_limit": seconds, "mip_rel_gap": 1e-6},
    )
    return float(found.fun) if found.status == 0 else None

"""Chains, assemblies and guaranteed-service networks as stockpyl writes them, or as lists."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from evals.golden_checks import Figures
from evals.golden_terms import Json, Terms
from planning_engine.errors import BadRequest
from planning_engine.supply.placement.guaranteed_service import (
    Placement,
    ServiceNetwork,
    ServiceStage,
    placed,
    pooled_spreads,
)
from planning_engine.supply.placement.service_network import place_safety_stock
from planning_engine.supply.policies.demand_laws import Normal, Poisson
from planning_engine.supply.policies.serial_stock import (
    Part,
    Stage,
    as_chain,
    best_chain,
    newsvendor_bounds,
)

Nodes = Mapping[str, Json]


def chain(kind: str, terms: Terms, network: Json | None) -> Figures:
    """Solve a serial or assembly system under stochastic service."""
    stages, demand, short = (
        _chain_of_nodes(_nodes(network), "assembly" in kind)
        if network and terms.find("echelon_holding_cost") is None
        else _chain_of_lists(kind, terms)
    )
    if "heuristic" in kind or "approximation" in kind:
        return {"echelon_base_stock": newsvendor_bounds(stages, demand, short)}
    found = best_chain(stages, demand, short)
    return {"echelon_base_stock": dict(found.echelon), "cost": found.cost}


def _chain_of_lists(kind: str, terms: Terms) -> tuple[list[Stage], Normal | Poisson, float]:
    """Read lists that name the stage farthest from the customer first."""
    names = [str(name) for name in terms.given.get("node_order_in_system") or ()]
    costs = terms.find("echelon_holding_cost") or _echelon(terms.find("local_holding_cost"))
    leads = terms.find("lead_time")
    if isinstance(costs, Mapping) and isinstance(leads, Mapping):
        names = names or sorted(costs, key=int, reverse=True)
        costs, leads = [costs[n] for n in names], [leads[n] for n in names]
    if not isinstance(costs, list) or not isinstance(leads, list):
        raise BadRequest("The chain gives no holding costs and lead times by stage.")
    names = names or [str(number) for number in range(len(costs), 0, -1)]
    stages = [Stage(*stage) for stage in zip(names, costs, leads, strict=True)][::-1]
    law = terms.law(kind)
    if not isinstance(law, Normal | Poisson):
        raise BadRequest("A chain is solved for normal and for Poisson demand.")
    return stages, law, terms.number("stockout")


def _echelon(local: Any) -> list[float] | None:  # Any: JSON
    if not isinstance(local, list):
        return None
    return [here - above for here, above in zip(local, [0.0, *local], strict=False)]


def _chain_of_nodes(nodes: Nodes, assembly: bool) -> tuple[list[Stage], Normal | Poisson, float]:
    last = next(name for name, node in nodes.items() if not node.get("_successor_indices"))
    demand = _demand(nodes[last])
    stock_out = max(float(node.get("stockout_cost") or 0) for node in nodes.values())
    if assembly or any(len(n.get("_predecessor_indices") or ()) > 1 for n in nodes.values()):
        parts = [_part(name, node) for name, node in nodes.items()]
        return list(as_chain(parts)), demand, stock_out
    stages, name = [], last
    while True:
        above = [str(index) for index in nodes[name].get("_predecessor_indices") or ()]
        stages.append(_stage(name, nodes, above))
        if not above:
            return stages, demand, stock_out
        name = above[0]


def _stage(name: str, nodes: Nodes, above: list[str]) -> Stage:
    node = nodes[name]
    cost = node.get("echelon_holding_cost")
    if cost is None:
        fed = sum(float(nodes[other]["local_holding_cost"]) for other in above)
        cost = float(node["local_holding_cost"]) - fed
    return Stage(name, float(cost), float(node.get("shipment_lead_time") or 0))


def _part(name: str, node: Json) -> Part:
    into = node.get("_successor_indices") or ()
    cost, lead = node.get("local_holding_cost"), node.get("shipment_lead_time")
    if cost is None:
        raise BadRequest(f"Stage {name} of the assembly has no holding cost.")
    return Part(name, float(cost), float(lead or 0), str(into[0]) if into else None)


def _demand(node: Json) -> Normal | Poisson:
    source = node.get("demand_source") or {}
    if source.get("type") == "P":
        return Poisson(float(source["mean"]))
    if source.get("type") == "N":
        return Normal(float(source["mean"]), float(source["standard_deviation"]))
    raise BadRequest("A chain is solved for normal and for Poisson demand.")


def guaranteed(terms: Terms, network: Json | None, printed: Json) -> Figures:
    """Solve a guaranteed-service network; service times that cost the same count as the same."""
    model = _service_of_nodes(_nodes(network)) if network else _service_of_lists(terms)
    found = place_safety_stock(model, gap=1e-6)
    names = ("committed_service_time", "committed_service_times", "cst", "service_times")
    times = next((printed[name] for name in names if name in printed), None)
    if isinstance(times, Mapping) and set(map(str, times)) == set(found.service):
        told = placed(model, {str(name): float(time) for name, time in times.items()}, 0.0, "")
        if _keeps(model, told) and abs(told.cost - found.cost) <= 1e-6 * max(1.0, found.cost):
            found = told
    return {"committed_service_time": dict(found.service), "cost": found.cost}


def _keeps(network: ServiceNetwork, told: Placement) -> bool:
    """Tell whether every stage can keep the promise it makes."""
    return all(
        told.inbound[name] + network.by_name[name].time >= told.service[name]
        and told.service[name] <= network.most_promised(name)
        for name in network.order
    )


def _service_of_nodes(nodes: Nodes) -> ServiceNetwork:
    arcs = tuple(
        (name, str(other)) for name, node in nodes.items() for other in node["_successor_indices"]
    )
    own = {
        name: float((node.get("demand_source") or {}).get("standard_deviation") or 0)
        for name, node in nodes.items()
    }
    bare = ServiceNetwork(tuple(ServiceStage(name, 0, 0, 0) for name in nodes), arcs)
    deviation = pooled_spreads(arcs, bare.order, own)
    return ServiceNetwork(
        tuple(
            ServiceStage(
                name,
                holding_cost=float(node.get("local_holding_cost") or 0),
                time=float(node.get("processing_time") or 0),
                spread=float(node.get("demand_bound_constant") or 0) * deviation[name],
                inbound=float(node.get("external_inbound_cst") or 0),
                promise=_promise(node),
            )
            for name, node in nodes.items()
        ),
        arcs,
    )


def _promise(node: Json) -> float | None:
    limit = node.get("external_outbound_cst")
    if limit is None and not node.get("_successor_indices"):
        return 0.0
    return None if limit is None else float(limit)


def _service_of_lists(terms: Terms) -> ServiceNetwork:
    """Read a chain given as lists, the stage farthest from the customer first."""
    costs, times = terms.row("local_holding_cost"), terms.row("processing_time")
    names = [str(number) for number in range(len(costs), 0, -1)]
    factor = terms.row("demand_bound_constant", len(costs))
    deviation = terms.number("demand_standard_deviation", terms.number("sd", 1.0))
    outbound = terms.number("external_outbound_cst", 0.0)
    inbound = terms.number("external_inbound_cst", 0.0)
    last = len(names) - 1
    stages = tuple(
        ServiceStage(
            name,
            costs[n],
            times[n],
            factor[n] * deviation,
            inbound if n == 0 else 0.0,
            outbound if n == last else None,
        )
        for n, name in enumerate(names)
    )
    return ServiceNetwork(stages, tuple(pairwise(names)))


def _nodes(network: Json | None) -> Nodes:
    if network is None:
        raise BadRequest("The problem names a network that is not among the instances.")
    return {str(node["_index"]): node for node in network["_nodes"]}

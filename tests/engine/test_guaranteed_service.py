from itertools import product
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.errors import BadRequest, DataProblem
from planning_engine.supply.placement.guaranteed_service import (
    ServiceNetwork,
    ServiceStage,
    inbound_times,
    placed,
    pooled_spreads,
)
from planning_engine.supply.placement.service_network import place_by_program, place_safety_stock
from planning_engine.supply.placement.service_tree import place_on_tree

ROOT_2 = 2**0.5


def snyder_shen_6_5():
    stages = (
        ServiceStage("1", 1, 2, ROOT_2, inbound=1),
        ServiceStage("3", 2, 1, ROOT_2),
        ServiceStage("2", 3, 1, 1, promise=0),
        ServiceStage("4", 3, 1, 1, promise=1),
    )
    return ServiceNetwork(stages, (("1", "3"), ("3", "2"), ("3", "4")))


@pytest.mark.parametrize("place", [place_on_tree, place_by_program])
def test_textbook_tree(place):
    found = place(snyder_shen_6_5())
    assert found.cost == pytest.approx(8.277917, abs=5e-7)
    assert found.service == {"1": 0, "2": 0, "3": 0, "4": 1}
    assert found.gap <= 1e-4


def brute_force(network):
    """Try every whole service time of every stage."""
    ranges = [range(int(network.most_promised(name)) + 1) for name in network.order]
    best = inf
    for times in product(*ranges):
        service = dict(zip(network.order, map(float, times), strict=True))
        inbound = inbound_times(network, service)
        if all(inbound[n] + network.by_name[n].time >= service[n] for n in network.order):
            best = min(best, placed(network, service, 0, "").cost)
    return best


@st.composite
def networks(draw, *, tree):
    count = draw(st.integers(2, 5))
    names = [str(n) for n in range(count)]
    stages = [
        ServiceStage(
            name,
            holding_cost=draw(st.integers(1, 9)),
            time=draw(st.integers(0, 3)),
            spread=draw(st.integers(0, 4)),
            inbound=draw(st.integers(0, 1)),
            promise=draw(st.sampled_from([None, 0, 2])),
        )
        for name in names
    ]
    if tree:
        others = [draw(st.integers(0, n - 1)) for n in range(1, count)]
        pairs = [(other, n + 1) for n, other in enumerate(others)]
        arcs = {pair if draw(st.booleans()) else pair[::-1] for pair in pairs}
    else:
        arcs = {(a, b) for a, b in product(range(count), repeat=2) if a < b and draw(st.booleans())}
    return ServiceNetwork(tuple(stages), tuple((str(a), str(b)) for a, b in sorted(arcs)))


@settings(max_examples=60, deadline=None)
@given(networks(tree=True))
def test_dynamic_programming_finds_the_best_of_every_tiny_tree(network):
    found = place_on_tree(network)
    assert found.cost == pytest.approx(brute_force(network), abs=1e-9)
    assert found.bound == pytest.approx(found.cost, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(networks(tree=False))
def test_the_program_finds_the_best_of_every_tiny_network(network):
    found = place_by_program(network, gap=1e-6)
    best = brute_force(network)
    assert found.cost == pytest.approx(best, rel=1e-5, abs=1e-6)
    assert found.bound <= best * (1 + 1e-6) + 1e-6


@settings(max_examples=30, deadline=None)
@given(networks(tree=True))
def test_both_methods_agree_on_trees(network):
    both = place_on_tree(network).cost, place_by_program(network, gap=1e-6).cost
    assert both[0] == pytest.approx(both[1], rel=1e-5, abs=1e-6)


def test_parts_of_a_day_are_left_to_the_program():
    stages = (ServiceStage("a", 1, 2.5, 1), ServiceStage("b", 5, 1, 1, promise=0))
    network = ServiceNetwork(stages, (("a", "b"),))
    found = place_safety_stock(network)
    assert found.method == "refined program on HiGHS"
    # hold at a: sqrt(2.5) + 5; or all at b: 5 * sqrt(3.5)
    assert found.cost == pytest.approx(2.5**0.5 + 5)
    with pytest.raises(BadRequest, match="whole times"):
        place_on_tree(network)


def test_demand_is_pooled_as_squares():
    arcs = (("part", "x"), ("part", "y"))
    found = pooled_spreads(arcs, ("part", "x", "y"), {"x": 3, "y": 4}, {("part", "y"): 2})
    assert found == {"x": 3, "y": 4, "part": pytest.approx((9 + 64) ** 0.5)}


def test_networks_that_cannot_be_are_refused():
    one, two = ServiceStage("a", 1, 1, 1), ServiceStage("b", 1, 1, 1)
    with pytest.raises(DataProblem, match="loop"):
        ServiceNetwork((one, two), (("a", "b"), ("b", "a")))
    with pytest.raises(DataProblem, match="leads to no stage"):
        ServiceNetwork((one,), (("a", "c"),))
    with pytest.raises(DataProblem, match="stands twice"):
        ServiceNetwork((one, one), ())
    with pytest.raises(DataProblem, match="'a' has a negative time"):
        ServiceNetwork((ServiceStage("a", 1, -1, 1),), ())


def test_a_clock_that_has_run_out_leaves_a_placement_with_its_gap():
    ticks = iter([0.0, 99.0])
    found = place_by_program(snyder_shen_6_5(), seconds=50, clock=lambda: next(ticks))
    assert found.cost >= 8.277917 - 1e-6
    assert found.bound <= 8.277917 + 1e-6

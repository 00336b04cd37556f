from itertools import product

import numpy as np
import pytest

from planning_engine.errors import BadRequest
from planning_engine.supply.policies.demand_laws import Normal, Poisson
from planning_engine.supply.policies.serial_stock import (
    Part,
    Stage,
    as_chain,
    best_chain,
    newsvendor_bounds,
)


def test_textbook_chain_of_three():
    stages = [Stage("1", 3, 1), Stage("2", 2, 1), Stage("3", 2, 2)]
    found = best_chain(stages, Normal(5, 1), 37.12)
    assert found.cost == pytest.approx(47.665393, rel=1e-6)
    assert found.echelon == pytest.approx({"1": 6.484, "2": 12.028, "3": 22.72})


def test_published_chains_with_whole_demand():
    # Shang and Song 2003, table 1, rows 1 and 17
    stages = [Stage(str(n), 0.25, 0.25) for n in range(1, 5)]
    assert list(best_chain(stages, Poisson(16), 9).echelon.values()) == [8, 13, 18, 22]
    stages = [Stage("1", 2, 0.5), Stage("2", 2, 0.5), *(Stage(str(n), 1, 0.5) for n in (3, 4, 5))]
    found = best_chain(stages, Poisson(64), 24)
    assert list(found.echelon.values()) == [41, 74, 109, 142, 174]
    assert found.cost == pytest.approx(453.6855978910213, rel=1e-4)


def test_a_chain_of_two_beats_a_grid_of_simulated_policies():
    # continuous review is a base stock on each unit; a plain loop in the time of the lead times:
    # echelon 2 lacks D2 over its lead time, stage 1 is served from what has arrived
    rng = np.random.default_rng(5)
    first, second = rng.poisson(8, 100_000), rng.poisson(8, 100_000)
    stages = [Stage("shop", 1, 1), Stage("depot", 1, 1)]
    found = best_chain(stages, Poisson(8), 15)

    def cost(shop, depot):
        arrived = depot - second
        level = np.minimum(shop, arrived) - first
        return (1 * arrived + 1 * level + 17 * np.maximum(-level, 0)).mean()

    best = min(cost(s, d) for s, d in product(range(8, 18), range(16, 30)))
    assert cost(found.echelon["shop"], found.echelon["depot"]) <= best * 1.003
    assert found.cost == pytest.approx(best, rel=0.01)


def test_bounds_lie_around_the_best_levels():
    stages = [Stage(str(n), 0.25, 0.25) for n in range(1, 5)]
    best = best_chain(stages, Poisson(16), 39).echelon
    low = newsvendor_bounds(stages, Poisson(16), 39, weight=1)
    high = newsvendor_bounds(stages, Poisson(16), 39, weight=0)
    assert all(low[name] <= best[name] <= high[name] for name in best)


def test_an_assembly_becomes_a_chain_of_its_lead_times():
    # 2 and 3 go into 1: 2 takes 4 days, 3 takes 1; 3 is ordered 3 days after 2
    parts = [Part("1", 10, 2, None), Part("2", 3, 4, "1"), Part("3", 2, 1, "1")]
    assert as_chain(parts) == (Stage("1", 5, 2), Stage("3", 2, 1), Stage("2", 3, 3))
    with pytest.raises(BadRequest, match="one final step"):
        as_chain([Part("1", 1, 1, "2")])
    with pytest.raises(BadRequest, match="goes into itself"):
        as_chain([Part("1", 1, 1, None), Part("2", 1, 1, "3"), Part("3", 1, 1, "2")])


def test_a_chain_without_stages_is_refused():
    with pytest.raises(BadRequest, match="needs stages"):
        best_chain([], Normal(5, 1), 10)

import pytest

from planning_engine.errors import DataProblem
from planning_engine.supply.capacity.routing import routes


def routings(**changes):
    """Return X on line L and crew LAB at once, with something declared for the line."""
    line = {"product": "X", "site": "P", "resource": "L", "hours_per_unit": 0.1} | changes
    crew = {"product": "X", "site": "P", "resource": "LAB", "hours_per_unit": 0.05}
    return [line, crew]


def test_a_route_yields_what_its_poorest_step_does_and_takes_as_long_as_its_longest(lemonade):
    rows = routings(yield_rate=0.8, lead_time_days=40)
    (route,) = routes(lemonade(routings=rows))["X"]
    assert (route.yield_rate, route.lead_time_days) == (0.8, 40)


def test_a_route_without_declared_losses_has_none(lemonade):
    (route,) = routes(lemonade())["X"]
    assert (route.yield_rate, route.lead_time_days) == (1, 0)


@pytest.mark.parametrize("rate", [0, -0.5, 1.2])
def test_an_impossible_yield_is_named(lemonade, rate):
    with pytest.raises(DataProblem, match="yield of X on L in 'routings' is"):
        routes(lemonade(routings=routings(yield_rate=rate)))


def test_a_negative_lead_time_is_named(lemonade):
    with pytest.raises(DataProblem, match="lead time of X on L in 'routings' is -3 days"):
        routes(lemonade(routings=routings(lead_time_days=-3)))

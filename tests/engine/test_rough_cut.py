import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.errors import BadRequest
from planning_engine.supply.capacity import rough_cut

PLAN = {"A": [100], "B": [50], "C": [25]}
HOURS = {"A": 2, "B": 3, "C": 4}


def test_overall_factors_as_printed():
    assert rough_cut.total_hours(PLAN, HOURS) == [450]
    assert rough_cut.overall_factors(PLAN, HOURS, {"X": 0.6, "Y": 0.4}) == {"X": [270], "Y": [180]}


def test_a_bill_of_resources_loads_the_period_of_demand():
    bill = {("A", "SAW"): 0.5, ("B", "SAW"): 1, ("B", "PAINT"): 2}
    load = rough_cut.bill_of_resources({"A": [10, 20], "B": [5, 0]}, bill)
    assert load == {"SAW": [10, 10], "PAINT": [10, 0]}


def test_a_resource_profile_loads_the_period_of_the_work():
    # saw one period ahead, paint in the period itself; the 10 of period 0 were sawn before
    profile = {("A", "SAW", 1.0): 0.5, ("A", "PAINT", 0.0): 0.25}
    load = rough_cut.resource_profile({"A": [10, 20, 40]}, profile)
    assert load == {"SAW": [10, 20, 0], "PAINT": [2.5, 5, 10]}


def test_half_a_period_ahead_splits_the_work():
    assert rough_cut.resource_profile({"A": [0, 8]}, {("A", "SAW", 0.5): 1}) == {"SAW": [4, 4]}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: rough_cut.overall_factors(PLAN, HOURS, {"X": 0.5}), r"add up to 0\.500"),
        (lambda: rough_cut.total_hours(PLAN, {"A": 1}), "one unit of B takes are not given"),
        (lambda: rough_cut.bill_of_resources({"A": [1], "B": [1, 2]}, {}), "same number"),
        (lambda: rough_cut.resource_profile({"A": [1]}, {("A", "SAW", -1): 1}), "is -1"),
    ],
)
def test_what_makes_no_sense_is_refused(call, said):
    with pytest.raises(BadRequest, match=said):
        call()


quantities = st.lists(st.integers(0, 90), min_size=4, max_size=4)
leads = st.lists(st.floats(0, 3), min_size=2, max_size=2)


@given(first=quantities, second=quantities, leads=leads)
def test_a_profile_moves_hours_and_loses_only_those_before_the_plan(first, second, leads):
    plan = {"A": first, "B": second}
    profile = {("A", "R", leads[0]): 2.0, ("B", "R", leads[1]): 3.0}
    load = rough_cut.resource_profile(plan, profile).get("R", [0.0] * 4)
    # the plain reading of the formula, period by period
    for t in range(4):
        expected = 0.0
        for product, hours, lead in (("A", 2.0, leads[0]), ("B", 3.0, leads[1])):
            whole, part = int(lead), lead - int(lead)
            row = [*plan[product], 0, 0, 0, 0, 0]
            if t + whole < 4:
                expected += hours * (1 - part) * row[t + whole]
            if t + whole + 1 < 4:
                expected += hours * part * row[t + whole + 1]
        assert load[t] == pytest.approx(expected)

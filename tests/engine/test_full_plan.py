"""Every demand met, or what stands in its way: by hand, and against brute force."""

from datetime import date
from itertools import product as every

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.levers import (
    CapacityLever,
    DemandLever,
    LaneClosedLever,
    SupplierCapacityLever,
)
from planning_engine.scenario import apply
from planning_engine.supply.plan.plan_inputs import read_problem
from planning_engine.supply.plan.plan_problem import Lane, Source, SupplyProblem, rates
from planning_engine.supply.shortfalls.full_plan import plan_in_full
from planning_engine.supply.shortfalls.full_plan_model import FullPlan
from planning_engine.supply.shortfalls.full_plan_terms import Conflict


def flows(supply, demand, costs):
    """Return a problem of one product shipped from suppliers to shops in one month."""
    free = rates(0, 10, 0)
    return SupplyProblem(
        months=(date(2026, 11, 1),),
        demand={("A", f"D{j}"): (quantity,) for j, quantity in enumerate(demand)},
        opening={},
        receipts={},
        safety={},
        ways=(),
        lanes=tuple(
            Lane("A", f"S{i}", f"D{j}", costs[i][j], 0, None)
            for i, j in every(range(len(supply)), range(len(demand)))
        ),
        sources=tuple(
            Source("A", f"S{i}", f"supplier {i}", 0.0, 0, most) for i, most in enumerate(supply)
        ),
        parts={},
        hours={},
        wages={},
        costs={"A": free},
    )


def test_a_part_of_a_unit_takes_a_whole_one():
    problem = flows([50], [22.8], [[3]])
    assert plan_in_full(problem).cost == pytest.approx(69)
    assert plan_in_full(problem, whole=False).cost == pytest.approx(68.4)


def test_a_conflict_names_the_demands_and_suppliers_that_cannot_hold_together():
    outcome = plan_in_full(flows([4, 3], [5, 3], [[1, 1], [1, 1]]))
    assert isinstance(outcome, Conflict)
    assert [need.place for need in outcome.needs] == [("A", "D0"), ("A", "D1")]
    assert [limit.name for limit in outcome.limits] == ["supplier 0", "supplier 1"]
    assert outcome.short == pytest.approx(1)


def test_whole_units_alone_may_be_what_stands_in_the_way():
    outcome = plan_in_full(flows([1], [0.6, 0.4], [[1, 1]]))
    assert isinstance(outcome, Conflict)
    assert outcome.in_fractions


tiny = st.lists(st.integers(0, 4), min_size=2, max_size=2)


@settings(max_examples=60, deadline=None)
@given(supply=tiny, demand=tiny, costs=st.lists(tiny, min_size=2, max_size=2))
def test_brute_force_agrees_on_cost_and_on_what_cannot_be_met(supply, demand, costs):
    best = None
    for a, b in every(range(demand[0] + 1), range(demand[1] + 1)):
        if a + b <= supply[0] and demand[0] - a + demand[1] - b <= supply[1]:
            cost = (
                a * costs[0][0]
                + b * costs[0][1]
                + (demand[0] - a) * costs[1][0]
                + (demand[1] - b) * costs[1][1]
            )
            best = cost if best is None else min(best, cost)
    outcome = plan_in_full(flows(supply, demand, costs))
    if best is None:
        assert isinstance(outcome, Conflict)
        assert outcome.short == pytest.approx(sum(demand) - sum(supply))
        # Each demand and limit named is needed for the conflict.
        kept = [need.quantity for need in outcome.needs]
        most = [limit.capacity for limit in outcome.limits]
        assert sum(kept) > sum(most)
        assert all(sum(kept) - quantity <= sum(most) for quantity in kept)
    else:
        assert isinstance(outcome, FullPlan)
        assert outcome.cost == pytest.approx(best)


def test_the_lemonade_company_can_meet_everything_until_its_line_stops(lemonade):
    company = lemonade()
    assert isinstance(plan_in_full(read_problem(company, 2)), FullPlan)
    stopped = apply(company, [CapacityLever(resource="L", percent=-95)], 2)
    outcome = plan_in_full(read_problem(stopped, 2))
    assert isinstance(outcome, Conflict)
    assert {limit.name for limit in outcome.limits} == {"L"}


def test_a_component_may_reach_the_plant_by_a_lane(lemonade, lemonade_tables):
    tables = lemonade_tables()
    sites = [*tables["sites"], {"site": "Q", "kind": "supplier"}]
    sourcing = [{"product": "C", "site": "Q", "supplier": "S", "price": 1, "capacity": 600}]
    lanes = [*tables["lanes"], {"product": "C", "from_site": "Q", "to_site": "P", "cost": 1}]
    company = lemonade(sites=sites, sourcing=sourcing, lanes=lanes, stock=tables["stock"][1:4])
    # 750 lemons for the 150 + 0 pieces short of X in November: 2.5 each, less none in stock
    assert isinstance(plan_in_full(read_problem(company, 1)), FullPlan)
    short = apply(company, [SupplierCapacityLever(supplier="S", quantity=100)], 1)
    outcome = plan_in_full(read_problem(short, 1))
    assert isinstance(outcome, Conflict)
    assert [limit.name for limit in outcome.limits] == ["S"]
    closed = apply(company, [LaneClosedLever(from_site="Q", to_site="P")], 1)
    assert [limit.kind for limit in plan_in_full(read_problem(closed, 1)).limits] == ["lane"]


@settings(max_examples=10, deadline=None)
@given(percent=st.integers(0, 40))
def test_more_demand_never_costs_less(lemonade, percent):
    company = lemonade()
    base = plan_in_full(read_problem(company, 2)).cost
    more = plan_in_full(
        read_problem(apply(company, [DemandLever(product="Y", percent=percent)], 2), 2)
    )
    assert isinstance(more, Conflict) or more.cost >= base - 1e-6

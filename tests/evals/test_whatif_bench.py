import json

import pytest

from evals import whatif
from evals.whatif_changes import levers_of
from evals.whatif_company import MONTHS, company_of
from planning_engine.levers import (
    DemandLever,
    ExclusiveSourceLever,
    LaneClosedLever,
    LaneCostLever,
    SupplierCapacityLever,
)
from planning_engine.scenario import apply
from planning_engine.supply.plan.plan_inputs import read_problem
from planning_engine.supply.shortfalls.full_plan import plan_in_full

# Two of everything; by hand: 3 from s1 by r1 (1 + 1 + 1 each), 2 from s2 by r2 (1 + 2 + 1).
BASE = {
    "capacity_in_supplier": {"s1": 3, "s2": 4},
    "shipping_cost_from_supplier_to_roastery": {"s1": {"r1": 1, "r2": 9}, "s2": {"r1": 9, "r2": 1}},
    "roasting_cost_light": {"r1": 1, "r2": 2},
    "roasting_cost_dark": {"r1": 5, "r2": 9},
    "shipping_cost_from_roastery_to_cafe": {"r1": {"c1": 1, "c2": 9}, "r2": {"c1": 9, "c2": 1}},
    "light_coffee_needed_for_cafe": {"c1": 3, "c2": 2},
    "dark_coffee_needed_for_cafe": {"c1": 0, "c2": 0},
}


def test_the_company_in_our_tables_costs_what_it_does_by_hand():
    assert plan_in_full(read_problem(company_of(BASE), MONTHS)).cost == pytest.approx(3 * 3 + 2 * 4)


def change(data_edit="", constraint=""):
    return levers_of(BASE, {"data_edit": data_edit, "constraint": constraint})


def test_changes_are_read_into_levers():
    light = 'light_coffee_needed_for_cafe["c1"]'
    dark = 'dark_coffee_needed_for_cafe["c1"]'
    base = {**BASE, "dark_coffee_needed_for_cafe": {"c1": 4, "c2": 0}}
    both = levers_of(
        base,
        {
            "data_edit": f"{light} = {light} * (1 + 50/100)\n{dark} = {dark} * (1 + 50/100)",
            "constraint": "",
        },
    )
    assert both == [DemandLever(site="c1", percent=50)]
    assert change(f"{light} = {light} + 3") == [
        DemandLever(product="light", site="c1", percent=100)
    ]
    assert change('capacity_in_supplier["s2"] = capacity_in_supplier["s2"]/2') == [
        SupplierCapacityLever(supplier="s2", quantity=2)
    ]
    assert change('shipping_cost_from_supplier_to_roastery["s1","r2"] = 5') == [
        LaneCostLever(from_site="s1", to_site="r2", cost=5)
    ]
    assert change(constraint='m.addConstr(x["s1","r1"] == 0, "_")') == [
        LaneClosedLever(from_site="s1", to_site="r1", product="beans")
    ]


def test_loops_over_the_others_are_ties():
    alone = (
        'for c in cafes:\n\tif c != "c1":\n\t\tm.addConstr(y_light["r1", c] == 0, "_")\n'
        '\t\tm.addConstr(y_dark["r1", c] == 0, "_")'
    )
    other = (
        'for r in roasteries:\n\tif r != "r1":\n\t\tm.addConstr(y_light[r, "c1"] == 0, "_")\n'
        '\t\tm.addConstr(y_dark[r, "c1"] == 0, "_")'
    )
    tie = {"source": "r1", "target": "c1"}
    assert change(constraint=alone) == [ExclusiveSourceLever(**tie, binds="source")]
    assert change(constraint=other) == [ExclusiveSourceLever(**tie, binds="target")]
    assert change(constraint=f"{alone}\n{other}") == [ExclusiveSourceLever(**tie, binds="both")]


@pytest.mark.parametrize(
    "scenario",
    [
        ('capacity_in_supplier["s2"] = __import__("os").system("ls")', ""),
        ("import os", ""),
        ("", "m.remove(everything)"),
        ('unknown["s1"] = 3', ""),
    ],
)
def test_what_cannot_be_read_is_never_run(scenario):
    with pytest.raises((ValueError, KeyError)):
        change(*scenario)


def test_an_impossible_change_names_what_conflicts():
    levers = change('capacity_in_supplier["s2"] = 1')
    conflict = plan_in_full(read_problem(apply(company_of(BASE), levers, MONTHS), MONTHS))
    assert {limit.name for limit in conflict.limits} == {"s1", "s2"}
    assert conflict.short == pytest.approx(1)


def test_every_shared_scenario_costs_what_it_should(shared_data, capsys):
    assert whatif.main(["--data", str(shared_data / "whatif_coffee"), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["engine_share"] == 1
    assert values["questions"] == 130

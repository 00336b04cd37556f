from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.errors import DataProblem
from planning_engine.supply.requirements.order_rules import LotRule, net_line
from planning_engine.supply.requirements.requirements import (
    Part,
    bill_of_materials,
    explode,
    independent_demand,
    levels,
    plan_months,
)


def test_demand_plan_is_read_by_product_site_and_month(lemonade):
    company = lemonade()
    demand = independent_demand(company, plan_months(company, 3))
    assert {place: row.tolist() for place, row in demand.items()} == {
        ("X", "D1"): [200, 200, 200],
        ("X", "D2"): [100, 100, 100],
        ("Y", "D1"): [100, 100, 100],
    }


def test_scrap_raises_what_a_product_takes(lemonade):
    # 2 good lemons of which a fifth is lost: 2 / 0.8 = 2.5
    assert bill_of_materials(lemonade()) == {"X": (Part("C", 2.5),)}
    assert bill_of_materials(lemonade(bom=None)) == {}


def test_all_scrap_is_a_data_problem(lemonade):
    bom = [{"product": "X", "component": "C", "quantity": 2, "scrap": 1}]
    with pytest.raises(DataProblem, match="all of C in X is scrap"):
        bill_of_materials(lemonade(bom=bom))


def test_a_product_that_contains_itself_is_shown_as_a_circle(lemonade):
    bom = [
        {"product": "X", "component": "A", "quantity": 1},
        {"product": "A", "component": "B", "quantity": 1},
        {"product": "B", "component": "A", "quantity": 1},
    ]
    with pytest.raises(DataProblem, match="A → B → A"):
        bill_of_materials(lemonade(bom=bom))


def test_components_are_needed_through_all_levels():
    bom = {
        "X": (Part("A", 2), Part("B", 1)),
        "Y": (Part("A", 1),),
        "A": (Part("B", 3),),
    }
    made = {("X", "P"): np.array([10.0, 0.0]), ("Y", "P"): np.array([0.0, 5.0])}
    needs = {place: row.tolist() for place, row in explode(made, bom).items()}
    # A: 2*10 then 1*5; B: 10 directly, and 3 for each A
    assert needs == {("A", "P"): [20, 5], ("B", "P"): [70, 15]}


def test_a_product_comes_before_all_of_its_components():
    bom = {"A": (Part("B", 3),), "X": (Part("A", 2), Part("B", 1)), "B": (Part("C", 1),)}
    order = levels(bom)
    assert order.index("X") < order.index("A") < order.index("B")


def _slowly(made, bom):
    """Walk every path of the tree, one piece of structure at a time."""
    found = {}

    def walk(product, site, quantity):
        for part in bom.get(product, ()):
            key = (part.component, site)
            found[key] = found.get(key, 0) + part.quantity * quantity
            walk(part.component, site, part.quantity * quantity)

    for (product, site), quantity in made.items():
        walk(product, site, quantity)
    return found


edges = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda e: e[0] < e[1]),
    st.floats(0.1, 5),
    max_size=9,
)


@given(edges=edges, quantities=st.dictionaries(st.integers(0, 5), st.floats(0, 100), max_size=4))
def test_explosion_agrees_with_walking_every_path(edges, quantities):
    bom = {}
    for (parent, component), quantity in edges.items():
        bom.setdefault(str(parent), []).append(Part(str(component), quantity))
    made = {(str(p), "P"): np.array([q]) for p, q in quantities.items()}
    fast = {place: float(row[0]) for place, row in explode(made, bom).items()}
    slow = {place: float(row[0]) for place, row in _slowly(made, bom).items()}
    assert fast == pytest.approx(slow)


def test_net_requirement_keeps_the_safety_stock_in_lots():
    # 70 - 50 = 20 ≥ 10; 20 + 20 - 60 = -20 → 30 short of 10 → 2 lots of 25; then 30 is enough
    rule = LotRule(multiple=25)
    line = net_line([50, 60, 0], 70, [0, 20, 0], safety_stock=10, rule=rule)
    assert line.arriving == (0, 50, 0)
    assert net_line([10], 0, [0], rule=LotRule(minimum=40)).arriving == (40,)


@given(
    gross=st.lists(st.floats(0, 100), min_size=1, max_size=8),
    on_hand=st.floats(0, 200),
    safety=st.floats(0, 50),
)
def test_netted_stock_never_falls_below_safety(gross, on_hand, safety):
    planned = net_line(gross, on_hand, [0] * len(gross), safety_stock=safety).arriving
    stock = on_hand
    for need, receipt in zip(gross, planned, strict=True):
        stock += receipt - need
        assert stock >= safety - 1e-6


def test_the_plan_starts_in_the_first_open_month(lemonade):
    assert plan_months(lemonade(), 2) == (date(2026, 11, 1), date(2026, 12, 1))

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted
from planning_engine.supply.stock.segments import (
    POLICIES,
    Thresholds,
    abc_classes,
    segment,
    variation,
    xyz_class,
)

MONTHS = [date(2025, 11, 1), date(2025, 12, 1), *(date(2026, m, 1) for m in range(1, 11))]


def company(company_of, sales, **products):
    """Return a company whose products sold so much in the given months."""
    rows = [
        {"date": month, "product": p, "site": "S", "customer": "K", "quantity": q, "revenue": q * 2}
        for p, row in sales.items()
        for month, q in zip(MONTHS[12 - len(row) :], row, strict=True)
    ]
    declared = [{"product": p, "standard_cost": 1} | products.get(p, {}) for p in sales]
    return company_of({"products": declared, "sales": rows})


def test_a_is_what_brings_most_and_the_one_that_crosses_belongs_to_it():
    # 70 + 15 = 85 of 100 crosses 80; 97 crosses 95; the rest is C
    classes = abc_classes({"p": 70, "q": 15, "r": 12, "s": 3})
    assert classes == {"p": "A", "q": "A", "r": "B", "s": "C"}
    assert abc_classes({"p": 10, "q": 0, "r": -5}) == {"p": "A", "q": "C", "r": "C"}


def test_the_share_is_exactly_reached():
    # 80 reach 80 %, so the next one is B
    assert abc_classes({"p": 80, "q": 15, "r": 5}) == {"p": "A", "q": "B", "r": "C"}


def test_steadiness_is_the_deviation_over_the_mean():
    assert variation([90, 100, 110]) == pytest.approx(0.1)
    assert variation([100, 100]) is None
    assert variation([0, 0, 0, 0]) is None
    assert [xyz_class(v) for v in (0.25, 0.26, 0.5, 0.51, None)] == ["X", "Y", "Y", "Z", "Z"]


def test_products_are_ranked_and_get_their_policy(company_of):
    found = segment(
        company(
            company_of,
            {"BIG": [100] * 12, "MID": [20, 20, 0, 30] * 3, "NEW": [4, 5, 6], "FRESH": [7]},
        )
    )
    shown = {row.product: row.name for row in found.rows}
    # revenue 2400, 420, 30, 14 of 2864: 83.8 %, 98.5 %, 99.5 %
    assert shown == {"BIG": "AX", "MID": "BZ", "NEW": "CX", "FRESH": "CZ"}
    new, fresh = found.rows[2], found.rows[3]
    # NEW is judged by its three months, FRESH by none
    assert new.variation == pytest.approx(0.2)
    assert fresh.variation is None
    assert found.rows[0].policy == POLICIES[("A", "X")]
    assert found.rows[-1].cumulative == pytest.approx(1)
    assert found.total == pytest.approx(2864)


def test_other_measures_limits_and_a_product_without_sales(company_of):
    base = company(
        company_of, {"A1": [10] * 12, "B1": [9] * 12, "DEAD": []}, B1={"standard_cost": 0.1}
    )
    by_margin = segment(base, "margin")
    # (2 - 0.1) * 108 = 205.2 against (2 - 1) * 120 = 120
    assert [row.product for row in by_margin.rows] == ["B1", "A1", "DEAD"]
    assert by_margin.rows[0].value == pytest.approx(205.2)
    assert (by_margin.rows[-1].name, by_margin.rows[-1].share) == ("CZ", 0)
    narrow = segment(base, thresholds=Thresholds(a_share=0.3, b_share=0.6))
    assert [row.abc for row in narrow.rows] == ["A", "B", "C"]


def test_what_cannot_be_ranked_is_said(company_of, lemonade):
    with pytest.raises(DataProblem, match=r"sales of X lack revenue.*Rank by quantity"):
        segment(lemonade())
    assert [row.product for row in segment(lemonade(), "quantity").rows] == ["X", "Y"]
    with pytest.raises(DataProblem, match="Nothing was sold"):
        segment(company(company_of, {"X": [0] * 12}))
    with pytest.raises(BadRequest, match="shares of A and B must rise"):
        Thresholds(a_share=0.96)
    with pytest.raises(BadRequest, match="limits of X and Y"):
        Thresholds(x_most=0.9)
    with pytest.raises(NotPermitted, match="segment products"):
        segment(lemonade().narrowed(Scope(sites=frozenset({"D1"}))))


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 1000), min_size=1),
    st.floats(0.1, 0.6),
    st.floats(0.65, 1.0),
)
def test_a_and_b_reach_their_shares_with_no_product_to_spare(values, a_share, b_share):
    classes = abc_classes(values, a_share, b_share)
    total = sum(values.values())
    ordered = sorted(values, key=lambda name: (-values[name], name))
    assert [classes[name] for name in ordered] == sorted(classes.values())
    for letters, share in (("A", a_share), ("AB", b_share)):
        inside = [name for name in ordered if classes[name] in letters]
        reached = sum(values[name] for name in inside)
        assert reached >= share * total - 1e-6
        if inside:
            assert reached - values[inside[-1]] < share * total


def test_the_demo_companys_cans_of_cola_matter_most(demo):
    found = segment(demo)
    assert (found.rows[0].product, found.rows[0].name) == ("COL-033-24", "AX")
    assert sum(row.share for row in found.rows) == pytest.approx(1)
    assert {row.product for row in found.cells["CZ"]} == {"CRA-075-06"}

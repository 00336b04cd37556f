from datetime import date
from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.errors import DataProblem
from planning_engine.finance.bridge import PARTS, Pair, Side, bridge

JAN, FEB = date(2027, 1, 1), date(2027, 2, 1)

pieces = st.one_of(st.just(0.0), st.floats(0.01, 1e6))
money = st.floats(-1e7, 1e7)


@st.composite
def pairs(draw):
    found = []
    for month in (JAN, FEB):
        for family in draw(st.sets(st.sampled_from("ABCDE"), min_size=1)):
            budgeted = draw(pieces)
            nothing = Side(0.0, 0.0, 0.0)
            budget = Side(budgeted, draw(money), draw(money)) if budgeted else nothing
            found.append(Pair(month, family, Side(draw(pieces), draw(money), draw(money)), budget))
    return found


@settings(deadline=None)
@given(entries=pairs(), measure=st.sampled_from(["margin", "revenue"]))
def test_the_parts_add_up_to_the_gap_whatever_the_figures(entries, measure):
    found = bridge(entries, measure)
    for one in (found, *(part for kind in ("month", "family") for _, part in found.by(kind))):
        parts = [getattr(gap, name) for gap in one.gaps for name in PARTS]
        size = fsum(abs(value) for value in (*parts, one.total("plan"), one.total("budget")))
        assert abs(fsum(parts) - one.total("gap")) <= 1e-9 * size


@settings(deadline=None)
@given(entries=pairs())
def test_a_plan_that_is_the_budget_has_no_gap_and_no_parts(entries):
    same = [Pair(p.month, p.family, p.budget, p.budget) for p in entries]
    for gap in bridge(same).gaps:
        assert [getattr(gap, name) for name in PARTS] == pytest.approx([0] * 4, abs=1e-6)


def test_two_families_split_by_hand():
    # budget: A 100 at 10 costing 6 (4 each), B 100 at 20 costing 10 (10 each): margin 1,400
    # plan:   A 150 at 11 costing 7 (600),    B 60 at 20 costing 10 (600):      margin 1,200
    found = bridge(
        [
            Pair(JAN, "A", Side(150, 1650, 1050), Side(100, 1000, 600)),
            Pair(JAN, "B", Side(60, 1200, 600), Side(100, 2000, 1000)),
        ]
    )
    # 210 of 200 pieces: 5 % of 1,400
    assert found.total("volume") == pytest.approx(70)
    # A: 150 - 105 = 45 more at 4; B: 60 - 105 = 45 fewer at 10
    assert found.total("mix") == pytest.approx(45 * 4 - 45 * 10)
    assert found.total("price") == pytest.approx(150 * 1)
    assert found.total("cost") == pytest.approx(-150 * 1)
    assert found.total("gap") == -200


def test_premiums_count_as_cost():
    # the same 100 pieces at the same price, 40 of overtime on top of 600
    found = bridge([Pair(JAN, "A", Side(100, 1000, 640), Side(100, 1000, 600))])
    assert [found.total(name) for name in PARTS] == [0, 0, 0, -40]


def test_a_gap_in_revenue_has_no_cost_part():
    found = bridge([Pair(JAN, "A", Side(90, 990), Side(100, 1000))], "revenue")
    assert [found.total(name) for name in PARTS] == [-100, 0, 90, 0]


def test_a_family_that_was_not_budgeted_is_mix():
    found = bridge(
        [
            Pair(JAN, "A", Side(100, 1000, 600), Side(100, 1000, 600)),
            Pair(JAN, "New", Side(10, 200, 50), Side(0, 0, 0)),
        ]
    )
    # 110 of 100 pieces: 10 % of 400 on volume; A lacks 10 of its share at 4, New brings 150
    assert found.total("volume") == pytest.approx(40)
    assert found.total("mix") == pytest.approx(-40 + 150)
    assert found.total("price") == found.total("cost") == 0


def test_what_the_budget_lacks_is_named():
    with pytest.raises(DataProblem, match="money but no quantity for Tea in January 2027"):
        bridge([Pair(JAN, "Tea", Side(1, 1, 1), Side(0, 5, 1))])
    with pytest.raises(DataProblem, match="no margin for Tea in January 2027"):
        bridge([Pair(JAN, "Tea", Side(1, 1, 1), Side(1, 5))])

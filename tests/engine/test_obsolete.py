from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.data.sample.planted import END_OF_LIFE
from planning_engine.supply.stock.inventory import project
from planning_engine.supply.stock.obsolete import Obsolete, obsolete_stock, sold_until

TODAY = date(2026, 10, 31)
MONTHS = [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]


def left(stock, demand, **why):
    return obsolete_stock(stock, demand, MONTHS, today=TODAY, **why)


def test_what_is_left_after_the_last_day_of_sale_is_obsolete():
    # 30 in November and half of December's 31 until the 15th... 15 of 31 days
    found = left(100, [30, 31, 30], end_on=date(2026, 12, 15))
    assert found == Obsolete(100 - 30 - 15, "ends")
    assert left(40, [30, 31, 30], end_on=date(2026, 12, 15)) is None
    assert left(40, [30, 31, 30], end_on=date(2026, 10, 1)) == Obsolete(40, "ends")


def test_what_outlives_its_shelf_is_obsolete():
    # 61 days from 31 October are 31 December: 60 of 100 are sold
    assert left(100, [30, 30, 30], shelf_life_days=61) == Obsolete(40, "spoils")


def test_what_nobody_wants_is_obsolete():
    assert left(5, [0, 0, 0]) == Obsolete(5, "not_wanted")
    assert left(5, [0, 0, 0], end_on=date(2026, 12, 31)).reason == "ends"


def test_a_day_beyond_the_months_known_says_nothing():
    assert sold_until([30, 30, 30], MONTHS, TODAY, date(2027, 2, 1)) is None
    assert left(1000, [30, 30, 30], shelf_life_days=270) is None
    assert left(-5, [0, 0, 0]) is None


def test_a_month_that_has_begun_sells_only_what_is_to_come():
    # of the 20 to come from the 11th to the 30th, half sell until the 20th
    sold = sold_until([20, 30], MONTHS[:2], date(2026, 11, 10), date(2026, 11, 20))
    assert sold == pytest.approx(10)


quantities = st.lists(st.integers(0, 50), min_size=3, max_size=3)


@given(stock=st.integers(0, 300), demand=quantities, day=st.integers(1, 92))
def test_a_day_by_day_sale_leaves_as_much(stock, demand, day):
    days = [
        (month, quantity / length)
        for month, quantity, length in zip((11, 12, 1), demand, (30, 31, 31), strict=True)
        for _ in range(length)
    ]
    remaining = stock - sum(rate for _, rate in days[:day])
    found = left(stock, demand, shelf_life_days=day)
    if not any(demand) and stock:
        assert found == Obsolete(stock, "spoils")
    else:
        assert (found.quantity if found else 0) == pytest.approx(max(0, remaining), abs=1e-6)


def test_the_demo_companys_lemonwell_is_left_over(demo):
    found = project(demo, 6).obsolete
    assert {outlook.product for outlook in found} == {END_OF_LIFE.product}
    assert sum(o.obsolete.quantity for o in found) == pytest.approx(END_OF_LIFE.excess, abs=2)

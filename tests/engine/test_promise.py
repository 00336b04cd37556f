import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.errors import BadRequest
from planning_engine.supply.promise import promise

# Stevenson's pumps
FORECAST = [30] * 4 + [40] * 4
ORDERS = [33, 20, 10, 4, 2, 0, 0, 0]
SCHEDULED = [0, 0, 70, 0, 70, 0, 70, 70]


def test_stevensons_pumps_are_projected_as_printed():
    balances = promise.projected_available(64, FORECAST, ORDERS, SCHEDULED)
    assert balances == [31, 1, 41, 11, 41, 1, 31, 61]


def test_stevensons_pumps_can_be_promised_as_printed():
    assert promise.available_to_promise(64, ORDERS, SCHEDULED) == [11, 0, 56, 0, 68, 0, 70, 70]
    assert promise.cumulative_available(64, ORDERS, SCHEDULED) == [
        11,
        11,
        67,
        67,
        135,
        135,
        205,
        275,
    ]


def test_inside_the_demand_fence_the_orders_count_alone():
    # week 2 is inside the fence: 20 ordered, though 30 are forecast
    inside = promise.projected_available(64, FORECAST, ORDERS, SCHEDULED, fence=2)
    assert inside[:3] == [31, 11, 51]
    # the first period always is: 64 - 10, though 30 are forecast
    assert promise.projected_available(64, [30], [10], [0]) == [54]


def test_a_receipt_that_is_too_small_borrows_from_the_one_before():
    assert promise.available_to_promise(10, [0, 25, 0], [0, 20, 30]) == [10, -5, 30]
    assert promise.still_free(10, [0, 25, 0], [0, 20, 30]) == [5, 5, 35]


def test_rows_of_different_lengths_are_refused():
    with pytest.raises(BadRequest, match="same number of periods, not 1 and 2"):
        promise.available_to_promise(0, [1, 2], [1])


rows = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=10)


@given(rows=rows, on_hand=st.integers(0, 100))
def test_what_is_discretely_available_adds_up_to_the_last_balance(rows, on_hand):
    orders, made = [o for o, _ in rows], [m for _, m in rows]
    total = sum(promise.available_to_promise(on_hand, orders, made))
    assert total == on_hand + sum(made) - sum(orders)


@given(rows=rows, on_hand=st.integers(0, 100), asked=st.integers(0, 9), more=st.integers(0, 80))
def test_a_promise_from_what_is_free_breaks_none_given_before(rows, on_hand, asked, more):
    orders, made = [o for o, _ in rows], [m for _, m in rows]
    period = min(asked, len(rows) - 1)
    taken = min(more, promise.still_free(on_hand, orders, made)[period])
    before = _worst_balances(on_hand, orders, made)
    orders[period] += taken
    for old, new in zip(before, _worst_balances(on_hand, orders, made), strict=True):
        assert new >= min(old, 0)


def _worst_balances(on_hand, orders, made):
    balances, balance = [], on_hand
    for ordered, scheduled in zip(orders, made, strict=True):
        balance += scheduled - ordered
        balances.append(balance)
    return balances


@given(rows=rows, on_hand=st.integers(0, 100))
def test_nothing_free_is_more_than_the_look_ahead_allows(rows, on_hand):
    orders, made = [o for o, _ in rows], [m for _, m in rows]
    ahead = promise.cumulative_available(on_hand, orders, made)
    for free, cumulative in zip(promise.still_free(on_hand, orders, made), ahead, strict=True):
        assert free <= max(0, cumulative)

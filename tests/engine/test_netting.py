import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.demand.plan import netting
from planning_engine.demand.plan.netting import net
from planning_engine.errors import BadRequest

quantities = st.integers(0, 500).map(float)
months = st.lists(st.tuples(quantities, quantities), min_size=1, max_size=8)
windows = st.integers(0, 4)


def test_examples():
    assert doctest.testmod(netting).failed == 0


def test_orders_inside_the_forecast_lower_it():
    assert net([350] * 3, [130, 100, 80]).left == (220, 250, 270)


def test_surplus_orders_take_earlier_then_later_months():
    # 300 of 350 leave 50; 500 take 350, the 50 and 100 of month 3; 280 take 250 and 30 of month 4
    netted = net([350] * 4, [300, 500, 280, 0], earlier=1, later=1)
    assert netted.left == (0, 0, 0, 320)
    assert netted.beyond == (0, 0, 0, 0)


def test_without_windows_each_month_stands_alone():
    netted = net([100, 100], [30, 120], earlier=0, later=0)
    assert netted.left == (70, 0)
    assert netted.beyond == (0, 20)


def test_the_nearest_earlier_month_goes_first():
    netted = net([50, 50, 0], [0, 0, 60], earlier=2, later=0)
    assert netted.left == (40, 0, 0)


@given(months, windows, windows)
def test_every_ordered_unit_is_either_foreseen_or_on_top(pairs, earlier, later):
    forecast, orders = zip(*pairs, strict=True)
    netted = net(forecast, orders, earlier, later)
    taken = sum(forecast) - sum(netted.left)
    assert taken + sum(netted.beyond) == pytest.approx(sum(orders))
    assert all(0 <= left <= had for left, had in zip(netted.left, forecast, strict=True))
    # nobody is served from outside the windows, nor left over while his own month has forecast
    for entry in netted.consumptions:
        assert -earlier <= entry.forecast_of - entry.ordered_in <= later
    for month, over in enumerate(netted.beyond):
        assert over == 0 or netted.left[month] == 0


@given(months, windows, windows)
def test_one_unit_at_a_time_gives_the_same(pairs, earlier, later):
    forecast, orders = zip(*pairs, strict=True)
    assert net(forecast, orders, earlier, later).left == _unit_by_unit(
        forecast, orders, earlier, later
    )


def _unit_by_unit(forecast, orders, earlier, later):
    left = list(forecast)
    for month, ordered in enumerate(orders):
        for _ in range(int(ordered)):
            places = [month]
            places += [month - back for back in range(1, earlier + 1)]
            places += [month + ahead for ahead in range(1, later + 1)]
            for place in places:
                if 0 <= place < len(left) and left[place] > 0:
                    left[place] -= 1
                    break
    return tuple(left)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([1.0], [1.0, 2.0]), "Orders of 2 months"),
        (([1.0], [1.0], -1), "earlier months must be 0 to 12 months, not -1"),
        (([1.0], [1.0], 1, 13), "later months must be 0 to 12"),
    ],
)
def test_what_cannot_be_netted_says_why(arguments, sentence):
    with pytest.raises(BadRequest, match=sentence):
        net(*arguments)

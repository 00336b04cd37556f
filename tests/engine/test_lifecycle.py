import doctest
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.data.calendars import horizon
from planning_engine.data.sample import demand as sample
from planning_engine.data.sample import products
from planning_engine.data.sample.planted import END_OF_LIFE, LAUNCH
from planning_engine.data.sample.timeline import SALES_MONTHS, SEED
from planning_engine.demand.forecasting.forecast import forecast
from planning_engine.demand.history.history import key
from planning_engine.demand.plan import lifecycle
from planning_engine.demand.plan.demand_plan import statistical
from planning_engine.demand.plan.lifecycle import is_fading, like_scale, on_sale

NOV, DEC, JAN = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


def test_examples():
    assert doctest.testmod(lifecycle).failed == 0


def test_before_its_first_sale_a_launch_sells_as_its_like_does():
    assert like_scale([], []) == 1
    assert like_scale([50], [0]) == 1
    assert like_scale([50], [100]) == 0.5


@given(st.lists(st.floats(1, 100), min_size=1, max_size=8), st.floats(0.1, 5))
def test_a_launch_in_proportion_to_its_like_has_that_scale(like, scale):
    assert like_scale([scale * value for value in like], like) == pytest.approx(scale)


def test_a_climbing_launch_is_scaled_by_its_latest_months():
    assert like_scale([1, 60, 85, 96], [100] * 4) > np.mean([60, 85, 96]) / 100


def test_demand_fades_to_nothing_by_the_last_day_of_sale():
    end = date(2026, 12, 10)
    shares = [
        on_sale(date(2026, 10, 1), NOV, None, end, ramps=True),
        on_sale(NOV, DEC, None, end, ramps=True),
        on_sale(DEC, JAN, None, end, ramps=True),
        on_sale(JAN, date(2027, 2, 1), None, end, ramps=True),
    ]
    assert 0.85 < shares[0] < 1
    assert shares == sorted(shares, reverse=True)
    assert shares[3] == 0
    assert on_sale(date(2026, 9, 1), date(2026, 10, 1), None, end, ramps=True) == 1


def test_a_launch_in_the_middle_of_a_month_sells_from_then_on():
    assert on_sale(DEC, JAN, date(2026, 12, 11), None, ramps=False) == pytest.approx(21 / 31)


def test_what_has_been_fading_needs_no_ramp():
    assert is_fading([100] * 12 + [100] * 6 + [80] * 6)
    assert not is_fading([100] * 12 + [100] * 6 + [95] * 6)
    assert not is_fading([100] * 10)


def test_the_planted_launch_is_forecast_by_its_like(demo):
    made = forecast(demo, key({"product": LAUNCH.product}), 12)
    assert made.like_product == LAUNCH.like_product
    truth = _expected(LAUNCH.product, 12)
    assert np.abs(made.mean - truth).sum() / truth.sum() < 0.05
    # the like product's history is at hand, whether or not it is asked for too
    alone = statistical(demo, horizon(demo.company.as_of, 12), [LAUNCH.product])
    assert set(alone["product"]) == {LAUNCH.product}
    by_month = alone.groupby("month")["quantity"].sum().to_numpy()
    assert np.abs(by_month - truth).sum() / truth.sum() < 0.05


def test_the_planted_end_of_life_is_left_to_its_own_trend_and_ends(demo):
    made = forecast(demo, key({"product": END_OF_LIFE.product}), 4)
    assert (made.mean[:2] > 1000).all()
    assert list(made.mean[2:]) == [0, 0]


def _expected(product, months):
    grid = sample.demand(SEED).expected[products.PLACE[product]].sum(axis=0)
    return grid[SALES_MONTHS : SALES_MONTHS + months]

from datetime import date

import numpy as np
import pytest

from planning_engine.demand.forecasting.forecast import forecast
from planning_engine.demand.history.history import key
from planning_engine.demand.plan.demand_review import Layers, review

COLA = {"product": "COL-033-24"}
CUP = "EV-27-01"


def test_the_promotion_shows_in_its_months_and_can_be_switched_off(demo):
    made = review(demo, COLA, 6)
    lift = made.statistical / made.baseline
    assert lift[3:5] == pytest.approx([1.6, 1.6])  # February and March 2027, as declared
    assert lift[[0, 1, 2, 5]] == pytest.approx([1] * 4)
    assert list(review(demo, COLA, 6, Layers(events=False)).statistical) == list(made.baseline)
    without = review(demo, COLA, 6, Layers(without=(CUP,)))
    assert list(without.statistical) == list(made.baseline)


def test_the_consensus_counts_unless_overrides_are_switched_off(demo):
    made = review(demo, COLA, 6)
    assert list(made.demand) == list(made.consensus)
    plain = review(demo, COLA, 6, Layers(overrides=False))
    assert list(plain.demand) == list(plain.statistical)
    assert set(made.streams) == {"sales", "marketing", "finance"}
    assert made.cycle == date(2026, 10, 1)


def test_the_statistical_layer_is_the_forecast_tools_own(demo):
    made, plain = review(demo, COLA, 6), forecast(demo, key(COLA), 6)
    assert list(made.statistical) == list(plain.mean)


def test_what_is_left_and_what_was_ordered_make_up_the_demand(demo):
    made = review(demo, {"family": "Water"}, 6)
    assert made.orders.sum() > 0
    left = sum(made.netted.left)
    assert left + made.orders.sum() - sum(made.netted.beyond) == pytest.approx(made.demand.sum())


def test_the_weighted_consensus_lies_between_its_streams(demo):
    made = review(demo, {"family": "Tea"}, 6)
    assert sum(made.weighted.weights.values()) == pytest.approx(1)
    assert set(made.weighted.weights) == {"stat", "sales", "marketing", "finance"}
    assert np.isfinite(made.weighted_by_month).all()


def test_a_slice_that_streams_do_not_tell_apart_has_none(demo):
    made = review(demo, {"region": "West"}, 3)
    assert made.streams == {}
    assert made.consensus is None
    assert list(made.demand) == list(made.statistical)


def test_cleansing_can_be_switched_off(demo):
    assert len(review(demo, {"family": "Soft Drinks"}, 1).repairs) == 1
    assert review(demo, {"family": "Soft Drinks"}, 1, Layers(cleansing=False)).repairs == ()

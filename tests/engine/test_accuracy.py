import doctest
from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.demand.accuracy import accuracy as measures
from planning_engine.errors import BadRequest

quantities = st.floats(0, 1e6, allow_nan=False).map(lambda q: round(q, 3))
pairs = st.lists(st.tuples(quantities, quantities), min_size=1, max_size=30)


def close(one, other):
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def split(rows):
    return [a for a, _ in rows], [f for _, f in rows]


def test_worked_examples_hold():
    failed, tried = doctest.testmod(measures)
    assert failed == 0
    assert tried >= 15


@pytest.mark.parametrize(
    "measure",
    [
        measures.wmape,
        measures.bias,
        measures.accuracy,
        lambda a, f: measures.mape(a, f).percent,
        measures.error_weighted_by_both,
    ],
)
def test_without_sales_there_is_no_percentage(measure):
    assert measure([0, 0], [5, 5]) is None


@pytest.mark.parametrize(
    "measure",
    [
        measures.mae,
        measures.rmse,
        measures.smape,
        measures.mean_error,
        measures.tracking_signal,
        measures.wmape,
        lambda a, f: measures.mase(a, f, [1, 2, 3]),
        lambda a, f: measures.rmsse(a, f, [1, 2, 3]),
        lambda a, f: measures.coverage(a, f, f),
        lambda a, f: measures.interval_score(a, f, f, 1.0),
    ],
)
def test_nothing_to_compare_gives_no_figure(measure):
    assert measure([], []) is None


def test_a_perfect_forecast_has_no_tracking_signal():
    assert measures.tracking_signal([10, 20], [10, 20]) is None


def test_a_flat_history_gives_nothing_to_scale_by():
    assert measures.mase([10], [12], [10] * 24) is None
    assert measures.rmsse([10], [12], [10] * 24) is None


def test_a_history_shorter_than_a_season_is_scaled_by_the_plain_naive():
    # steps of 2, so one period off by 1 is half of the naive error
    assert measures.mase([10], [11], [2, 4, 6], season=12) == 0.5
    assert measures.naive_scale([5], season=12) is None


def test_figures_that_do_not_pair_up_are_refused():
    with pytest.raises(BadRequest, match="2 figures cannot be compared with 1"):
        measures.mae([1, 2], [1])


def test_a_missing_pair_is_left_out():
    assert measures.mae([10, float("nan"), 20], [12, 5, float("nan")]) == 2
    assert measures.wmape([10, float("nan"), 20], [12, 5, float("nan")], [2, 1, 1]) == 20


def test_value_weights_count_the_dear_product_more():
    # 10 off at a price of 1 and 10 off at a price of 9, on 100 each
    assert measures.wmape([100, 100], [110, 100], [1, 9]) == 1.0
    assert measures.wmape([100, 100], [100, 110], [1, 9]) == 9.0


def test_value_added_needs_both_errors():
    assert measures.forecast_value_added(None, 10) is None
    assert measures.forecast_value_added(10, 12) == -2


@given(pairs)
def test_measures_agree_with_a_plain_loop(rows):
    total = sum(a for a, _ in rows)
    missed = sum(abs(a - f) for a, f in rows)
    signed = sum(f - a for a, f in rows)
    halves = [200 * abs(a - f) / (a + f) if a + f else 0 for a, f in rows]
    a, f = split(rows)
    assert close(measures.mae(a, f), missed / len(rows))
    assert close(measures.wmape(a, f), 100 * missed / total if total else None)
    assert close(measures.bias(a, f), 100 * signed / total if total else None)
    assert close(measures.smape(a, f), sum(halves) / len(halves))
    assert close(measures.tracking_signal(a, f), -signed / (missed / len(rows)) if missed else None)


@given(st.lists(quantities, min_size=2, max_size=40), st.integers(1, 13))
def test_the_naive_scale_agrees_with_a_plain_loop(history, season):
    lag = season if len(history) > season else 1
    steps = [abs(history[t] - history[t - lag]) for t in range(lag, len(history))]
    expected = sum(steps) / len(steps)
    assert close(measures.naive_scale(history, season), expected or None)


@given(pairs)
def test_bias_is_never_larger_than_the_error(rows):
    a, f = split(rows)
    if (error := measures.wmape(a, f)) is not None:
        assert abs(measures.bias(a, f)) <= error * (1 + 1e-9) + 1e-9


@given(pairs, st.floats(0.01, 1000))
def test_percent_measures_do_not_depend_on_the_unit(rows, factor):
    a, f = (np.array(side) for side in split(rows))
    for measure in (measures.wmape, measures.bias, measures.smape):
        one, other = measure(a, f), measure(a * factor, f * factor)
        assert (one is None) == (other is None)
        assert one is None or isclose(one, other, rel_tol=1e-6, abs_tol=1e-6)


@given(pairs)
def test_accuracy_and_error_add_to_a_hundred_until_the_clamp(rows):
    a, f = split(rows)
    error = measures.wmape(a, f)
    if error is not None:
        assert close(measures.accuracy(a, f), max(0, 100 - error))


@given(pairs, quantities, quantities)
def test_a_wider_interval_never_covers_less(rows, width, extra):
    actual, middle = (np.array(side) for side in split(rows))
    narrow = measures.coverage(actual, middle - width, middle + width)
    wide = measures.coverage(actual, middle - width - extra, middle + width + extra)
    assert narrow <= wide


def test_the_interval_score_fines_what_falls_outside():
    inside = measures.interval_score([10], [5], [15], scale=1.0)
    assert inside == 10
    assert measures.interval_score([20], [5], [15], scale=1.0, level=80) == pytest.approx(60)
    assert measures.interval_score([20], [5], [15], scale=None) is None

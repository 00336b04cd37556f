"""The parts a forecast is combined from: season, lengths of period, autoregression, pools."""

import doctest
import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.demand.accuracy.backtest import roll
from planning_engine.demand.forecasting import intervals
from planning_engine.demand.forecasting.pool import pool
from planning_engine.demand.forecasting.selection import forecast_series
from planning_engine.demand.methods import autoregression, seasonality
from planning_engine.demand.methods.aggregation import over_lengths
from planning_engine.demand.methods.autoregression import seasonal_autoregression
from planning_engine.demand.methods.methods import Method, run, settled
from planning_engine.demand.methods.seasonality import season_of

RANDOM = np.random.default_rng(8)
YEARS = 100 + 30 * np.sin(2 * np.pi * np.arange(60) / 12)
figures = st.lists(st.floats(-1e4, 1e4).map(lambda q: round(q, 1)), min_size=9, max_size=60)


def test_the_worked_examples_hold():
    for module in (autoregression, seasonality):
        assert doctest.testmod(module).failed == 0


# --- season -----------------------------------------------------------------------------


@given(figures, st.sampled_from([1, 2, 4, 12]))
def test_a_season_taken_out_and_put_back_leaves_the_history(history, season):
    values = np.array(history)
    found = season_of(values, season)
    assert found.put_back(found.removed(values), 0) == pytest.approx(values, abs=1e-6)


def test_a_sure_season_is_found_in_full():
    found = season_of(YEARS, 12)
    assert found.multiplies
    assert found.index.max() == pytest.approx(1.33, abs=0.02)
    assert np.ptp(found.removed(YEARS)) < 5


def test_noise_is_not_taken_for_a_season():
    noise = 100 + RANDOM.normal(0, 10, 60)
    raw = np.array([np.log(noise)[place::12].mean() for place in range(12)])
    assert np.ptp(np.log(season_of(noise, 12).index)) < 0.5 * np.ptp(raw)


def test_a_history_with_a_zero_has_an_additive_season():
    history = YEARS.copy()
    history[7] = 0
    found = season_of(history, 12)
    assert not found.multiplies
    assert found.index.mean() == pytest.approx(0, abs=1e-9)


def test_the_season_goes_on_where_the_history_ends():
    found = season_of(YEARS[:55], 12)
    assert found.put_back(np.full(5, 100.0), 55) == pytest.approx(YEARS[55:], rel=0.03)


# --- lengths of period ------------------------------------------------------------------


def test_months_quarters_and_years_that_agree_are_kept():
    def mean(history, horizon, season):
        return np.full(horizon, history.mean())

    flat = np.full(36, 5.0)
    assert over_lengths(mean, flat, 18, 12) == pytest.approx(np.full(18, 5.0))


def test_a_length_that_cannot_be_forecast_is_left_out():
    def months_only(history, horizon, season):
        return np.full(horizon, 7.0) if season == 12 else None

    assert over_lengths(months_only, np.full(72, 5.0), 3, 12) == pytest.approx([7, 7, 7])
    with pytest.raises(ValueError, match="shortest period"):
        over_lengths(lambda history, horizon, season: None, np.full(72, 5.0), 3, 12)


def test_reconciled_months_are_the_least_squares_of_all_lengths():
    # half-years of two quarters: quarters say 10, half-years 24; weights 1 and 1/2:
    # minimise (q1 - 10)^2 + (q2 - 10)^2 + (q1 + q2 - 24)^2 / 2 -> q1 = q2 = 11
    def base(history, horizon, season):
        return np.full(horizon, 10.0 if season == 2 else 24.0)

    assert over_lengths(base, np.full(20, 10.0), 2, 2) == pytest.approx([11, 11])


# --- autoregression ---------------------------------------------------------------------


def plain_autoregression(history, horizon, season):
    """One lag of the seasonal differences, by plain sums: what the choice may fall on."""
    changes = [now - before for before, now in zip(history, history[season:], strict=False)]
    weight = sum(a * b for a, b in itertools.pairwise(changes)) / sum(a * a for a in changes[:-1])
    means, last = list(history), changes[-1]
    for _ in range(horizon):
        last *= weight
        means.append(means[-season] + last)
    return means[len(history) :]


def test_one_lag_agrees_with_a_plain_loop():
    # an exact process of one lag: further lags cannot pay for themselves
    history = np.concatenate([[50.0], 50 + np.cumsum(64 * 0.8 ** np.arange(30))])
    expected = plain_autoregression(list(history), 4, 1)
    assert seasonal_autoregression(history, 4, 1) == pytest.approx(expected, rel=1e-6)


def test_a_plain_season_is_repeated():
    assert seasonal_autoregression(YEARS, 12, 12) == pytest.approx(YEARS[:12])


# --- pools ------------------------------------------------------------------------------


@pytest.mark.parametrize("season", [1, 4, 7, 12, 52])
def test_the_nightly_pool_holds_the_interactive_one(season):
    fast, slow = pool(season, "interactive"), pool(season, "nightly")
    assert slow[: len(fast)] == fast
    assert {method.kind for method in slow} - {method.kind for method in fast} == {"ARIMA"}
    names = [method.name for method in slow]
    assert len(names) == len(set(names))
    assert not any(re.search(r"\d", method.kind) for method in slow)


def test_no_weekly_series_is_searched_with_a_season_of_a_year(monkeypatch):
    seen = []
    from statsforecast import models

    kept = models.AutoARIMA.__init__

    def note(self, *args, **kwargs):
        seen.append(kwargs["season_length"])
        kept(self, *args, **kwargs)

    monkeypatch.setattr(models.AutoARIMA, "__init__", note)
    weeks = 100 + 20 * np.sin(2 * np.pi * np.arange(160) / 52) + RANDOM.normal(0, 4, 160)
    made = forecast_series(weeks, 4, 52, tier="nightly")
    assert "ARIMA" in made.method
    assert seen
    assert set(seen) == {1}


def test_an_order_is_searched_once_and_kept_for_later_origins(monkeypatch):
    searched = []
    arima = pool(12, "nightly")[-1]

    def settle(history, season):
        searched.append(len(history))
        return arima.settle(history, season)

    noisy = YEARS + RANDOM.normal(0, 5, 60)
    counted = Method(arima.name, arima.kind, arima.predict, arima.at_least, settle)
    test = roll(noisy, [counted], 6, 12, most=3, floor=True)
    assert searched == [test.origins[-1]]
    assert test.forecasts["ARIMA"].shape == (3, 6)
    kept = settled(arima, noisy[:50], 12)
    assert np.isfinite(run(kept, noisy, 6, 12)).all()


# --- odd series -------------------------------------------------------------------------

odd = st.sampled_from(["level shift", "gap", "one spike", "ends in zeros", "tiny", "steps"])


@settings(max_examples=40, deadline=None)
@given(odd, st.integers(4, 70), st.integers(1, 18), st.sampled_from(["interactive", "nightly"]))
def test_odd_series_get_a_sensible_forecast(kind, length, horizon, tier):
    random = np.random.default_rng(length)
    history = np.maximum(100 + random.normal(0, 10, length), 0)
    half = length // 2
    if kind == "level shift":
        history[half:] *= 10
    elif kind == "gap":
        history[half : half + 8] = 0
    elif kind == "one spike":
        history[half] = 1e6
    elif kind == "ends in zeros":
        history[-min(3, length - 1) :] = 0
    elif kind == "tiny":
        history *= 1e-9
    elif kind == "steps":
        history = np.round(history, -2)
    made = forecast_series(history, horizon, 12, tier=tier)
    assert made.method
    ends = [made.mean, *made.low.values(), *made.high.values()]
    assert all(np.isfinite(end).all() and (end >= 0).all() for end in ends)
    assert made.mean.max() <= 3 * history.max()
    for level in made.low:
        assert (made.low[level] <= made.mean).all()
        assert (made.mean <= made.high[level]).all()


def test_after_a_level_shift_the_new_level_goes_on():
    history = np.concatenate([np.full(36, 100.0), np.full(24, 300.0)]) + RANDOM.normal(0, 5, 60)
    made = forecast_series(history, 6, 12, tier="nightly")
    assert np.all(np.abs(made.mean - 300) < 60)


# --- intervals --------------------------------------------------------------------------


def test_a_table_that_missed_by_more_gets_wider_intervals():
    reach = intervals.student_t4(0.9)
    as_claimed = [np.full(6, reach)] * 100
    assert intervals.calibration(as_claimed) == pytest.approx(1)
    twice = intervals.calibration([2 * reach * np.ones(6)] * 1000)
    assert 1.6 < twice < 2
    assert 1 < intervals.calibration([2 * reach * np.ones(6)] * 5) < twice
    assert intervals.calibration([]) == 1
    assert intervals.calibration([np.empty(0)]) == 1


def test_a_miss_is_judged_by_a_spread_that_did_not_know_it():
    noisy = YEARS + RANDOM.normal(0, 5, 60)
    calm, wild = np.full((2, 6), 1.0), np.full((2, 6), 1.0)
    wild[0] = 50.0
    origins = (54, 48)
    before = intervals.misses(noisy, origins, calm, 12)
    after = intervals.misses(noisy, origins, wild, 12)
    assert after[:6] == pytest.approx(50 * before[:6])  # only the miss itself has grown
    assert (after[6:] < before[6:]).all()  # for the other origin it is known, and widens
    assert len(intervals.misses(noisy, (54,), calm[:1], 12)) == 0


def test_widening_keeps_the_mean_and_never_narrows_with_the_distance():
    made = forecast_series(YEARS + RANDOM.normal(0, 5, 60), 18, 12)
    wide = made.widened(1.5, floor=True)
    assert (wide.mean == made.mean).all()
    for level in made.low:
        assert (wide.high[level] - wide.mean) == pytest.approx(1.5 * (made.high[level] - made.mean))
        assert (np.diff(made.high[level] - made.mean) >= -1e-9).all()

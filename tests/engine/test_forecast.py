import doctest
import importlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planning_engine.data.sample.planted import LAUNCH
from planning_engine.demand.accuracy import accuracy, backtest
from planning_engine.demand.forecasting import intervals
from planning_engine.demand.forecasting.forecast import forecast
from planning_engine.demand.forecasting.pool import LONG, SHORT, pool
from planning_engine.demand.forecasting.selection import forecast_series, is_intermittent
from planning_engine.demand.forecasting.table import forecast_table
from planning_engine.demand.history.history import key
from planning_engine.demand.methods.methods import (
    ADIDA,
    Method,
    mean_of_recent,
    run,
    seasonal_naive,
)
from planning_engine.demand.methods.theta import seasonal_factors, theta
from planning_engine.errors import BadRequest, DataProblem

SLOW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
quantities = st.one_of(st.just(0.0), st.floats(0, 1e5).map(lambda q: round(q, 2)))


def seasonal(years, *, level=100.0, swing=30.0, growth=0.0, noise=0.0, seed=1):
    at = np.arange(12 * years)
    random = np.random.default_rng(seed)
    wave = swing * np.sin(2 * np.pi * at / 12)
    return (
        level + growth * at + wave + random.normal(0, noise, len(at))
        if noise
        else (level + growth * at + wave)
    )


# --- one series -------------------------------------------------------------------------


@SLOW
@given(st.lists(quantities, min_size=0, max_size=40), st.integers(1, 18))
def test_any_history_gives_a_forecast_that_can_be_planned_with(history, horizon):
    made = forecast_series(np.array(history, dtype=float), horizon, 12)
    assert made.method
    for ends in (made.mean, *made.low.values(), *made.high.values()):
        assert len(ends) == horizon
        assert np.isfinite(ends).all()
        assert (ends >= 0).all()
    for level in made.low:
        assert (made.low[level] <= made.mean + 1e-9).all()
        assert (made.mean <= made.high[level] + 1e-9).all()
    assert (made.low[95] <= made.low[80] + 1e-9).all()
    assert (made.high[80] <= made.high[95] + 1e-9).all()


@pytest.mark.parametrize(
    ("history", "mean", "method"),
    [
        ([], 0, "nothing was sold"),
        ([0] * 30, 0, "nothing was sold"),
        ([7], 7, "few periods"),
        ([5, 7], 6, "few periods"),
        ([40] * 24, 40, "constant"),
        ([40, 50, 45, 41] * 3 + [0] * 12, 0, "for a season and twice"),
    ],
)
def test_where_there_is_nothing_to_model_the_method_says_so(history, mean, method):
    made = forecast_series(np.array(history, dtype=float), 3, 12)
    assert list(made.mean) == [mean] * 3
    assert method in made.method
    assert made.tested is None


def test_a_clear_season_is_continued():
    history = seasonal(5, noise=1.0)
    made = forecast_series(history, 12, 12)
    assert accuracy.wmape(seasonal(6)[-12:], made.mean) < 3
    assert made.tested.error < 3
    assert set(made.weights) <= {method.name for method in SHORT}
    assert sum(made.weights.values()) == pytest.approx(1)


def test_the_naive_error_stands_beside_the_backtest_error():
    made = forecast_series(seasonal(4, growth=3, noise=2), 6, 12)
    assert made.tested.naive_error > made.tested.error
    assert made.tested.origins == 3
    assert made.tested.steps == 6


def test_sales_that_come_far_apart_get_an_intermittent_method():
    random = np.random.default_rng(3)
    history = np.where(random.random(48) < 0.3, 50.0, 0.0)
    assert is_intermittent(history)
    made = forecast_series(history, 6, 12)
    assert "intermittent" in made.method
    assert 5 < made.mean.mean() < 30  # the long-run mean is 15
    assert made.high[95].max() >= 50  # a whole order may come


def test_a_series_that_may_fall_below_zero_is_not_cut():
    history = -seasonal(4, noise=1)
    assert forecast_series(history, 3, 12, floor=False).mean.max() < 0
    assert forecast_series(history, 3, 12, floor=True).mean.min() >= 0


def test_a_history_without_two_seasons_is_still_backtested():
    made = forecast_series(seasonal(2, noise=5)[:18], 6, 12)
    assert made.tested is not None
    assert made.tested.error is not None


def test_a_season_seen_once_is_not_repeated():
    # a year of growth: the months of a year ago are no forecast
    history = np.array([10, 22, 29, 41, 52, 59, 70, 81, 92, 99, 110, 119.0])
    assert forecast_series(history, 3, 12).mean.min() > 90


# --- parts ------------------------------------------------------------------------------


@given(st.integers(1, 120), st.integers(1, 24), st.sampled_from([4, 7, 12, 52]))
def test_every_origin_leaves_the_steps_it_is_tested_on(length, horizon, season):
    starts, steps = backtest.origins(length, horizon, season, 3)
    assert steps <= horizon
    for start in starts:
        assert start >= 5
        assert start + steps <= length
    assert list(starts) == sorted(set(starts), reverse=True)


def test_a_model_that_fails_cannot_forecast():
    def broken(history, horizon, season):
        raise ZeroDivisionError

    def nonsense(history, horizon, season):
        return np.full(horizon, np.nan)

    def wild(history, horizon, season):
        return np.full(horizon, 1e12)

    history = np.arange(1.0, 30.0)
    for predict in (broken, nonsense, wild):
        assert run(Method("m", "kind", predict, lambda season: 1), history, 3, 12) is None
    assert run(Method("m", "kind", seasonal_naive, lambda season: 99), history, 3, 12) is None


def test_the_seasonal_naive_repeats_the_last_season():
    assert list(seasonal_naive(np.arange(24.0), 14, 12)) == [*range(12, 24), 12, 13]
    assert list(seasonal_naive(np.array([3.0, 4.0]), 2, 12)) == [4, 4]
    assert list(mean_of_recent(np.array([1.0, 2, 3]), 2, 2)) == [2.5, 2.5]


def test_a_long_season_is_taken_out_before_smoothing():
    at = np.arange(52 * 4)
    history = 100 + 40 * np.sin(2 * np.pi * at / 52)
    expected = 100 + 40 * np.sin(2 * np.pi * np.arange(208, 234) / 52)
    for method in LONG:
        if "without" not in method.name:
            means = run(method, history, 26, 52)
            assert np.abs(means - expected).max() < 20, method.name


def test_every_named_method_forecasts_a_plain_series():
    history = seasonal(4, noise=2)
    for method in pool(12, "nightly"):
        assert run(method, history, 6, 12).shape == (6,), method.name
    assert run(ADIDA, np.where(history > 110, history, 0), 6, 12).shape == (6,)


def test_the_student_quantile_is_the_tabled_one():
    # t with 4 degrees of freedom: 1.5332 at 90 %, 4.6041 at 99.5 %
    assert intervals.student_t4(0.9) == pytest.approx(1.5332, abs=1e-4)
    assert intervals.student_t4(0.995) == pytest.approx(4.6041, abs=1e-4)
    assert intervals.student_t4(0.5) == 0
    assert doctest.testmod(intervals).failed == 0


def test_intervals_widen_with_the_distance_and_the_errors_seen():
    history = seasonal(4, noise=3)
    none, small, large = (np.full(6, size) for size in (0.0, 5.0, 50.0))
    steps = np.arange(1.0, 7.0)
    widths = [intervals.spread(history, errors, steps, 6, 12) for errors in (none, small, large)]
    assert all((np.diff(width) >= 0).all() for width in widths)
    assert (np.diff(widths[1]) > 0).all()
    assert (widths[0] < widths[1]).all()
    assert (widths[1] < widths[2]).all()


def test_intervals_cover_what_they_claim():
    # 60 series of season, trend and noise; the last year is held back
    inside = {80: [], 95: []}
    for seed in range(60):
        series = seasonal(6, noise=12, growth=0.5, seed=seed)
        made = forecast_series(series[:-12], 12, 12)
        for level, shares in inside.items():
            shares.append(accuracy.coverage(series[-12:], made.low[level], made.high[level]))
    assert 0.74 < np.mean(inside[80]) < 0.92
    assert 0.91 < np.mean(inside[95]) < 0.995


# --- many series at once ----------------------------------------------------------------


def plain_theta(history, horizon):
    """The Theta method of one series without a season, by plain loops."""
    count = len(history)
    mean_time = (count - 1) / 2
    slope = sum((t - mean_time) * y for t, y in enumerate(history)) / sum(
        (t - mean_time) ** 2 for t in range(count)
    )
    best = None
    for alpha in np.linspace(0.05, 0.95, 19):
        level, squared = history[0], 0.0
        for value in history[1:]:
            squared += (value - level) ** 2
            level += alpha * (value - level)
        if best is None or squared < best[0] - 1e-12:
            best = (squared, alpha, level)
    _, alpha, level = best
    warm_up = (1 - (1 - alpha) ** count) / alpha
    return [max(0.0, level + slope / 2 * (step + warm_up)) for step in range(horizon)]


@settings(deadline=None)
@given(st.lists(st.floats(1, 1000), min_size=4, max_size=20), st.integers(1, 6))
def test_theta_agrees_with_a_plain_loop(history, horizon):
    means = theta(np.array([history]), horizon, 12)[0]
    assert means == pytest.approx(plain_theta(history, horizon), rel=1e-6, abs=1e-6)


def test_theta_forecasts_each_series_as_if_it_were_alone():
    rows = np.array([seasonal(3, noise=4, seed=seed) for seed in range(5)])
    together = theta(rows, 6, 12)
    for row, means in zip(rows, together, strict=True):
        assert theta(row[None, :], 6, 12)[0] == pytest.approx(means)


def test_theta_carries_the_season_on():
    means = theta(seasonal(4)[None, :], 12, 12)[0]
    assert accuracy.wmape(seasonal(5)[-12:], means) < 3
    assert theta(np.array([[3.0, 5.0]]), 2, 12).tolist() == [[4, 4]]


def test_seasonal_factors_stay_at_one_where_there_is_no_season():
    random = np.random.default_rng(2)
    assert (seasonal_factors(np.array([random.normal(100, 5, 20)]), 12) == 1).all()
    with_zero = seasonal(4)
    with_zero[5] = 0
    assert (seasonal_factors(with_zero[None, :], 12) == 1).all()


# --- a table ----------------------------------------------------------------------------


def table(values, *, start="2023-01-01", freq="MS", name="a"):
    days = pd.date_range(start, periods=len(values), freq=freq)
    return pd.DataFrame({"unique_id": name, "ds": days, "y": values})


def test_a_table_comes_back_with_dates_intervals_and_method():
    train = pd.concat([table(seasonal(3, noise=2)), table([5.0] * 20, name="b")])
    made = forecast_table(train, 4, "MS", (80, 95))
    assert list(made.columns) == [
        "unique_id",
        "ds",
        "mean",
        "lo-80",
        "hi-80",
        "lo-95",
        "hi-95",
        "method",
    ]
    assert list(made["unique_id"]) == ["a"] * 4 + ["b"] * 4
    assert made["ds"][0] == pd.Timestamp(2026, 1, 1)
    assert (made.loc[made["unique_id"] == "b", "mean"] == 5).all()
    assert not made.isna().any(axis=None)


def test_workers_give_the_same_table():
    train = pd.concat([table([1.0 * at, at, at + at % 3], name=f"s{at:02}") for at in range(20)])
    seen = []
    with ThreadPoolExecutor(2) as pool:
        parallel = forecast_table(
            train, 3, "MS", (90,), executor=pool, progress=lambda text, share: seen.append(share)
        )
    pd.testing.assert_frame_equal(parallel, forecast_table(train, 3, "MS", (90,)))
    assert seen == [0.5, 1.0]


@pytest.mark.parametrize(
    ("freq", "start", "first"),
    [
        ("W", "2026-01-05", "2026-05-25"),
        ("D", "2026-01-05", "2026-01-25"),
        ("QS", "2021-01-01", "2026-01-01"),
        ("QE", "2021-03-31", "2026-03-31"),
        ("ME", "2026-01-31", "2027-09-30"),
        ("Q", "2021-03-31", "2026-03-31"),
        ("m", "2026-01-31", "2027-09-30"),
    ],
)
def test_every_frequency_goes_on_where_the_series_ends(freq, start, first):
    rule = {"W": "7D", "D": "D", "QS": "QS", "QE": "QE", "ME": "ME", "Q": "QE", "m": "ME"}[freq]
    made = forecast_table(table(np.arange(1.0, 21.0), start=start, freq=rule), 2, freq)
    assert made["ds"][0] == pd.Timestamp(first)


def test_a_missing_row_is_nothing_sold_and_a_missing_value_is_unknown():
    train = table([10.0, 10.0, 10.0, 10.0])
    assert forecast_table(train.drop(index=1), 1, "MS")["mean"][0] < 10
    train.loc[1, "y"] = None
    assert forecast_table(train, 1, "MS")["mean"][0] == 10


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.drop(columns="y"), "lacks the column y"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(ds="soon"), "Row 1 of the table: ds 'soon' is not a date"),
        (lambda t: t.assign(y=["1", "x", "3", "4"]), "Row 2 of the table: y 'x' is not a number"),
        (lambda t: t.assign(y=[1, np.inf, 3, 4]), "infinite"),
        (lambda t: pd.concat([t, t]), "Series 'a' has 2023-01-01 more than once"),
        (lambda t: t.assign(ds=t["ds"] + pd.Timedelta(days=3)), "not a period of freq MS"),
        (lambda t: t.assign(y=np.nan), "no value of y at all"),
        (lambda t: t.assign(unique_id=None), "unique_id 'None' is empty"),
    ],
)
def test_a_table_of_another_shape_is_refused_with_the_place(change, sentence):
    with pytest.raises(BadRequest, match=sentence):
        forecast_table(change(table([1.0, 2.0, 3.0, 4.0])), 2, "MS")


@pytest.mark.parametrize(
    ("horizon", "freq", "levels", "sentence"),
    [
        (0, "MS", (80,), "horizon must be 1"),
        (1, "fortnight", (80,), "is not one of MS"),
        (1, "MS", (100,), "between 0 and 100"),
    ],
)
def test_arguments_out_of_range_are_refused(horizon, freq, levels, sentence):
    with pytest.raises(BadRequest, match=sentence):
        forecast_table(table([1.0, 2.0]), horizon, freq, levels)


# --- a slice of a company ---------------------------------------------------------------


def test_the_same_month_has_the_same_figure_however_far_is_asked(demo):
    short = forecast(demo, key({"family": "Juice"}), 3)
    long = forecast(demo, key({"family": "Juice"}), 12)
    assert list(long.mean[:3]) == list(short.mean)


def test_events_to_come_raise_the_baseline_and_can_be_switched_off(demo):
    cola = key({"product": "COL-033-24"})
    made = forecast(demo, cola, 6)
    lift = made.mean / made.baseline
    assert list(lift) == pytest.approx([1, 1, 1, 1.6, 1.6, 1])  # February and March
    assert [event.id for event in made.events] == ["EV-27-01"]
    without = forecast(demo, cola, 6, ("EV-27-01",))
    assert list(without.mean) == list(made.baseline)
    assert without.events == ()


def test_an_event_lifts_a_family_by_the_share_of_what_it_touches(demo):
    made = forecast(demo, key({"family": "Soft Drinks"}), 6)
    shares = made.history.leaves.groupby("product")["share"].sum()
    assert (made.mean / made.baseline)[3] == pytest.approx(1 + 0.6 * shares["COL-033-24"])


def test_a_launch_is_forecast_from_the_product_it_is_like(demo):
    made = forecast(demo, key({"product": LAUNCH.product}), 6)
    assert made.like_product == LAUNCH.like_product
    assert len(made.history.periods) == 3
    sold = list(LAUNCH.sold.values())
    assert 0.8 * sold[-1] < made.mean.mean() < 1.5 * sold[-1]


def test_a_product_is_not_wanted_after_its_last_day_of_sale(demo):
    made = forecast(demo, key({"product": "FLW-050-12"}), 4)
    assert (made.mean[:2] > 0).all()
    assert (made.mean[2:] == 0).all()


def launching(company_of, **product):
    months = pd.date_range("2024-11-01", "2026-10-01", freq="MS")
    sales = [
        {"date": month, "product": "OLD", "site": "S", "customer": "K", "quantity": 100}
        for month in months
    ]
    products = [{"product": "OLD"}, {"product": "NEW", **product}]
    return company_of({"products": products, "sales": sales})


def test_before_its_launch_a_product_is_expected_to_sell_as_its_like(company_of):
    facts = launching(company_of, like_product="OLD", launch_on=date(2026, 12, 16))
    made = forecast(facts, key({"product": "NEW"}), 4)
    # half of December is left after the 15th: 16 of 31 days
    assert list(made.mean) == pytest.approx([0, 100 * 16 / 31, 100, 100])


def test_a_product_without_history_or_like_cannot_be_forecast(company_of):
    with pytest.raises(DataProblem, match="Nothing was sold of product NEW"):
        forecast(launching(company_of), key({"product": "NEW"}))


def test_material_is_not_forecast_from_sales(demo):
    with pytest.raises(DataProblem, match="is raw material"):
        forecast(demo, key({"product": "CMP-CAP"}))


def test_a_forecast_bridges_months_that_the_sales_do_not_reach(company_of):
    months = pd.date_range("2024-01-01", "2026-08-01", freq="MS")
    values = dict(zip(months, seasonal(3)[: len(months)], strict=True))
    sales = [
        {"date": m, "product": "A", "site": "S", "customer": "K", "quantity": q}
        for m, q in values.items()
    ]
    facts = company_of({"products": [{"product": "A"}], "sales": sales})
    made = forecast(facts, (), 3)
    assert made.periods[0] == date(2026, 11, 1)
    # season of the same calendar months a year before
    assert list(made.mean) == pytest.approx([values[m] for m in months[22:25]], rel=0.05)


def test_forecasting_loads_its_models_only_when_it_must():
    module = importlib.import_module("planning_engine.demand.methods.methods")
    assert "statsforecast" not in vars(module)

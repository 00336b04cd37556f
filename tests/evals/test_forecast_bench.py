import json

import numpy as np
import pandas as pd
import pytest

from evals import forecast, forecast_speed, goldens
from evals.forecast_peers import ENTRANTS, PLAIN_MEAN, Score, naive2, score
from evals.goldens import Check, Golden


@pytest.fixture
def folder(tmp_path):
    """Three short monthly series, with the forecasts that one entrant published."""
    random = np.random.default_rng(5)
    wave = 100 + 20 * np.sin(2 * np.pi * np.arange(42) / 12)
    trains, tests, published = [], [], []
    for name in ("s1", "s2", "s3"):
        values = wave + random.normal(0, 3, 42)
        days = pd.date_range("2020-01-01", periods=42, freq="MS")
        rows = pd.DataFrame({"unique_id": name, "ds": days, "y": values})
        trains.append(rows.iloc[:36])
        tests.append(rows.iloc[36:])
        steps = {f"h{step}": values[35 + step] + 1 for step in range(1, 7)}
        published.append({"unique_id": name, "method": "THETA", **steps})
    pd.concat(trains).to_csv(tmp_path / "train.csv.gz", index=False)
    pd.concat(tests).to_csv(tmp_path / "test.csv.gz", index=False)
    pd.DataFrame(published).to_csv(tmp_path / "published_forecasts.csv.gz", index=False)
    return tmp_path


KEYS = {
    "smape", "mase", "owa", "coverage_80", "coverage_95", "msis", "cpu_seconds_per_series",
    "series", "peers", "cores", "bar",
}  # fmt: skip


def test_the_bench_prints_the_figures_the_design_fixes(folder, capsys):
    assert forecast.main(["--data", str(folder), "--limit", "2", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == KEYS
    assert printed["series"] == 2
    assert printed["smape"] < printed["peers"]["Naive2"]["smape"] * 1.5
    assert printed["peers"]["Naive2"]["owa"] == pytest.approx(1)
    assert {"THETA (published)", PLAIN_MEAN} <= set(printed["peers"])
    assert set(printed["bar"]) == {"owa", "cpu_seconds_per_series"}
    assert 0 <= printed["coverage_80"] <= printed["coverage_95"] <= 1


def test_the_headline_stands_last_for_people(folder, capsys):
    assert forecast.main(["--data", str(folder), "--limit", "2", "--tier", "interactive"]) == 0
    lines = capsys.readouterr().out.strip().splitlines()
    assert any("sop forecast, 2 series" in line for line in lines[-5:])
    assert "meets the bar" in lines[-1]


def test_a_smaller_run_takes_series_from_the_whole_set(folder):
    assert sorted(forecast.read(folder, limit=2).test) == ["s1", "s3"]
    assert len(forecast.read(folder).test) == 3


def test_a_whole_set_is_held_to_the_published_theta_and_the_plain_mean(folder):
    whole, part = forecast.read(folder), forecast.read(folder, limit=2)
    beside = {PLAIN_MEAN: Score(13.0, 0.85), "THETA (published)": Score(13.2841, 0.8271)}
    held = forecast.bars(whole, beside, "nightly")
    assert held["smape"].limit == pytest.approx(12.90)
    assert held["mase"].limit == pytest.approx(0.790)
    assert held["msis"].limit == 6.8
    assert held["coverage_80"].holds(0.785)
    assert not held["coverage_80"].holds(0.83)
    assert set(forecast.bars(part, beside, "interactive")) == {"owa", "cpu_seconds_per_series"}


def test_workers_forecast_the_same_and_their_cpu_is_counted(folder):
    series = forecast.read(folder)
    alone, _ = forecast._forecast(series, "interactive", 1)
    together, spent = forecast._forecast(series, "interactive", 2)
    pd.testing.assert_frame_equal(alone, together, check_exact=True)
    assert spent > 0


def test_generated_series_are_like_demand():
    made = forecast_speed.generated(3)
    assert made.groupby("unique_id").size().tolist() == [60, 60, 60]
    assert (made["y"] > 0).all()
    pd.testing.assert_frame_equal(made, forecast_speed.generated(3))


def test_peers_are_scored_by_the_same_formula(folder):
    series = forecast.read(folder)
    histories = series.histories()
    perfect = score(series, histories, series.test)
    assert (perfect.smape, perfect.mase) == (0, 0)
    one_off = score(series, histories, series.published["THETA"])
    scales = [np.abs(y[12:] - y[:-12]).mean() for y in histories.values()]
    assert one_off.mase == pytest.approx(np.mean([1 / scale for scale in scales]))


def test_naive2_repeats_the_level_under_the_season():
    flat = np.tile([10.0, 20.0], 10)
    assert list(naive2(flat, 3, 2)) == pytest.approx([10, 20, 10])
    assert list(naive2(np.array([3.0, 4.0]), 2, 12)) == [4, 4]


def test_wide_files_of_the_m4_competition_are_read(tmp_path):
    points = [list(range(1, 13))] * 2
    wide = pd.DataFrame(points, index=pd.Index(["W1", "W2"], name="V1"))
    wide.to_csv(tmp_path / "Weekly-train.csv.gz")
    (tmp_path / "Weekly-test.csv").write_text("V1,V2,V3\nW1,13,14\nW2,13,14\n")
    series = forecast.read(tmp_path)
    assert series.freq == "W"
    assert series.scale_season == 1
    assert series.horizon == 2
    assert list(series.histories()["W1"]) == list(range(1, 13))


def test_the_real_set_can_be_read_in_place(shared_data):
    series = forecast.read(shared_data / "m3_monthly", limit=3)
    assert len(series.test) == 3
    assert series.horizon == 18
    assert set(ENTRANTS) <= set(series.published)


def test_our_theta_is_as_good_as_the_published_one_on_a_sample(shared_data):
    from planning_engine.demand.methods.theta import theta

    series = forecast.read(shared_data / "m3_monthly", limit=120)
    histories = series.histories()
    means = {name: theta(y[None, :], 18, 12)[0] for name, y in histories.items()}
    own = score(series, histories, means)
    published = score(series, histories, series.published["THETA"])
    assert own.smape < published.smape * 1.08
    assert own.mase < published.mase * 1.08


def test_goldens_count_what_is_computed_as_printed(shared_data, capsys):
    assert goldens.main(["--data", str(shared_data / "inventory_textbook"), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["passed"] == printed["total"] - len(printed["failed"])
    assert printed["passed"] >= 5
    assert "Safety stock B&M, Chopra and Meindl" not in printed["failed"]


def test_without_the_book_the_others_are_still_counted(tmp_path, capsys):
    assert goldens.main(["--data", str(tmp_path)]) == 0
    assert f"of {len(goldens.BOOKS)}" in capsys.readouterr().out


def test_a_wrong_answer_is_told_with_both_figures():
    golden = Golden("g", lambda: [Check("lot", 10, 12, 0.5), Check("cost", 1, 1.2, 0.5)])
    assert golden.problem() == "lot 12, not 10"
    assert Golden("h").problem() == goldens.NOT_YET

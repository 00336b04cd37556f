import json
from datetime import date

import pytest
import vl_convert as vlc

from tools import charts
from tools.waterfall import waterfall

MONTHS = [date(2027, month, 1) for month in (1, 2, 3)]


def _all_charts():
    months = [
        {"month": m, "value": v, "family": f}
        for m, v, f in zip(MONTHS, (1.0, None, 3.0), "AAB", strict=True)
    ]
    forecast = [
        {"month": MONTHS[0], "value": 4, "kind": "history", "low": None, "high": None},
        {"month": MONTHS[1], "value": 5, "kind": "forecast", "low": 3, "high": 7},
    ]
    load = [{"month": m, "required": 90 + 20 * i, "available": 100} for i, m in enumerate(MONTHS)]
    causes = [{"month": m, "cause": p, "hours": 40} for m in MONTHS for p in ("STW", "COL")]
    stock = [
        {"month": m, "closing": 50 - 40 * i, "safety_stock": 20, "supply": 0, "demand": 40}
        for i, m in enumerate(MONTHS)
    ]
    named = [{"family": f, "value": v} for f, v in (("Water", 90.0), ("Tea", 70.0))]
    cases = [{"month": m, "scenario": s, "value": 1} for m in MONTHS for s in ("base", "more")]
    return {
        "lines": charts.lines("Sales", months, "case"),
        "lines by family": charts.lines("Sales", months, "case", series="family"),
        "interval": charts.line_with_interval("Forecast", forecast, "case"),
        "bars": charts.bars("Accuracy", named, "family", "%", limit=80, limit_label="target"),
        "compare": charts.compare_bars("Base and more", cases, "month", "scenario", "hours"),
        "compare names": charts.compare_bars(
            "Gap", [{"k": "a", "s": "b", "value": 2}], "k", "s", None
        ),
        "load": charts.load_against_hours("L3", load),
        "load by cause": charts.load_against_hours("L3", load, causes=causes),
        "stock": charts.stock_projection("Stock", stock, "case"),
        "stock alone": charts.stock_projection("Stock", [{"month": MONTHS[0], "closing": 1}], None),
    }


@pytest.mark.parametrize("name", list(_all_charts()))
def test_every_chart_draws_and_carries_its_data(name):
    spec = _all_charts()[name]
    json.dumps(spec)
    fixed = {**spec, "width": 400}  # a page gives the width; a picture needs one
    svg = vlc.vegalite_to_svg(json.dumps(fixed))
    assert "<svg" in svg
    assert spec["data"]["values"]
    assert spec["title"]["text"] == spec["description"]
    assert "tooltip" in json.dumps(spec)


def test_months_are_shown_as_written_wherever_the_reader_is():
    spec = charts.lines("Sales", [{"month": MONTHS[2], "value": 1}], "case")
    assert spec["data"]["values"] == [{"month": "2027-03-01", "value": 1}]
    assert spec["encoding"]["x"]["timeUnit"] == "utcyearmonth"


def test_the_axis_names_the_unit():
    spec = charts.bars("Accuracy", [{"family": "Tea", "value": 70}], "family", "%")
    assert spec["layer"][0]["encoding"]["x"]["title"] == "%"


def test_months_over_their_hours_are_told_apart():
    spec = charts.load_against_hours("L3", [{"month": MONTHS[0], "required": 2, "available": 1}])
    colour = spec["layer"][0]["encoding"]["color"]
    assert colour["condition"] == {"test": "datum.required > datum.available", "value": charts.RED}


def test_a_chart_reads_on_a_dark_page():
    spec = charts.lines("Sales", [{"month": MONTHS[0], "value": 1}], "case")
    assert spec["background"] == "transparent"
    assert spec["config"]["axis"]["labelColor"] == charts.GREY


def test_steps_that_their_totals_dwarf_are_drawn_from_just_below_them():
    near = waterfall(
        "Plan", ("before", 1000.0), [("sales", -20.0), ("stock", 30.0)], "after", "case"
    )
    values = near["data"]["values"]
    assert near["title"]["text"] == "Plan (axis from 970)"
    assert [bar["from"] for bar in values] == [970.0, 1000.0, 980.0, 970.0]
    assert [bar["to"] for bar in values] == [1000.0, 980.0, 1010.0, 1010.0]
    far = waterfall("Plan", ("before", 10.0), [("sales", 20.0)], "after", "case")
    assert far["title"]["text"] == "Plan"
    assert far["data"]["values"][0]["from"] == 0.0

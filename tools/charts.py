"""Charts as Vega-Lite specs with their data inside: one builder per kind of picture.

Every builder takes rows ready to draw and returns a plain JSON object. Colours are those of
Okabe and Ito, told apart by the colour-blind; text and grid are a mid grey and the background
is transparent, so that a chart reads on a light and on a dark page.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tools.evidence import Value, plain

Row = Mapping[str, Value]
Chart = dict[str, Any]  # Any: a Vega-Lite JSON object

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
BLUE, ORANGE, GREEN, RED, SKY, PURPLE, YELLOW, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#56B4E9",
    "#CC79A7",
    "#F0E442",
    "#7A7F87",
)
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED, YELLOW, GREY)
MONTH_FORMAT = "%b %Y"


def lines(title: str, rows: Sequence[Row], unit: str | None, *, series: str | None = None) -> Chart:
    """Draw a value by month, one line or one per series.

    Args:
        title: What is shown.
        rows: `month` (date), `value`, and the column named by `series`.
        unit: Unit of the value, for the axis.
        series: Column that tells the lines apart; None for one line.
    """
    encoding = {"x": _month(), "y": _amount("value", unit), "tooltip": _tooltip(series, unit)}
    if series:
        encoding["color"] = _colour(series)
    else:
        encoding["color"] = {"value": BLUE}
    return _chart(title, rows, {"mark": _line(), "encoding": encoding})


def line_with_interval(title: str, rows: Sequence[Row], unit: str | None) -> Chart:
    """Draw history and forecast with the forecast's interval as a band.

    Args:
        title: What is shown.
        rows: `month`, `value`, `kind` (history or forecast), and `low` and `high` where
            there is an interval.
        unit: Unit of the value.
    """
    band = {
        "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
        "mark": {"type": "area", "opacity": 0.22, "color": ORANGE},
        "encoding": {
            "x": _month(),
            "y": _amount("low", unit),
            "y2": {"field": "high"},
            "tooltip": [_month_tip(), _number_tip("low", "Low"), _number_tip("high", "High")],
        },
    }
    line = {
        "mark": _line(),
        "encoding": {
            "x": _month(),
            "y": _amount("value", unit),
            "color": _colour("kind", ("history", "forecast"), (BLUE, ORANGE)),
            "tooltip": _tooltip("kind", unit),
        },
    }
    return _chart(title, rows, {"layer": [band, line]})


def bars(
    title: str,
    rows: Sequence[Row],
    category: str,
    unit: str | None,
    *,
    limit: float | None = None,
    limit_label: str = "limit",
) -> Chart:
    """Draw one horizontal bar per category, in the order of the rows.

    Args:
        title: What is shown.
        rows: The column named by `category`, and `value`.
        category: Column with the names, e.g. `family`.
        unit: Unit of the value.
        limit: Draws a dashed line there, e.g. a target or 100 %.
        limit_label: What the line means.
    """
    layers: list[Chart] = [
        {
            "mark": {"type": "bar", "color": BLUE, "cornerRadiusEnd": 2},
            "encoding": {
                "y": _category(category),
                "x": _amount("value", unit),
                "tooltip": [_name_tip(category), _number_tip("value", _with_unit("value", unit))],
            },
        }
    ]
    if limit is not None:
        layers.append(_rule("x", limit, limit_label))
    return _chart(title, rows, {"layer": layers}, height={"step": 22})


def compare_bars(
    title: str, rows: Sequence[Row], category: str, series: str, unit: str | None
) -> Chart:
    """Draw bars side by side: one group per category, one bar per series.

    Args:
        title: What is shown.
        rows: The columns named by `category` and `series`, and `value`. Categories that
            are dates are shown as months.
        category: Column of the groups, e.g. `month`, `kpi`.
        series: Column of the bars in a group, e.g. `scenario`.
        unit: Unit of the value.
    """
    months = category == "month"
    where = {
        "field": category,
        "type": "ordinal",
        "sort": None,
        "title": None,
        "axis": _axis({"labelAngle": -40}),
    }
    if months:
        where |= {"timeUnit": "utcyearmonth"}
        where["axis"] = _axis({"labelAngle": -40, "format": MONTH_FORMAT})
    name = _month_tip() if months else _name_tip(category)
    encoding = {
        "x": where,
        "xOffset": {"field": series, "sort": None},
        "y": _amount("value", unit),
        "color": _colour(series),
        "tooltip": [name, _name_tip(series), _number_tip("value", _with_unit("value", unit))],
    }
    return _chart(title, rows, {"mark": {"type": "bar"}, "encoding": encoding})


def load_against_hours(
    title: str, rows: Sequence[Row], *, causes: Sequence[Row] | None = None
) -> Chart:
    """Draw required hours as bars against available hours as a step line, by month.

    Args:
        title: What is shown.
        rows: `month`, `required` and `available`, in hours.
        causes: `month`, `cause` (a product or family) and `hours`: stacks the bars by what
            takes the hours. One colour without it.
    """
    over = "datum.required > datum.available"
    if causes is None:
        bar: Chart = {
            "mark": {"type": "bar"},
            "encoding": {
                "x": _month_band(),
                "y": _amount("required", "hours"),
                "color": {"condition": {"test": over, "value": RED}, "value": BLUE},
                "tooltip": [
                    _month_tip(),
                    _number_tip("required", "Required (hours)"),
                    _number_tip("available", "Available (hours)"),
                ],
            },
        }
    else:
        bar = {
            "data": {"values": _values(causes)},
            "mark": {"type": "bar"},
            "encoding": {
                "x": _month_band(),
                "y": _amount("hours", "hours"),
                "color": _colour("cause"),
                "tooltip": [
                    _month_tip(),
                    _name_tip("cause"),
                    _number_tip("hours", "Required (hours)"),
                ],
            },
        }
    available = {
        "mark": {"type": "line", "interpolate": "step", "strokeWidth": 2.5, "color": GREY},
        "encoding": {
            "x": _month_band(),
            "y": _amount("available", "hours"),
            "tooltip": [_month_tip(), _number_tip("available", "Available (hours)")],
        },
    }
    return _chart(title, rows, {"layer": [bar, available]})


def stock_projection(title: str, rows: Sequence[Row], unit: str | None) -> Chart:
    """Draw projected closing stock by month, shortages in red, with the safety stock dashed.

    Args:
        title: What is shown.
        rows: `month`, `closing`; if known `safety_stock`, `supply` and `demand`.
        unit: Unit of the quantities.
    """
    tips = [_month_tip(), _number_tip("closing", _with_unit("Closing stock", unit))]
    for column in ("supply", "demand", "safety_stock"):
        if any(row.get(column) is not None for row in rows):
            label = column.replace("_", " ").capitalize()
            tips.append(_number_tip(column, _with_unit(label, unit)))
    layers: list[Chart] = [
        {
            "mark": {"type": "bar"},
            "encoding": {
                "x": _month_band(),
                "y": _amount("closing", unit),
                "color": {"condition": {"test": "datum.closing < 0", "value": RED}, "value": BLUE},
                "tooltip": tips,
            },
        }
    ]
    if any(row.get("safety_stock") is not None for row in rows):
        layers.append(
            {
                "mark": {"type": "line", "strokeDash": [5, 4], "color": ORANGE, "strokeWidth": 2},
                "encoding": {"x": _month_band(), "y": _amount("safety_stock", unit)},
            }
        )
    layers.append(_rule("y", 0, "no stock"))
    return _chart(title, rows, {"layer": layers})


def _chart(
    title: str, rows: Sequence[Row], body: Chart, *, height: int | dict[str, int] = 280
) -> Chart:
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "anchor": "start", "color": GREY, "fontSize": 14},
        "description": title,
        "background": "transparent",
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": _values(rows)},
        "config": {
            "view": {"stroke": None},
            "axis": {
                "labelColor": GREY,
                "titleColor": GREY,
                "domainColor": GREY,
                "tickColor": GREY,
                "gridColor": GREY,
                "gridOpacity": 0.2,
            },
            "legend": {"labelColor": GREY, "titleColor": GREY, "orient": "bottom"},
        },
        **body,
    }


def _values(rows: Sequence[Row]) -> list[dict[str, Any]]:  # Any: JSON values
    return [plain(row) for row in rows]


def _line() -> Chart:
    return {"type": "line", "point": {"size": 30}, "strokeWidth": 2.2}


def _axis(more: Chart) -> Chart:
    return {"labelOverlap": "greedy", **more}


def _month() -> Chart:
    # UTC, because a date without a time is read as midnight UTC: a browser west of Greenwich
    # would otherwise show the month before.
    return {
        "field": "month",
        "type": "temporal",
        "timeUnit": "utcyearmonth",
        "title": None,
        "axis": _axis({"format": MONTH_FORMAT, "labelAngle": -40}),
    }


def _month_band() -> Chart:
    # Bars stand in the middle of their month's band, the label under them.
    return {**_month(), "type": "ordinal"}


def _amount(field: str, unit: str | None) -> Chart:
    return {"field": field, "type": "quantitative", "title": unit, "axis": _axis({"format": ",~r"})}


def _category(field: str) -> Chart:
    return {"field": field, "type": "nominal", "sort": None, "title": None, "axis": _axis({})}


def _colour(
    field: str, domain: Sequence[str] | None = None, colours: Sequence[str] = PALETTE
) -> Chart:
    scale: Chart = {"range": list(colours)}
    if domain:
        scale["domain"] = list(domain)
    return {"field": field, "type": "nominal", "sort": None, "title": None, "scale": scale}


def _rule(channel: str, at: float, label: str) -> Chart:
    return {
        "data": {"values": [{"at": at, "label": label}]},
        "mark": {"type": "rule", "strokeDash": [5, 4], "color": GREY, "strokeWidth": 1.5},
        "encoding": {
            channel: {"field": "at", "type": "quantitative"},
            "tooltip": [{"field": "label", "title": label}, _number_tip("at", label)],
        },
    }


def _tooltip(series: str | None, unit: str | None) -> list[Chart]:
    names = [_name_tip(series)] if series else []
    return [_month_tip(), *names, _number_tip("value", _with_unit("value", unit))]


def _month_tip() -> Chart:
    return {
        "field": "month",
        "type": "temporal",
        "timeUnit": "utcyearmonth",
        "format": MONTH_FORMAT,
        "title": "Month",
    }


def _name_tip(field: str) -> Chart:
    return {"field": field, "type": "nominal", "title": field.replace("_", " ").capitalize()}


def _number_tip(field: str, title: str) -> Chart:
    return {"field": field, "type": "quantitative", "format": ",.1~f", "title": title}


def _with_unit(label: str, unit: str | None) -> str:
    return f"{label.capitalize() if label.islower() else label} ({unit})" if unit else label

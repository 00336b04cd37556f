"""The waterfall chart: from one total to another, one floating bar a step."""

from collections.abc import Sequence

from tools import charts
from tools.charts import BLUE, GREEN, RED, Chart, Row

Step = tuple[str, float]


def waterfall(title: str, start: Step, steps: Sequence[Step], end: str, unit: str | None) -> Chart:
    """Draw how a total becomes another: what adds to it in green, what takes off in red.

    Args:
        title: What is shown.
        start: Name and value of the first total.
        steps: Name and change of each step, in order.
        end: Name of the last total: the first and all steps.
        unit: Unit of the values.
    """
    name, level = start
    rows: list[Row] = [_bar(name, 0.0, level, level, "total")]
    for label, change in steps:
        rows.append(_bar(label, level, level + change, change, "up" if change >= 0 else "down"))
        level += change
    rows.append(_bar(end, 0.0, level, level, "total"))
    chart = charts.bars(title, rows, "step", unit)
    (bar,) = chart["layer"]
    chart["layer"] = [
        {
            "mark": {"type": "bar", "cornerRadius": 1},
            "encoding": {
                **bar["encoding"],
                "x": {**bar["encoding"]["x"], "field": "from"},
                "x2": {"field": "to"},
                "color": {
                    "field": "kind",
                    "type": "nominal",
                    "legend": None,
                    "scale": {"domain": ["total", "up", "down"], "range": [BLUE, GREEN, RED]},
                },
            },
        }
    ]
    return chart


def _bar(step: str, low: float, high: float, value: float, kind: str) -> Row:
    return {"step": step, "from": low, "to": high, "value": value, "kind": kind}

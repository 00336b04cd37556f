"""The waterfall chart: from one total to another, one floating bar a step."""

import math
from collections.abc import Sequence

from tools import charts
from tools.charts import BLUE, GREEN, RED, Chart, Row

Step = tuple[str, float]
SMALL = 4
"""Totals this many times the spread of the steps hide them."""


def waterfall(title: str, start: Step, steps: Sequence[Step], end: str, unit: str | None) -> Chart:
    """Draw how a total becomes another: what adds to it in green, what takes off in red.

    Args:
        title: What is shown.
        start: Name and value of the first total.
        steps: Name and change of each step, in order.
        end: Name of the last total: the first and all steps.
        unit: Unit of the values.

    Steps that are small beside the totals could not be seen from zero on; the axis then starts
    just below them, and the title says where.
    """
    name, level = start
    foot = _foot(level, steps)
    if foot:
        title = f"{title} (axis from {foot:,.0f})"
    rows: list[Row] = [_bar(name, foot, level, level, "total")]
    for label, change in steps:
        rows.append(_bar(label, level, level + change, change, "up" if change >= 0 else "down"))
        level += change
    rows.append(_bar(end, foot, level, level, "total"))
    chart = charts.bars(title, rows, "step", unit)
    (bar,) = chart["layer"]
    chart["layer"] = [
        {
            "mark": {"type": "bar", "cornerRadius": 1},
            "encoding": {
                **bar["encoding"],
                "x": {**bar["encoding"]["x"], "field": "from", "scale": {"zero": not foot}},
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


def _foot(level: float, steps: Sequence[Step]) -> float:
    """Return where the axis starts: 0, or a round number below totals that dwarf their steps."""
    levels = [level]
    for _, change in steps:
        levels.append(levels[-1] + change)
    low, spread = min(levels), max(levels) - min(levels)
    if spread <= 0 or low < SMALL * spread:
        return 0.0
    size = 10.0 ** math.floor(math.log10(spread))
    return math.floor((low - spread / 4) / size) * size


def _bar(step: str, low: float, high: float, value: float, kind: str) -> Row:
    return {"step": step, "from": low, "to": high, "value": value, "kind": kind}

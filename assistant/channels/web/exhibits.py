"""Evidence as a person sees it: a title, its request in words, rows to sort, places of facts."""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from planning_engine.data.issue import Issue
from tools.evidence import Evidence, EvidenceTable, Fact, Value, plain

_TITLES = {
    "describe_data": "What the data holds",
    "query_kpi": "Key figure",
    "forecast_demand": "Demand forecast",
    "check_capacity": "Capacity check",
    "project_inventory": "Inventory projection",
    "plan_supply": "Supply plan",
    "run_scenario": "Scenario",
    "compare_plans": "Plan comparison",
    "search_notes": "Meeting notes",
    "find_decisions": "Decisions",
    "draft_decision": "Draft decision",
    "draft_minutes": "Draft minutes",
    "review_demand": "Demand laid open",
    "reconcile_forecast": "Reconciled forecast",
    "estimate_uplift": "Uplift of events",
    "review_overrides": "Overrides",
    "draft_override": "Draft override",
    "size_stock": "Stock policy",
    "place_safety_stock": "Placement of safety stock",
    "segment_products": "ABC and XYZ segments",
    "explain_late": "Why it is late",
    "find_relaxations": "What it would take",
    "size_lots": "Lot sizes",
    "plan_in_full": "Plan that meets all demand",
    "plan_aggregate": "Workforce plan",
    "plan_requirements": "Material plan (MRP)",
    "promise_order": "Order promise",
    "draft_plan_of_record": "Draft plan of record",
    "find_plans_of_record": "Plan of record",
    "explain_change": "Why the plan changed",
    "assess_risk": "Risk of the plan",
    "show_grid": "S&OP grid",
    "rank_exceptions": "Exceptions by money",
}
# Arguments that say what a request is about, in the order a title names them.
_SUBJECTS = (
    "product", "family", "resource", "site", "region", "channel", "customer", "supplier",
    "topic", "query", "about", "title",
)  # fmt: skip
_CAPITALS = {"kpi": "KPI", "id": "Id", "otif": "OTIF", "wmape": "WMAPE", "fva": "FVA"}


@dataclass(frozen=True)
class Exhibit:
    """One evidence as the page shows it."""

    evidence: Evidence
    title: str
    subject: str
    definition: str
    request: tuple[tuple[str, str], ...]
    table: Mapping[str, Any] | None  # Any: JSON for the page's table
    chart: Mapping[str, Any] | None  # Any: Vega-Lite JSON
    warnings: tuple[Issue, ...]
    assumptions: tuple[Issue, ...]


def exhibit(evidence: Evidence) -> Exhibit:
    """Return the evidence with everything the page needs to show it."""
    issues = evidence.issues
    return Exhibit(
        evidence=evidence,
        title=_title_of(evidence),
        subject=subject_of(evidence.request),
        definition=without_handbook(evidence.definition),
        request=tuple(request_in_words(evidence.request)),
        table=_table(evidence),
        chart=_chart(evidence),
        warnings=tuple(issue for issue in issues if issue.severity != "assumption"),
        assumptions=tuple(issue for issue in issues if issue.severity == "assumption"),
    )


def _table(evidence: Evidence) -> Mapping[str, Any] | None:
    """Return the rows; None if there are none, or if they only say the quoted notes again."""
    if evidence.table is None or not evidence.table.rows or evidence.tool == "search_notes":
        return None
    return table_json(evidence.table)


def _chart(evidence: Evidence) -> Mapping[str, Any] | None:
    """Return the chart; None if it would be a single bar or point, which says nothing."""
    if evidence.chart is None:
        return None
    chart: dict[str, Any] = plain(evidence.chart)
    values = chart.get("data", {}).get("values")
    return None if values is not None and len(values) < 2 else chart


def without_handbook(text: str) -> str:
    """Return a definition or source without the name of our own handbook of formulas."""
    return re.sub(r"(Source: )?formulas\.md \d+[,;.]?\s*", "", text).strip()


def _title_of(evidence: Evidence) -> str:
    if evidence.tool != "query_kpi":
        return tool_title(evidence.tool)
    from planning_engine.kpis import catalogue  # pandas: not for a page without KPIs

    kpi = catalogue().get(str(evidence.request.get("kpi")))
    return kpi.name if kpi else tool_title(evidence.tool)


def tool_title(tool: str) -> str:
    """Return a tool's name as a person would say it."""
    return _TITLES.get(tool) or label(tool)


def label(name: str) -> str:
    """Return a column or argument name as words: `required_hours` → `Required hours`."""
    words = name.replace("_", " ").strip()
    return _CAPITALS.get(words.lower()) or words[:1].upper() + words[1:]


def subject_of(request: Mapping[str, Any]) -> str:
    """Return what a request is about, e.g. `L3` or `otif · North`; empty if about everything."""
    named = [str(request[key]) for key in _SUBJECTS if isinstance(request.get(key), str)]
    return " · ".join(label(name) if name.islower() else name for name in named[:3])


def request_in_words(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each argument of a request as a label and a value."""
    for key, value in request.items():
        if value is None or value == "" or value == []:
            continue
        yield label(key), _argument(value)


def _argument(value: Any) -> str:  # Any: JSON of a request
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{label(str(k)).lower()} {_argument(v)}" for k, v in value.items() if v)
    if isinstance(value, list | tuple):
        return "; ".join(_argument(entry) for entry in value)
    return day_in_words(value) if isinstance(value, str) else str(value)


def day_in_words(text: str) -> str:
    """Return an ISO date as `14 March 2027`, a month start as `March 2027`, else the text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day:%B %Y}" if day.day == 1 else f"{day.day} {day:%B %Y}"


def table_json(table: EvidenceTable) -> dict[str, Any]:  # Any: JSON
    """Return a table for the page: labels, decimals per column, and plain rows."""
    rows = [plain(row) for row in table.rows]
    mixed = len(_units(table)) > 1
    columns = [
        {
            "name": column.name,
            "label": label(column.name),
            "type": column.type,
            "unit": _unit_shown(column.name, column.unit),
            "decimals": _decimals([row[place] for row in rows], column.unit),
            "mixed": mixed and column.type == "number" and column.unit is None,
        }
        for place, column in enumerate(table.columns)
    ]
    return {"columns": columns, "rows": rows}


def _units(table: EvidenceTable) -> set[Value]:
    """Return the units of a table whose rows say their own."""
    names = [column.name for column in table.columns]
    return {row[names.index("unit")] for row in table.rows} if "unit" in names else set()


def _unit_shown(name: str, unit: str | None) -> str | None:
    """Return the unit to show under a column's name; None if the name says it already."""
    return None if unit in (None, "", "1") or unit in name.split("_") else unit


def _decimals(values: list[Any], unit: str | None) -> int:  # Any: JSON cells
    """Return how many decimals a column needs so that its figures can be told apart."""
    numbers = [abs(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if all(float(number).is_integer() for number in numbers):
        return 0
    largest = max(numbers)
    if unit == "%":
        return 1
    if largest >= 1000:
        return 0
    if largest >= 1:
        return 1 if unit not in (None, "", "1") else 2
    return 3


def fact_in_words(fact: Fact) -> str:
    """Return a fact as one line: `Load: 118.2 % · L3 · March 2027`."""
    about = [day_in_words(value) for value in fact.about.values()]
    unit = f" {fact.unit}" if fact.unit and fact.unit != "1" else ""
    return " · ".join([f"{label(fact.name)}: {_exact(fact.value)}{unit}", *about])


def _exact(value: Value) -> str:
    if isinstance(value, date):
        return day_in_words(value.isoformat())
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.4f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


class Places:
    """Finds the cell of a table that a fact stands in."""

    def __init__(self, table: EvidenceTable | None) -> None:
        self._names = [column.name for column in table.columns] if table else []
        self._rows = [plain(row) for row in table.rows] if table else []

    def find(self, fact: Fact) -> tuple[int, int] | None:
        """Return row and column of a fact; None if the table has no row for it.

        A row fits if it agrees with everything the fact is about that the table has a column
        for. The column is the one named as the fact, else the first that holds its value (-1
        if the row says it in no cell of its own).
        """
        names = self._names
        keys = [(names.index(key), value) for key, value in fact.about.items() if key in names]
        value = plain(fact.value)
        fallback: tuple[int, int] | None = None
        for place, cells in enumerate(self._rows):
            if not all(str(cells[column]) == wanted for column, wanted in keys):
                continue
            column = self._column(fact.name, value, cells)
            if column is not None:
                return place, column
            if keys and fallback is None:
                fallback = (place, -1)
        return fallback

    def _column(self, name: str, value: Value, cells: Sequence[Value]) -> int | None:
        if name in self._names and _same(cells[self._names.index(name)], value):
            return self._names.index(name)
        return next((i for i, cell in enumerate(cells) if _same(cell, value)), None)


def _same(cell: Value, value: Value) -> bool:
    """Tell whether a cell holds a value (numbers to nine digits)."""
    if isinstance(cell, int | float) and isinstance(value, int | float):
        return math.isclose(cell, value, rel_tol=1e-9, abs_tol=1e-12)
    return cell is not None and cell == value


def table_csv(table: EvidenceTable) -> str:
    """Return a table as CSV that a spreadsheet opens without running anything in it.

    Numbers keep all their digits; text that a spreadsheet would take for a formula gets an
    apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        f"{column.name} ({column.unit})" if column.unit not in (None, "", "1") else column.name
        for column in table.columns
    )
    for row in table.rows:
        writer.writerow(_cell(plain(value)) for value in row)
    return out.getvalue()


def _cell(value: Any) -> Any:  # Any: a JSON cell
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value

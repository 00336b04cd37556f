"""Parameters of a KPI's definition in a question, and two definitions set side by side."""

import re
from collections.abc import Mapping
from typing import Any

from assistant.analyst.signals import Signals

FORECAST_KPIS = frozenset(
    ("wmape", "accuracy", "mape", "smape", "bias", "tracking_signal", "mase", "fva")
)
ORDER_KPIS = frozenset(("otif", "on_time", "in_full"))
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_COUNT = rf"(\d{{1,2}}|{'|'.join(_NUMBERS)})"
_BESIDE = re.compile(
    r"\b(against|versus|vs\.?|compared? (to|with)|instead of|side by side|both|next to|or)\b"
    r"|\bcompare\b|\bdiffer\w*\b"
)
_LAG = re.compile(rf"\blag[ -]?{_COUNT}\b|\b{_COUNT}[ -]months?[ -](?:ahead|before|lag|earlier)\b")
_USUAL_LAG = 2


def read_parameters(signals: Signals, kpi: str) -> Mapping[str, Any]:
    """Return `parameters` and `compare_definition` that a question asks a KPI with."""
    text = signals.text.lower()
    if kpi in ORDER_KPIS:
        return _delivery(text)
    if kpi in FORECAST_KPIS:
        return _forecast(text)
    return {}


def with_definition(found: Mapping[str, Any], definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the slots with those of the definition, which outweigh a plain lag or basis."""
    merged = {**found, **definition}
    if "compare_definition" in definition:
        for name in ("lag", "basis", "compare_previous"):
            if name not in definition:
                merged.pop(name, None)
    return merged


def _delivery(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    both = re.search(r"\brequest\w*", text) and re.search(r"\bpromis\w*", text)
    if (both and _BESIDE.search(text)) or re.search(r"\bboth (date|definitions)\b", text):
        found["compare_definition"] = {"basis": "promised"}
    if re.search(r"\b(by|per|whole|complete|entire|counting) (whole |complete )?orders?\b"
                 r"|\border[- ]level\b|\bat (the )?order level\b", text):  # fmt: skip
        parameters["counted"] = "orders"
    elif re.search(r"\b(by|per|counting|weighted by) (cases|pieces|units|quantity|volume)\b", text):
        parameters["counted"] = "quantity"
    late = re.search(
        rf"\b{_COUNT} days? (?:late (?:still )?(?:count|is|are|ok|allowed)|(?:of )?(?:tolerance|"
        rf"delay|grace)|late\b)|\btolerance (?:of )?{_COUNT} days?\b", text
    )  # fmt: skip
    if late:
        parameters["tolerance_days"] = _number(late[1] or late[2])
    early = re.search(rf"\b{_COUNT} days? early\b", text)
    if early:
        parameters["early_days"] = _number(early[1])
    if re.search(r"\bpartial\w* .{0,30}(share|part|count)|\bpro rata\b", text):
        parameters["partial"] = "share"
    return found | ({"parameters": parameters} if parameters else {})


def _forecast(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    lags = [_number(match[1] or match[2]) for match in _LAG.finditer(text)]
    if len(lags) > 1 and _BESIDE.search(text):
        one, other = sorted(lags[:2], key=lambda lag: lag != _USUAL_LAG)
        found |= {"lag": one, "compare_definition": {"lag": other}}
    if re.search(r"\b(at|on|by)( the)? family[- ]level\b|\bfamily[- ]level\b", text):
        parameters["level"] = "family"
    if re.search(r"\b(value|cost)[- ]weighted\b|\bweighted by (value|cost)\b", text):
        parameters["weight"] = "cost"
    elif re.search(r"\b(price|revenue)[- ]weighted\b|\bweighted by (price|revenue)\b", text):
        parameters["weight"] = "price"
    return found | ({"parameters": parameters} if parameters else {})


def _number(word: str) -> int:
    return _NUMBERS.get(word) or int(word)

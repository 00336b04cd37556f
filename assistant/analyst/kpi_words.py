"""Details of a KPI in a question: which of several KPIs, lag, stream, basis, comparison."""

import re
from typing import Any

from assistant.analyst.kpi_parameters import (
    FORECAST_KPIS,
    ORDER_KPIS,
    read_parameters,
    with_definition,
)
from assistant.analyst.measures import Measure
from assistant.analyst.signals import Signals

_STREAMS: tuple[tuple[str, str], ...] = (
    ("stat", (
        r"\b(stat|statistical|system|baseline|model|computer) (forecasts?|baseline|stream|"
        r"model)\b|\bstatistical\b|\bstat\b"
)),
    ("sales", (
        r"\b(who|anyone|people|person|anybody) in sales\b|\bsales forecasts? (bias|error|"
        r"accuracy|by|per)\b|\bsales (team|people|persons?|reps?|department|force|input|"
        r"inputs|stream|managers?|side|colleagues)\b|\b(input|forecasts?|numbers) (of|from|"
        r"by) (the )?sales\b|\bsales' "
)),
    ("marketing", r"\bmarketing\b"),
    ("finance", r"\bfinance\b|\bfinancial forecasts?\b"),
    ("consensus", r"\bconsensus\b"),
)  # fmt: skip


def read_kpi_details(signals: Signals, kpi: str) -> dict[str, Any]:
    """Return lag, stream, date basis and comparison, where the KPI knows them."""
    text = signals.text.lower()
    found: dict[str, Any] = {}
    if kpi in FORECAST_KPIS:
        lag = re.search(
            (
                r"\blag[ -]?(\d{1,2})\b|\b(\d{1,2})[ -]months?[ -](?:ahead|before|lag|earlier|"
                r"in advance)\b"
            ),
            text,
        )
        if lag:
            found["lag"] = int(lag[1] or lag[2])
        meant = re.sub(r"\b(not|instead of|rather than) (the )?\w+", "", text)
        streams = [name for name, pattern in _STREAMS if re.search(pattern, meant)]
        if len(streams) == 1 and kpi != "fva":
            found["stream"] = streams[0]
    if kpi in ORDER_KPIS:
        if re.search(r"\bpromis\w+|\bconfirmed (date|day)", text):
            found["basis"] = "promised"
        elif re.search(r"\brequested (date|day)|\bcustomer request|\bwish date", text):
            found["basis"] = "requested"
    if compares(text):
        found["compare_previous"] = True
    return with_definition(found, read_parameters(signals, kpi))


_COMPARED = (
    r"(?:compared? (?:to|with|against)|versus|vs\.?|against|than|relative to|from|over|since) "
    r"(?:the |our |it was |in |in the |for the |a |what it was )*"
)
_PREVIOUS = (
    r"(?:previous|prior|last|same|preceding|earlier|year before|year ago|period before|"
    r"before|months? before)"
)


def several_streams(text: str) -> bool:
    """Tell whether forecast streams are set side by side: "sales, marketing and finance"."""
    named = [name for name, _ in _STREAMS if re.search(rf"\b{name}", text.lower())]
    return len(named) > 2


def compares(text: str) -> bool:
    """Tell whether a figure is to be set against the period before."""
    return bool(
        re.search(rf"{_COMPARED.replace('|over|since', '')}{_PREVIOUS}", text)
        or re.search(
            r"\b(year[ -]on[ -]year|yoy|month[ -]on[ -]month|mom|getting (better|worse)|"
            r"better or worse|"
            r"up or down|gone (up|down)|improv(e|ed|ing)|worsen\w*|deteriorat\w*|"
            r"has .{1,40} changed|how did .{1,60} change|"
            r"in comparison|than before|previous period|period before|year before)\b",
            text,
        )
    )


def is_compared_with(text: str, start: int) -> bool:
    """Tell whether a period that begins at a place is what is compared with: "… vs last year"."""
    pattern = _COMPARED.replace("|from|over|since", "")
    return bool(re.search(rf"\b{pattern}$", text[:start].lower()))


def measure_of(signals: Signals) -> Measure | None:
    """Return the KPI the question is about: a sure one before one that fits several."""
    measures = sure_first(signals)
    return measures[0] if measures else None


def sure_first(signals: Signals) -> list[Measure]:
    """Return the KPIs of a question: its own name before a description, sure before unsure."""
    by_name = re.compile(
        r"wmape|mape|smape|mase|fva|otif|stability|bias|turns|adherence|attainment"
    )
    text = signals.text.lower()
    return sorted(
        signals.measures,
        key=lambda m: (len(m.kpis) > 1, not by_name.search(text[m.start : m.end]), m.start),
    )

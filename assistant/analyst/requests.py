"""Frames as tool calls: the typed arguments that each tool takes."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import product as combinations
from typing import Any

from assistant.analyst.frame import Call, Frame, Span
from assistant.analyst.periods import Clock, months_to_cover
from assistant.analyst.planning_requests import accepted, months_of

_PLANNING = accepted()
TOOLS = {
    **{intent: intent for intent in _PLANNING},
    "kpi": "query_kpi",
    "forecast": "forecast_demand",
    "capacity": "check_capacity",
    "inventory": "project_inventory",
    "plan": "plan_supply",
    "whatif": "run_scenario",
    "compare": "compare_plans",
    "notes": "search_notes",
    "decisions": "find_decisions",
    "draft_decision": "draft_decision",
    "draft_minutes": "draft_minutes",
    "describe": "describe_data",
}
# Kinds of names that a tool's request takes.
ACCEPTS: Mapping[str, tuple[str, ...]] = {
    "kpi": ("product", "family", "site", "region", "channel", "customer", "resource", "supplier"),
    "forecast": ("product", "family", "site", "region", "channel", "customer"),
    "capacity": ("resource", "product", "family", "site"),
    "inventory": ("product", "family", "site"),
    "plan": ("product", "family"),
    "compare": ("product", "family"),
    **_PLANNING,
}
MOST_MONTHS = {"forecast": 24, "capacity": 24, "inventory": 24, "plan": 18, "whatif": 18}
_DEFAULT_MONTHS = 6
_MOST_CALLS = 4


def tool_calls(frame: Frame, clock: Clock) -> tuple[Call, ...]:
    """Return the calls that answer a complete frame, at most four."""
    tool = TOOLS[frame.intent]
    if frame.intent in ACCEPTS:
        spans: Iterable[Span | None] = frame.spans or (None,)
        made = [
            Call(tool, {**names, **_months(frame, span, clock), **_slots(frame)})
            for span in spans
            for names in _combined(frame)
        ]
        return tuple(made[:_MOST_CALLS])
    if frame.intent == "whatif":
        span = frame.spans[0] if frame.spans else None
        return (Call(tool, {**_reach(frame, span, clock), **_slots(frame)}),)
    return (Call(tool, _slots(frame)),)


def _slots(frame: Frame) -> dict[str, Any]:
    return {name: value for name, value in frame.slots.items() if not name.startswith("_")}


def _combined(frame: Frame) -> list[dict[str, str]]:
    """Return one set of names per call: several names of a kind mean several calls."""
    kinds = [kind for kind in ACCEPTS[frame.intent] if frame.names.get(kind)]
    if "product" in kinds and "family" in kinds:
        kinds.remove("family")
    choices = [frame.names[kind] for kind in kinds]
    return [dict(zip(kinds, chosen, strict=True)) for chosen in combinations(*choices)]


def _months(frame: Frame, span: Span | None, clock: Clock) -> dict[str, Any]:
    if span is None or frame.intent == "compare":
        return {}
    if frame.intent in _PLANNING:
        return dict(months_of(frame.intent, span, clock, _DEFAULT_MONTHS))
    if frame.intent == "kpi":
        return _bounds(span)
    if span.ahead:
        months = min(span.ahead, MOST_MONTHS[frame.intent])
        return {} if months == _DEFAULT_MONTHS else {"months": months}
    if frame.intent == "plan":
        return _reach(frame, span, clock)
    return {**_bounds(span), **_reach(frame, span, clock)}


def _bounds(span: Span) -> dict[str, str]:
    ends = {"start": span.start, "end": span.end}
    return {name: month.isoformat() for name, month in ends.items() if month}


def _reach(frame: Frame, span: Span | None, clock: Clock) -> dict[str, int]:
    """Return how many months must be computed so that the last one asked about is among them."""
    months = [date.fromisoformat(lever["end"]) for lever in frame.slots.get("levers", ())
              if lever.get("end")]  # fmt: skip
    if frame.intent == "plan" and span and span.end and span.end >= clock.plan_start:
        return {"months": months_to_cover(clock, span.end, MOST_MONTHS["plan"])}
    if span and span.ahead:
        return (
            {}
            if span.ahead == _DEFAULT_MONTHS
            else {"months": min(span.ahead, MOST_MONTHS[frame.intent])}
        )
    if span and (span.end or span.start):
        months.append(span.end or span.start or clock.plan_start)
    needed = max(
        (months_to_cover(clock, month, MOST_MONTHS[frame.intent]) for month in months), default=0
    )
    return {"months": needed} if needed > _DEFAULT_MONTHS else {}

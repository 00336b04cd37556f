"""The planning tools' requests: which names and months each takes, as its own fields say."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from assistant.analyst.frame import KINDS, Span
from assistant.analyst.periods import Clock, months_to_cover
from assistant.analyst.planning_rules import PLANNING
from tools import registry

_MOST_MONTHS = 18
# Questions on these look back; all others look ahead.
BACKWARD = frozenset(("estimate_uplift", "review_overrides"))
# Their months are cycles, which their own reader finds.
UNSPANNED = frozenset(("explain_change", "find_plans_of_record", "draft_override"))


@cache
def fields_of(intent: str) -> frozenset[str]:
    """Return the arguments that a planning tool takes; none if there is no such tool."""
    tool = registry.all_tools().get(intent)
    return frozenset(tool.request.model_fields) if tool else frozenset()


def accepted() -> dict[str, tuple[str, ...]]:
    """Return the kinds of names that each planning tool's request takes."""
    return {
        intent: tuple(kind for kind in KINDS if kind in fields_of(intent))
        for intent in PLANNING
        if intent in registry.all_tools()
    }


def months_of(intent: str, span: Span | None, clock: Clock, usual: int) -> Mapping[str, Any]:
    """Return the arguments that say which months are meant, as far as the tool takes them.

    Args:
        intent: The planning tool.
        span: Months asked about.
        clock: The company's today.
        usual: Months ahead that a tool looks by default.
    """
    takes = fields_of(intent)
    if span is None:
        return {}
    found: dict[str, Any] = {}
    if span.ahead:
        found["months"] = min(span.ahead, _MOST_MONTHS)
    else:
        last = span.end or span.start
        if last and last >= clock.plan_start:
            needed = months_to_cover(clock, last, _MOST_MONTHS)
            found["months"] = needed
        if span.start:
            found["start"] = span.start.isoformat()
        if span.end:
            found["end"] = span.end.isoformat()
        if span.start and span.start == span.end:
            found["month"] = span.start.isoformat()
    if found.get("months", 0) <= usual and not span.ahead:
        found.pop("months", None)
    return {name: value for name, value in found.items() if name in takes}

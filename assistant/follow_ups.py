"""What stands under an answer: the date of the data, its doubts, and what to ask next."""

from collections.abc import Sequence

from planning_engine.data.snapshot import Snapshot
from tools.evidence import Evidence

_NEXT: dict[str, tuple[str, ...]] = {
    "describe_data": ("Which KPIs can I ask about?", "Which products will stock out?"),
    "query_kpi": ("How was it in the period before?", "Which products are worst?"),
    "forecast_demand": ("How accurate has the forecast been?", "Can we make it?"),
    "check_capacity": ("Who causes the overflow?", "What if we add overtime there?"),
    "project_inventory": ("Which products are at risk?", "What supply is overdue?"),
    "plan_supply": ("What will be late?", "Where is the bottleneck?"),
    "run_scenario": ("Which products are hit hardest?", "What does it cost?"),
    "compare_plans": ("Which products changed most?", "Why did the plan change?"),
    "search_notes": ("What was decided about it?", "Who owns it?"),
    "find_decisions": ("Which decisions are overdue?", "Which were never carried out?"),
    "draft_decision": ("Which decisions are open?",),
    "draft_minutes": ("Which decisions are open?",),
}
_MARKS = {"assumption": "Assumed", "warning": "Caution"}


def footnotes(snapshot: Snapshot, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Return the date the data speaks for, and each assumption and warning once."""
    if not evidence:
        return ()
    as_of = snapshot.company.as_of
    lines = [f"Data as of {as_of.day} {as_of:%B %Y} (snapshot {snapshot.id})."]
    for entry in evidence:
        lines += [
            f"{_MARKS[issue.severity]}: {issue.message}"
            for issue in entry.issues
            if issue.severity in _MARKS
        ]
    return tuple(dict.fromkeys(lines))


def suggestions(given: Sequence[str], evidence: Sequence[Evidence], limit: int = 3) -> list[str]:
    """Return what may be asked next: the model's own suggestions, else by tool."""
    if given:
        return list(dict.fromkeys(given))[:limit]
    by_tool = [text for entry in evidence for text in _NEXT.get(entry.tool, ())]
    return list(dict.fromkeys(by_tool))[:limit]

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
    "explain_change": ("Show the S&OP grid", "Who overrode the forecast, and did it help?"),
    "show_grid": ("Why did the plan change?", "What does the plan look like in money?"),
    "plan_in_money": ("What needs attention first?", "How risky is the plan?"),
    "rank_exceptions": ("Which suppliers deliver late?", "Which products will stock out?"),
    "promise_order": ("What is free to promise later?", "Why is it late?"),
    "plan_requirements": ("Which orders are past due?", "What do we have to buy?"),
    "segment_products": ("Which products have excess stock?", "How much safety stock do we need?"),
    "assess_risk": ("Which products will stock out?", "What would it take to be on time?"),
    "explain_late": ("What would it take to be on time?", "Where is the bottleneck?"),
    "find_relaxations": ("Why is it late?", "How risky is the plan?"),
    "draft_plan_of_record": ("What is the plan of record?", "How risky is the plan?"),
    "find_plans_of_record": ("How risky is the plan?", "What needs attention first?"),
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

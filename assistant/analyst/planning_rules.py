"""Questions to the planning tools: a word of the trade names the tool, likeness confirms it."""

from collections.abc import Container

from assistant.analyst.intents import Ranking
from assistant.analyst.phrases import says

# Drafts first: they change something, so their words outweigh all others.
DRAFTS = ("draft_override", "draft_plan_of_record")
PLANNING = (
    *DRAFTS,
    "review_demand",
    "estimate_uplift",
    "review_overrides",
    "reconcile_forecast",
    "size_lots",
    "explain_late",
    "find_relaxations",
    "size_stock",
    "place_safety_stock",
    "plan_aggregate",
    "promise_order",
    "plan_requirements",
    "segment_products",
    "assess_risk",
    "plan_in_money",
    "show_grid",
    "rank_exceptions",
    "explain_change",
    "plan_in_full",
    "find_plans_of_record",
)
# Questions to these may name levers: what they ask is not what the levers do.
WITH_LEVERS = frozenset((*DRAFTS, "plan_in_full", "assess_risk"))
# Close to questions that other tools answer: for these a word of the trade must be said.
_BY_WORD_ONLY = frozenset(
    ("explain_change", "segment_products", "review_demand", "review_overrides", "plan_in_money")
)
# How like its examples a question must be: with the trade's word for it, and without.
_WITH_WORD, _WITHOUT = 0.04, 0.65
# From here a question that sounds like one on the notes is one on the plan.
SURELY = 0.75


def planning_intent(
    text: str, ranking: Ranking, known: Container[str], *, is_measured: bool, has_event: bool
) -> str | None:
    """Return the planning tool that a question asks for, None if it asks for none.

    Args:
        text: The question in lower case.
        ranking: What the question looks like as a whole.
        known: The tools there are.
        is_measured: Whether a KPI is named: then likeness alone is not enough.
        has_event: Whether an event is named.
    """
    chances = dict(ranking.planning)
    named = [name for name in PLANNING if name in known and says(f"asks_{name}", text)]
    if has_event and "estimate_uplift" in known and says("event_effect", text):
        named.append("estimate_uplift")
    likely = [intent for intent in named if chances.get(intent, 0.0) >= _WITH_WORD]
    if likely:
        return max(likely, key=lambda intent: chances[intent])
    best, chance = ranking.planning[0]
    is_clear = chance >= _WITHOUT and not is_measured and best not in _BY_WORD_ONLY
    return best if best in known and is_clear else None

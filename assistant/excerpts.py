"""What a language model sees of a tool's result: words, facts and quotations, never rows."""

from typing import Any  # Any: JSON values

from planning_engine.errors import PlanningError
from tools.evidence import Evidence, plain

FACTS_SHOWN = 40


def shown_to_model(result: Evidence | PlanningError) -> dict[str, Any]:
    """Return what a model sees of a tool's result: words, facts and quotations, never rows."""
    if isinstance(result, PlanningError):
        return {"error": {"kind": type(result).__name__, "message": str(result)}}
    content: dict[str, Any] = {
        "summary": result.summary,
        "facts": [plain(vars(fact)) for fact in result.facts[:FACTS_SHOWN]],
        "definition": result.definition,
        "issues": [issue.message for issue in result.issues],
    }
    if result.passages:
        content["quoted_notes"] = [plain(vars(passage)) for passage in result.passages]
    if result.proposal:
        content["proposal"] = {"kind": result.proposal.kind, "title": result.proposal.title}
    return content

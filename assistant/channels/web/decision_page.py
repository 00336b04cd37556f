"""The decision log: what was decided, whether it was carried out, what waits for approval."""

from typing import Any  # Any: what a template is given

from assistant.channels.web.desk import Desk
from assistant.channels.web.exhibits import exhibit
from planning_engine.data.company import Person
from planning_engine.errors import PlanningError
from tools.evidence import Evidence

STATES = (
    ("all", "All"),
    ("open", "Open"),
    ("overdue", "Overdue"),
    ("carried_out", "Carried out"),
    ("failed", "Not carried out"),
    ("draft", "Drafts"),
)
TOOL = "find_decisions"


def decision_values(desk: Desk, person: Person, state: str) -> dict[str, Any]:
    """Return what the page shows of the decisions in a state, as judged from the actuals."""
    wanted = state if state in dict(STATES) else "all"
    found: Evidence | None = None
    problem = ""
    try:
        found = find(desk, person, wanted)
    except PlanningError as error:
        problem = str(error)
    return {
        "states": STATES,
        "state": wanted,
        "log": exhibit(found) if found else None,
        "log_problem": problem,
        "proposals": desk.conversation.open_proposals(person),
    }


def find(desk: Desk, person: Person, state: str) -> Evidence:
    """Return the decisions of a state that the person may read.

    Raises:
        PlanningError: The data cannot be read.
    """
    return desk.conversation.run_tool(TOOL, {"state": state}, person)

"""`plan_in_full`: the plan that meets every demand, or which demands and limits conflict."""

from pydantic import Field

from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest
from planning_engine.levers import Lever
from planning_engine.scenario import pull
from planning_engine.supply.plan.plan_inputs import read_problem
from planning_engine.supply.requirements.requirements import plan_months
from planning_engine.supply.shortfalls.full_plan import plan_in_full as solve
from planning_engine.supply.shortfalls.full_plan_model import FullPlan
from planning_engine.supply.shortfalls.full_plan_terms import Conflict
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.full_plan_answer import ConflictAnswer, FullPlanAnswer
from tools.lever_facts import lever_facts
from tools.lever_words import lever_words
from tools.names import names_of
from tools.registry import tool
from tools.request import Request

DEFINITION = (
    "Least cost over {months} months with every demand met in its month, in {units}. Cost = hours "
    "+ set-ups + material + transport + holding. Safety stocks are not aimed at. Of a conflict, "
    "each demand and limit named takes part: without any one of them the others hold."
)
TABLES = ("stock", "receipts", "resources", "calendars", "routings", "bom", "sourcing", "lanes")


class FullPlanRequest(Request):
    """What changes first, how far to plan, and whether units may be split."""

    levers: tuple[Lever, ...] = Field((), max_length=12, description="What changes, in order.")
    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")
    whole_units: bool = Field(
        False, description="Make, move and buy whole units only; for small quantities."
    )


@tool
def plan_in_full(context: ToolContext, request: FullPlanRequest) -> Evidence:
    """Find the cheapest plan that meets every demand in full and on time, or say what conflicts.

    Use it for "can we meet everything?", "what does it cost to be never late?" and, with
    levers, for what a change costs when nothing may be late. If there is no such plan it names
    the demands and the capacities that cannot hold together. For what is late at least cost
    use plan_supply or run_scenario.
    """
    snapshot = context.snapshot
    snapshot.require("stock", "routings", "resources", "calendars", to="plan in full")
    snapshot.require_everything(to="plan in full")
    scenario = pull(snapshot, request.levers, request.months)
    names, horizon = names_of(snapshot), plan_months(snapshot, request.months)
    said = [lever_words(names, effect, horizon) for effect in scenario.effects]
    facts = [fact for effect in scenario.effects for fact in lever_facts(names, effect, horizon)]
    problem = read_problem(scenario.snapshot, request.months)
    if not problem.demand:
        raise BadRequest("There is no demand in these months, so there is nothing to plan.")
    outcome = solve(problem, whole=request.whole_units)
    answer: FullPlanAnswer | ConflictAnswer
    if isinstance(outcome, Conflict):
        answer = ConflictAnswer(names, problem, outcome)
    else:
        answer = FullPlanAnswer(names, problem, outcome, _base(snapshot, request))
    first = f"{'; '.join(said)}. " if said else ""
    units = "whole units" if request.whole_units else "any fraction of a unit"
    return Evidence(
        summary=f"{first}{answer.summary()}",
        facts=(*answer.facts(), *facts),
        table=answer.table(),
        definition=DEFINITION.format(months=request.months, units=units),
        issues=snapshot.issues_of(TABLES),
    )


def _base(snapshot: Snapshot, request: FullPlanRequest) -> float | None:
    """Return the cost without levers; None where there are none, or no plan."""
    if not request.levers:
        return None
    base = solve(read_problem(snapshot, request.months), whole=request.whole_units)
    return base.cost if isinstance(base, FullPlan) else None

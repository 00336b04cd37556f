"""`draft_plan_of_record` and `find_plans_of_record`: the plan that counts."""

from pydantic import Field

from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import UnknownName
from planning_engine.levers import Lever
from planning_engine.levers.phrases import phrase
from planning_engine.plan import build
from planning_engine.scenario import named_levers
from tools.context import ToolContext
from tools.evidence import Evidence, Proposal, plain
from tools.plan_record_answer import DraftedPlan, RecordedPlans
from tools.registry import tool
from tools.request import Request
from tools.scenario import horizon, require_tables

DRAFT_DEFINITION = (
    "A draft changes nothing. It becomes the plan of record once somebody who may has approved "
    "it, if the same facts and levers still give the same plan (digest {digest} on {snapshot}, "
    "{months} months)."
)
DEFINITION = (
    "A plan of record is a recipe: facts, levers in order and months. Its figures are those that "
    "were approved; the latest one approved counts."
)


class DraftPlanRequest(Request):
    """The scenario that is to become the plan of record."""

    title: str = Field(min_length=5, max_length=120, description="What people will call it.")
    levers: tuple[Lever, ...] = Field(
        (), max_length=12, description="What it changes, in order; the base plan if left out."
    )
    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")
    reason: str = Field("", max_length=600)


class FindPlansRequest(Request):
    """Which plans of record to list."""

    plan: str | None = Field(None, description="Id of one; the latest counts if left out.")
    include_earlier: bool = Field(True, description="Also those that were replaced.")


@tool
def draft_plan_of_record(context: ToolContext, request: DraftPlanRequest) -> Evidence:
    """Put a scenario forward as the plan of record, for somebody to approve.

    Use it for "make this the plan", "promote the scenario with Saturday shifts". It records
    nothing: a person with the right role approves or rejects it. To try a scenario first use
    run_scenario, to compare several compare_plans.
    """
    snapshot = context.snapshot
    require_tables(snapshot, "draft a plan of record")
    levers = named_levers(snapshot, request.levers)
    months = horizon(snapshot, request.months, levers)
    context.progress("Planning the base", 0.1)
    base = build(snapshot, months)
    context.progress("Planning the scenario", 0.5)
    plan = build(snapshot, months, levers)
    answer = DraftedPlan(snapshot.company.currency, request.title, base, plan, levers)
    body = {
        "title": request.title,
        "snapshot": snapshot.id,
        "months": months,
        "changes": [phrase(lever) for lever in levers],
        "figures": answer.figures(),
        "reason": request.reason,
        "digest": plan.digest,
        "levers": [lever.model_dump(mode="json", exclude_none=True) for lever in levers],
    }
    return Evidence(
        summary=answer.summary(),
        facts=tuple(answer.facts()),
        table=answer.table(),
        definition=DRAFT_DEFINITION.format(digest=plan.digest, snapshot=snapshot.id, months=months),
        proposal=Proposal("plan_of_record", request.title, plain(body)),
    )


@tool
def find_plans_of_record(context: ToolContext, request: FindPlansRequest) -> Evidence:
    """Show the plan of record: who approved it and when, what it changes, its figures.

    Use it for "what is the plan of record?", "which plan did we sign off?", "what changed
    since the plan before?". For the supply plan as published in an S&OP cycle use
    compare_plans, for decisions find_decisions.
    """
    snapshot: Snapshot = context.snapshot
    snapshot.require_everything(to="read the plan of record")
    plans = list(context.plans.plans())
    if request.plan is not None:
        known = [plan.id for plan in plans]
        if request.plan not in known:
            raise UnknownName("plan of record", request.plan, known)
        plans = plans[: known.index(request.plan) + 1]
    shown = plans if request.include_earlier else plans[-1:]
    answer = RecordedPlans(snapshot, tuple(shown), tuple(plans))
    return Evidence(
        summary=answer.summary(),
        facts=tuple(answer.facts()),
        table=answer.table() if shown else None,
        definition=DEFINITION,
    )

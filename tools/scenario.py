"""`run_scenario` and `compare_plans`: what changes when levers are pulled."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import Field

from planning_engine.cycles.explain import cycle_change
from planning_engine.data.calendars import months_between
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest
from planning_engine.levers import Lever
from planning_engine.levers.window import days_named
from planning_engine.plan import build
from planning_engine.scenario import pull
from planning_engine.supply.requirements.requirements import plan_months
from tools.context import ToolContext
from tools.cycle_answer import CycleAnswer
from tools.evidence import Evidence
from tools.lever_facts import lever_facts
from tools.lever_words import lever_words
from tools.names import names_of
from tools.registry import tool
from tools.request import Month, Request
from tools.scenario_answer import ScenarioAnswer

DEFINITION = (
    "Levers change the facts in order, then both plans are made anew over {months} months. "
    "Service, late demand, overtime, cost and stock value: least-cost plan (as plan_supply). Load: "
    "demand against hours before replanning (as check_capacity). Stocks that run out: published "
    "plan against the demand (as project_inventory). Revenue and margin: list prices, so more than "
    "with the net prices of plan_in_money. Plan digests: {digests}."
)
CYCLE_DEFINITION = (
    "Sum of the published {what} over the months that both cycles planned; change = later cycle - "
    "earlier cycle."
)
TABLES = (
    "stock",
    "receipts",
    "resources",
    "calendars",
    "routings",
    "bom",
    "sourcing",
    "lanes",
    "policies",
    "forecasts",
    "plans",
    "events",
)
MOST_MONTHS = 18


class ScenarioRequest(Request):
    """An ordered list of levers against the base plan."""

    levers: tuple[Lever, ...] = Field(min_length=1, max_length=12)
    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")
    focus: Literal["all", "capacity", "inventory", "service", "cost"] = Field(
        "all", description="What the summary should lead with."
    )


class NamedScenario(Request):
    """A scenario with a name to show in the comparison."""

    name: str = Field(max_length=60)
    levers: tuple[Lever, ...] = Field(max_length=12)


class CompareRequest(Request):
    """Scenarios against each other, or two published cycles."""

    scenarios: tuple[NamedScenario, ...] = Field((), max_length=24)
    plan_of_record: bool = Field(False, description="Also the plan of record, on today's data.")
    cycle: Month | None = Field(None, description="A published cycle's plan …")
    previous: Month | None = Field(None, description="… against this earlier cycle's.")
    family: str | None = Field(None, description="Only this family.")
    product: str | None = Field(None, description="Only this product.")
    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")


@tool
def run_scenario(context: ToolContext, request: ScenarioRequest) -> Evidence:
    """Pull levers and compare the plan with the base: load, stock, service, overtime, cost.

    Use it for every "what if": more or less demand, more or fewer hours on a resource, a
    resource that is out, a supplier that takes longer, a promotion left out. Levers are
    pulled in the order given. For several scenarios side by side use compare_plans.
    """
    snapshot = context.snapshot
    require_tables(snapshot, "run a scenario")
    months = horizon(snapshot, request.months, request.levers)
    context.progress("Planning the base", 0.1)
    base = build(snapshot, months)
    scenario = pull(snapshot, request.levers, months)
    context.progress("Planning the scenario", 0.5)
    other = build(scenario.snapshot, months)
    names = names_of(snapshot)
    span = plan_months(snapshot, months)
    answer = ScenarioAnswer(names, base, (("scenario", other),), request.focus)
    said = [lever_words(names, effect, span) for effect in scenario.effects]
    facts = [fact for effect in scenario.effects for fact in lever_facts(names, effect, span)]
    changes = any(not effect.is_empty for effect in scenario.effects)
    result = answer.result() if changes else "The plan stays as it is."
    return Evidence(
        summary=f"{'; '.join(said)}. {result}",
        facts=tuple([*facts, *answer.facts()]),
        table=answer.table(),
        chart=answer.chart(),
        definition=DEFINITION.format(
            months=months, digests=f"base {base.digest}, scenario {other.digest}"
        ),
        issues=snapshot.issues_of(TABLES),
    )


@tool
def compare_plans(context: ToolContext, request: CompareRequest) -> Evidence:
    """Compare several scenarios with the base plan, or two published S&OP cycles.

    Use it for "which option is best?" (give the scenarios, each with its levers) and for
    "what changed since the last cycle?" (give the cycles, or nothing for the latest two). A
    single what-if is run_scenario; why a plan moved between cycles is explain_change.
    """
    asks_plans = bool(request.scenarios) or request.plan_of_record
    if asks_plans and (request.cycle or request.previous):
        raise BadRequest("Compare either scenarios or published cycles, not both at once.")
    if asks_plans:
        return _compare_scenarios(context, request)
    return _compare_cycles(context.snapshot, request)


def _compare_scenarios(context: ToolContext, request: CompareRequest) -> Evidence:
    if request.product or request.family:
        raise BadRequest(
            "Scenarios are compared for the whole company; name a product or family in a lever."
        )
    snapshot = context.snapshot
    require_tables(snapshot, "compare scenarios")
    scenarios = [*_of_record(context, request), *request.scenarios]
    listed = [scenario.name for scenario in scenarios]
    if len(set(listed)) < len(listed) or "base" in listed:
        raise BadRequest("Give every scenario a name of its own, other than 'base'.")
    levers = [lever for scenario in scenarios for lever in scenario.levers]
    months = horizon(snapshot, request.months, levers)
    base = build(snapshot, months)
    others = []
    for step, scenario in enumerate(scenarios):
        context.progress(f"Planning {scenario.name}", (step + 1) / (len(listed) + 1))
        others.append((scenario.name, build(snapshot, months, scenario.levers)))
    answer = ScenarioAnswer(names_of(snapshot), base, tuple(others))
    digests = ", ".join(f"{name} {plan.digest}" for name, plan in [("base", base), *others])
    return Evidence(
        summary=answer.ranking(),
        facts=tuple(answer.facts()),
        table=answer.table(),
        chart=answer.chart(),
        definition=DEFINITION.format(months=months, digests=digests),
        issues=snapshot.issues_of(TABLES),
    )


def _of_record(context: ToolContext, request: CompareRequest) -> list[NamedScenario]:
    """Return the plan of record as a scenario on today's facts, if it is asked for."""
    if not request.plan_of_record:
        return []
    plans = context.plans.plans()
    if not plans:
        raise BadRequest(
            "No plan of record has been approved yet. Draft one with draft_plan_of_record."
        )
    return [NamedScenario(name="plan of record", levers=plans[-1].levers)]


def _compare_cycles(snapshot: Snapshot, request: CompareRequest) -> Evidence:
    names = names_of(snapshot)
    product = snapshot.find("product", request.product) if request.product else None
    family = snapshot.find("family", request.family) if request.family else None
    what: Literal["supply", "demand"] = "supply"
    if not snapshot.has("plans") and snapshot.has("forecasts"):
        what = "demand"
    change = cycle_change(
        snapshot, request.cycle, request.previous, what=what, product=product, family=family
    )
    whose = f" of {names.product(product)}" if product else f" of {family}" if family else ""
    answer = CycleAnswer(names, change, whose)
    published = "supply plan" if what == "supply" else "consensus forecast"
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=CYCLE_DEFINITION.format(what=published),
        issues=snapshot.issues_of(("plans", "forecasts")),
    )


def require_tables(snapshot: Snapshot, to: str) -> None:
    """Check that a plan can be made, of the whole company."""
    snapshot.require("stock", "routings", "resources", "calendars", to=to)
    snapshot.require_everything(to=to)


def horizon(snapshot: Snapshot, months: int, levers: Iterable[Lever]) -> int:
    """Return the months to plan: those asked for, or more if a lever reaches further."""
    (opening,) = plan_months(snapshot, 1)
    ends: list[date] = [day for lever in levers for day in days_named(lever)]
    furthest = max((months_between(opening, day) + 1 for day in ends), default=0)
    if furthest > MOST_MONTHS:
        raise BadRequest(f"A scenario looks {MOST_MONTHS} months ahead of {opening:%B %Y}.")
    return max(months, furthest)

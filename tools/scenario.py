"""`run_scenario` and `compare_plans`: what changes when levers are pulled."""

from typing import Literal

from pydantic import Field

from planning_engine.levers import Lever
from tools.request import Month, Request


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

    scenarios: tuple[NamedScenario, ...] = Field((), max_length=6)
    cycle: Month | None = Field(None, description="A published cycle's plan …")
    previous: Month | None = Field(None, description="… against this earlier cycle's.")
    family: str | None = Field(None, description="Only this family.")
    product: str | None = Field(None, description="Only this product.")
    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")

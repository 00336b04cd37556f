"""`find_decisions` and `draft_decision`: what was decided, by whom, due when, and was it done."""

from datetime import date
from typing import Literal

from pydantic import Field

from tools.request import Month, Request


class FindDecisionsRequest(Request):
    """Which decisions to list."""

    about: str | None = Field(None, max_length=200, description="Words that it is about.")
    owner: str | None = Field(None, description="Person who owns it.")
    state: Literal["all", "open", "overdue", "carried_out", "failed", "draft"] = Field(
        "all", description="As judged from the actuals, not from a status field."
    )
    cycle: Month | None = Field(None, description="Only decisions of this S&OP cycle.")
    since: date | None = Field(None, description="Decided on this day or later.")
    until: date | None = Field(None, description="Decided on this day or earlier.")
    include_superseded: bool = Field(False, description="Also those that were overruled later.")


class CheckInput(Request):
    """The measurable check of a decision; see `planning_engine.decisions.Check`."""

    measure: Literal["sales", "production", "stock", "receipts", "hours"]
    start: date
    end: date
    product: str | None = None
    family: str | None = None
    site: str | None = None
    resource: str | None = None
    at_least: float | None = None
    at_most: float | None = None


class DraftDecisionRequest(Request):
    """A decision to put before somebody who may approve it."""

    title: str = Field(min_length=5, max_length=160, description="What is to be done.")
    owner: str | None = Field(None, description="Person responsible, id or name.")
    due_on: date | None = Field(None, description="Day it must be done by.")
    reason: str = Field("", max_length=600)
    check: CheckInput | None = Field(None, description="How the data will show that it was done.")

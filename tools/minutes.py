"""`draft_minutes`: minutes of a meeting from its note, figures checked against the data."""

from typing import Literal

from pydantic import Field

from tools.request import Month, Request


class MinutesRequest(Request):
    """Which meeting's minutes; the latest one if nothing is named."""

    cycle: Month | None = Field(None, description="S&OP cycle; the latest if left out.")
    meeting: Literal["product", "demand", "supply", "pre-S&OP", "executive"] = "executive"

"""`search_notes`: what was said in the S&OP meetings, quoted and cited."""

from datetime import date

from pydantic import Field

from tools.request import Month, Request


class NotesRequest(Request):
    """What to look for, and in which meetings."""

    query: str = Field(min_length=2, max_length=400, description="What to look for, in words.")
    cycle: Month | None = Field(None, description="Only this S&OP cycle.")
    meeting: str | None = Field(
        None, description="Only this meeting: product, demand, supply, pre-S&OP, executive."
    )
    since: date | None = Field(None, description="Only notes of this day or later.")
    until: date | None = Field(None, description="Only notes up to this day: what was known then.")
    include_superseded: bool = Field(False, description="Also what was later overruled.")
    limit: int = Field(4, ge=1, le=20)

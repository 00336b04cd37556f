"""Parts that several tool requests share: months and the slice of the business asked about."""

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from planning_engine.data.snapshot import Snapshot


def read_month(value: object) -> object:
    """Return the month start that `2027-03`, `2027-03-14` or a date names."""
    if isinstance(value, str):
        match = re.fullmatch(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?", value.strip())
        if not match or not 1 <= int(match[2]) <= 12:
            raise ValueError(f"'{value}' is not a month; write it as 2027-03")
        return date(int(match[1]), int(match[2]), 1)
    return value.replace(day=1) if isinstance(value, date) else value


Month = Annotated[date, BeforeValidator(read_month)]


class Request(BaseModel):
    """A tool request: unknown arguments are refused, values cannot change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Slice(Request):
    """Which part of the business to look at; leave a field out to take all of it."""

    product: str | None = Field(None, description="Product id or name.")
    family: str | None = Field(None, description="Product family.")
    site: str | None = Field(None, description="Site id or name.")
    region: str | None = Field(None, description="Sales region.")
    channel: str | None = Field(None, description="Sales channel.")
    customer: str | None = Field(None, description="Customer id or name.")


SLICE_KINDS = ("product", "family", "site", "region", "channel", "customer")


def resolve_slice(snapshot: Snapshot, request: Slice) -> dict[str, str]:
    """Return the ids of what a request names, by kind.

    Raises:
        UnknownName: A name is not in the company's data.
        NotPermitted: It is outside the asker's scope.
    """
    named = ((kind, getattr(request, kind)) for kind in SLICE_KINDS)
    return {kind: snapshot.find(kind, name) for kind, name in named if name}

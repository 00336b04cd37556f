"""What all levers share: their kind, written with them, and the months that some reach."""

from datetime import date
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)


def _month_start(value: object) -> object:
    if isinstance(value, str) and len(value) == 7:
        value = f"{value}-01"
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return value.replace(day=1) if isinstance(value, date) else value


LeverMonth = Annotated[date, BeforeValidator(_month_start)]


class Typed(BaseModel):
    """A lever without months: what it changes, it changes for the whole plan."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_serializer(mode="wrap")
    def _with_its_kind(self, written: SerializerFunctionWrapHandler) -> dict[str, object]:
        # Also where defaults are left out: without its kind a lever cannot be read again.
        return {"kind": type(self).model_fields["kind"].default, **written(self)}

    def exactly_one(self, *names: str) -> None:
        """Check that one of several ways to say the change is given, and only one.

        Raises:
            ValueError: None or several are given.
        """
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give either {' or '.join(names)}")


class Windowed(Typed):
    """A lever that reaches some months of the plan, all of them if none are given."""

    start: LeverMonth | None = Field(None, description="First month; the plan's first if left out.")
    end: LeverMonth | None = Field(None, description="Last month; the plan's last if left out.")

    @model_validator(mode="after")
    def _in_order(self) -> "Windowed":
        if self.start and self.end and self.end < self.start:
            raise ValueError("the lever ends before it starts")
        return self


def days_named(lever: Typed) -> tuple[date, ...]:
    """Return the days and months a lever names, for a horizon that must reach them."""
    named = (getattr(lever, name, None) for name in ("start", "end", "on"))
    return tuple(day for day in named if day)

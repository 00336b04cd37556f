"""Levers on what is wanted: demand and events."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from planning_engine.levers.window import Typed, Windowed


class DemandLever(Windowed):
    """More or less demand: `percent` scales it, `quantity` adds units a month."""

    kind: Literal["demand"] = "demand"
    product: str | None = None
    family: str | None = None
    region: str | None = None
    site: str | None = Field(None, description="Only the demand served from this site.")
    percent: float | None = Field(None, ge=-100, le=1000, description="+10 is ten per cent more.")
    quantity: float | None = Field(None, description="Units a month, spread by usual share.")

    @model_validator(mode="after")
    def _one_change(self) -> "DemandLever":
        self.exactly_one("percent", "quantity")
        return self


class EventLever(Windowed):
    """A dated event, such as a promotion, taken out of the plan."""

    kind: Literal["event_off"] = "event_off"
    event: str


class EventChangeLever(Typed):
    """An event that works better or worse than declared, or is held at another time."""

    kind: Literal["event_change"] = "event_change"
    event: str
    uplift_percent: float | None = Field(
        None, gt=-95, le=1000, description="New uplift: 30 is 30 % more than without the event."
    )
    shift_days: int | None = Field(
        None, ge=-366, le=366, description="Days later; negative is earlier."
    )

    @model_validator(mode="after")
    def _a_change(self) -> "EventChangeLever":
        if self.uplift_percent is None and self.shift_days is None:
            raise ValueError("give uplift_percent, shift_days or both")
        return self


class NewEventLever(Typed):
    """A promotion or other dated event that is not in the data yet."""

    kind: Literal["event_new"] = "event_new"
    name: str = Field(min_length=1, max_length=60)
    starts_on: date
    ends_on: date
    uplift_percent: float = Field(gt=-95, le=1000, description="30 is 30 % more than without it.")
    product: str | None = None
    family: str | None = None
    region: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "NewEventLever":
        if self.ends_on < self.starts_on:
            raise ValueError("the event ends before it starts")
        return self

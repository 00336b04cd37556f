"""Levers on what can be made: hours, overtime, calendars, yields."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from planning_engine.levers.window import Typed, Windowed

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class CapacityLever(Windowed):
    """More or less time on a resource: `percent` scales it, `hours` adds hours a month."""

    kind: Literal["capacity"] = "capacity"
    resource: str
    percent: float | None = Field(None, ge=-100, le=1000)
    hours: float | None = Field(None, description="Hours a month; negative takes away.")

    @model_validator(mode="after")
    def _one_change(self) -> "CapacityLever":
        self.exactly_one("percent", "hours")
        return self


class ResourceOutLever(Windowed):
    """A resource that does not run at all in the given months."""

    kind: Literal["resource_out"] = "resource_out"
    resource: str


class OvertimeLever(Windowed):
    """The most overtime hours a month on a resource, whatever was allowed before."""

    kind: Literal["overtime"] = "overtime"
    resource: str
    hours: float = Field(ge=0, description="Overtime hours allowed a month; 0 forbids it.")


class CalendarLever(Typed):
    """Other working days: a shift, a holiday, a shutdown, Saturdays.

    `hours` sets the hours of each day in the span, 0 closes it; `add_hours` adds to each
    working day, such as 8 for another shift. With `weekdays` only those days are touched,
    and they need not be working days yet.
    """

    kind: Literal["calendar"] = "calendar"
    resource: str | None = Field(None, description="One resource; all of them if left out.")
    site: str | None = Field(None, description="Only the resources of this site.")
    first_day: date
    last_day: date
    hours: float | None = Field(None, ge=0, le=24, description="New hours a day; 0 is closed.")
    add_hours: float | None = Field(None, ge=-24, le=24, description="Hours more a working day.")
    weekdays: tuple[Weekday, ...] = Field((), description="Only these days of the week.")

    @model_validator(mode="after")
    def _in_order(self) -> "CalendarLever":
        self.exactly_one("hours", "add_hours")
        if self.last_day < self.first_day:
            raise ValueError("the span ends before it starts")
        return self


class YieldLever(Typed):
    """Another share of good output of a routing."""

    kind: Literal["yield"] = "yield"
    product: str | None = None
    resource: str | None = None
    percent: float = Field(gt=0, le=100, description="Good output in per cent of what is made.")

    @model_validator(mode="after")
    def _names_something(self) -> "YieldLever":
        if not (self.product or self.resource):
            raise ValueError("name a product or a resource")
        return self

"""Typed levers: the only ways a scenario can differ from the base."""

from datetime import date
from typing import Annotated, Literal

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


class _Lever(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    start: LeverMonth | None = Field(None, description="First month; the plan's first if left out.")
    end: LeverMonth | None = Field(None, description="Last month; the plan's last if left out.")

    @model_validator(mode="after")
    def _in_order(self) -> "_Lever":
        if self.start and self.end and self.end < self.start:
            raise ValueError("the lever ends before it starts")
        return self

    @model_serializer(mode="wrap")
    def _with_its_kind(self, written: SerializerFunctionWrapHandler) -> dict[str, object]:
        # Also where defaults are left out: without its kind a lever cannot be read again.
        return {"kind": type(self).model_fields["kind"].default, **written(self)}


class DemandLever(_Lever):
    """More or less demand: `percent` scales it, `quantity` adds units a month."""

    kind: Literal["demand"] = "demand"
    product: str | None = None
    family: str | None = None
    region: str | None = None
    percent: float | None = Field(None, ge=-100, le=1000, description="+10 is ten per cent more.")
    quantity: float | None = Field(None, description="Units a month, spread by usual share.")

    @model_validator(mode="after")
    def _one_change(self) -> "DemandLever":
        if (self.percent is None) == (self.quantity is None):
            raise ValueError("give either percent or quantity")
        return self


class CapacityLever(_Lever):
    """More or less time on a resource: `percent` scales it, `hours` adds hours a month."""

    kind: Literal["capacity"] = "capacity"
    resource: str
    percent: float | None = Field(None, ge=-100, le=1000)
    hours: float | None = Field(None, description="Hours a month; negative takes away.")

    @model_validator(mode="after")
    def _one_change(self) -> "CapacityLever":
        if (self.percent is None) == (self.hours is None):
            raise ValueError("give either percent or hours")
        return self


class ResourceOutLever(_Lever):
    """A resource that does not run at all in the given months."""

    kind: Literal["resource_out"] = "resource_out"
    resource: str


class LeadTimeLever(_Lever):
    """A supplier or a bought product that takes more (or fewer) days; open orders shift too."""

    kind: Literal["lead_time"] = "lead_time"
    supplier: str | None = None
    product: str | None = None
    days: float = Field(description="Days added; negative is faster.")

    @model_validator(mode="after")
    def _names_something(self) -> "LeadTimeLever":
        if not (self.supplier or self.product):
            raise ValueError("name a supplier or a product")
        return self


class EventLever(_Lever):
    """A dated event, such as a promotion, taken out of the plan."""

    kind: Literal["event_off"] = "event_off"
    event: str


Lever = Annotated[
    DemandLever | CapacityLever | ResourceOutLever | LeadTimeLever | EventLever,
    Field(discriminator="kind"),
]

"""Levers on what is bought: suppliers, their capacity and their lead times."""

from typing import Literal

from pydantic import Field, model_validator

from planning_engine.levers.window import Typed, Windowed


class LeadTimeLever(Windowed):
    """A supplier or a bought product that takes more (or fewer) days; open orders shift too."""

    kind: Literal["lead_time"] = "lead_time"
    supplier: str | None = None
    product: str | None = None
    days: float = Field(ge=-730, le=730, description="Days added; negative is faster.")

    @model_validator(mode="after")
    def _names_something(self) -> "LeadTimeLever":
        if not (self.supplier or self.product):
            raise ValueError("name a supplier or a product")
        return self


class SupplierOutLever(Windowed):
    """A supplier that delivers nothing; open orders of those months do not come either.

    Orders due in a window come on the day after it.
    """

    kind: Literal["supplier_out"] = "supplier_out"
    supplier: str
    product: str | None = Field(None, description="Only this product.")


class SupplierCapacityLever(Typed):
    """What a supplier can deliver of a product in a month, at most."""

    kind: Literal["supplier_capacity"] = "supplier_capacity"
    supplier: str
    product: str | None = Field(None, description="Only this product.")
    percent: float | None = Field(None, ge=-100, le=1000, description="-50 is half of it.")
    quantity: float | None = Field(None, ge=0, description="Units a month of each product.")

    @model_validator(mode="after")
    def _one_change(self) -> "SupplierCapacityLever":
        self.exactly_one("percent", "quantity")
        return self

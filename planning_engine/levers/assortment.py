"""Levers on what is sold and what it costs: launches, discontinuations, prices, unit costs."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from planning_engine.levers.window import Typed


class PriceLever(Typed):
    """Another list price; with an elasticity demand answers to it."""

    kind: Literal["price"] = "price"
    product: str | None = None
    family: str | None = None
    percent: float | None = Field(None, gt=-100, le=1000, description="+5 is five per cent dearer.")
    price: float | None = Field(None, gt=0, description="New price of one unit.")
    elasticity: float | None = Field(
        None,
        ge=-20,
        le=0,
        description="Per cent of demand for one per cent of price, e.g. -1.5; none if left out.",
    )

    @model_validator(mode="after")
    def _one_change(self) -> "PriceLever":
        self.exactly_one("percent", "price")
        if self.price is not None and not self.product:
            raise ValueError("a new price needs a product")
        return self


class LaunchLever(Typed):
    """A product that comes: one in the data at another day, or a new one made like another.

    A product that is not in the data is made, bought, moved and costed as `like` is.
    """

    kind: Literal["launch"] = "launch"
    product: str = Field(min_length=1, max_length=60, description="Id; a new one is allowed.")
    on: date = Field(description="First day of sale.")
    like: str | None = Field(None, description="Product whose demand it will have.")
    percent: float = Field(100, gt=0, le=1000, description="Its demand in per cent of `like`'s.")
    taken_percent: float = Field(
        0, ge=0, le=100, description="Part of its demand that `like` loses, in per cent."
    )


class DiscontinuationLever(Typed):
    """A product's last day of sale; a successor may take over part of its demand."""

    kind: Literal["discontinuation"] = "discontinuation"
    product: str
    on: date = Field(description="Last day of sale.")
    successor: str | None = None
    moves_percent: float = Field(
        0, ge=0, le=100, description="Part of the lost demand that goes to the successor."
    )

    @model_validator(mode="after")
    def _has_successor(self) -> "DiscontinuationLever":
        if self.moves_percent and not self.successor:
            raise ValueError("demand that moves needs a successor")
        return self


class UnitCostLever(Typed):
    """Another cost of one unit: standard cost, and price paid where it is bought."""

    kind: Literal["unit_cost"] = "unit_cost"
    product: str | None = None
    family: str | None = None
    supplier: str | None = Field(None, description="Only the price of this supplier.")
    percent: float | None = Field(None, ge=-100, le=1000)
    cost: float | None = Field(None, ge=0, description="New cost of one unit.")

    @model_validator(mode="after")
    def _one_change(self) -> "UnitCostLever":
        self.exactly_one("percent", "cost")
        if self.cost is not None and not self.product:
            raise ValueError("a new cost needs a product")
        return self

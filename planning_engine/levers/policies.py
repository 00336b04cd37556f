"""Levers on the rules of planning: safety stocks, service levels, fences."""

from typing import Literal

from pydantic import Field, model_validator

from planning_engine.levers.window import Typed


class SafetyStockLever(Typed):
    """Another safety stock, where one is known: `percent` scales it, `quantity` sets it."""

    kind: Literal["safety_stock"] = "safety_stock"
    product: str | None = None
    family: str | None = None
    site: str | None = None
    percent: float | None = Field(None, ge=-100, le=1000)
    quantity: float | None = Field(None, ge=0, description="Units of each product at each site.")

    @model_validator(mode="after")
    def _one_change(self) -> "SafetyStockLever":
        self.exactly_one("percent", "quantity")
        return self


class ServiceLevelLever(Typed):
    """Another target service level; safety stocks are computed from it."""

    kind: Literal["service_level"] = "service_level"
    product: str | None = None
    family: str | None = None
    site: str | None = None
    percent: float = Field(ge=50, le=99.99, description="Cycles without a stock-out, in per cent.")


class FenceLever(Typed):
    """Other fences: days from today in which the plan, or the forecast, is frozen."""

    kind: Literal["fence"] = "fence"
    planning_days: int | None = Field(None, ge=0, le=366)
    demand_days: int | None = Field(None, ge=0, le=366)

    @model_validator(mode="after")
    def _a_change(self) -> "FenceLever":
        if self.planning_days is None and self.demand_days is None:
            raise ValueError("give planning_days, demand_days or both")
        return self

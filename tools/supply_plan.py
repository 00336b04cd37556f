"""`plan_supply`: the least-cost plan that respects capacity and material."""

from pydantic import Field

from tools.request import Request


class SupplyPlanRequest(Request):
    """How far to plan, and what to report."""

    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")
    product: str | None = Field(None, description="Report only this product.")
    family: str | None = Field(None, description="Report only this family.")
    overtime: bool = Field(True, description="May the plan use allowed overtime?")

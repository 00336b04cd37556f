"""`project_inventory`: stock month by month, days of cover and the first stock-out."""

from typing import Literal

from pydantic import Field

from tools.request import Month, Request


class InventoryRequest(Request):
    """Whose stock to project, and how far ahead."""

    product: str | None = Field(None, description="Product id or name, component or finished.")
    family: str | None = Field(None, description="Product family.")
    site: str | None = Field(None, description="Site id or name.")
    months: int = Field(6, ge=1, le=24, description="Months ahead of the plan start.")
    start: Month | None = Field(None, description="Only report months from this one on.")
    end: Month | None = Field(None, description="Only report months up to this one.")
    only: Literal["all", "at_risk", "excess"] = Field(
        "all", description="at_risk: will stock out or fall under safety stock; excess: too much."
    )
    stage: Literal["raw", "wip", "finished"] | None = Field(None, description="Only this stage.")

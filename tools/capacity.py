"""`check_capacity`: required against available hours, and who causes the overflow."""

from pydantic import Field

from tools.request import Month, Request


class CapacityRequest(Request):
    """Which resource to look at, and how far ahead."""

    resource: str | None = Field(None, description="Resource id or name; all if left out.")
    site: str | None = Field(None, description="Only resources of this site.")
    family: str | None = Field(None, description="Only resources that make this family.")
    product: str | None = Field(None, description="Only resources that make this product.")
    months: int = Field(6, ge=1, le=24, description="Months ahead of the plan start.")
    start: Month | None = Field(None, description="Only report months from this one on.")
    end: Month | None = Field(None, description="Only report months up to this one.")
    include_overtime: bool = Field(False, description="Count allowed overtime as available.")

"""`query_kpi`: one KPI for a slice of the business and a period, with its definition."""

from typing import Literal

from pydantic import Field

from tools.request import Month, Slice

Grouping = Literal[
    "month",
    "product",
    "family",
    "site",
    "region",
    "channel",
    "customer",
    "resource",
    "supplier",
    "stream",
    "author",
]


class KpiRequest(Slice):
    """Which KPI, for what, when, and split by what."""

    kpi: str = Field(description="KPI id, as listed by describe_data topic kpis.")
    resource: str | None = Field(None, description="Resource, for utilisation.")
    supplier: str | None = Field(None, description="Supplier, for supplier lateness.")
    start: Month | None = Field(None, description="First month; default: 12 months back.")
    end: Month | None = Field(None, description="Last month; default: the last complete one.")
    by: Grouping | None = Field(None, description="Split the result by this.")
    top: int | None = Field(None, ge=1, le=100, description="Only the first so many rows.")
    order: Literal["highest", "lowest", "worst", "best"] | None = Field(
        None, description="Order of the rows; worst and best follow the KPI's direction."
    )
    lag: int | None = Field(None, ge=0, le=12, description="Months ahead; forecast KPIs only.")
    stream: str | None = Field(None, description="Forecast stream; default consensus.")
    basis: Literal["requested", "promised"] | None = Field(
        None, description="Date that on-time is judged by; default requested."
    )
    compare_previous: bool = Field(
        False, description="Also give the period of the same length just before."
    )

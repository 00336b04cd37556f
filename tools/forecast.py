"""`forecast_demand`: what customers will want, with method, interval and backtest error."""

from pydantic import Field

from tools.request import Month, Slice


class ForecastRequest(Slice):
    """What to forecast and how far ahead; a slice is forecast as one series."""

    months: int = Field(6, ge=1, le=24, description="Months ahead of the plan start.")
    start: Month | None = Field(None, description="Only report months from this one on.")
    end: Month | None = Field(None, description="Only report months up to this one.")
    history: int = Field(24, ge=0, le=120, description="Months of history in table and chart.")

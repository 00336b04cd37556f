"""The planted facts of the demo company and their known answers for seed 7.

The figures stand here as constants, so that what the engine finds is held against something
that no engine computed; `tests/engine/test_sample.py` counts them again from the tables.
Months are month starts; percents are percents (118.0), quantities are cases.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True)
class Overload:
    """A line over its hours because of a promotion, by the rough-cut formula.

    Attributes:
        load_percent: Load of every month looked at; only `months` are over 100.
        without_event_percent: Load of `months` with the event's demand taken out.
        short_hours: Required less available hours in `months`.
    """

    resource: str
    event: str
    product: str
    months: tuple[date, ...]
    load_percent: Mapping[date, float]
    without_event_percent: Mapping[date, float]
    short_hours: Mapping[date, float]


@dataclass(frozen=True)
class LateSupplier:
    """A supplier whose purchases of one component came ever later since a month.

    Days late are received day less due day, over the receipts that came in the period.
    """

    supplier: str
    component: str
    sites: tuple[str, ...]
    since: date
    agreed_lead_time_days: float
    days_late_before: float
    days_late_since: float
    days_late_last_month: float
    overdue: int
    overdue_quantity: float


@dataclass(frozen=True)
class StockOut:
    """A product that runs out at one site: first month whose projected closing is below 0."""

    product: str
    site: str
    month: date
    opening: float
    closing: Mapping[date, float]
    day: date


@dataclass(frozen=True)
class OverForecast:
    """A family whose consensus is too high in every month measured, at lag 2."""

    family: str
    lag: int
    bias_percent: float
    by_month: Mapping[date, float]
    largest_other_percent: float


@dataclass(frozen=True)
class UnderForecaster:
    """A person whose sales forecasts are too low and worse than the statistical ones."""

    person: str
    name: str
    site: str
    stream: str
    lag: int
    bias_percent: float
    wmape_percent: float
    stat_wmape_percent: float
    fva_points: float


@dataclass(frozen=True)
class Launch:
    """A product on sale for three months, and the one whose history stands in for it."""

    product: str
    like_product: str
    launch_on: date
    sold: Mapping[date, float]


@dataclass(frozen=True)
class EndOfLife:
    """A product with far more stock than can be sold before its last day of sale."""

    product: str
    end_on: date
    stock: float
    forecast_left: float
    excess: float


@dataclass(frozen=True)
class NotCarriedOut:
    """A decision due before `as_of` whose check fails in the actuals."""

    decision: str
    resource: str
    start: date
    end: date
    wanted_hours: float
    hours_run: float


Planted = (
    Overload
    | LateSupplier
    | StockOut
    | OverForecast
    | UnderForecaster
    | Launch
    | EndOfLife
    | NotCarriedOut
)

_NOV, _DEC = date(2026, 11, 1), date(2026, 12, 1)
_JAN, _FEB, _MAR, _APR = (date(2027, month, 1) for month in (1, 2, 3, 4))

OVERLOAD = Overload(
    resource="L3",
    event="EV-27-01",
    product="COL-033-24",
    months=(_FEB, _MAR),
    load_percent={
        _NOV: 85.26,
        _DEC: 90.32,
        _JAN: 89.63,
        _FEB: 107.81,
        _MAR: 117.97,
        _APR: 83.37,
    },
    without_event_percent={_FEB: 85.48, _MAR: 93.80},
    short_hours={_FEB: 21.25, _MAR: 51.33},
)
LATE_SUPPLIER = LateSupplier(
    supplier="S-CITROSA",
    component="CMP-CITRUS",
    sites=("P1", "P2"),
    since=date(2026, 6, 1),
    agreed_lead_time_days=21.0,
    days_late_before=0.47,
    days_late_since=13.43,
    days_late_last_month=17.67,
    overdue=2,
    overdue_quantity=28_208.0,
)
STOCK_OUT = StockOut(
    product="ICP-050-12",
    site="DC-WEST",
    month=_JAN,
    opening=3_082.0,
    closing={_NOV: 1_767.0, _DEC: 460.0, _JAN: -710.0, _FEB: -1_851.0},
    # 460 of the 1,170 that January lacks last 0.39 of its 31 days.
    day=date(2027, 1, 13),
)
OVER_FORECAST = OverForecast(
    family="Juice",
    lag=2,
    bias_percent=16.49,
    by_month={
        date(2026, 7, 1): 18.33,
        date(2026, 8, 1): 15.34,
        date(2026, 9, 1): 13.22,
        date(2026, 10, 1): 19.06,
    },
    largest_other_percent=1.68,
)
UNDER_FORECASTER = UnderForecaster(
    person="lucia",
    name="Lucia Ferro",
    site="DC-SOUTH",
    stream="sales",
    lag=2,
    bias_percent=-18.60,
    wmape_percent=19.40,
    stat_wmape_percent=9.16,
    fva_points=-10.24,
)
LAUNCH = Launch(
    product="NRB-025-24",
    like_product="NRM-025-24",
    launch_on=date(2026, 8, 1),
    sold={date(2026, 8, 1): 7_718.0, date(2026, 9, 1): 9_734.0, date(2026, 10, 1): 11_121.0},
)
END_OF_LIFE = EndOfLife(
    product="FLW-050-12",
    end_on=date(2026, 12, 31),
    stock=25_116.0,
    forecast_left=2_510.0,
    excess=22_606.0,
)
NOT_CARRIED_OUT = NotCarriedOut(
    decision="D-12",
    resource="L5",
    start=date(2026, 9, 1),
    end=date(2026, 9, 30),
    wanted_hours=240.0,
    hours_run=216.7,
)

PLANTED: Mapping[str, Planted] = MappingProxyType(
    {
        "overload": OVERLOAD,
        "late_supplier": LATE_SUPPLIER,
        "stock_out": STOCK_OUT,
        "over_forecast": OVER_FORECAST,
        "under_forecaster": UNDER_FORECASTER,
        "launch": LAUNCH,
        "end_of_life": END_OF_LIFE,
        "not_carried_out": NOT_CARRIED_OUT,
    }
)

"""What one lever did to the tables."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from planning_engine.data.company import Company
from planning_engine.levers import Lever

Frames = dict[str, pd.DataFrame]
Span = tuple[date, ...]

Measure = Literal[
    "demand",
    "hours",
    "overtime",
    "days",
    "price",
    "cost",
    "yield",
    "capacity",
    "sources",
    "lanes",
    "orders",
    "safety_stock",
    "service_level",
    "fence",
]


@dataclass(frozen=True)
class Effect:
    """What one lever did.

    `measure` says in what: `demand`, `hours`, `overtime`, `orders` (open ones) and `safety_stock`
    are sums over what it touches, before and after; `price`, `cost`, `yield` (per cent) and
    `service_level` (per cent) are means over the rows; `capacity` is a month's, where known;
    `sources` and `lanes` count those open; `days` are days of lead time added, `fence` days of
    the fence. `touched` counts rows.

    Attributes:
        tables: Tables it changed.
        also: What it did besides, such as the demand that answers to a price.
    """

    lever: Lever
    measure: Measure
    before: float
    after: float
    touched: int
    tables: tuple[str, ...] = ()
    also: "Effect | None" = None

    @property
    def is_empty(self) -> bool:
        """Tell whether the lever hit nothing that could change."""
        return self.touched == 0 and (self.also is None or self.also.is_empty)

    @property
    def change(self) -> float:
        """What the lever adds."""
        return self.after - self.before


@dataclass(frozen=True)
class Pull:
    """The outcome of one lever: what it did, the tables and perhaps the company as it leaves."""

    effect: Effect
    frames: Frames
    company: Company | None = None


def matching(frame: pd.DataFrame, **wanted: str | None) -> pd.Series:
    """Return which rows have the values wanted; None wants nothing of a column."""
    hit = pd.Series(data=True, index=frame.index)
    for column, value in wanted.items():
        if value is not None:
            hit &= (frame[column] == value).fillna(value=False).astype(bool)
    return hit


def mean(values: pd.Series) -> float:
    """Return the mean of what is known; 0 of nothing."""
    known = values.dropna()
    return float(known.mean()) if len(known) else 0.0

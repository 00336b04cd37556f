"""The balance of one stock by month: what it closes with, how long it lasts, when it is out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from planning_engine.data.calendars import add_months


@dataclass(frozen=True)
class StockMonth:
    """One month of a projection, in pieces; a negative closing is a shortage.

    `cover_days` are the days the closing stock lasts without supply; None beyond the months
    whose demand is known.
    """

    month: date
    opening: float
    supply: float
    demand: float
    closing: float
    cover_days: float | None = None


def days_of_cover(
    stock: float, demand: Sequence[float], days_per_period: float = 30
) -> float | None:
    """Return how many days the stock lasts against the demand to come.

    Forward cover: each period is used up in turn, the last one in proportion. `None`
    means the stock covers all the demand given; it is not infinity, because nobody has
    planned beyond that point.

    Args:
        stock: On hand at the start of the first period, in pieces. A backlog counts as 0.
        demand: Demand per period, earliest first, in pieces, none negative.
        days_per_period: Length of one period, in days.

    Returns:
        Days of cover, or `None`.

    Example:
        150 pieces meet 100 in the first month and half of the second:

        >>> days_of_cover(150, [100, 100])
        45.0
    """
    days, left = 0.0, max(stock, 0)
    for quantity in demand:
        if quantity > left:
            return days + days_per_period * left / quantity
        days, left = days + days_per_period, left - quantity
    return None


def stock_months(
    opening: float,
    supply: NDArray[np.float64],
    demand: NDArray[np.float64],
    months: Sequence[date],
) -> tuple[StockMonth, ...]:
    """Return the balance month by month; each month opens with what the last one closed."""
    rows = []
    for index, month in enumerate(months):
        closing = opening + float(supply[index]) - float(demand[index])
        rows.append(StockMonth(month, opening, float(supply[index]), float(demand[index]), closing))
        opening = closing
    return tuple(rows)


def first_stock_out(rows: Sequence[StockMonth], today: date | None = None) -> date | None:
    """Return the day the stock falls below 0, taken as a straight line within the month.

    Args:
        rows: The projection, earliest month first.
        today: Where the first month starts, if it has begun: the day after is its first.

    Example:
        60 pieces of a month that ends 30 short last two thirds of its 30 days:

        >>> first_stock_out([StockMonth(date(2026, 11, 1), 60, 0, 90, -30)])
        datetime.date(2026, 11, 21)
    """
    for row in rows:
        if row.closing < -1e-9:
            first = row.month if today is None else max(row.month, today + timedelta(days=1))
            days = (add_months(row.month, 1) - first).days
            part = max(0.0, row.opening) / (max(0.0, row.opening) - row.closing)
            return first + timedelta(days=min(days - 1, int(part * days + 1e-9)))
    return None


def with_cover(rows: Sequence[StockMonth], demand: NDArray[np.float64]) -> tuple[StockMonth, ...]:
    """Return the months with the days that each closing stock lasts."""
    wanted = [float(quantity) for quantity in demand]
    return tuple(
        replace(row, cover_days=days_of_cover(row.closing, wanted[index + 1 :]))
        for index, row in enumerate(rows)
    )

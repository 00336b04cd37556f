"""Stock that will never be sold: of products that end, are not wanted, or spoil first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from planning_engine.data.calendars import add_months, month_start, months_between

Reason = Literal["ends", "not_wanted", "spoils"]


@dataclass(frozen=True)
class Obsolete:
    """Pieces that will not be sold, and why: last day of sale, no demand, or shelf life."""

    quantity: float
    reason: Reason


def obsolete_stock(
    stock: float,
    demand: Sequence[float],
    months: Sequence[date],
    *,
    today: date,
    end_on: date | None = None,
    shelf_life_days: float | None = None,
) -> Obsolete | None:
    """Return what of a stock will not be sold before the product ends or spoils.

    Demand is taken evenly within a month. All of the stock counts as fresh today, as its age
    is not known: at least so much spoils. A day beyond the months given says nothing.

    Args:
        stock: On hand, in pieces.
        demand: Demand to come by month, in pieces.
        months: Their month starts; the first may have begun.
        today: The day of the stock.
        end_on: Last day of sale.
        shelf_life_days: Days a piece may be kept.

    Returns:
        The reason that leaves most; None if all is sold, or nobody can say.

    Example:
        Of 100 pieces 30 sell in November and 30 in December, the last month of sale:

        >>> november, december = date(2026, 11, 1), date(2026, 12, 1)
        >>> obsolete_stock(100, [30, 30], [november, december], today=date(2026, 10, 31),
        ...     end_on=date(2026, 12, 31)).quantity
        40.0
    """
    if stock <= 0:
        return None
    found: list[Obsolete] = []
    if not any(quantity > 0 for quantity in demand):
        found.append(Obsolete(float(stock), "not_wanted"))
    if end_on is not None:
        sold = sold_until(demand, months, today, end_on)
        if sold is not None:
            found.append(Obsolete(max(0.0, stock - sold), "ends"))
    if shelf_life_days is not None:
        sold = sold_until(demand, months, today, today + timedelta(days=int(shelf_life_days)))
        if sold is not None:
            found.append(Obsolete(max(0.0, stock - sold), "spoils"))
    known = [entry for entry in found if entry.quantity > 0]
    order: tuple[Reason, ...] = ("ends", "spoils", "not_wanted")
    return max(known, key=lambda e: (e.quantity, -order.index(e.reason)), default=None)


def sold_until(
    demand: Sequence[float], months: Sequence[date], today: date, last: date
) -> float | None:
    """Return the demand after today up to a day; None if it lies beyond the months."""
    if last <= today:
        return 0.0
    place = months_between(months[0], month_start(last))
    if place >= len(months):
        return None
    first = max(months[place], today + timedelta(days=1))
    end = add_months(months[place], 1)
    share = ((last - first).days + 1) / (end - first).days
    return float(sum(demand[:place]) + demand[place] * share)

"""Overrides a person approved: typed, dated changes of one product's demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Adjustment:
    """A change of one product's demand in some months.

    Attributes:
        id: Its id.
        product: Product id.
        site: Site id; None for the product everywhere.
        start: First month.
        end: Last month.
        quantity: Put on top of each month, in the product's unit; negative takes away.
        percent: Put on top of each month in percent of it. One of the two is None.
        author: Person who proposed it.
        reason: Why.
        expires_on: Last day on which it counts; None for as long as its months.
        approved_by: Person who approved it.
        approved_on: Day of the approval.
    """

    id: str
    product: str
    site: str | None
    start: date
    end: date
    quantity: float | None
    percent: float | None
    author: str
    reason: str
    expires_on: date | None
    approved_by: str
    approved_on: date

    def counts_on(self, today: date) -> bool:
        """Tell whether it still counts on a day."""
        return self.expires_on is None or today <= self.expires_on


def change(months: Sequence[date], demand: Array, adjustment: Adjustment, today: date) -> Array:
    """Return what an adjustment puts on top of a demand; never more taken away than there is.

    Args:
        months: Month starts.
        demand: Demand of the product (at the site) in those months.
        adjustment: The adjustment.
        today: An adjustment that has expired by then changes nothing.

    Example:
        >>> months = [date(2026, 11, 1), date(2026, 12, 1)]
        >>> plus = Adjustment("o", "A", None, months[1], months[1], None, 10.0, "ann", "",
        ...                   date(2026, 11, 15), "petra", date(2026, 11, 1))
        >>> change(months, np.array([100.0, 200.0]), plus, date(2026, 11, 2))
        array([ 0., 20.])
        >>> change(months, np.array([100.0, 200.0]), plus, date(2026, 11, 16))
        array([0., 0.])
    """
    inside = np.array([adjustment.start <= month <= adjustment.end for month in months])
    if not adjustment.counts_on(today):
        return np.zeros(len(months))
    amount = demand * (adjustment.percent or 0.0) / 100 + (adjustment.quantity or 0.0)
    return np.asarray(np.where(inside, np.maximum(amount, -demand), 0.0))

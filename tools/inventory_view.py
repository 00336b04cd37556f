"""A stock projection as asked about: which stocks, which months, in which words."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from planning_engine.supply.stock.balance import StockMonth
from planning_engine.supply.stock.inventory import Projection, StockOutlook
from tools import wording
from tools.names import Names

SAID_IN_FULL = 3
Only = Literal["all", "at_risk", "excess", "obsolete"]


@dataclass(frozen=True)
class InventoryView:
    """The part of a projection that was asked about.

    Attributes:
        names: Names and units.
        projection: The whole projection.
        asked: Every stock that fits the question.
        shown: Those of them to show, in order: all, those at risk, in excess or obsolete.
        months: Months to report.
        uncounted: Places that fit whose stock was never counted.
        only: Which were asked for.
        whose: What was asked about, in words: ` of Juice at North`, or nothing.
    """

    names: Names
    projection: Projection
    asked: tuple[StockOutlook, ...]
    shown: tuple[StockOutlook, ...]
    months: tuple[date, ...]
    uncounted: tuple[tuple[str, str], ...]
    only: Only
    whose: str

    @property
    def running_out(self) -> tuple[StockOutlook, ...]:
        """Stocks that run out, earliest first."""
        outs = (o for o in self.asked if o.first_stock_out)
        return tuple(sorted(outs, key=lambda o: o.urgency))

    @property
    def running_low(self) -> tuple[StockOutlook, ...]:
        """Stocks that fall under safety stock but do not run out, earliest first."""
        low = (o for o in self.asked if o.below_safety_from and not o.first_stock_out)
        return tuple(sorted(low, key=lambda o: o.urgency))

    @property
    def named(self) -> tuple[StockOutlook, ...]:
        """Stocks that the summary names."""
        if self.only in ("excess", "obsolete"):
            return self.shown[:1]
        if self.held is not None and len(self.asked) <= SAID_IN_FULL:
            return self.asked
        first = (*self.running_out[:SAID_IN_FULL], *self.running_low[:1])
        return first or self.shown[:1]

    @property
    def held(self) -> float | None:
        """What is on hand of one product at its sites together; None for several products."""
        if self.only != "all" or not self.is_one_product:
            return None
        same_day = len({outlook.opening_on for outlook in self.asked}) == 1
        return sum(outlook.opening for outlook in self.asked) if same_day else None

    @property
    def excess_value(self) -> float | None:
        """What the excess shown is worth; None if no cost is known."""
        known = [o.excess_value for o in self.shown if o.excess_value is not None]
        return sum(known) if known else None

    @property
    def obsolete_value(self) -> float | None:
        """What the obsolete stock shown is worth; None if no cost is known."""
        known = [o.obsolete_value for o in self.shown if o.obsolete_value is not None]
        return sum(known) if known else None

    @property
    def obsolete_in_all(self) -> float | None:
        """What is obsolete of one product at its sites together; None for several products."""
        if not self.is_one_product:
            return None
        return sum(outlook.obsolete.quantity for outlook in self.shown if outlook.obsolete)

    @property
    def is_one_product(self) -> bool:
        """Tell whether all stocks asked about are of one product."""
        return len({outlook.product for outlook in self.asked}) == 1

    @property
    def overdue(self) -> tuple[int, float]:
        """Open receipts that should have come: how many, and how many pieces."""
        found = [outlook.overdue for outlook in self.asked]
        return sum(count for count, _ in found), sum(quantity for _, quantity in found)

    @property
    def is_window(self) -> bool:
        """Tell whether only some months of the projection were asked about."""
        return self.months != self.projection.months

    def rows(self, outlook: StockOutlook) -> tuple[StockMonth, ...]:
        """Return the months of a stock that were asked about."""
        return tuple(row for row in outlook.months if row.month in self.months)

    def stock(self, outlook: StockOutlook) -> str:
        """Return the name of a stock."""
        return self.names.stock(outlook.product, outlook.site)

    def amount(self, outlook: StockOutlook, quantity: float) -> str:
        """Return a quantity of a stock in words."""
        return wording.figure(quantity, self.names.unit(outlook.product))

    @property
    def when(self) -> str:
        """The horizon in words."""
        return wording.period(self.projection.months[0], self.months[-1])

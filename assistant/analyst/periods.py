"""Months asked about: named without a year, counted ahead, open on a side; and where today is."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from planning_engine.data.calendars import add_months, first_open_month, months_between

Direction = Literal["past", "future"]

MONTHS = (
    "january february march april may june july august september october november december".split()
)


@dataclass(frozen=True)
class Clock:
    """Where "today" is: the day the data speaks for and the first month of a fiscal year."""

    as_of: date
    fiscal_start: int = 1

    @property
    def plan_start(self) -> date:
        """First month of the plan."""
        return first_open_month(self.as_of)

    @property
    def last_actual(self) -> date:
        """Last complete month."""
        return add_months(self.plan_start, -1)

    def fiscal_year_start(self, month: date) -> date:
        """Return the first month of the fiscal year that a month lies in."""
        return add_months(month, -((month.month - self.fiscal_start) % 12))


@dataclass(frozen=True)
class Period:
    """Months named in a text, at `start`..`end` of it.

    `months` (first, last) are calendar month numbers without a year; they are placed by
    direction. `span` are month starts already sure. `leans` is the direction that the words
    themselves give. `open_end`: from the start on; `open_start`: up to the end. `unit` is
    week or day when the words ask for a finer grain than months. `count` are months whose direction
    nothing says.
    """

    start: int
    end: int
    span: tuple[date | None, date | None] | None = None
    months: tuple[int, int] | None = None
    leans: Direction | None = None
    ahead: int | None = None
    count: int | None = None
    shift_years: int = 0
    unit: str = "month"
    whole_year: bool = False

    def placed(self, direction: Direction, clock: Clock) -> tuple[date | None, date | None]:
        """Return the first and last month meant, None for an open side."""
        if self.months:
            return self._nearest(direction, clock)
        if self.count and direction == "past":
            return add_months(clock.last_actual, 1 - self.count), clock.last_actual
        if self.count:
            return clock.plan_start, add_months(clock.plan_start, self.count - 1)
        first, last = self.span or (None, None)
        if not self.whole_year or not first or not last:
            return first, last
        if direction == "past":
            return first, max(first, min(last, clock.last_actual))
        return min(last, max(first, clock.plan_start)), last

    def _nearest(self, direction: Direction, clock: Clock) -> tuple[date, date]:
        assert self.months
        first, last = self.months
        length = (last - first) % 12
        if direction == "future":
            start = with_month(clock.plan_start, first)
            if length and add_months(start, -12 + length) >= clock.plan_start:
                start = add_months(start, -12)
                begin = max(start, clock.plan_start)
                return begin, add_months(start, length)
            return add_months(start, 12 * self.shift_years), add_months(
                start, 12 * self.shift_years + length
            )
        end = add_months(with_month(add_months(clock.last_actual, 1), last), -12)
        if end > clock.last_actual:
            end = add_months(end, -12)
        end = add_months(end, 12 * self.shift_years)
        return add_months(end, -length), end


def with_month(not_before: date, month: int) -> date:
    """Return the first month start of that calendar month, not before a date."""
    return add_months(not_before, (month - not_before.month) % 12)


def months_to_cover(clock: Clock, end: date, at_most: int) -> int:
    """Return how many plan months reach a month, between 1 and `at_most`."""
    return max(1, min(at_most, months_between(clock.plan_start, end) + 1))

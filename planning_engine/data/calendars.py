"""Months and the horizon: where history ends and the plan begins."""

from datetime import date, timedelta


def month_start(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def add_months(month: date, count: int) -> date:
    """Return the month start `count` months later (earlier if negative).

    Example:
        >>> add_months(date(2026, 11, 1), 2)
        datetime.date(2027, 1, 1)
    """
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months_between(start: date, end: date) -> int:
    """Return how many month starts lie from `start`'s month up to `end`'s, 0 if the same."""
    return (end.year - start.year) * 12 + end.month - start.month


def first_open_month(as_of: date) -> date:
    """Return the first month whose actuals are not complete: where the plan begins.

    On the last day of a month that is the next month; on any other day the current one.
    """
    following = as_of + timedelta(days=1)
    return following if following.day == 1 else month_start(as_of)


def horizon(as_of: date, months: int) -> tuple[date, ...]:
    """Return the month starts of the plan, earliest first."""
    first = first_open_month(as_of)
    return tuple(add_months(first, step) for step in range(months))


def month_range(start: date, end: date) -> tuple[date, ...]:
    """Return the month starts from `start`'s month to `end`'s, both included."""
    first = month_start(start)
    return tuple(add_months(first, step) for step in range(months_between(start, end) + 1))


def last_year(as_of: date) -> tuple[date, date]:
    """Return the span of the last 12 complete months: its first day and the day after it.

    Example:
        >>> last_year(date(2026, 10, 31))
        (datetime.date(2025, 11, 1), datetime.date(2026, 11, 1))
    """
    end = first_open_month(as_of)
    return add_months(end, -12), end


def open_share(as_of: date, month: date) -> float:
    """Return the part of a month's days that lie after `as_of`, 0 to 1.

    Example:
        >>> open_share(date(2026, 11, 9), date(2026, 11, 1))
        0.7
    """
    following = add_months(month, 1)
    first = max(month, as_of + timedelta(days=1))
    return max(0, (following - first).days) / (following - month).days

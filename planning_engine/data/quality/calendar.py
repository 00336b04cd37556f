"""Facts that are too old, too new, or missing for a while."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from planning_engine.data.connectors.registry import literal
from planning_engine.data.issue import Issue
from planning_engine.data.quality.registry import Inspection, check, counted
from planning_engine.data.staging import EXAMPLES, plausible

_STALE_DAYS = {
    "sales": 45,
    "stock": 31,
    "production": 45,
    "orders": 45,
    "forecasts": 62,
    "plans": 62,
}
_WHEN = {
    "sales": "date",
    "stock": "date",
    "production": "date",
    "orders": "coalesce(ordered_on, delivered_on)",
    "forecasts": "cycle",
    "plans": "cycle",
}
_OVERDUE_DAYS = 90
_RARE = 0.1


@check
def stale(data: Inspection) -> Iterator[Issue | None]:
    """Report tables whose last fact lies well before the date the data speaks for."""
    if data.as_of is None:
        return
    for name, days in _STALE_DAYS.items():
        last = _last(data, name)
        if last is None:
            continue
        # A row dated the first of a month stands for the whole month.
        reach = last + timedelta(days=30) if name == "sales" and last.day == 1 else last
        age = (data.as_of - reach).days
        if age > days:
            yield Issue(
                name,
                "stale",
                "warning",
                data.staging.rows(name),
                f"The last row of {name} is of {_said(last)}, {age} days before "
                f"{_said(data.as_of)}, the date the data speaks for.",
                data.examples(name, f"{_WHEN[name]} = DATE '{last}'", ()),
            )


@check
def overdue_receipts(data: Inspection) -> Iterator[Issue | None]:
    """Report open receipts that were due long ago: closed but never booked?"""
    if data.as_of and "receipts" in data.tables:
        limit = data.as_of - timedelta(days=_OVERDUE_DAYS)
        yield data.finding(
            "receipts",
            "stale",
            "warning",
            f"received_on IS NULL AND due_on < DATE '{limit}'",
            f"{{rows}} of receipts still open though due more than {_OVERDUE_DAYS} days before the "
            "date the data speaks for: were they closed?",
            ("receipt", "due_on"),
        )


@check
def from_the_future(data: Inspection) -> Iterator[Issue | None]:
    """Report facts dated after the date the data speaks for."""
    if data.as_of is None:
        return
    day = f"DATE '{data.as_of}'"
    for name, column in (
        ("sales", "date"),
        ("stock", "date"),
        ("orders", "ordered_on"),
        ("orders", "delivered_on"),
        ("receipts", "received_on"),
        ("production", "date"),
    ):
        if name in data.tables:
            where = f"{column} > {day}"
            if name == "production":
                where += " AND actual_quantity IS NOT NULL"
            yield data.finding(
                name,
                "future",
                "warning",
                where,
                f"{{rows}} of {name} with {column} after {_said(data.as_of)}, the date the data "
                "speaks for.",
                (column,),
            )


@check
def gaps_in_sales(data: Inspection) -> Iterator[Issue | None]:
    """Report days, weeks or months with no sale at all between the first and the last.

    Days of the week on which there are hardly ever sales are no gaps.
    """
    if "sales" not in data.tables:
        return
    days = [
        row[0]
        for row in data.connection.execute(
            f"SELECT DISTINCT date FROM sales WHERE {plausible('date')} ORDER BY 1"
        ).fetchall()
    ]
    if len(days) < 3:
        return
    missed, unit = _missed(days)
    if missed:
        shown = ", ".join(str(day) for day in missed[:EXAMPLES])
        more = " …" if len(missed) > EXAMPLES else ""
        before = max(day for day in days if day < missed[0])
        yield Issue(
            "sales",
            "calendar-gap",
            "warning",
            len(missed),
            f"{counted(len(missed), unit)} without any sale between {days[0]} and {days[-1]} "
            f"({shown}{more}): is something missing? They count as 0.",
            data.examples("sales", f"date = DATE '{before}'", ("date",)),
        )


@check
def gaps_in_calendars(data: Inspection) -> Iterator[Issue | None]:
    """Report days that a resource's calendar leaves out between its first and last."""
    if "calendars" not in data.tables:
        return
    rows = data.connection.execute(
        "SELECT resource, min(date), max(date), "
        "max(date) - min(date) + 1 - count(DISTINCT date) AS gaps FROM calendars "
        "GROUP BY 1 HAVING gaps > 0 ORDER BY 4 DESC, 1"
    ).fetchall()
    # A calendar that lists working days only, for every resource, is a way of writing it.
    if rows:
        resource, first, last, gaps = rows[0]
        yield Issue(
            "calendars",
            "calendar-gap",
            "warning"
            if any(gap[3] / ((gap[2] - gap[1]).days + 1) < 0.25 for gap in rows)
            else "note",
            sum(row[3] for row in rows),
            f"{counted(len(rows), 'resource')} with days that calendars leaves out ('{resource}': "
            f"{gaps} between {first} and {last}): they count as closed. Write 0 hours to say so.",
            data.examples("calendars", f"resource = {literal(resource)}", ("resource", "date")),
        )


def _missed(days: list[date]) -> tuple[list[date], str]:
    """Return the periods without a sale, and what they are: day, week or month."""
    have = set(days)
    if all(day.day == 1 for day in days):
        first, last = days[0], days[-1]
        months = (last.year - first.year) * 12 + last.month - first.month
        every = [
            date(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1, 1)
            for i in range(months + 1)
        ]
        return [month for month in every if month not in have], "month"
    steps = [(later - earlier).days for earlier, later in pairwise(days)]
    if all(step % 7 == 0 for step in steps):
        weeks = (days[-1] - days[0]).days // 7
        every = [days[0] + timedelta(weeks=i) for i in range(weeks + 1)]
        return [week for week in every if week not in have], "week"
    every = [days[0] + timedelta(days=i) for i in range((days[-1] - days[0]).days + 1)]
    sold = [sum(day.weekday() == w for day in days) for w in range(7)]
    there = [max(sum(day.weekday() == w for day in every), 1) for w in range(7)]
    usual = [sold[w] / there[w] >= 0.5 for w in range(7)]
    missed = [day for day in every if day not in have and usual[day.weekday()]]
    # Sold on few days only: a day without is no gap, a month without is.
    if len(missed) > _RARE * len(every) or not any(usual):
        return _missed(sorted({day.replace(day=1) for day in days}))
    return missed, "day"


def _last(data: Inspection, name: str) -> date | None:
    if name not in data.tables:
        return None
    row = data.connection.execute(
        f"SELECT max({_WHEN[name]}) FROM {name} WHERE {plausible(_WHEN[name])}"
    ).fetchone()
    return row[0] if row else None


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"

"""Periods of history: which are complete, which comes before and after."""

from datetime import date, timedelta
from typing import Literal

import pandas as pd

from planning_engine.data.calendars import add_months, first_open_month
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem

Bucket = Literal["day", "week", "month", "quarter"]
_PANDAS = {"day": "D", "week": "W-MON", "month": "MS", "quarter": "QS"}


@remember(size=16)
def complete_periods(snapshot: Snapshot, bucket: Bucket = "month") -> tuple[date, ...]:
    """Return the periods that the sales cover and that are over, earliest first.

    Raises:
        DataProblem: No period is complete yet.
    """
    snapshot.require("sales", to="look at demand")
    span = snapshot.query(
        f"SELECT min(date_trunc('{bucket}', date)) AS first, "
        f"max(date_trunc('{bucket}', date)) AS last FROM sales WHERE date <= $as_of",
        {"as_of": snapshot.company.as_of},
    )
    if span["first"].isna().all():
        raise DataProblem("There are no sales up to the date the data speaks for.")
    last = min(span["last"][0].date(), before(first_open(snapshot.company.as_of, bucket), bucket))
    periods = pd.date_range(span["first"][0], last, freq=_PANDAS[bucket])
    if not len(periods):
        raise DataProblem(f"No {bucket} of sales is complete by {snapshot.company.as_of}.")
    return tuple(period.date() for period in periods)


def first_open(as_of: date, bucket: Bucket) -> date:
    """Return the first day of the first period that is not over on `as_of`."""
    if bucket == "month":
        return first_open_month(as_of)
    following = as_of + timedelta(days=1)
    if bucket == "day":
        return following
    if bucket == "week":
        return following - timedelta(days=following.weekday())
    return following.replace(month=(following.month - 1) // 3 * 3 + 1, day=1)


def before(period: date, bucket: Bucket) -> date:
    """Return the first day of the period before."""
    return ahead(period, bucket, -1)


def ahead(period: date, bucket: Bucket, count: int) -> date:
    """Return the first day of the period `count` periods later."""
    if bucket in ("day", "week"):
        return period + timedelta(days=count * (7 if bucket == "week" else 1))
    return add_months(period, count * (3 if bucket == "quarter" else 1))

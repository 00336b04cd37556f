"""What levers on hours and yields do to calendars and routings."""

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.columns import conform
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot
from planning_engine.lever_effects.effect import Effect, Pull, Span, matching
from planning_engine.levers import (
    CalendarLever,
    CapacityLever,
    OvertimeLever,
    ResourceOutLever,
    YieldLever,
)
from planning_engine.levers.capacity import Weekday

_WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


def capacity(snapshot: Snapshot, lever: CapacityLever, span: Span) -> Pull:
    """Scale or add regular hours."""

    def change(hours: pd.Series) -> pd.Series:
        if lever.percent is not None:
            return hours * (1 + lever.percent / 100)
        total = float(hours.sum())
        if total > 0:
            return (hours * (1 + (lever.hours or 0.0) / total)).clip(lower=0)
        # No working day in the month: the hours are put on its first day.
        added = pd.Series(0.0, index=hours.index)
        added.iloc[0] = max(0.0, lever.hours or 0.0)
        return added

    return _calendar(snapshot, lever, span, change, overtime=False)


def resource_out(snapshot: Snapshot, lever: ResourceOutLever, span: Span) -> Pull:
    """Take all hours and overtime away."""
    return _calendar(snapshot, lever, span, lambda hours: hours * 0.0, overtime=True)


def _calendar(
    snapshot: Snapshot,
    lever: CapacityLever | ResourceOutLever,
    span: Span,
    change: Callable[[pd.Series], pd.Series],
    *,
    overtime: bool,
) -> Pull:
    snapshot.require("calendars", "resources", to="change capacity")
    days = snapshot.frame("calendars")
    dates = pd.to_datetime(days["date"])
    before = after = 0.0
    touched = 0
    for month in span:
        inside = (days["resource"] == lever.resource) & _within(dates, month)
        if not inside.any():
            continue
        touched += int(inside.sum())
        before += float(days.loc[inside, "hours"].sum())
        days.loc[inside, "hours"] = change(days.loc[inside, "hours"])
        after += float(days.loc[inside, "hours"].sum())
        if overtime:
            days.loc[inside, "overtime_hours"] = change(days.loc[inside, "overtime_hours"])
    effect = Effect(lever, "hours", before, after, touched)
    return Pull(effect, {"calendars": days} if touched else {})


def overtime(snapshot: Snapshot, lever: OvertimeLever, span: Span) -> Pull:
    """Allow so many overtime hours a month, spread over the days as the regular hours are."""
    snapshot.require("calendars", "resources", to="change overtime")
    days = snapshot.frame("calendars")
    dates = pd.to_datetime(days["date"])
    before = after = 0.0
    touched = 0
    for month in span:
        inside = (days["resource"] == lever.resource) & _within(dates, month)
        if not inside.any():
            continue
        touched += int(inside.sum())
        before += float(days.loc[inside, "overtime_hours"].fillna(0).sum())
        regular = days.loc[inside, "hours"]
        total = float(regular.sum())
        share = regular / total if total > 0 else pd.Series(1 / inside.sum(), index=regular.index)
        days.loc[inside, "overtime_hours"] = share * lever.hours
        after += lever.hours
    effect = Effect(lever, "overtime", before, after, touched)
    return Pull(effect, {"calendars": days} if touched else {})


def calendar(snapshot: Snapshot, lever: CalendarLever, span: Span) -> Pull:
    """Set or add hours on the days named; a closed day has no overtime either."""
    snapshot.require("calendars", "resources", to="change working days")
    days = _with_days(snapshot, lever)
    dates = pd.to_datetime(days["date"])
    hit = dates.between(pd.Timestamp(lever.first_day), pd.Timestamp(lever.last_day))
    hit &= days["resource"].isin(_resources(snapshot, lever))
    if lever.weekdays:
        hit &= dates.dt.weekday.isin([_WEEKDAYS.index(name) for name in lever.weekdays])
    elif lever.add_hours is not None or lever.hours:
        hit &= days["hours"] > 0
    old = days.loc[hit, "hours"]
    new = old + lever.add_hours if lever.add_hours is not None else old * 0 + (lever.hours or 0.0)
    days.loc[hit, "hours"] = new.clip(lower=0, upper=24)
    if lever.hours == 0:
        days.loc[hit, "overtime_hours"] = 0.0
    after = float(days.loc[hit, "hours"].sum())
    effect = Effect(lever, "hours", float(old.sum()), after, int(hit.sum()))
    return Pull(effect, {"calendars": days} if hit.any() else {})


def _with_days(snapshot: Snapshot, lever: CalendarLever) -> pd.DataFrame:
    """Return the calendar with a row for each weekday that is to be worked and has none."""
    days = snapshot.frame("calendars")
    if not lever.weekdays:
        return days
    known = set(zip(days["resource"], pd.to_datetime(days["date"]).dt.date, strict=True))
    count = (lever.last_day - lever.first_day).days + 1
    span = [lever.first_day + timedelta(days=step) for step in range(count)]
    worked = [day for day in span if _WEEKDAYS[day.weekday()] in lever.weekdays]
    missing = [
        {"resource": name, "date": day, "hours": 0.0}
        for name in _resources(snapshot, lever)
        for day in worked
        if (name, day) not in known
    ]
    if not missing:
        return days
    table = TABLES["calendars"]
    parts = [conform(table, days), conform(table, pd.DataFrame(missing))]
    return pd.concat(parts, ignore_index=True)


def _resources(snapshot: Snapshot, lever: CalendarLever) -> list[str]:
    rows = snapshot.rows("SELECT resource, site FROM resources ORDER BY 1")
    return [
        name for name, site in rows if lever.resource in (None, name) and lever.site in (None, site)
    ]


def _within(dates: pd.Series, month: date) -> pd.Series:
    return (dates >= pd.Timestamp(month)) & (dates < pd.Timestamp(add_months(month, 1)))


def yields(snapshot: Snapshot, lever: YieldLever, span: Span) -> Pull:
    """Set the share of good output of routings; a missing one was 100 %."""
    snapshot.require("routings", to="change a yield")
    routings = snapshot.frame("routings")
    hit = matching(routings, product=lever.product, resource=lever.resource)
    before = 100 * float(routings.loc[hit, "yield_rate"].fillna(1.0).mean()) if hit.any() else 0.0
    routings.loc[hit, "yield_rate"] = lever.percent / 100
    effect = Effect(lever, "yield", before, lever.percent, int(hit.sum()))
    return Pull(effect, {"routings": routings} if hit.any() else {})

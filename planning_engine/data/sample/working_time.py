"""Calendars of the demo company: shifts by season, weekends, holidays, a shutdown week."""

from datetime import date, timedelta

import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.sample.network import LINES, PLANT_OF_LINE, POOLS
from planning_engine.data.sample.timeline import HORIZON_MONTHS, PLAN_START, STOCK_MONTHS

_EASTER = {
    2024: date(2024, 3, 31),
    2025: date(2025, 4, 20),
    2026: date(2026, 4, 5),
    2027: date(2027, 3, 28),
    2028: date(2028, 4, 16),
}
_FIXED = ((1, 1), (1, 6), (5, 1), (10, 3), (12, 25), (12, 26))
_SHUTDOWNS = {year: day for year, day in ((2025, 4), (2026, 3), (2027, 2))}
# Hours of a working day, January to December: two shifts, more crews towards summer.
_DAY_HOURS = {
    "L1": (16, 16, 16, 18, 21, 22, 22, 20, 17, 16, 16, 16),
    "L2": (16, 16, 16, 17, 21, 20, 20, 19, 16, 16, 16, 16),
    "L3": (16, 16, 16, 18, 20, 19, 19, 19, 16, 16, 16, 16),
    "L4": (16, 16, 16, 17, 22, 21, 20, 24, 17, 16, 16, 16),
    "L5": (19, 16, 16, 15, 17, 15, 15, 18, 15, 15, 16, 17),
    "L6": (16, 16, 16, 16, 19, 17, 17, 22, 16, 16, 16, 16),
}
# People of a pool for each open line, on average.
_CREW = {"LAB-P1": 4.0, "LAB-P2": 3.5}


def holidays(year: int) -> frozenset[date]:
    """Return the public holidays on which no plant works."""
    easter = _EASTER[year]
    moving = {easter + timedelta(days=days) for days in (-2, 1, 39, 50)}
    return frozenset(moving | {date(year, month, day) for month, day in _FIXED})


def is_shut(plant: str, day: date) -> bool:
    """Tell whether a plant stands still for its summer week, Monday to Sunday in August."""
    first = _SHUTDOWNS.get(day.year)
    return (
        plant == "P2"
        and first is not None
        and (date(day.year, 8, first) <= day <= date(day.year, 8, first + 6))
    )


def line_hours(line: str, day: date) -> float:
    """Return the regular hours of a line on a day; weekends have none."""
    if day.weekday() >= 5 or day in holidays(day.year) or is_shut(PLANT_OF_LINE[line], day):
        return 0.0
    hours = float(_DAY_HOURS[line][day.month - 1])
    return hours / 2 if (day.month, day.day) in ((12, 24), (12, 31)) else hours


def calendars() -> pd.DataFrame:
    """Return hours and allowed overtime of every line and pool, day by day."""
    first, last = add_months(PLAN_START, -STOCK_MONTHS), add_months(PLAN_START, HORIZON_MONTHS)
    days = [first + timedelta(days=step) for step in range((last - first).days)]
    rows: list[tuple[str, date, float, float]] = []
    for day in days:
        hours = {line.id: line_hours(line.id, day) for line in LINES}
        rows += [(line, day, value, _overtime(day, value)) for line, value in hours.items()]
        for pool, _, plant, _, _ in POOLS:
            open_hours = sum(v for line, v in hours.items() if PLANT_OF_LINE[line] == plant)
            crew = round(open_hours * _CREW[pool], 1)
            rows.append((pool, day, crew, round(crew * 0.125, 1)))
    return pd.DataFrame(rows, columns=["resource", "date", "hours", "overtime_hours"])


def _overtime(day: date, hours: float) -> float:
    if day.weekday() == 5 and hours == 0.0 and day not in holidays(day.year):
        return 8.0
    return 2.0 if hours else 0.0

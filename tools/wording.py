"""Figures as words: one way to write a quantity, a percent, money, a month or a list."""

from collections.abc import Sequence
from datetime import date

_PLURALS = frozenset(
    "case unit piece box bottle pallet litre tonne crate keg pack can carton day hour month line "
    "receipt decision revision turn lot".split()
)
_SHORT_CURRENCY = 3


def figure(value: float, unit: str | None) -> str:
    """Return a figure with its unit, rounded as a planner reads it.

    Example:
        >>> figure(1234567.8, "EUR"), figure(-8.15, "%"), figure(1.0, "case")
        ('EUR 1,234,568', '-8.2 %', '1 case')
    """
    if unit == "%":
        return f"{_number(value, 1)} %"
    if unit == "pp":
        return f"{_number(value, 1)} percentage points"
    if unit in (None, "1"):
        return _number(value, 2)
    if len(unit) == _SHORT_CURRENCY and unit.isupper():
        return f"{unit} {_number(value, 0)}"
    decimals = 1 if unit in ("days", "hours", "day", "hour") and value % 1 else 0
    return f"{_number(value, decimals)} {_unit(round(value, decimals), unit)}"


def month(value: date) -> str:
    """Return a month in words: `March 2027`."""
    return f"{value:%B %Y}"


def day(value: date) -> str:
    """Return a day in words: `14 March 2027`."""
    return f"{value.day} {value:%B %Y}"


def period(start: date, end: date) -> str:
    """Return a stretch of months: `in March 2027` or `from March 2027 to May 2027`."""
    if start == end:
        return f"in {month(start)}"
    return f"from {month(start)} to {month(end)}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return names as a list: `A, B and C`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def _number(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def plural(noun: str, count: float) -> str:
    """Return a noun for a count: `family` for 1, `families` for more."""
    if count == 1:
        return noun
    if noun.endswith("y") and noun[-2] not in "aeo":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith("x") else f"{noun}s"


def _unit(value: float, unit: str) -> str:
    word = unit.removesuffix("s") if unit.removesuffix("s") in _PLURALS else unit
    return plural(word, value) if word in _PLURALS else word

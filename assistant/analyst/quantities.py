"""Percentages, hours, durations and counts in a question."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.analyst.periods import MONTHS, Clock

_NUMBER = r"(\d+(?:[.,]\d+)*)"
_DAYS_OF = {"day": 1, "week": 7, "month": 30, "fortnight": 14}


@dataclass(frozen=True)
class Quantity:
    """A number with its unit: percent, hours, days, units; `value` is never negative."""

    start: int
    end: int
    unit: str
    value: float


_PATTERNS: tuple[tuple[str, str], ...] = (
    (rf"{_NUMBER} ?(?:%|percent|per cent|pct|percentage points?)", "percent"),
    (
        (
            rf"{_NUMBER} ?(?:more |extra |additional |fewer |less |overtime |working |"
            rf"free )*(?:hours?|hrs?|h)\b"
        ),
        "hours",
    ),
    (rf"{_NUMBER} ?(?:more |extra |working |calendar |additional )?days?\b", "days"),
    (rf"{_NUMBER} ?(?:more |extra )?weeks?\b", "weeks"),
    (rf"{_NUMBER} ?(?:more |extra )?months?\b", "months"),
    (
        rf"{_NUMBER} ?(k )?(?:more |extra |additional |fewer |less )?"
        r"(?:units?|cases?|pieces?|pcs|boxes|pallets?|kg|tons?|tonnes?|litres?|liters?|bottles?)\b",
        "units",
    ),
)
_WORDED = (
    (r"\bdoubl(?:e|es|ed|ing)\b|\btwice (?:the|as much|as many)\b", "percent", 100.0),
    (r"\btripl(?:e|es|ed|ing)\b|\b3 times\b", "percent", 200.0),
    (r"\bhal(?:ve|ves|ved|ving)\b|\b(?:falls?|drops?|goes down|cut) (?:by|in|to) (?:a )?half\b",
     "percent", 50.0),
    (r"\b(?:by )?(?:a|one) (?:third)\b", "percent", 100 / 3),
    (r"\b(?:by )?(?:a|one) tenth\b", "percent", 10.0),
    (r"\b(?:by )?(?:a|one) fifth\b", "percent", 20.0),
    (r"\ba quarter (?:more|less|higher|lower|fewer|of (?:its|the|our))\b|\bby (?:a|one) quarter\b",
     "percent", 25.0),
    (
        r"\bhalf (?:of )?(?:its|the|our) (?:hours|capacity|demand|sales|volume)\b|\bby half\b",
        "percent",
        50.0,
    ),
    (r"\b(?:an?|one) (?:additional |extra |full |whole |further )?day\b", "days", 1.0),
    (r"\b(?:an?|one|another) (?:additional |extra |full |whole |further )?week\b", "weeks", 1.0),
    (r"\b(?:an?|one|another) (?:additional |extra |full |whole |further )?month\b", "months", 1.0),
    (r"\b(?:a|an|one|another) (?:whole )?fortnight\b|\bfortnight\b", "weeks", 2.0),
    (r"\b(?:a )?couple of days\b", "days", 2.0),
    (r"\b(?:a )?couple of weeks\b", "weeks", 2.0),
)  # fmt: skip
_NUMBERED_UNITS = "two|three|four|five|six|seven|eight|nine|ten|twelve"


def number(words: str) -> float:
    """Return the number that digits write, with either kind of decimal mark.

    Example:
        >>> number("1,500"), number("2,5"), number("0.5")
        (1500.0, 2.5, 0.5)
    """
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", words):
        return float(words.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", words):
        return float(words.replace(".", ""))
    return float(words.replace(",", ".")) if words.count(",") + words.count(".") < 2 else 0.0


def read_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities in a cleaned question, in order, none overlapping."""
    found: list[Quantity] = []
    lowered = text.lower()
    for pattern, unit in _PATTERNS:
        for match in re.finditer(rf"(?<![\w.,]){pattern}", lowered):
            value = number(match[1]) * (1000 if unit == "units" and match[2] else 1)
            _keep(found, Quantity(match.start(), match.end(), unit, value))
    for pattern, unit, value in _WORDED:
        for match in re.finditer(pattern, lowered):
            _keep(found, Quantity(match.start(), match.end(), unit, value))
    return tuple(sorted(found, key=lambda quantity: quantity.start))


def _keep(found: list[Quantity], quantity: Quantity) -> None:
    if not any(quantity.start < q.end and q.start < quantity.end for q in found):
        found.append(quantity)


def days(quantity: Quantity) -> float:
    """Return a duration in days: a week has 7, a month 30."""
    return quantity.value * {"days": 1, "weeks": 7, "months": 30}.get(quantity.unit, 1)


_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?({'|'.join(m[:3] + r'[a-z]*' for m in MONTHS)})"
    r"\.?,?(?: (\d{4}))?\b",
    re.I,
)
_MONTH_FIRST = re.compile(
    rf"\b({'|'.join(m[:3] + r'[a-z]*' for m in MONTHS)})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b"
    r"(?!\s*%)(?:,? (\d{4}))?\b",
    re.I,
)
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})\b")


def read_day(text: str, clock: Clock) -> tuple[date, int, int] | None:
    """Return a day named in a text and its place: `15 December`, `next Friday`, `in 2 weeks`.

    A day without a year is the next one after today. Dates in figures are day first, unless
    the year comes first.
    """
    for pattern, reader in _DAY_READERS:
        match = pattern.search(text)
        if match:
            try:
                found = reader(match, clock)
            except ValueError:
                continue
            if found:
                return found, match.start(), match.end()
    return None


def _upcoming(month: int, day: int, year: str | None, clock: Clock) -> date:
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    found = date(clock.as_of.year, month, day)
    return found if found >= clock.as_of else date(clock.as_of.year + 1, month, day)


def _month_of(word: str) -> int:
    return next(place for place, m in enumerate(MONTHS, 1) if m[:3] == word.lower()[:3])


def _end_of(match: re.Match[str], clock: Clock) -> date:
    word = match[1].lower()
    if word in ("year", "the year", "this year"):
        return date(clock.as_of.year, 12, 31)
    if "month" in word:
        month = clock.plan_start if "next" in word else clock.as_of.replace(day=1)
        month = clock.plan_start if month.month == clock.last_actual.month else month
    else:
        month = _upcoming(_month_of(word), 28, None, clock).replace(day=1)
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _weekday(match: re.Match[str], clock: Clock) -> date:
    step = (_WEEKDAYS.index(match[1].lower()) - clock.as_of.weekday()) % 7 or 7
    return clock.as_of + timedelta(days=step)


_DAY_READERS = (
    (_ISO, lambda m, c: date(int(m[1]), int(m[2]), int(m[3]))),
    (_DOTTED, lambda m, c: _upcoming(int(m[2]), int(m[1]), m[3], c)),
    (_DAY_FIRST, lambda m, c: _upcoming(_month_of(m[2]), int(m[1]), m[3], c)),
    (_MONTH_FIRST, lambda m, c: _upcoming(_month_of(m[1]), int(m[2]), m[3], c)),
    (
        re.compile(
            r"\b(?:the )?end of (?:the )?((?:next |this )?month|(?:this )?year|[a-z]{3,9})\b", re.I
        ),
        _end_of,
    ),
    (
        re.compile(r"\b(?:in|within) (?:the next )?(\d+) (day|week|month)s?\b", re.I),
        lambda m, c: c.as_of + timedelta(days=int(m[1]) * _DAYS_OF[m[2].lower()]),
    ),
    (
        re.compile(rf"\b(?:next |this |on |by |coming )*({'|'.join(_WEEKDAYS)})\b", re.I),
        _weekday,
    ),
    (re.compile(r"\btomorrow\b", re.I), lambda m, c: c.as_of + timedelta(days=1)),
)

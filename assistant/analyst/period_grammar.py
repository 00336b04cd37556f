"""Pieces that the wordings of months are made of, and the list of those wordings."""

import re
from collections.abc import Callable

from assistant.analyst.periods import MONTHS, Clock, Period

NUMBER = {name: place for place, name in enumerate(MONTHS, 1)}
NUMBER |= {name[:3]: place for name, place in list(NUMBER.items())} | {"sept": 9}
MONTH = (
    r"(?:january|february|march|april|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|may|jun|jul|aug|sept|sep|oct|nov|dec)\.?"
)
SEASONS = {
    "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "winter": (12, 2),
    "christmas": (12, 12), "xmas": (12, 12),
}  # fmt: skip
YEAR = r"(?:(?:of )?(?:'\d{2}|(?:19|20)\d{2}|(?:next|this|last|coming) year))"
UNITS = {"month": 1, "quarter": 3, "year": 12, "half-year": 6, "half year": 6}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3,
             "4th": 4}  # fmt: skip


def month_number(name: str) -> int:
    """Return the calendar number of a month's name or its first letters."""
    return NUMBER[name.lower().rstrip(".")]


def year_of(words: str | None, clock: Clock) -> int | None:
    """Return the year that `2027`, `'27` or `next year` names."""
    if not words:
        return None
    words = words.lower().removeprefix("of ").strip()
    if words.endswith("year"):
        step = {"next": 1, "coming": 1, "last": -1}.get(words.split()[0], 0)
        return clock.as_of.year + step
    digits = words.lstrip("'")
    return int(digits) + (2000 if len(digits) == 2 else 0)


Reader = Callable[[re.Match[str], Clock], Period | None]
PATTERNS: list[tuple[re.Pattern[str], Reader]] = []


def reads(pattern: str) -> Callable[[Reader], Reader]:
    """Declare how a wording is read; earlier ones win where they overlap."""

    def declare(function: Reader) -> Reader:
        PATTERNS.append((re.compile(pattern, re.I), function))
        return function

    return declare


def at(match: re.Match[str], **values: object) -> Period:
    """Return a period at the place of a match."""
    return Period(match.start(), match.end(), **values)  # type: ignore[arg-type]  # named above


DEF = rf"(?:{MONTH})"
RANGE_WORD = r"(?:\s*(?:-|to|till|until|through|thru|up to)\s*|\s+and\s+)"

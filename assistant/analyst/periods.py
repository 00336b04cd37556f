"""Months as people say them: read from a text, then placed in the past or the plan."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from planning_engine.data.calendars import add_months, first_open_month, months_between

Direction = Literal["past", "future"]

MONTHS = (
    "january february march april may june july august september october november december".split()
)
_NUMBER = {name: place for place, name in enumerate(MONTHS, 1)}
_NUMBER |= {name[:3]: place for name, place in list(_NUMBER.items())} | {"sept": 9}
_MONTH = (
    r"(?:january|february|march|april|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|may|jun|jul|aug|sept|sep|oct|nov|dec)\.?"
)
_SEASONS = {
    "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "winter": (12, 2),
    "christmas": (12, 12), "xmas": (12, 12),
}  # fmt: skip
_YEAR = r"(?:(?:of )?(?:'\d{2}|(?:19|20)\d{2}|(?:next|this|last|coming) year))"
_UNITS = {"month": 1, "quarter": 3, "year": 12, "half-year": 6, "half year": 6}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3,
             "4th": 4}  # fmt: skip


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
            start = _with_month(clock.plan_start, first)
            if length and add_months(start, -12 + length) >= clock.plan_start:
                start = add_months(start, -12)
                begin = max(start, clock.plan_start)
                return begin, add_months(start, length)
            return add_months(start, 12 * self.shift_years), add_months(
                start, 12 * self.shift_years + length
            )
        end = add_months(_with_month(add_months(clock.last_actual, 1), last), -12)
        if end > clock.last_actual:
            end = add_months(end, -12)
        end = add_months(end, 12 * self.shift_years)
        return add_months(end, -length), end


def _with_month(not_before: date, month: int) -> date:
    """Return the first month start of that calendar month, not before a date."""
    return add_months(not_before, (month - not_before.month) % 12)


def _month_number(name: str) -> int:
    return _NUMBER[name.lower().rstrip(".")]


def _year(words: str | None, clock: Clock) -> int | None:
    """Return the year that `2027`, `'27` or `next year` names."""
    if not words:
        return None
    words = words.lower().removeprefix("of ").strip()
    if words.endswith("year"):
        step = {"next": 1, "coming": 1, "last": -1}.get(words.split()[0], 0)
        return clock.as_of.year + step
    digits = words.lstrip("'")
    return int(digits) + (2000 if len(digits) == 2 else 0)


_Reader = Callable[[re.Match[str], Clock], Period | None]
_patterns: list[tuple[re.Pattern[str], _Reader]] = []


def _reads(pattern: str) -> Callable[[_Reader], _Reader]:
    """Declare how a wording is read; earlier ones win where they overlap."""

    def declare(function: _Reader) -> _Reader:
        _patterns.append((re.compile(pattern, re.I), function))
        return function

    return declare


def _at(match: re.Match[str], **values: object) -> Period:
    return Period(match.start(), match.end(), **values)  # type: ignore[arg-type]  # named above


_DEF = rf"(?:{_MONTH})"
_RANGE_WORD = r"(?:\s*(?:-|to|till|until|through|thru|up to)\s*|\s+and\s+)"


@_reads(
    rf"\b(?:between |from )?({_DEF})\s*({_YEAR})?{_RANGE_WORD}({_DEF})\b\s*({_YEAR}|\d{{2}}(?!\d|\s*[%a-z]))?"
)
def _month_to_month(m: re.Match[str], clock: Clock) -> Period | None:
    if "and" in m[0].lower().split() and not m[0].lower().startswith("between"):
        first, last = _month_number(m[1]), _month_number(m[3])
        if (last - first) % 12 != 1:
            return None
    first, last = _month_number(m[1]), _month_number(m[3])
    end_year = _year(m[4], clock)
    start_year = _year(m[2], clock) or (end_year - (1 if last < first else 0) if end_year else None)
    if start_year is None:
        return _at(m, months=(first, last))
    start = date(start_year, first, 1)
    return _at(m, span=(start, add_months(start, (last - first) % 12)))


@_reads(r"\b((?:19|20)\d{2})[-/](0?[1-9]|1[0-2])(?:[-/]\d{1,2})?\b")
def _iso_month(m: re.Match[str], clock: Clock) -> Period:
    month = date(int(m[1]), int(m[2]), 1)
    return _at(m, span=(month, month))


@_reads(r"\b(0?[1-9]|1[0-2])[/.]((?:19|20)\d{2})\b")
def _slash_month(m: re.Match[str], clock: Clock) -> Period:
    month = date(int(m[2]), int(m[1]), 1)
    return _at(m, span=(month, month))


@_reads(
    rf"\b(since|from|starting(?: in| from)?|beginning(?: in)?|as of|until|till|up to|through|by|"
    rf"before|after)"
    rf"(?: the)?(?: (?:start|beginning|end) of)? (last |next |this )?({_DEF})\b"
    rf"\s*({_YEAR}|\d{{2}}(?!\d|\s*[%a-z]))?(\s+on(?:wards?)?\b)?"
)
def _bounded(m: re.Match[str], clock: Clock) -> Period | None:
    word, month = m[1].lower().split()[0], _month_number(m[3])
    year = _year(m[4], clock)
    fixed = date(year, month, 1) if year else None
    if word in ("since",):
        start = fixed or _before(clock, month)
        return _at(m, span=(start, None), leans="past")
    if word in ("from", "starting", "beginning", "as", "after"):
        start = fixed or _with_month(clock.plan_start, month)
        start = add_months(start, 1) if word == "after" else start
        return _at(m, span=(start, None), leans="past" if start < clock.plan_start else "future")
    end = fixed or _with_month(clock.plan_start, month)
    end = add_months(end, -1) if word == "before" else end
    return _at(m, span=(None, end))


def _before(clock: Clock, month: int) -> date:
    start = _with_month(clock.plan_start, month)
    return start if start <= clock.last_actual else add_months(start, -12)


@_reads(
    rf"\b(?:(last|next|this|past|previous|coming) )?({_DEF})\b(?:,? ?({_YEAR})|[ -](\d{{2}})(?![\d:]|\s*(?:%|percent|cases?|units?|hours?|days?|h\b|pieces?|st|nd|th)))?"
)
def _month_named(m: re.Match[str], clock: Clock) -> Period | None:
    if m[2].lower() == "may" and not _is_may(m):
        return None
    if m[2].lower() in ("mar", "dec", "sep", "jan", "jun") and m.string[m.end() :][:1] == "-":
        return None
    short = f"'{m[4]}" if m[4] and abs(int(m[4]) - clock.as_of.year % 100) <= 8 else None
    month, year = _month_number(m[2]), _year(m[3] or short, clock)
    if year:
        start = date(year, month, 1)
        return _at(m, span=(start, start))
    which = (m[1] or "").lower()
    if which in ("last", "past", "previous"):
        start = _before(clock, month)
        return _at(m, span=(start, start), leans="past")
    if which in ("next", "coming"):
        start = _with_month(clock.plan_start, month)
        return _at(m, span=(start, start), leans="future")
    return _at(m, months=(month, month))


def _is_may(m: re.Match[str]) -> bool:
    """Tell the month from the verb: "in May", "May 2027", a capital inside a sentence."""
    before, after = m.string[: m.start(2)].lower(), m.string[m.end() :].lower()
    if (
        m[1]
        or m[3]
        or re.search(r"\b(in|for|of|by|since|until|till|and|to|from|during|is)\s$", before)
    ):
        return not re.match(r"\s+(i|we|you|be|have|need|also)\b", after)
    return m[2][0] == "M" and m.start() > 0 or re.fullmatch(r"[\s?.!,]*", after) is not None


@_reads(
    rf"\b(?:(last|next|this|coming|previous|the) )?(?:q ?([1-4])|([1-4]) ?q|(first|second|third|fourth|1st|2nd|3rd|4th) quarter|quarter ([1-4]))(?:[ /-]?({_YEAR}|\d{{2}}(?!\d|\s*[%a-z])))?\b"
)
def _quarter(m: re.Match[str], clock: Clock) -> Period:
    number = int(m[2] or m[3] or m[5] or _ORDINALS[m[4].lower()])
    first = (clock.fiscal_start - 1 + 3 * (number - 1)) % 12 + 1
    return _part_of_year(m, first, 3, m[6], clock)


@_reads(
    rf"\b(?:h ?([12])|(first|second|1st|2nd) half)(?:[ /-]?(?:of )?({_YEAR}|the year|\d{{2}}(?!\d|\s*[%a-z])))?\b"
)
def _half(m: re.Match[str], clock: Clock) -> Period:
    number = int(m[1] or _ORDINALS[m[2].lower()])
    first = (clock.fiscal_start - 1 + 6 * (number - 1)) % 12 + 1
    year = None if m[3] and m[3].lower() == "the year" else m[3]
    return _part_of_year(m, first, 6, year, clock)


def _part_of_year(
    m: re.Match[str], first: int, length: int, words: str | None, clock: Clock
) -> Period:
    last = (first + length - 2) % 12 + 1
    if words and words.isdigit() and len(words) == 2:
        words = f"'{words}"
    year = _year(words, clock)
    if year is None:
        return _at(m, months=(first, last))
    start = date(
        year - (1 if first < clock.fiscal_start and clock.fiscal_start > 1 else 0), first, 1
    )
    if clock.fiscal_start > 1 and first < clock.fiscal_start:
        start = date(year, first, 1)
    return _at(m, span=(start, add_months(start, length - 1)))


@_reads(
    r"\b(?:in |over |during |for |within )?(?:the )?(?:next|coming|following|upcoming) (?:(\d{1,3}|few|couple of|several) )?(day|week|month|quarter|half[- ]year|year)s?\b(?: ahead)?"
)
def _next(m: re.Match[str], clock: Clock) -> Period:
    return _ahead(m, m[1], m[2], clock, is_next=True)


@_reads(
    r"\b(?:(\d{1,2}) (month|quarter|week|year)s? (?:ahead|out|forward|from now|to come)|(\d{1,2})[ -]month(?: (?:horizon|outlook|window|view))?(?! (?:ahead|before|lag|earlier|in)))\b"
)
def _months_ahead(m: re.Match[str], clock: Clock) -> Period:
    return _ahead(m, m[1] or m[3], m[2] or "month", clock, is_next=True)


def _ahead(
    m: re.Match[str], count: str | None, unit: str, clock: Clock, *, is_next: bool
) -> Period:
    unit = unit.lower().replace("-", " ")
    if unit in ("day", "week"):
        days = (_count(count) or 1) * (7 if unit == "week" else 1)
        length = max(1, -(-days // 30))
        fine = unit if not count else "month"
        end = add_months(clock.plan_start, length - 1)
        return _at(m, span=(clock.plan_start, end), leans="future", ahead=length, unit=fine)
    length = _UNITS[unit] * (_count(count) or 1)
    if count is None and m[0].lower().endswith("months"):
        return _at(m, leans="future")
    if count is None and unit in ("quarter", "year"):
        start = _calendar(clock, _UNITS[unit], 1)
        return _at(m, span=(start, add_months(start, length - 1)), leans="future")
    end = add_months(clock.plan_start, length - 1)
    return _at(m, span=(clock.plan_start, end), leans="future", ahead=length)


def _count(words: str | None) -> int | None:
    if not words:
        return None
    return {"few": 3, "several": 3, "couple of": 2}.get(words.lower()) or int(words)


def _calendar(clock: Clock, length: int, step: int) -> date:
    """Return the start of the quarter or fiscal year `step` from the one of today."""
    here = date(clock.as_of.year, clock.as_of.month, 1)
    since = (here.month - clock.fiscal_start) % length
    return add_months(here, -since + step * length)


@_reads(
    r"\b(?:in |over |during |for |within )?(?:the )?(?:last|past|previous|preceding|trailing|rolling|prior) (?:(\d{1,3}|few|couple of|several) )?(day|week|month|quarter|half[- ]year|year)s?\b"
)
def _last(m: re.Match[str], clock: Clock) -> Period:
    unit = m[2].lower().replace("-", " ")
    if unit in ("day", "week"):
        days = (_count(m[1]) or 1) * (7 if unit == "week" else 1)
        length = max(1, -(-days // 30))
        fine = unit if days < 28 else "month"
        start = add_months(clock.last_actual, 1 - length)
        return _at(m, span=(start, clock.last_actual), leans="past", unit=fine)
    length = _UNITS[unit] * (_count(m[1]) or 1)
    if m[1] is None and m[0].lower().endswith("months"):
        return _at(m, leans="past")
    rolling = re.search(
        r"\b(past|trailing|rolling)\b|\b(over|in|during|within|for) the last\b", m[0].lower()
    )
    if m[1] is None and unit in ("quarter", "year") and not rolling:
        start = _calendar(clock, _UNITS[unit], -1)
        return _at(m, span=(start, add_months(start, length - 1)), leans="past")
    start = add_months(clock.last_actual, 1 - length)
    return _at(m, span=(start, clock.last_actual), leans="past")


@_reads(
    r"\b(?:this|current|the current|the running) (day|week|month|quarter|year)\b|\b(so far this year|year to date|ytd|this year so far)\b|\b(today|tomorrow|yesterday|right now)\b"
)
def _this(m: re.Match[str], clock: Clock) -> Period | None:
    if m[3]:
        word = m[3].lower()
        if word in ("today", "right now"):
            return None
        leans: Direction = "future" if word == "tomorrow" else "past"
        month = clock.plan_start if leans == "future" else clock.last_actual
        return _at(m, span=(month, month), leans=leans, unit="day")
    if m[2]:
        return _at(m, span=(_calendar(clock, 12, 0), clock.last_actual), leans="past")
    unit = m[1].lower()
    here = date(clock.as_of.year, clock.as_of.month, 1)
    if unit in ("day", "week"):
        return _at(m, span=(here, here), unit=unit)
    length = _UNITS[unit]
    start = _calendar(clock, length, 0) if length > 1 else here
    return _at(m, span=(start, add_months(start, length - 1)), whole_year=length > 1)


@_reads(r"\b(?:ltm|ttm|trailing twelve months|(?:the )?(?:last|past) twelve months)\b")
def _trailing_year(m: re.Match[str], clock: Clock) -> Period:
    return _at(m, span=(add_months(clock.last_actual, -11), clock.last_actual), leans="past")


@_reads(
    r"\b(?:by |until |till |through |before )?(?:the )?(?:(rest|remainder) of (?:the|this) year|(?:year[- ]end|end of (?:the |this )?year))\b"
)
def _year_end(m: re.Match[str], clock: Clock) -> Period:
    end = add_months(clock.fiscal_year_start(clock.plan_start), 11)
    return _at(m, span=(clock.plan_start, end), leans="future")


@_reads(
    r"\b(?:in |for |during |of |calendar |over )?(?:fy ?('?\d{2}|(?:19|20)\d{2})|((?:19|20)\d{2}))\b(?![-/.]\d)"
)
def _whole_year(m: re.Match[str], clock: Clock) -> Period | None:
    digits = (m[1] or m[2]).lstrip("'")
    year = int(digits) + (2000 if len(digits) == 2 else 0)
    start = date(year, clock.fiscal_start if m[1] else 1, 1)
    span = (start, add_months(start, 11))
    return _at(m, span=span, whole_year=span[0] <= clock.as_of <= add_months(span[1], 1))


@_reads(rf"\b(last |next |this |coming |past )?({'|'.join(_SEASONS)})(?: season)?(?: ({_YEAR}))?\b")
def _season(m: re.Match[str], clock: Clock) -> Period | None:
    first, last = _SEASONS[m[2].lower()]
    year = _year(m[3], clock)
    if year:
        start = date(year, first, 1)
        return _at(m, span=(start, add_months(start, (last - first) % 12)))
    leans: Direction | None = None
    if m[1] and m[1].strip().lower() in ("last", "past"):
        leans = "past"
    if m[1] and m[1].strip().lower() in ("next", "coming"):
        leans = "future"
    return _at(m, months=(first, last), leans=leans)


@_reads(r"\b(?:(?:for|over) (\d{1,2}) months|(\d{1,2}) months)(?=\W*$|,)")
def _some_months(m: re.Match[str], clock: Clock) -> Period:
    return _at(m, count=int(m[1] or m[2]))


def read_periods(text: str, clock: Clock) -> tuple[Period, ...]:
    """Return the periods named in a cleaned text, in order, none overlapping."""
    taken: list[Period] = []
    for pattern, reader in _patterns:
        for match in pattern.finditer(text):
            if any(match.start() < p.end and p.start < match.end() for p in taken):
                continue
            period = _read(reader, match, clock)
            if period:
                taken.append(period)
    return tuple(sorted(taken, key=lambda period: period.start))


def _read(reader: _Reader, match: re.Match[str], clock: Clock) -> Period | None:
    try:
        period = reader(match, clock)
    except (ValueError, OverflowError):
        return None
    if period is None:
        return None
    while period.end > period.start and match.string[period.end - 1] in " .":
        period = replace(period, end=period.end - 1)
    return period


def months_to_cover(clock: Clock, end: date, at_most: int) -> int:
    """Return how many plan months reach a month, between 1 and `at_most`."""
    return max(1, min(at_most, months_between(clock.plan_start, end) + 1))

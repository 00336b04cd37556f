"""Months as people say them: "March", "Q2", "the last 6 months", "since July"."""

import re
from dataclasses import replace
from datetime import date

from assistant.analyst.period_grammar import (
    DEF,
    ORDINALS,
    PATTERNS,
    RANGE_WORD,
    SEASONS,
    UNITS,
    YEAR,
    Reader,
    at,
    month_number,
    reads,
    year_of,
)
from assistant.analyst.periods import Clock, Direction, Period, with_month
from planning_engine.data.calendars import add_months


@reads(
    rf"\b(?:between |from )?({DEF})\s*({YEAR})?{RANGE_WORD}({DEF})\b\s*({YEAR}|"
    rf"\d{{2}}(?!\d|\s*[%a-z]))?"
)
def _month_to_month(m: re.Match[str], clock: Clock) -> Period | None:
    if "and" in m[0].lower().split() and not m[0].lower().startswith("between"):
        first, last = month_number(m[1]), month_number(m[3])
        if (last - first) % 12 != 1:
            return None
    first, last = month_number(m[1]), month_number(m[3])
    end_year = year_of(m[4], clock)
    start_year = year_of(m[2], clock) or (
        end_year - (1 if last < first else 0) if end_year else None
    )
    if start_year is None:
        return at(m, months=(first, last))
    start = date(start_year, first, 1)
    return at(m, span=(start, add_months(start, (last - first) % 12)))


@reads(r"\b((?:19|20)\d{2})[-/](0?[1-9]|1[0-2])(?:[-/]\d{1,2})?\b")
def _iso_month(m: re.Match[str], clock: Clock) -> Period:
    month = date(int(m[1]), int(m[2]), 1)
    return at(m, span=(month, month))


@reads(r"\b(0?[1-9]|1[0-2])[/.]((?:19|20)\d{2})\b")
def _slash_month(m: re.Match[str], clock: Clock) -> Period:
    month = date(int(m[2]), int(m[1]), 1)
    return at(m, span=(month, month))


@reads(
    rf"\b(since|from|starting(?: in| from)?|beginning(?: in)?|as of|until|till|up to|through|by|"
    rf"before|after)"
    rf"(?: the)?(?: (?:start|beginning|end) of)? (last |next |this )?({DEF})\b"
    rf"\s*({YEAR}|\d{{2}}(?!\d|\s*[%a-z]))?(\s+on(?:wards?)?\b)?"
)
def _bounded(m: re.Match[str], clock: Clock) -> Period | None:
    word, month = m[1].lower().split()[0], month_number(m[3])
    year = year_of(m[4], clock)
    fixed = date(year, month, 1) if year else None
    if word in ("since",):
        start = fixed or _before(clock, month)
        return at(m, span=(start, None), leans="past")
    if word in ("from", "starting", "beginning", "as", "after"):
        start = fixed or with_month(clock.plan_start, month)
        start = add_months(start, 1) if word == "after" else start
        return at(m, span=(start, None), leans="past" if start < clock.plan_start else "future")
    end = fixed or with_month(clock.plan_start, month)
    end = add_months(end, -1) if word == "before" else end
    return at(m, span=(None, end))


def _before(clock: Clock, month: int) -> date:
    start = with_month(clock.plan_start, month)
    return start if start <= clock.last_actual else add_months(start, -12)


@reads(
    rf"\b(?:(last|next|this|past|previous|coming) )?({DEF})\b(?:,? ?({YEAR})|"
    rf"[ -](\d{{2}})(?![\d:]|\s*(?:%|percent|cases?|units?|hours?|days?|h\b|pieces?|st|nd|"
    rf"th)))?"
)
def _month_named(m: re.Match[str], clock: Clock) -> Period | None:
    if m[2].lower() == "may" and not _is_may(m):
        return None
    if m[2].lower() in ("mar", "dec", "sep", "jan", "jun") and m.string[m.end() :][:1] == "-":
        return None
    short = f"'{m[4]}" if m[4] and abs(int(m[4]) - clock.as_of.year % 100) <= 8 else None
    month, year = month_number(m[2]), year_of(m[3] or short, clock)
    if year:
        start = date(year, month, 1)
        return at(m, span=(start, start))
    which = (m[1] or "").lower()
    if which in ("last", "past", "previous"):
        start = _before(clock, month)
        return at(m, span=(start, start), leans="past")
    if which in ("next", "coming"):
        start = with_month(clock.plan_start, month)
        return at(m, span=(start, start), leans="future")
    return at(m, months=(month, month))


def _is_may(m: re.Match[str]) -> bool:
    """Tell the month from the verb: "in May", "May 2027", a capital inside a sentence."""
    before, after = m.string[: m.start(2)].lower(), m.string[m.end() :].lower()
    if (
        m[1]
        or m[3]
        or re.search(r"\b(in|for|of|by|since|until|till|and|to|from|during|is)\s$", before)
    ):
        return not re.match(r"\s+(i|we|you|be|have|need|also)\b", after)
    return (m[2][0] == "M" and m.start() > 0) or re.fullmatch(r"[\s?.!,]*", after) is not None


@reads(
    rf"\b(?:(last|next|this|coming|previous|the) )?(?:q ?([1-4])|([1-4]) ?q|(first|second|"
    rf"third|fourth|1st|2nd|3rd|4th) quarter|quarter ([1-4]))(?:[ /-]?({YEAR}|"
    rf"\d{{2}}(?!\d|\s*[%a-z])))?\b"
)
def _quarter(m: re.Match[str], clock: Clock) -> Period:
    number = int(m[2] or m[3] or m[5] or ORDINALS[m[4].lower()])
    first = (clock.fiscal_start - 1 + 3 * (number - 1)) % 12 + 1
    return _part_ofyear_of(m, first, 3, m[6], clock)


@reads(
    rf"\b(?:h ?([12])|(first|second|1st|2nd) half)(?:[ /-]?(?:of )?({YEAR}|the year|"
    rf"\d{{2}}(?!\d|\s*[%a-z])))?\b"
)
def _half(m: re.Match[str], clock: Clock) -> Period:
    number = int(m[1] or ORDINALS[m[2].lower()])
    first = (clock.fiscal_start - 1 + 6 * (number - 1)) % 12 + 1
    year = None if m[3] and m[3].lower() == "the year" else m[3]
    return _part_ofyear_of(m, first, 6, year, clock)


def _part_ofyear_of(
    m: re.Match[str], first: int, length: int, words: str | None, clock: Clock
) -> Period:
    last = (first + length - 2) % 12 + 1
    if words and words.isdigit() and len(words) == 2:
        words = f"'{words}"
    year = year_of(words, clock)
    if year is None:
        return at(m, months=(first, last))
    start = date(
        year - (1 if first < clock.fiscal_start and clock.fiscal_start > 1 else 0), first, 1
    )
    if clock.fiscal_start > 1 and first < clock.fiscal_start:
        start = date(year, first, 1)
    return at(m, span=(start, add_months(start, length - 1)))


@reads(
    r"\b(?:in |over |during |for |within )?(?:the )?(?:next|coming|following|"
    r"upcoming) (?:(\d{1,3}|few|couple of|several) )?(day|week|month|quarter|half[- ]year|"
    r"year)s?\b(?: ahead)?"
)
def _next(m: re.Match[str], clock: Clock) -> Period:
    return _ahead(m, m[1], m[2], clock, is_next=True)


@reads(
    r"\b(?:(\d{1,2}) (month|quarter|week|year)s? (?:ahead|out|forward|from now|to come)|"
    r"(\d{1,2})[ -]month(?: (?:horizon|outlook|window|view))?(?! (?:ahead|before|lag|"
    r"earlier|in)))\b"
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
        return at(m, span=(clock.plan_start, end), leans="future", ahead=length, unit=fine)
    length = UNITS[unit] * (_count(count) or 1)
    if count is None and m[0].lower().endswith("months"):
        return at(m, leans="future")
    if count is None and unit in ("quarter", "year"):
        start = _calendar(clock, UNITS[unit], 1)
        return at(m, span=(start, add_months(start, length - 1)), leans="future")
    end = add_months(clock.plan_start, length - 1)
    return at(m, span=(clock.plan_start, end), leans="future", ahead=length)


def _count(words: str | None) -> int | None:
    if not words:
        return None
    return {"few": 3, "several": 3, "couple of": 2}.get(words.lower()) or int(words)


def _calendar(clock: Clock, length: int, step: int) -> date:
    """Return the start of the quarter or fiscal year `step` from the one of today."""
    here = date(clock.as_of.year, clock.as_of.month, 1)
    since = (here.month - clock.fiscal_start) % length
    return add_months(here, -since + step * length)


@reads(
    r"\b(?:in |over |during |for |within )?(?:the )?(?:last|past|previous|preceding|"
    r"trailing|rolling|prior) (?:(\d{1,3}|few|couple of|several) )?(day|week|month|"
    r"quarter|half[- ]year|year)s?\b"
)
def _last(m: re.Match[str], clock: Clock) -> Period:
    unit = m[2].lower().replace("-", " ")
    if unit in ("day", "week"):
        days = (_count(m[1]) or 1) * (7 if unit == "week" else 1)
        length = max(1, -(-days // 30))
        fine = unit if days < 28 else "month"
        start = add_months(clock.last_actual, 1 - length)
        return at(m, span=(start, clock.last_actual), leans="past", unit=fine)
    length = UNITS[unit] * (_count(m[1]) or 1)
    if m[1] is None and m[0].lower().endswith("months"):
        return at(m, leans="past")
    rolling = re.search(
        r"\b(past|trailing|rolling)\b|\b(over|in|during|within|for) the last\b", m[0].lower()
    )
    if m[1] is None and unit in ("quarter", "year") and not rolling:
        start = _calendar(clock, UNITS[unit], -1)
        return at(m, span=(start, add_months(start, length - 1)), leans="past")
    start = add_months(clock.last_actual, 1 - length)
    return at(m, span=(start, clock.last_actual), leans="past")


@reads(
    r"\b(?:this|current|the current|the running) (day|week|month|quarter|year)\b|"
    r"\b(so far this year|year to date|ytd|this year so far)\b|\b(today|tomorrow|"
    r"yesterday|right now)\b"
)
def _this(m: re.Match[str], clock: Clock) -> Period | None:
    if m[3]:
        word = m[3].lower()
        if word in ("today", "right now"):
            return None
        leans: Direction = "future" if word == "tomorrow" else "past"
        month = clock.plan_start if leans == "future" else clock.last_actual
        return at(m, span=(month, month), leans=leans, unit="day")
    if m[2]:
        return at(m, span=(_calendar(clock, 12, 0), clock.last_actual), leans="past")
    unit = m[1].lower()
    here = date(clock.as_of.year, clock.as_of.month, 1)
    if unit in ("day", "week"):
        return at(m, span=(here, here), unit=unit)
    length = UNITS[unit]
    start = _calendar(clock, length, 0) if length > 1 else here
    return at(m, span=(start, add_months(start, length - 1)), whole_year=length > 1)


@reads(r"\b(?:ltm|ttm|trailing twelve months|(?:the )?(?:last|past) twelve months)\b")
def _trailingyear_of(m: re.Match[str], clock: Clock) -> Period:
    return at(m, span=(add_months(clock.last_actual, -11), clock.last_actual), leans="past")


@reads(
    r"\b(?:by |until |till |through |before )?(?:the )?(?:(rest|remainder) of (?:the|"
    r"this) year|(?:year[- ]end|end of (?:the |this )?year))\b"
)
def _year_end(m: re.Match[str], clock: Clock) -> Period:
    end = add_months(clock.fiscal_year_start(clock.plan_start), 11)
    return at(m, span=(clock.plan_start, end), leans="future")


@reads(rf"\b(last |next |this |coming |past )?({'|'.join(SEASONS)})(?: season)?(?: ({YEAR}))?\b")
def _season(m: re.Match[str], clock: Clock) -> Period | None:
    first, last = SEASONS[m[2].lower()]
    year = year_of(m[3], clock)
    if year:
        start = date(year, first, 1)
        return at(m, span=(start, add_months(start, (last - first) % 12)))
    leans: Direction | None = None
    if m[1] and m[1].strip().lower() in ("last", "past"):
        leans = "past"
    if m[1] and m[1].strip().lower() in ("next", "coming"):
        leans = "future"
    return at(m, months=(first, last), leans=leans)


@reads(
    r"\b(?:in |for |during |of |calendar |over )?(?:fy ?('?\d{2}|(?:19|20)\d{2})|((?:19|"
    r"20)\d{2}))\b(?![-/.]\d)"
)
def _wholeyear_of(m: re.Match[str], clock: Clock) -> Period | None:
    digits = (m[1] or m[2]).lstrip("'")
    year = int(digits) + (2000 if len(digits) == 2 else 0)
    start = date(year, clock.fiscal_start if m[1] else 1, 1)
    span = (start, add_months(start, 11))
    return at(m, span=span, whole_year=span[0] <= clock.as_of <= add_months(span[1], 1))


@reads(r"\b(?:(?:for|over) (\d{1,2}) months|(\d{1,2}) months)(?=\W*$|,)")
def _some_months(m: re.Match[str], clock: Clock) -> Period:
    return at(m, count=int(m[1] or m[2]))


def read_periods(text: str, clock: Clock) -> tuple[Period, ...]:
    """Return the periods named in a cleaned text, in order, none overlapping."""
    taken: list[Period] = []
    for pattern, reader in PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < p.end and p.start < match.end() for p in taken):
                continue
            period = _read(reader, match, clock)
            if period:
                taken.append(period)
    return tuple(sorted(taken, key=lambda period: period.start))


def _read(reader: Reader, match: re.Match[str], clock: Clock) -> Period | None:
    try:
        period = reader(match, clock)
    except (ValueError, OverflowError):
        return None
    if period is None:
        return None
    while period.end > period.start and match.string[period.end - 1] in " .":
        period = replace(period, end=period.end - 1)
    return period

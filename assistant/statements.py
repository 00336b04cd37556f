"""Reads the numbers, dates, ranks and names that a text states. Pure, no judgement."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from assistant.statement_patterns import (
    BULLET,
    CODE,
    COUNT_WORD,
    COUNTED,
    CURRENCIES,
    DATES,
    MEASURES,
    MONTHS,
    MULTIPLE,
    NUMBER,
    ORDINALS,
    PLAIN,
    RANK,
    SCALES,
    SENTENCE_END,
    UNIT_FORMS,
    WORDS,
)

Kind = Literal["number", "percent", "money", "date", "name", "count", "rank"]


@dataclass(frozen=True)
class Period:
    """A stretch of time as written: days `first` to `last`; year 1 means no year was said."""

    first: date
    last: date
    has_year: bool = True

    def holds(self, day: date) -> bool:
        """Tell whether a day, or its month and day where no year was said, lies inside."""
        if self.has_year:
            return self.first <= day <= self.last
        if self.first.day == 1 and self.last.day >= 28:
            return self.first.month <= day.month <= self.last.month
        return (day.month, day.day) == (self.first.month, self.first.day)

    @property
    def is_day(self) -> bool:
        """Tell whether it is one day."""
        return self.first == self.last


@dataclass(frozen=True)
class Statement:
    """One thing a text states, with what was read from it.

    `value` is the number in base units (1.2 million is 1200000); `step` the size of its last
    digit, so that a fact matches within half of it. `names` are kind → ids that the word
    may stand for.
    """

    start: int
    end: int
    text: str
    kind: Kind
    value: float | None = None
    step: float = 0.0
    unit: str | None = None
    signed: bool = False
    period: Period | None = None
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Vocabulary:
    """The names of a company's things, found in texts by id or by the name people use."""

    def __init__(self, names: Mapping[str, Mapping[str, str]]) -> None:
        """Index the names.

        Args:
            names: Kind → (id → the name people use).
        """
        self._ids: dict[str, dict[str, set[str]]] = {}
        for kind, entries in names.items():
            for identity, label in entries.items():
                for word in {identity, label}:
                    self._add(word, kind, identity)
            self._add_short_forms(kind, entries)
        words = sorted((word for word in self._ids if len(word) > 1), key=len, reverse=True)
        pattern = "|".join(re.escape(word) for word in words)
        self._pattern = re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])") if words else None

    def _add(self, word: str, kind: str, identity: str) -> None:
        self._ids.setdefault(word, {}).setdefault(kind, set()).add(identity)

    def _add_short_forms(self, kind: str, entries: Mapping[str, str]) -> None:
        """Let "Fizz Cola" stand for "Fizz Cola 0.33 L x24" and its sister sizes."""
        for identity, label in entries.items():
            words = label.split()
            for length in range(1, len(words)):
                short = " ".join(words[:length])
                if (length > 1 or len(short) > 4) and short[0].isupper() and short not in PLAIN:
                    self._add(short, kind, identity)

    def find(self, text: str) -> Iterable[tuple[int, int, Mapping[str, frozenset[str]]]]:
        """Yield start, end and what each name in the text may stand for; longest names win."""
        if self._pattern is None:
            return
        for match in self._pattern.finditer(text):
            kinds = self._ids[match.group()]
            yield match.start(), match.end(), {k: frozenset(ids) for k, ids in kinds.items()}


def read(text: str, vocabulary: Vocabulary) -> tuple[Statement, ...]:
    """Return everything the text states that can be right or wrong, in its order."""
    found: list[Statement] = []
    taken = [False] * (len(text) + 1)

    def keep(statement: Statement) -> None:
        if not any(taken[statement.start : statement.end]):
            taken[statement.start : statement.end] = [True] * (statement.end - statement.start)
            found.append(statement)

    for bullet in BULLET.finditer(text):
        taken[bullet.start() : bullet.end()] = [True] * (bullet.end() - bullet.start())
    for start, end, names in vocabulary.find(text):
        keep(Statement(start, end, text[start:end], "name", names=names))
    for reader in (_codes, _dates, _ranks, _numbers, _count_words, _multiples):
        for statement in reader(text):
            keep(statement)
    return tuple(sorted(found, key=lambda statement: statement.start))


def sentences(text: str) -> "Sentences":
    """Return the text's sentences as spans that places can be looked up in."""
    cuts = [0, *(match.end() for match in SENTENCE_END.finditer(text)), len(text) + 1]
    return Sentences(tuple(sorted(set(cuts))))


@dataclass(frozen=True)
class Sentences:
    """Where sentences begin."""

    cuts: tuple[int, ...]

    def around(self, place: int) -> tuple[int, int]:
        """Return start and end of the sentence that holds a place."""
        index = bisect_right(self.cuts, place)
        return self.cuts[index - 1], self.cuts[min(index, len(self.cuts) - 1)]


def unit_word(word: str) -> str | None:
    """Return the singular of a unit or counted noun, or None if it is neither."""
    lowered = word.lower().strip(".,;:()")
    for form in (lowered, lowered.removesuffix("s"), lowered.removesuffix("ies") + "y"):
        form = UNIT_FORMS.get(form, form)
        if form in MEASURES or form in COUNTED:
            return form
    return None


def _codes(text: str) -> Iterable[Statement]:
    for match in CODE.finditer(text):
        if not re.fullmatch(r"[A-Z]+-?\d{4}-\d{2}", match.group()):
            yield Statement(match.start(), match.end(), match.group(), "name")


def _dates(text: str) -> Iterable[Statement]:
    for pattern in DATES:
        for match in pattern.finditer(text):
            period = _period({k: v for k, v in match.groupdict().items() if v})
            if period:
                start = min(match.start(name) for name, part in match.groupdict().items() if part)
                yield Statement(
                    start, match.end(), text[start : match.end()], "date", period=period
                )


def _period(parts: Mapping[str, str]) -> Period | None:
    has_year = "year" in parts
    year = int(parts.get("year", 2000))
    try:
        if "quarter" in parts:
            first_month = int(parts["quarter"][1]) * 3 - 2
            return Period(date(year, first_month, 1), _month_end(year, first_month + 2), has_year)
        name = parts.get("month") or parts.get("m2")
        if name is None:
            return Period(date(year, 1, 1), date(year, 12, 31))
        month = int(name) if name.isdigit() else _month_number(name)
        if "day" in parts:
            day = date(year, month, int(parts["day"]))
            return Period(day, day, has_year)
        return Period(date(year, month, 1), _month_end(year, month), has_year)
    except ValueError:
        return None


def _month_number(name: str) -> int:
    return next(i for i, month in enumerate(MONTHS, 1) if month.startswith(name[:3]))


def _month_end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def _ranks(text: str) -> Iterable[Statement]:
    for match in RANK.finditer(text):
        digits = match["digits"] or match["rank"] or match["hash"]
        value = int(digits) if digits else ORDINALS.index(match["word"].lower()) + 2
        yield Statement(match.start(), match.end(), match.group(), "rank", float(value))


def _numbers(text: str) -> Iterable[Statement]:
    for match in NUMBER.finditer(text):
        start = match.start()
        before = text[start - 1] if start else " "
        if before.isalnum() or (before in "-./_" and start > 1 and text[start - 2].isalnum()):
            continue
        yield _number(match, text)


def _number(match: re.Match[str], text: str) -> Statement:
    digits = re.sub(r"[,\u202f\u00a0]", "", match["digits"])
    scale = SCALES.get((match["scale"] or "").lower(), 1.0)
    decimals = len(digits.partition(".")[2])
    negative = "-" in (sign := (match["sign"] or "") + (match["inner"] or "")) or "−" in sign
    value = float(digits) * scale * (-1 if negative else 1)
    step = scale * 10.0**-decimals
    currency = match["before"] or match["after"]
    unit: str | None
    kind: Kind
    if match["percent"]:
        is_points = "p" in match["percent"].lower() and "cent" not in match["percent"].lower()
        is_points = is_points or "points" in match["percent"]
        kind, unit = "percent", "pp" if is_points else "%"
    elif currency:
        kind, unit = "money", CURRENCIES.get(currency, currency)
    else:
        unit = _following_unit(text, match.end())
        kind = "count" if unit in COUNTED else "number"
    start, end = match.span()
    start += len(match.group()) - len(match.group().lstrip())
    end -= len(match.group()) - len(match.group().rstrip())
    return Statement(
        start, end, text[start:end], kind, value, step, unit, signed=bool(sign.strip())
    )


def _following_unit(text: str, end: int) -> str | None:
    match = re.match(r"[\s-]?(?:of\s+)?([A-Za-z]+)", text[end : end + 30])
    unit = unit_word(match[1]) if match else None
    if match and unit in ("day", "hour", "tonne") and len(match[1]) == 1:
        return unit if text[end : end + 2].strip() == match[1] else None
    if unit is None and match and (two := re.match(r"\s?\w+\s+([A-Za-z]+)", text[end : end + 40])):
        unit = unit_word(two[1]) if unit_word(two[1]) in COUNTED | {"hour", "day"} else None
    return unit


def _count_words(text: str) -> Iterable[Statement]:
    for match in COUNT_WORD.finditer(text):
        following = match["next"].lower()
        unit = unit_word(following)
        if unit is None and following not in ("of", "out"):
            continue
        word = match["word"].lower()
        value = 1 if word == "one" else WORDS.index(word) + 2
        yield Statement(
            match.start("word"), match.end("word"), match["word"], "count", float(value), 1.0, unit
        )


def _multiples(text: str) -> Iterable[Statement]:
    for match in MULTIPLE.finditer(text):
        yield Statement(match.start(), match.end(), match.group(), "number")

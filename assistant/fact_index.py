"""The facts of a turn's evidence, looked up by what a text says of them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from assistant.answer import Claim
from assistant.statement_patterns import COUNTED, MEASURES
from assistant.statements import Period, Statement, unit_word
from tools.evidence import Evidence, Fact

# Units that mean "just a number": a count, a ratio, a rank.
_BARE = frozenset({None, "1", "count", "rank", "index"})
_BOUNDARY = re.compile(r"^(?:start|end|from|until)|horizon|period|_(?:start|end)$", re.I)
_CHANGE = re.compile(r"change|delta|differ|gap|bias|growth|versus|effect", re.I)


@dataclass(frozen=True)
class Grounds:
    """What a statement rests on, or the problem with it."""

    source: Literal["fact", "question", "note", "none"] = "none"
    evidence: str | None = None
    fact: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class Direction:
    """Which way a sentence says that things go; both or neither are common."""

    up: bool
    down: bool


@dataclass(frozen=True)
class _Entry:
    """A fact with its place and everything it is about, the request's filters included."""

    evidence: str
    place: int | None
    fact: Fact
    about: Mapping[str, str]


class FactIndex:
    """Facts and requests of one turn."""

    def __init__(self, evidence: Sequence[Evidence], today: date) -> None:
        """Index the facts.

        Args:
            evidence: Evidence of the turn; ids are stamped.
            today: The date the data speaks for; it may always be stated.
        """
        self._evidence = evidence
        self._today = today

    @cached_property
    def _entries(self) -> tuple[_Entry, ...]:
        entries = []
        for item in self._evidence:
            asked = {key: str(value) for key, value in item.request.items()}
            filters = {key: value for key, value in asked.items() if key in _FILTERS}
            entries += [
                _Entry(item.id, place, fact, filters | dict(fact.about))
                for place, fact in enumerate(item.facts)
            ]
            entries += [_Entry(item.id, None, fact, {}) for fact in _counts(item)]
        return tuple(entries)

    def number(
        self,
        statement: Statement,
        context: Mapping[str, Sequence[Statement]],
        says: Direction,
    ) -> Grounds:
        """Find the fact that a number states.

        Args:
            statement: The number as written.
            context: Per kind of thing, the mentions the number may be about.
            says: Which way the sentence says it goes: "fell by 5" shows a fact of -5.
        """
        same_value = [entry for entry in self._entries if _shows(statement, entry.fact, says)]
        if not same_value:
            return Grounds(problem=f"no fact has the value {statement.text}")
        same_unit = [entry for entry in same_value if _unit_fits(statement, entry.fact)]
        if not same_unit:
            units = sorted({entry.fact.unit or "a count" for entry in same_value})
            return Grounds(problem=f"{statement.text} is stated in {', '.join(units)}")
        for entry in same_unit:
            if all(_fits(entry.about, kind, said) for kind, said in context.items()):
                return Grounds("fact", entry.evidence, entry.place)
        about = ", ".join(sorted({v for entry in same_unit for v in entry.about.values()}))
        return Grounds(problem=f"{statement.text} is about {about}")

    def period(self, period: Period, beside: Iterable[Claim], *, is_bound: bool) -> Grounds:
        """Find what a date rests on: a dated fact, a figure beside it, or the request.

        Args:
            period: The day, month, quarter or year that is stated.
            beside: Claims of the same sentence that are settled.
            is_bound: Whether it begins or ends a stretch ("from November to April"); only
                then may it rest on the horizon asked about.
        """
        for entry in self._entries:
            dated = isinstance(entry.fact.value, date | str)
            bound_only = _BOUNDARY.search(entry.fact.name) is not None
            if dated and _day_in(period, str(entry.fact.value)) and (is_bound or not bound_only):
                return Grounds("fact", entry.evidence, entry.place)
        for claim in beside:
            about = self._about(claim)
            if any(_day_in(period, value) for value in about.values()):
                return Grounds("fact", claim.evidence, claim.fact)
        for item in self._evidence:
            days = [value for value in _texts(item.request) if _day_in(period, value)]
            spans = {value[:7] for value in _texts(item.request) if _day(value[:10])}
            if days and (is_bound or len(spans) == 1):
                return Grounds("fact", item.id)
        if period.holds(self._today):
            return Grounds("fact")
        return Grounds(problem="no fact carries this date")

    def name(self, statement: Statement, beside: Iterable[Claim]) -> Grounds:
        """Find what a name rests on: a fact that names it, a figure beside it, the request."""
        words = {statement.text, *(name for ids in statement.names.values() for name in ids)}
        folded = {word.casefold() for word in words}
        for entry in self._entries:
            if isinstance(entry.fact.value, str) and entry.fact.value.casefold() in folded:
                return Grounds("fact", entry.evidence, entry.place)
        for claim in beside:
            if any(value.casefold() in folded for value in self._about(claim).values()):
                return Grounds("fact", claim.evidence, claim.fact)
        for item in self._evidence:
            if any(value.casefold() in folded for value in _texts(item.request)):
                return Grounds("fact", item.id)
        return Grounds(problem=f"no fact is about {statement.text}")

    def was_requested(self, statement: Statement) -> bool:
        """Tell whether a tool was given this number."""
        numbers = {abs(n) for item in self._evidence for n in _numbers(item.request)}
        return statement.value is not None and abs(statement.value) in numbers

    def _about(self, claim: Claim) -> Mapping[str, str]:
        for entry in self._entries:
            if entry.evidence == claim.evidence and entry.place == claim.fact:
                return entry.about
        return {}


_FILTERS = frozenset(
    "product family site region channel customer resource supplier start end month cycle".split()
)


def _shows(statement: Statement, fact: Fact, says: Direction) -> bool:
    """Tell whether the shown number is the fact's value, rounded to the digits shown."""
    if isinstance(fact.value, bool | str | date) or statement.value is None:
        return False
    if (statement.kind == "rank") != (fact.unit == "rank"):
        return False
    value = float(fact.value)
    if statement.kind == "percent" and fact.unit in ("1", None):
        value *= 100
    slack = statement.step / 2 + 1e-9 * max(1.0, abs(value))
    if statement.signed or value == 0:
        return abs(statement.value - value) <= slack
    if abs(statement.value - abs(value)) > slack:
        return False
    if value < 0:
        return says.down
    return not (_CHANGE.search(fact.name) and says.down and not says.up)


def _unit_fits(statement: Statement, fact: Fact) -> bool:
    unit = fact.unit
    if statement.kind == "rank":
        return True
    if statement.kind == "percent":
        return unit in ("%", "pp") or (unit in ("1", None) and statement.unit == "%")
    if statement.kind == "money":
        return unit == statement.unit
    if unit in ("%", "pp"):
        return False
    said, word = statement.unit, unit_word(unit) if unit else None
    if said is None:
        return True
    if unit in _BARE and said in COUNTED:
        return fact.name == "count" or said in fact.name.replace("ies", "y")
    return said == word or (unit in _BARE and word is None) or said not in MEASURES | COUNTED


def _fits(about: Mapping[str, str], kind: str, said: Sequence[Statement]) -> bool:
    """Tell whether a fact may be about one of the things said; silence on a kind fits."""
    if kind == "month":
        days = [day for value in about.values() if (day := _day(value))]
        if not days:
            return True
        periods = [entry.period for entry in said if entry.period]
        return any(period.holds(day) for period in periods for day in days) or _between(
            periods, days
        )
    if kind not in about:
        return True
    wanted = about[kind].casefold()
    for entry in said:
        names = {name.casefold() for name in entry.names.get(kind, ())}
        if wanted in names or wanted == entry.text.casefold():
            return True
    return False


def _between(periods: Sequence[Period], days: Sequence[date]) -> bool:
    if len(periods) < 2 or not all(period.has_year for period in periods):
        return False
    first, last = min(p.first for p in periods), max(p.last for p in periods)
    return any(first <= day <= last for day in days)


def _counts(item: Evidence) -> Iterable[Fact]:
    """Yield the counts that anyone can see in an evidence: its months, products, passages."""
    seen: dict[str, set[str]] = {}
    for fact in item.facts:
        for kind, value in fact.about.items():
            seen.setdefault(kind, set()).add(value)
    for kind, values in seen.items():
        yield Fact("count", len(values), kind)
    if item.passages:
        yield Fact("count", len(item.passages), "passage")
        yield Fact("count", len({passage.note for passage in item.passages}), "note")


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _day_in(period: Period, value: str) -> bool:
    day = _day(value[:10])
    if day is None:
        return False
    return period.first == day if period.is_day and period.has_year else period.holds(day)


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, Mapping):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)
    else:
        yield str(value)


def _numbers(value: object) -> Iterable[float]:
    for text in _texts(value):
        if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
            yield float(text)

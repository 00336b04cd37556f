"""One part of a what-if question: the names, months and quantities that one lever takes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assistant.analyst.mentions import Mention
from assistant.analyst.periods import Clock, Period
from assistant.analyst.quantities import Quantity
from assistant.analyst.signals import Signals
from assistant.analyst.vocabulary import Event, Thing, Vocabulary
from planning_engine.data.calendars import add_months

LESS = re.compile(
    r"\b(less|fewer|drop\w*|fall\w*|fell|decreas\w*|declin\w*|lower\w*|reduc\w*|minus|cut\w*|"
    r"los(e|es|ing|t)|shrink\w*|weak\w*|below|slump\w*|halv\w*|half|down|soft\w*|collaps\w*|"
    r"slow\w*|shrank|contract\w*|smaller|dip\w*|tak(e|ing) away|without)\b|(?<![\w])-\s?\d"
)
MORE = re.compile(
    r"\b(more|extra|up|rise\w*|rose|rising|increas\w*|grow\w*|grew|higher|additional|plus|surg\w*|"
    r"rais\w*|dear\w*|doubl\w*|tripl\w*|jump\w*|gain\w*|boost\w*|above|add\w*|bigger|faster|"
    r"stronger|improv\w*|climb\w*|elevat\w*|spike\w*|twice|expand\w*|uplift|exceed\w*|on top)\b"
    r"|\+\s?\d"
)


@dataclass(frozen=True)
class Levers:
    """Levers read from a question, and what is missing if one cannot be completed."""

    levers: tuple[dict[str, Any], ...] = ()
    missing: str | None = None
    note: str = ""
    mention: Mention | None = None


class Clause:
    """One part of a question, as what its lever is read from."""

    def __init__(self, span: tuple[int, int], signals: Signals, vocabulary: Vocabulary) -> None:
        start, end = span
        self._start = start
        self.text = signals.text[start:end].lower()
        self.whole = signals.text.lower()
        self.vocabulary = vocabulary
        self.clock: Clock = vocabulary.clock
        inside = [m for m in signals.mentions if start <= m.start < end]
        self.mentions: Sequence[Mention] = inside
        self.all_mentions = signals.mentions
        self.quantities = [q for q in signals.quantities if start <= q.start < end]
        periods = [p for p in signals.periods if start <= p.start < end]
        self.periods: Sequence[Period] = periods or signals.periods

    def sign(self) -> int:
        """Return -1 if the part says less, else 1."""
        less, more = LESS.search(self.text), MORE.search(self.text)
        if less and more:
            return -1 if abs(self._gap(less)) < abs(self._gap(more)) else 1
        return -1 if less else 1

    def _gap(self, match: re.Match[str]) -> int:
        """Return how far a word stands from the first quantity of the clause."""
        quantity = next((m.start() for m in re.finditer(r"\d|doubl|halv|half|twice", self.text)), 0)
        return match.start() - quantity

    def mentions_of(self, kind: str, *, everywhere: bool = False) -> list[Mention]:
        """Return the mentions of a kind, in this part or in the whole question."""
        source: Iterable[Mention] = self.all_mentions if everywhere else self.mentions
        return [m for m in source if m.of_kind(kind)]

    def mention_of(self, kind: str, *, everywhere: bool = False) -> Mention:
        """Return the first mention of a kind, narrowed to that kind."""
        mention = self.mentions_of(kind, everywhere=everywhere)[0]
        return Mention(
            mention.start, mention.end, mention.text, mention.of_kind(kind), mention.whole
        )

    def things(self, kind: str, *, everywhere: bool = False) -> tuple[Thing, ...]:
        """Return the things of a kind that are named."""
        mentions = self.mentions_of(kind, everywhere=everywhere)
        return tuple(dict.fromkeys(t for m in mentions for t in m.of_kind(kind)))

    def place(self, quantity: Quantity) -> int:
        """Return where a quantity stands in the part's text."""
        return quantity.start - self._start

    def after(self, quantity: Quantity) -> str:
        """Return the part's text after a quantity."""
        return self.text[quantity.end - self._start :]

    def before(self, mention: Mention) -> str:
        """Return the part's text before a name."""
        return self.text[: max(0, mention.start - self._start)]

    def behind(self, mention: Mention) -> str:
        """Return the part's text after a name."""
        return self.text[mention.end - self._start :]

    def months(self) -> dict[str, str]:
        """Return the lever's months, where the question gives any."""
        found: dict[str, str] = {}
        for period in self.periods[:1]:
            first, last = period.placed("future", self.clock)
            if first:
                found["start"] = max(first, self.clock.plan_start).isoformat()
            if last:
                found["end"] = last.isoformat()
        if found.get("end", "9999") < found.get("start", "0000"):
            return {}
        return found

    def touches(self, event: Event) -> bool:
        """Tell whether an event lies in the months of the part."""
        first, last = self.periods[0].placed("future", self.clock)
        first, last = first or self.clock.plan_start, last or date.max.replace(day=1)
        return event.starts_on < add_months(last, 1) and event.ends_on >= first

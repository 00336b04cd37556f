"""What can be seen in a question before its intent is known: names, months, numbers, cues."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from assistant.analyst.cues import read_cues
from assistant.analyst.measures import Measure, MeasureReader
from assistant.analyst.mentions import Matcher, Mention
from assistant.analyst.period_words import read_periods
from assistant.analyst.periods import Period
from assistant.analyst.quantities import Quantity, read_quantities
from assistant.analyst.spelling import Speller
from assistant.analyst.text import NUMBER_WORDS, clean, fold, masked, stem
from assistant.analyst.vocabulary import Vocabulary

_NUMBER_WORD = re.compile(rf"\b([^\W\d_]+) ({'|'.join(NUMBER_WORDS)})\b", re.I)
# A name in an example or a question becomes the same word for the sentence embedding.
MASKS = {
    "product": "the product",
    "family": "the product family",
    "resource": "the line",
    "site": "the site",
    "region": "the region",
    "channel": "the channel",
    "customer": "the customer",
    "supplier": "the supplier",
    "event": "the promotion",
    "person": "the manager",
}
FEATURES = (*MASKS, "kpi", "kpi_several", "past_period", "future_period", "period", "percent",
            "hours", "duration", "units", "short", "question")  # fmt: skip


@dataclass(frozen=True)
class Signals:
    """A question taken apart."""

    text: str
    mentions: tuple[Mention, ...] = ()
    measures: tuple[Measure, ...] = ()
    periods: tuple[Period, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    said: str = field(default="", compare=False)

    @cached_property
    def cues(self) -> frozenset[str]:
        """Signs of an intent in the words."""
        return read_cues(self.text)

    @cached_property
    def masked(self) -> str:
        """The question with names replaced by what they are, for the sentence embedding."""
        spans = [(m.start, m.end, MASKS[m.things[0].kind]) for m in self.mentions]
        text = masked(self.text, spans)
        return re.sub(r"\b(the|our|a) the\b", "the", re.sub(r"\bline the line\b", "the line", text))

    @cached_property
    def features(self) -> frozenset[str]:
        """Names of what was seen, as the intent model counts it."""
        seen = {kind for mention in self.mentions for kind in mention.kinds}
        if self.measures:
            seen.add("kpi" if len(self.measures[0].kpis) == 1 else "kpi_several")
        if self.periods:
            seen.add("period")
            seen |= {f"{period.leans}_period" for period in self.periods if period.leans}
        units = {"percent": "percent", "hours": "hours", "units": "units"}
        seen |= {units.get(quantity.unit, "duration") for quantity in self.quantities}
        if len(self.text.split()) <= 3:
            seen.add("short")
        if self.text.endswith("?"):
            seen.add("question")
        return frozenset(seen) | frozenset(f"cue:{name}" for name in self.cues)

    def named_spans(self) -> list[tuple[int, int]]:
        """Return the places of names, months and quantities."""
        parts: Sequence[Mention | Period | Quantity]
        parts = (*self.mentions, *self.periods, *self.quantities)
        return [(part.start, part.end) for part in parts]

    def spans(self) -> list[tuple[int, int]]:
        """Return the places of everything understood."""
        parts: Sequence[Mention | Measure | Period | Quantity] = (
            *self.mentions,
            *self.measures,
            *self.periods,
            *self.quantities,
        )
        return [(part.start, part.end) for part in parts]


class SignalReader:
    """Takes questions apart with one company's words."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.matcher = Matcher(vocabulary)
        self._speller = Speller(vocabulary.name_words)
        self._measures = MeasureReader(vocabulary.kpis)

    def read(self, question: str) -> Signals:
        """Return what can be seen in a question."""
        text = _NUMBER_WORD.sub(self._digit, self._speller.correct(clean(question)))
        return self.read_clean(text, question)

    def _digit(self, match: re.Match[str]) -> str:
        """Write "reactor two" as "reactor 2" where the company has one."""
        noun, digit = stem(fold(match[1])), NUMBER_WORDS[match[2].lower()]
        parts = self.vocabulary.parts
        shared = parts.get(noun, frozenset()) & parts.get(digit, frozenset())
        return f"{match[1]} {digit}" if shared else match[0]

    def read_clean(self, text: str, said: str = "") -> Signals:
        """Return what can be seen in a text that is cleaned and spelled already."""
        mentions = self.matcher.find(text)
        named = [(mention.start, mention.end) for mention in mentions]
        periods = tuple(
            period
            for period in read_periods(text, self.vocabulary.clock)
            if not _inside((period.start, period.end), named)
        )
        # "Energy sales" is a name and a KPI: a KPI gives way only where a name covers it all.
        measures = tuple(
            measure
            for measure in self._measures.read(text)
            if not _inside((measure.start, measure.end), named)
        )
        dated = [(period.start, period.end) for period in periods]
        quantities = tuple(
            quantity
            for quantity in read_quantities(text)
            if not _overlaps((quantity.start, quantity.end), [*named, *dated])
        )
        return Signals(text, mentions, measures, periods, quantities, said or text)


def _inside(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _overlaps(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)

"""The number firewall: every number, date and name in a text rests on a fact, or is named.

Pure: text and evidence in, claims out. A statement is grounded when it resolves to

1. a fact of this turn's evidence: same value as rounded in the text, same unit, and about
   the product, resource, month … that its sentence names;
2. the asker's own words, where the tools were given them or the sentence repeats them;
3. a passage of a note, quoted word for word or reported as said.

Anything else is unsupported, and the conversation does not send it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from assistant import sentence_cues as cues
from assistant.answer import Claim
from assistant.fact_index import FactIndex, Grounds
from assistant.statements import Period, Sentences, Statement, Vocabulary, read, sentences
from tools.evidence import Evidence, Passage


@dataclass(frozen=True)
class Grounding:
    """Every claim of a text, supported or not."""

    claims: tuple[Claim, ...]

    @property
    def unsupported(self) -> tuple[Claim, ...]:
        """Claims that rest on nothing; each says why."""
        return tuple(claim for claim in self.claims if claim.source == "none")

    @property
    def ok(self) -> bool:
        """Tell whether the text may be shown."""
        return not self.unsupported


def check(
    text: str,
    *,
    evidence: Sequence[Evidence],
    question: str,
    vocabulary: Vocabulary,
    today: date,
    passages: Sequence[Passage] = (),
) -> Grounding:
    """Trace every number, date, rank and name of a text to what it rests on.

    Args:
        text: What is about to be shown.
        evidence: The evidence of this turn.
        question: What was asked, in the asker's words.
        vocabulary: The names of the company's things.
        today: The date the data speaks for.
        passages: Notes found in this turn, besides those in the evidence.
    """
    quoted = [*passages, *(passage for entry in evidence for passage in entry.passages)]
    return _Check(
        text,
        FactIndex(evidence, today),
        question,
        vocabulary,
        " \n ".join(
            [f"{p.text} {p.title} {p.note} {p.held_on or ''}" for p in quoted] + _titles(evidence)
        ),
    ).run()


def _titles(evidence: Sequence[Evidence]) -> list[str]:
    """Return the facts that are words, such as a decision's title: they may be quoted too."""
    values = (fact.value for entry in evidence for fact in entry.facts)
    return [value for value in values if isinstance(value, str) and " " in value]


@dataclass(frozen=True)
class _Check:
    """One text being checked."""

    text: str
    facts: FactIndex
    question: str
    vocabulary: Vocabulary
    notes: str

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        return read(self.text, self.vocabulary)

    @cached_property
    def spans(self) -> Sentences:
        return sentences(self.text)

    @cached_property
    def asked(self) -> tuple[Statement, ...]:
        return read(self.question, self.vocabulary)

    @cached_property
    def noted(self) -> tuple[Statement, ...]:
        return read(self.notes, self.vocabulary)

    @cached_property
    def quotes(self) -> tuple[tuple[int, int], ...]:
        """Spans of the text that stand word for word in a note."""
        folded = _squeezed(self.notes)
        return tuple(
            match.span()
            for match in re.finditer(r'["“]([^"”]{3,}?)["”]', self.text)
            if all(_squeezed(part) in folded for part in re.split(r"…|\.\.\.", match[1]))
        )

    def run(self) -> Grounding:
        """Check figures, then dates, then names: each may rest on the ones before beside it."""
        claims: dict[int, Claim] = {}
        for kinds in (("number", "percent", "money", "count", "rank"), ("date",), ("name",)):
            for place, statement in enumerate(self.statements):
                if statement.kind in kinds:
                    is_mention = statement.kind in ("date", "name")
                    grounds = (
                        self._mention(statement, claims.values())
                        if is_mention
                        else self._figure(place, statement)
                    )
                    claims[place] = self._claim(statement, grounds)
        return Grounding(tuple(claims[place] for place in sorted(claims)))

    def _claim(self, statement: Statement, grounds: Grounds) -> Claim:
        return Claim(
            statement.start,
            statement.end,
            statement.text,
            statement.kind,
            grounds.source,
            grounds.evidence,
            grounds.fact,
            grounds.problem,
        )

    def _figure(self, place: int, statement: Statement) -> Grounds:
        if self._is_quoted(statement):
            return Grounds("note")
        sentence = self._sentence(statement)
        if statement.value is None:
            return Grounds(problem=f"no tool computed '{statement.text}'")
        says = cues.direction(self.text, self.spans.around(statement.start), statement.start)
        found = self.facts.number(statement, self._context(place, statement), says)
        if found.source != "none":
            return found
        is_limit = statement.value == 100 and cues.names_a_limit(self.text, statement.start)
        if is_limit or self._was_asked(statement, sentence):
            return Grounds("question")
        if cues.is_reported(sentence) and _stated(statement, self.noted):
            return Grounds("note")
        return found

    def _mention(self, statement: Statement, settled: Iterable[Claim]) -> Grounds:
        if self._is_quoted(statement):
            return Grounds("note")
        start, end = self.spans.around(statement.start)
        beside = [
            claim for claim in settled if claim.source == "fact" and start <= claim.start < end
        ]
        if statement.period:
            found = self.facts.period(
                statement.period,
                beside,
                is_bound=cues.ends_a_stretch(self.text, statement.start, statement.end),
            )
            asked = any(_same_period(statement.period, entry.period) for entry in self.asked)
        else:
            found = self.facts.name(statement, beside)
            asked = any(_same_name(statement, entry) for entry in self.asked)
        if found.source != "none":
            return found
        if asked:
            return Grounds("question")
        if _stated(statement, self.noted):
            return Grounds("note")
        return found

    def _context(self, place: int, statement: Statement) -> dict[str, list[Statement]]:
        """Return, per kind of thing, the mentions in the sentence that the figure may be about.

        The nearest mention before it counts, and the nearest after it when it is attached
        ("118 % in March"); "respectively" and ranges let every mention count.
        """
        start, end = self.spans.around(statement.start)
        inside = [
            (index, entry)
            for index, entry in enumerate(self.statements)
            if start <= entry.start < end and entry.kind in ("date", "name")
        ]
        loose = "respectively" in self.text[start:end]
        context: dict[str, list[Statement]] = {}
        for kind in {kind for _, entry in inside for kind in _kinds(entry)}:
            mentions = [pair for pair in inside if kind in _kinds(pair[1])]
            chosen = mentions if loose else self._nearest(place, statement, mentions)
            context[kind] = [entry for _, entry in chosen]
        return context

    def _nearest(
        self, place: int, statement: Statement, mentions: list[tuple[int, Statement]]
    ) -> list[tuple[int, Statement]]:
        after = [pair for pair in mentions if pair[0] > place]
        if after and self._is_attached(place, after[0]):
            return self._with_range(after[:1], mentions)
        before = [pair for pair in mentions if pair[0] < place]
        if before:
            return self._with_range(before[-1:], mentions)
        return self._with_range(after[:1], mentions)

    def _is_attached(self, place: int, mention: tuple[int, Statement]) -> bool:
        gap = self.text[self.statements[place].end : mention[1].start]
        figures_between = any(
            entry.kind not in ("date", "name") for entry in self.statements[place + 1 : mention[0]]
        )
        return not figures_between and cues.attaches(gap)

    def _with_range(
        self, chosen: list[tuple[int, Statement]], mentions: list[tuple[int, Statement]]
    ) -> list[tuple[int, Statement]]:
        """Add the mentions joined to the chosen one by a dash, "to", "and" or a comma."""
        grown = list(chosen)
        positions = {index: at for at, (index, _) in enumerate(mentions)}
        at = positions[chosen[0][0]]
        for step in (-1, 1):
            here = at
            while 0 <= here + step < len(mentions):
                left, right = sorted((mentions[here][1], mentions[here + step][1]), key=_start)
                gap = self.text[left.end : right.start]
                if not re.fullmatch(r"\s*(?:[-–—,]|to|and|or|through|until|, and)?\s*", gap):
                    break
                here += step
                grown.append(mentions[here])
        return grown

    def _is_quoted(self, statement: Statement) -> bool:
        return any(start <= statement.start and statement.end <= end for start, end in self.quotes)

    def _was_asked(self, statement: Statement, sentence: str) -> bool:
        if self.facts.was_requested(statement):
            return True
        return cues.repeats_the_asker(sentence) and _stated(statement, self.asked)

    def _sentence(self, statement: Statement) -> str:
        start, end = self.spans.around(statement.start)
        return self.text[start:end]


def _kinds(statement: Statement) -> Iterable[str]:
    return ("month",) if statement.period else statement.names


def _start(statement: Statement) -> int:
    return statement.start


def _stated(statement: Statement, among: Iterable[Statement]) -> bool:
    for other in among:
        if statement.period and _same_period(statement.period, other.period):
            return True
        if statement.kind == "name" and _same_name(statement, other):
            return True
        if statement.value is not None and other.value is not None:
            same_unit = statement.unit == other.unit or None in (statement.unit, other.unit)
            same_kind = (statement.kind == "percent") == (other.kind == "percent")
            if same_unit and same_kind and abs(statement.value) == abs(other.value):
                return True
    return False


def _same_period(one: Period, other: Period | None) -> bool:
    if other is None:
        return False
    if one.has_year and other.has_year:
        return other.first <= one.first and one.last <= other.last
    return (one.first.month, one.last.month) == (other.first.month, other.last.month) and (
        not (one.is_day and other.is_day) or one.first.day == other.first.day
    )


def _same_name(one: Statement, other: Statement) -> bool:
    if one.text.casefold() == other.text.casefold():
        return True
    return any(ids & other.names.get(kind, frozenset()) for kind, ids in one.names.items())


def _squeezed(text: str) -> str:
    """Return the words without line breaks, list marks and the kind of quotation marks."""
    words = re.sub(r"(?m)^\s*(?:[-*+•>]|\d{1,2}[.)])\s+", "", text)
    return re.sub(r"\s+", " ", re.sub('["“”]', "'", words)).strip().casefold()

"""A meeting note read for its minutes: what was decided, who does what, what stayed open.

Nothing is worded anew: each statement is the note's own sentence, with its lines. Messages
that a note quotes (`> …`) are other people's words and are never read as decisions.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tools.context import Note
from tools.note_blocks import ITEM, LABELLED, Span, blocks_of

_BARE = 6  # words below which a sentence needs the one before it
Kind = Literal["decision", "action", "open_point", "dissent"]

_NO_DECISION = re.compile(
    r"\bno (?:formal )?(?:decision|agreement)\b|\b(?:nothing|not) to decide\b|\bcannot decide\b|"
    r"\bnot (?:been )?(?:decided|agreed|settled)\b|\bundecided\b|\bstill open\b|\bstays open\b|"
    r"\bremains open\b|\bnobody had an answer\b|\blooke?d? at (?:it )?again\b|"
    r"\bnot reached on the agenda\b|\bnot confirmed\b|\bwithout (?:a )?decision\b",
    re.IGNORECASE,
)
_DECIDED = re.compile(
    r"\b(?:we|was|were|is|are|it was|and|meeting|everybody|all) (?:agreed|decided)\b|"
    r"\b(?:agreed|decided) (?:to|that|on|against)\b|\b(?:was|were|is|are) (?:approved|rejected)\b|"
    r"\bapproved(?: without changes)?:|\bwe (?:keep|leave|stop)\b",
    re.IGNORECASE,
)
_DISSENT = re.compile(
    r"(?<!who )\bdissent\w*|\bdisagree\w*|(?<!no )\bobject(?:s|ed|ion)\b|\boutvoted\b|"
    r"\babstain\w*|\bnot convinced\b|\bdo(?:es)? not (?:believe|like|accept|support)\b|"
    r"\bin favour\b|\bwould (?:rather (?!be)|have (?:preferred|taken))|"
    r"\b(?:was|were|is|voted) against(?! last)\b|\bgrumbl\w*",
)
_AGAINST = re.compile(r"\b(\w+) against\b")
_TASKED = re.compile(r"\b(\w+) (?:is to|has until|will(?! not)|takes it|writes it)\b")
_ONLY_ACTIONS = re.compile(r"[*_\s]*actions?[*_:\s]*", re.IGNORECASE)
_ACTIONS = re.compile(r"\b(?:actions?|next steps|to[- ]?dos?|follow[- ]ups?)\b", re.IGNORECASE)
_OPEN = re.compile(r"\bopen (?:points?|questions?|issues?)\b", re.IGNORECASE)
_DECISIONS = re.compile(r"\bdecisions?\b(?! tracker)", re.IGNORECASE)
_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_DAY = rf"(?P<day>\d{{1,2}})\.? (?P<month>{'|'.join(_MONTHS)})\b(?: (?P<year>\d{{4}}))?"
_DUE = re.compile(rf"\b(?:due|by|until|before)\b(?: on| by|:)?(?: the)? {_DAY}", re.IGNORECASE)
_ANY_DAY = re.compile(rf"(?<!since )\b{_DAY}", re.IGNORECASE)


@dataclass(frozen=True)
class Statement:
    """One sentence of a note that belongs into its minutes."""

    kind: Kind
    text: str
    first_line: int
    last_line: int
    owner: str | None = None
    due_on: date | None = None
    label: str | None = None


def statements_of(note: Note, people: Sequence[str]) -> tuple[Statement, ...]:
    """Return the statements of a note, in its order.

    Args:
        note: The note.
        people: Full names of who may own something; attendees are added.
    """
    reader = _Reader(_called([*note.attendees, *people]), note.held_on)
    found: list[Statement] = []
    before, in_actions = None, False
    for block in blocks_of(note.text):
        if is_quotation(block):
            in_actions = False
        else:
            in_actions = _in_actions(block, before, in_actions)
            found += reader.statements(block, in_actions)
        before = block
    return tuple(found)


def is_quotation(block: Span) -> bool:
    """Tell whether a block is a message by somebody else, quoted in the note."""
    return block.text.lstrip().startswith(">")


def sentences_of(block: Span) -> Iterator[Span]:
    """Yield the sentences of a block, each with its lines; table rows are sentences."""
    for match in re.finditer(
        r"\S.*?(?:(?<=[.!?])(?=\s+[A-ZÀ-Þ*“\"(a-z])|\Z|(?=\n\|))", block.text, re.S
    ):
        first = block.first_line + block.text.count("\n", 0, match.start())
        last = block.first_line + block.text.count("\n", 0, match.end())
        yield Span(first, min(last, block.last_line), match[0].strip(), block.heading)


@dataclass(frozen=True)
class _Reader:
    """Reads the blocks of one note; knows what people are called and when it was."""

    called: dict[str, str]
    held_on: date | None

    def statements(self, block: Span, in_actions: bool) -> Iterator[Statement]:
        label, is_item = LABELLED.match(block.text), ITEM.match(block.text)
        is_decision = bool(is_item and (label or _DECISIONS.search(block.heading)))
        if is_item and in_actions and not label:
            yield self._statement("action", block, listed=True)
            return
        if is_decision:
            yield self._statement("decision", block, label=label["label"] if label else None)
        before = None
        for sentence in sentences_of(block):
            for kind in self._kinds(sentence, in_actions):
                if is_decision and kind == "decision":
                    continue
                # "Dana dissents." says nothing without the sentence before it.
                is_bare = kind in ("dissent", "open_point") and len(sentence.text.split()) < _BARE
                whole = _with(before, sentence) if before and is_bare else sentence
                yield self._statement(kind, whole, listed=in_actions)
            before = sentence

    def _kinds(self, sentence: Span, in_actions: bool) -> list[Kind]:
        text = " ".join(sentence.text.split())
        if text.startswith("|"):
            is_row = in_actions and not re.match(r"\|[-\s|:]+$|\|\s*what\b", text, re.IGNORECASE)
            return ["action"] if is_row else []
        if in_actions:
            return [] if _ONLY_ACTIONS.fullmatch(text) else ["action"]
        kinds: list[Kind] = []
        if _DISSENT.search(text) or self._named(_AGAINST, text):
            kinds.append("dissent")
        if _NO_DECISION.search(text):
            kinds.append("open_point")
        elif _DECIDED.search(text):
            kinds.append("decision")
        if kinds:
            return kinds
        if _OPEN.search(sentence.heading) and not re.match(r"next (review|meeting)", text, re.I):
            return ["open_point"]
        return ["action"] if self._named(_TASKED, text) else []

    def _statement(
        self, kind: Kind, span: Span, *, listed: bool = False, label: str | None = None
    ) -> Statement:
        text = " ".join(span.text.split())
        owner = due = None
        if kind == "decision":
            owner, due = self._owner(text), _due_in(text, self.held_on, _DUE)
        elif kind == "action":
            owner = self._owner(text) or self._named(_TASKED, text) or self._first_named(text)
            due = _due_in(text, self.held_on, _ANY_DAY if listed else _DUE)
        return Statement(kind, _plain(text), span.first_line, span.last_line, owner, due, label)

    def _owner(self, text: str) -> str | None:
        said = re.search(r"\b[Oo]wner:? (\w+)", text)
        return (self._who(said[1]) or said[1]) if said else None

    def _named(self, pattern: re.Pattern[str], text: str) -> str | None:
        found = (self._who(match[1]) for match in pattern.finditer(text))
        return next((person for person in found if person), None)

    def _first_named(self, text: str) -> str | None:
        return self._named(re.compile(r"(\w+)"), text)

    def _who(self, word: str) -> str | None:
        return self.called.get(word) or self.called.get(word.casefold())


def _with(before: Span, sentence: Span) -> Span:
    text = f"{before.text} {sentence.text}"
    return Span(before.first_line, sentence.last_line, text, sentence.heading)


def _in_actions(block: Span, before: Span | None, was: bool) -> bool:
    """Tell whether a block lists actions: by its heading, or a line `Actions` above or in it."""
    if re.match(r"\s*[*_]*(?:actions?|next steps)\b[*_:]*\s*(:|\n|$)", block.text, re.IGNORECASE):
        return True
    is_headed = bool(_ACTIONS.search(block.heading))
    if ITEM.match(block.text) or block.text.lstrip().startswith("|"):
        return was or is_headed
    return is_headed and (before is None or before.heading != block.heading)


def _plain(text: str) -> str:
    """Return a statement without its list mark and the word `Actions` before it."""
    text = re.sub(r"^(?:[-*+•]|\d{1,2}[.)])\s+", "", text)
    return re.sub(r"^[*_]*actions?[*_]*:?[*_]*\s+(?=\S)", "", text, flags=re.IGNORECASE)


def _due_in(text: str, held_on: date | None, pattern: re.Pattern[str]) -> date | None:
    """Return the day a sentence says; without a year, the next such day after the meeting."""
    match = _DUE.search(text) or pattern.search(text)
    if not match:
        return None
    month = _MONTHS.index(match["month"].lower()) + 1
    years = [int(match["year"])] if match["year"] else _years(held_on)
    for year in years:
        try:
            day = date(year, month, int(match["day"]))
        except ValueError:
            continue
        if match["year"] or held_on is None or day >= held_on:
            return day
    return None


def _years(held_on: date | None) -> list[int]:
    return [held_on.year, held_on.year + 1] if held_on else []


def _called(people: Sequence[str]) -> dict[str, str]:
    """Return full names by first name and by initials; what two people share names neither."""
    by_word: dict[str, set[str]] = {}
    for person in people:
        parts = person.split()
        initials = "".join(part[0] for part in parts).upper()
        for word in (parts[0].casefold(), *([initials] if len(parts) > 1 else [])):
            by_word.setdefault(word, set()).add(person)
    return {word: full.pop() for word, full in by_word.items() if len(full) == 1}

"""Which lines of the notes were overruled later, by a decision or in so many words."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from planning_engine.cycles.decisions import Decision
from tools.context import Note
from tools.note_blocks import DECISION_LABEL, LABELLED, Span, blocks_of

_VERB = r"(?i:replac|supersed|overrul|overturn|revok|withdraw|cancel)(?:es|ed|s|ing)?"
_REPLACES = re.compile(rf"(?<!not )(?<!never )\b{_VERB}\b[^.;]{{0,80}}?\b{DECISION_LABEL}")
_REPLACED = re.compile(
    rf"\b{DECISION_LABEL} (?:is|was|has been|is now|is hereby) "
    r"(?:replaced|superseded|overruled|overturned|revoked|withdrawn|cancelled|void)\b"
)
_LINES = re.compile(
    rf"\b{_VERB}\b[^.;]{{0,60}}?(?P<note>[\w./-]+\.(?:md|txt|docx|vtt)),? "
    r"lines? (?P<first>\d+)(?: ?[-–] ?(?P<last>\d+))?"
)
_MARKED = re.compile(r"~~.+~~|\[(?:superseded|overruled|withdrawn)\b[^\]]*\]", re.IGNORECASE)

Lines = frozenset[int]


def overruled_lines(
    notes: Sequence[Note], decisions: Iterable[Decision], until: date | None = None
) -> Mapping[str, Lines]:
    """Return the overruled lines of each note, by the note's id.

    A decision in the log that another one superseded overrules its lines (those it names, or
    the item with its label). So does a later note that says `this replaces D-01`, `D-01 is
    void` or `supersedes supply-2026-08.md, lines 14-17`, and a mark in the note itself:
    `~~struck out~~` or `[superseded]`.

    Args:
        notes: All notes, also those the asker may not read: what an executive meeting
            overruled no longer holds for anybody.
        decisions: The decision log.
        until: Only what was overruled up to this day.
    """
    found: dict[str, set[int]] = defaultdict(set)
    blocks = {note.id: blocks_of(note.text) for note in notes}
    labelled = _by_label(notes, blocks)
    for note_id, lines in _by_decisions(decisions, labelled, until):
        found[note_id] |= lines
    for note in notes:
        if until and note.held_on and note.held_on > until:
            continue
        for block in blocks[note.id]:
            if _MARKED.search(block.text):
                found[note.id] |= _lines(block)
            for note_id, lines in _said(note, block, labelled):
                found[note_id] |= lines
    return {note_id: frozenset(lines) for note_id, lines in found.items()}


def _by_decisions(
    decisions: Iterable[Decision],
    labelled: Mapping[str, list[tuple[Note, Span]]],
    until: date | None,
) -> Iterator[tuple[str, set[int]]]:
    by_id = {decision.id: decision for decision in decisions}
    for decision in by_id.values():
        successor = by_id.get(decision.superseded_by or "")
        too_late = until and successor and successor.decided_on and successor.decided_on > until
        if too_late or not (decision.superseded_by or decision.status == "superseded"):
            continue
        if decision.note and decision.lines:
            first, last = decision.lines
            yield decision.note, set(range(first, last + 1))
        else:
            for note, block in labelled.get(decision.id, ()):
                yield note.id, _lines(block)


def _said(
    note: Note, block: Span, labelled: Mapping[str, list[tuple[Note, Span]]]
) -> Iterator[tuple[str, set[int]]]:
    text = re.sub(r"\s+", " ", block.text)
    for pattern in (_REPLACES, _REPLACED):
        for match in pattern.finditer(text):
            for earlier, place in labelled.get(match["label"], ()):
                if _precedes(earlier, place, note, block):
                    yield earlier.id, _lines(place)
    for match in _LINES.finditer(text):
        yield (
            match["note"],
            set(range(int(match["first"]), int(match["last"] or match["first"]) + 1)),
        )


def _precedes(earlier: Note, place: Span, note: Note, block: Span) -> bool:
    if earlier.id == note.id:
        return place.first_line < block.first_line
    return not (earlier.held_on and note.held_on) or earlier.held_on <= note.held_on


def _by_label(
    notes: Sequence[Note], blocks: Mapping[str, Sequence[Span]]
) -> dict[str, list[tuple[Note, Span]]]:
    labelled: dict[str, list[tuple[Note, Span]]] = defaultdict(list)
    for note in notes:
        for block in blocks[note.id]:
            if match := LABELLED.match(block.text):
                labelled[match["label"]].append((note, block))
    return labelled


def _lines(block: Span) -> set[int]:
    return set(range(block.first_line, block.last_line + 1))

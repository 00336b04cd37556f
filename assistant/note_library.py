"""The notes one asker may read, searched and listed; what the tools are handed."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np

from assistant.embedding import Encoder
from assistant.front_matter import meeting_name
from assistant.note_ranking import Entry, Nearest, Passages, Ranked
from assistant.overruled import Lines
from tools.context import Note, NoteFilter
from tools.evidence import Passage

# The notes answer a question if one passage resembles it clearly, or has most of its words, or
# some of both; held against questions about the demo company's notes and about other things
# (tests/assistant/test_notes_index.py keeps both kinds). Beside such a passage others are worth
# showing that have at least something of it.
_CLEARLY = 0.20  # of the way from the encoder's own limit to 1
_SOME_WORDS = 0.33
_MOST_WORDS = 0.60
_FEW_WORDS = 0.15
_NOTHING: Lines = frozenset()


class ReadableNotes:
    """Notes and passages narrowed to an asker before anything is ranked or counted."""

    def __init__(
        self,
        notes: Sequence[Note],
        passages: Passages,
        encoder: Encoder,
        overruled: Callable[[date | None], Mapping[str, Lines]],
        nearest: Nearest | None = None,
    ) -> None:
        """Wrap what may be read.

        Args:
            notes: Whole notes.
            passages: Their passages.
            encoder: Reads the questions.
            overruled: Gives the overruled lines by note, as of a day.
            nearest: Finds passages near a vector; all are compared if left out.
        """
        self._notes = tuple(notes)
        self._passages = passages
        self._encoder = encoder
        self._overruled = overruled
        self._nearest = nearest

    def notes(self, only: NoteFilter) -> Sequence[Note]:
        """Return whole notes, earliest first."""
        return tuple(note for note in self._notes if _fits(note, only))

    def search(self, query: str, only: NoteFilter, limit: int) -> Sequence[Passage]:
        """Return the passages that answer best, best first; empty if none fits."""
        fitting = {note.id for note in self._notes if _fits(note, only)}
        entries = self._passages.entries
        rows = np.array([i for i, entry in enumerate(entries) if entry.note.id in fitting], int)
        (vector,) = self._encoder.encode_queries([query])
        overruled = self._overruled(only.until)
        found: list[Passage] = []
        candidates = self._passages.rank(query, vector, rows, self._nearest)
        if not any(self._answers(ranked) for ranked in candidates):
            return ()
        for ranked in candidates:
            if ranked.cosine < self._encoder.support and ranked.share < _FEW_WORDS:
                continue
            entry = entries[ranked.row]
            lines = overruled.get(entry.note.id, _NOTHING)
            passage = _passage(entry, ranked, lines, whole=only.include_superseded)
            if passage and not any(_repeats(passage, other) for other in found):
                found.append(passage)
            if len(found) == limit:
                break
        return tuple(found)

    def _answers(self, ranked: Ranked) -> bool:
        if ranked.cosine < self._encoder.support:
            return ranked.share >= _MOST_WORDS
        clearly = ranked.cosine >= self._encoder.support + _CLEARLY * (1 - self._encoder.support)
        return clearly or ranked.share >= _SOME_WORDS


def _fits(note: Note, only: NoteFilter) -> bool:
    if only.meeting and note.meeting != meeting_name(only.meeting):
        return False
    if only.cycle and (note.cycle or (note.held_on and note.held_on.replace(day=1))) != only.cycle:
        return False
    if only.since and (not note.held_on or note.held_on < only.since):
        return False
    return not (only.until and (not note.held_on or note.held_on > only.until))


def _passage(entry: Entry, ranked: Ranked, overruled: Lines, *, whole: bool) -> Passage | None:
    """Return a passage to quote, without its overruled lines unless the whole is asked for."""
    numbers = range(entry.first_line, entry.last_line + 1)
    lines = entry.note.text.split("\n")
    spoken = [n for n in numbers if lines[n - 1].strip()]
    kept = spoken if whole else [n for n in spoken if n not in overruled]
    if not kept:
        return None
    text = entry.text
    if len(kept) < len(spoken):
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines[n - 1] for n in kept))
    return Passage(
        note=entry.note.id,
        title=entry.note.title,
        meeting=entry.note.meeting,
        held_on=entry.note.held_on,
        first_line=kept[0],
        last_line=kept[-1],
        text=text,
        superseded=2 * len(overruled.intersection(kept)) >= len(kept),
        score=round(ranked.score, 4),
    )


def _repeats(passage: Passage, other: Passage) -> bool:
    """Tell whether at least half of a passage's lines were quoted already."""
    places = [(entry.first_line, entry.last_line) for entry in (passage, other)]
    if passage.note != other.note or places[0] == places[1]:
        return passage == other
    shared = min(places[0][1], places[1][1]) - max(places[0][0], places[1][0]) + 1
    return 2 * shared >= places[0][1] - places[0][0] + 1

"""Ranks passages for a question: by its words and by its meaning, the two ranks fused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assistant.embedding import Vectors
from tools.context import Note
from tools.word_match import match_words

if TYPE_CHECKING:
    from bm25s import BM25

Rows = npt.NDArray[np.int64]
Nearest = Callable[[Vectors, Rows, int], Sequence[int]]

# Reciprocal rank fusion with the constant of Cormack, Clarke and Büttcher (SIGIR 2009).
_FUSION = 60
_CANDIDATES = 100


def read_as(title: str, heading: str, text: str) -> str:
    """Return a passage with the titles above it, as it is embedded and matched."""
    return f"{title}. {heading}\n{text}"


@dataclass(frozen=True)
class Entry:
    """A passage that can be found: its note, lines and words."""

    id: str
    note: Note
    note_seq: int
    first_line: int
    last_line: int
    text: str
    heading: str


@dataclass(frozen=True)
class Ranked:
    """A passage's place: row, fused score, cosine, and share of the question's words in it."""

    row: int
    score: float
    cosine: float
    share: float


class Passages:
    """All passages an asker may read, with what is needed to rank them."""

    def __init__(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        self.entries = tuple(entries)
        self.vectors = vectors

    def rank(
        self, question: str, vector: Vectors, rows: Rows, nearest: Nearest | None = None
    ) -> list[Ranked]:
        """Return the best passages among some rows, best first.

        Args:
            question: In words.
            vector: The question as the encoder reads it.
            rows: Which passages to look at; nothing else is ranked or counted.
            nearest: Finds the rows nearest in meaning; all are compared if left out.
        """
        if not len(rows):
            return []
        words = match_words(question)
        by_words = self._by_words(words, rows)
        by_meaning = (nearest or self.nearest)(vector, rows, _CANDIDATES)
        fused: dict[int, float] = {}
        for ranking in (by_words, by_meaning):
            for place, row in enumerate(ranking, 1):
                fused[row] = fused.get(row, 0.0) + 1 / (_FUSION + place)
        shares = self._shares(words, list(fused))
        ranked = [
            Ranked(row, score, float(self.vectors[row] @ vector), shares[row])
            for row, score in fused.items()
        ]
        return sorted(ranked, key=lambda entry: (-entry.score, entry.row))

    def nearest(self, vector: Vectors, rows: Rows, limit: int) -> list[int]:
        """Return the rows nearest to a vector, nearest first, having compared them all."""
        cosines = self.vectors[rows] @ vector
        best = np.argsort(-cosines, kind="stable")[:limit]
        return [int(row) for row in rows[best]]

    def _by_words(self, words: Sequence[str], rows: Rows) -> list[int]:
        known = [word for word in words if word in self._numbers]
        if not known:
            return []
        scores = self._index.get_scores(known)[rows]
        best = np.argsort(-scores, kind="stable")[:_CANDIDATES]
        return [int(rows[place]) for place in best if scores[place] > 0]

    def _shares(self, words: Sequence[str], rows: Sequence[int]) -> dict[int, float]:
        """Return which share of the question's words each passage has, rare ones counting more.

        A word that no note has counts as rarest: a question about what was never discussed
        has no support.
        """
        weights = {word: self._rarity(word) for word in words}
        total = sum(weights.values()) or 1.0
        return {
            row: sum(weight for word, weight in weights.items() if word in self._words[row]) / total
            for row in rows
        }

    def _rarity(self, word: str) -> float:
        count = len(self.entries)
        return float(np.log(1 + count / (1 + self._numbers.get(word, 0))))

    @cached_property
    def _tokens(self) -> list[list[str]]:
        return [
            match_words(read_as(entry.note.title, entry.heading, entry.text))
            for entry in self.entries
        ]

    @cached_property
    def _words(self) -> list[frozenset[str]]:
        return [frozenset(tokens) for tokens in self._tokens]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for words in self._words:
            for word in words:
                numbers[word] = numbers.get(word, 0) + 1
        return numbers

    @cached_property
    def _index(self) -> "BM25":
        from bm25s import BM25

        index = BM25(method="lucene")
        # An empty passage would leave bm25s without a length to divide by.
        index.index([tokens or [""] for tokens in self._tokens], show_progress=False)
        return index

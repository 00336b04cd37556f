"""Ranks passages for a question by its words and by its meaning, fused.

Both scores of a passage are lifted by those of its neighbours in the note, put on one scale
(standard scores over the candidates) and added. The candidates are the best by words and the
nearest by meaning, so that it makes no difference who finds the nearest.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
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

Scores = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Nearest = Callable[[Vectors, Rows, int], Sequence[int]]

# Chosen on 20 validation meetings of QMSum: nDCG@10 0.50 within a meeting and 0.31 over all,
# against 0.41 and 0.24 for plain BM25, 0.44 and 0.26 for reciprocal rank fusion without
# neighbours. `python -m evals.retrieval` measures on the test meetings.
_CANDIDATES = 100
_BESIDE = 0.2  # what a neighbour in the same note adds: a discussion is longer than a passage
_ASKING = frozenset(
    match_words(
        "think thought discuss discussed discussion talk meeting team opinion summarize summary "
        "agree agreed disagree suggest attitude feel reason according conclusion mention mentioned "
        "view decide decided people note notes item items topic point points"
    )
)


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


def _telling(question: str) -> list[str]:
    """Return a question's words without those that only ask; all if there are no others."""
    words = match_words(question)
    return [word for word in words if word not in _ASKING] or words


def _standard(scores: Sequence[float]) -> Scores:
    values = np.array(scores)
    standard: Scores = (values - values.mean()) / (values.std() + 1e-9)
    return standard


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
        words = _telling(question)
        by_words = self._scores(words)
        best = rows[np.argsort(-by_words[rows], kind="stable")[:_CANDIDATES]]
        near = (nearest or self.nearest)(vector, rows, _CANDIDATES)
        found = sorted({*(int(row) for row in best if by_words[row] > 0), *near})
        if not found:
            return []
        cosines = {row: float(self.vectors[row] @ vector) for row in self._with_beside(found)}
        fused = _standard([self._lifted(row, by_words) for row in found])
        fused += _standard([self._lifted(row, cosines) for row in found])
        shares = self._shares(words, found)
        ranked = [
            Ranked(row, float(score), cosines[row], shares[row])
            for row, score in zip(found, fused, strict=True)
        ]
        return sorted(ranked, key=lambda entry: (-entry.score, entry.row))

    def nearest(self, vector: Vectors, rows: Rows, limit: int) -> list[int]:
        """Return the rows nearest to a vector, nearest first, having compared them all."""
        cosines = self.vectors[rows] @ vector
        best = np.argsort(-cosines, kind="stable")[:limit]
        return [int(row) for row in rows[best]]

    def _scores(self, words: Sequence[str]) -> Scores:
        """Return the BM25 score of every passage."""
        known = [word for word in words if word in self._numbers]
        if not known:
            return np.zeros(len(self.entries))
        scores: Scores = self._index.get_scores(known).astype(np.float64)
        return scores

    def _lifted(self, row: int, scores: Scores | Mapping[int, float]) -> float:
        return float(scores[row] + _BESIDE * sum(scores[other] for other in self._beside(row)))

    def _with_beside(self, rows: Sequence[int]) -> set[int]:
        return {*rows, *(other for row in rows for other in self._beside(row))}

    def _beside(self, row: int) -> list[int]:
        """Return the passages before and after one in its note."""
        note = self.entries[row].note_seq
        around = (row - 1, row + 1)
        return [
            r for r in around if 0 <= r < len(self.entries) and self.entries[r].note_seq == note
        ]

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

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells of every index made
        index = BM25(method="lucene")
        # An empty passage would leave bm25s without a length to divide by.
        index.index([tokens or [""] for tokens in self._tokens], show_progress=False)
        return index

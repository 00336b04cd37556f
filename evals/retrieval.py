"""Does note search find the passage that answers? QMSum: real meetings, questions, spans.

Each meeting is added as a note, one turn a line, through the same door as a planner's notes, and
searched through the same library. A passage counts as a hit when it has a turn of the answer's
span; its gain is the share of its turns inside the span. Searched within the meeting (`hit5`,
`ndcg10`) and over all meetings (`pooled_…`), beside plain BM25 over the same passages.
"""

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.access import OWNER
from assistant.embedding import load_encoder
from assistant.notes_index import NotesIndex
from assistant.store.state import Store
from evals.bench import Bar, Result, arguments, cpu_seconds, finish
from tools.context import NoteFilter, NoteLibrary

_SHARED = Path(os.environ.get("SOP_SHARED", Path(__file__).parents[2] / "shared"))
_DEFAULT = _SHARED / "data" / "qmsum"
KEYS = ("hit5", "ndcg10", "pooled_hit5", "pooled_ndcg10")
_TOP = 10
_HEADER = 4  # lines of front matter before the first turn


@dataclass(frozen=True)
class Question:
    """A question about one meeting and the turns that answer it."""

    meeting: str
    text: str
    turns: frozenset[int]


@dataclass(frozen=True)
class Place:
    """A passage: turns of a meeting, both ends included."""

    meeting: str
    first: int
    last: int

    def share(self, question: Question) -> float:
        """Return which share of the passage's turns answers the question."""
        if self.meeting != question.meeting:
            return 0.0
        turns = range(self.first, self.last + 1)
        return sum(turn in question.turns for turn in turns) / len(turns)


Search = Callable[[Question, bool], Sequence[Place]]


def read_meeting(path: Path) -> tuple[bytes, list[Question]]:
    """Return a meeting as a note, and its questions with spans."""
    meeting = json.loads(path.read_text(encoding="utf-8"))
    turns = [
        f"{turn['speaker']}: {' '.join(turn['content'].split())}"
        for turn in meeting["meeting_transcripts"]
    ]
    header = ["---", f"meeting: {path.stem}", f"title: Meeting {path.stem}", "---"]
    questions = [
        Question(path.stem, asked["query"], frozenset(_span(asked["relevant_text_span"])))
        for asked in meeting["specific_query_list"]
    ]
    return "\n".join(header + turns).encode(), questions


def _span(pairs: Sequence[Sequence[str]]) -> Iterator[int]:
    for first, last in pairs:
        yield from range(int(first), int(last) + 1)


def ndcg(gains: Sequence[float], all_gains: Sequence[float]) -> float:
    """Return the discounted gain of a ranking against the best one there could be.

    Example:
        The only answer found second: 1 / log2(3) of 1 / log2(2).

        >>> round(ndcg([0, 1], [0, 1, 0]), 3)
        0.631
    """
    best = _discounted(sorted(all_gains, reverse=True)[:_TOP])
    return _discounted(gains[:_TOP]) / best if best else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def grade(
    search: Search, questions: Sequence[Question], places: Sequence[Place], *, pooled: bool
) -> tuple[float, float]:
    """Return hit@5 and nDCG@10 over the questions."""
    hits = gain = 0.0
    for question in questions:
        candidates = [p for p in places if pooled or p.meeting == question.meeting]
        gains = [place.share(question) for place in search(question, pooled)]
        hits += any(gains[:5])
        gain += ndcg(gains, [place.share(question) for place in candidates])
    return hits / len(questions), gain / len(questions)


def _ours(library: NoteLibrary) -> Search:
    def search(question: Question, pooled: bool) -> Sequence[Place]:
        only = NoteFilter(meeting=None if pooled else question.meeting)
        found = library.search(question.text, only, _TOP)
        return [_place(p.meeting, p.first_line, p.last_line) for p in found]

    return search


def _bm25(places: Sequence[Place], texts: Sequence[str]) -> Search:
    """Return plain BM25 as bm25s ships it, with its own words and English stop words."""
    import bm25s

    index = bm25s.BM25()
    index.index(
        bm25s.tokenize(list(texts), stopwords="en", show_progress=False), show_progress=False
    )

    def search(question: Question, pooled: bool) -> Sequence[Place]:
        words = bm25s.tokenize(question.text, stopwords="en", return_ids=False, show_progress=False)
        scores = index.get_scores(words[0])
        rows = [r for r, p in enumerate(places) if pooled or p.meeting == question.meeting]
        best = sorted(rows, key=lambda row: (-scores[row], row))[:_TOP]
        return [places[row] for row in best if scores[row] > 0]

    return search


def run(folder: Path, limit: int | None) -> Result:
    """Measure over the meetings of a folder laid out like QMSum's."""
    paths = sorted((folder / "test").glob("*.json"))[:limit]
    if not paths:
        raise SystemExit(f"There are no meetings in {folder / 'test'}; give their folder: --data")
    meetings = {path.stem: read_meeting(path) for path in paths}
    questions = [question for _, asked in meetings.values() for question in asked]
    notes = {f"{name}.txt": note for name, (note, _) in meetings.items()}
    started = cpu_seconds()
    with TemporaryDirectory() as home, _indexed(notes, Path(home)) as (library, passages):
        indexed, places = cpu_seconds(), list(passages)
        ours = _graded(_ours(library), questions, places)
        searched = cpu_seconds()
        plain = _graded(_bm25(places, list(passages.values())), questions, places)
    values = {
        **ours,
        "queries": len(questions),
        "passages": len(places),
        "cpu_seconds_per_passage": (indexed - started) / len(places),
        "cpu_seconds_per_search": (searched - indexed) / (2 * len(questions)),
        "bm25": plain,
    }
    rows = [
        [name, *(round(figures[key], 3) for key in KEYS)]
        for name, figures in (("BM25", plain), ("note search", ours))
    ]
    # A few meetings say too little to be held to anything.
    bars = {} if limit else {key: Bar(plain[key], at_most=False) for key in KEYS}
    return Result(values, bars, ("search", *KEYS), rows)


@contextmanager
def _indexed(
    notes: Mapping[str, bytes], home: Path
) -> Iterator[tuple[NoteLibrary, dict[Place, str]]]:
    """Index notes in a folder; give their library, and every passage with its text."""
    store = Store(f"sqlite:///{home}/state.db", lambda: datetime.now(UTC))
    encoder = load_encoder()
    index = NotesIndex(store, encoder, home / "index")
    index.add_files(notes)
    names = {entry.seq: entry.note.meeting for entry in store.notes.notes(restricted=True)}
    passages = {
        _place(
            names[entry.note_seq], entry.chunk.first_line, entry.chunk.last_line
        ): entry.chunk.text
        for entry in store.notes.chunks(encoder.name, restricted=True)
    }
    try:
        yield index.library(OWNER), passages
    finally:
        index.close()
        store.database.close()


def _place(meeting: str | None, first_line: int, last_line: int) -> Place:
    return Place(meeting or "", first_line - _HEADER - 1, last_line - _HEADER - 1)


def _graded(
    search: Search, questions: Sequence[Question], places: Sequence[Place]
) -> dict[str, float]:
    known = grade(search, questions, places, pooled=False)
    pooled = grade(search, questions, places, pooled=True)
    return dict(zip(KEYS, (*known, *pooled), strict=True))


def main() -> int:
    """Run the bench."""
    parser = arguments("Note search on QMSum, beside BM25")
    parser.add_argument("--limit", type=int, help="only so many meetings")
    options = parser.parse_args()
    return finish(run(options.data or _DEFAULT, options.limit), as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())

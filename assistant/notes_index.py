"""Meeting notes made searchable: read, cut, embedded, kept, and found again by those allowed."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import RLock

import numpy as np

from assistant.access import reads_restricted
from assistant.chunking import passages_of
from assistant.embedding import Encoder, Vectors
from assistant.note_files import NoteFile, collect_files, read_note
from assistant.note_library import ReadableNotes
from assistant.note_ranking import Entry, Nearest, Passages, Rows, read_as
from assistant.note_vectors import ChromaVectors, IndexUnavailable
from assistant.overruled import Lines, overruled_lines
from assistant.store.note_shelf import Chunk, StoredChunk, StoredNote
from assistant.store.state import Store
from planning_engine.data.company import Person
from tools.context import Note, NoteLibrary
from tools.note_blocks import Span

_log = logging.getLogger(__name__)

# Up to here comparing all vectors takes a few milliseconds; opening Chroma takes 2 CPU seconds,
# so that a single question never pays for it. A process that has it open uses it always.
_MANY = 50_000
_KEPT = 4
_TOGETHER = 32
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class IndexStatus:
    """What is indexed; `chroma` says in words how the vectors' index stands."""

    notes: int
    passages: int
    encoder: str
    in_step: bool
    chroma: str


@dataclass(frozen=True)
class _Shelf:
    """The notes as one kind of asker may read them, after one addition."""

    notes: tuple[StoredNote, ...]
    passages: Passages
    rows: Mapping[str, int]


class NotesIndex:
    """Adds notes to the store and searches them; the vectors are also held in Chroma.

    The store is the truth. Chroma is opened by whatever changes or serves notes (`add`,
    `refresh`); a process that only asks one question compares the store's vectors, with the
    same results.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        folder: Path,
        chroma_url: str | None = None,
        *,
        many: int = _MANY,
    ) -> None:
        """Look at the store; nothing is read or opened yet.

        Args:
            store: Keeps notes, passages and vectors.
            encoder: Reads passages and questions.
            folder: Where the embedded Chroma lies.
            chroma_url: A Chroma server, instead of the folder.
            many: Passages from which a search opens Chroma.
        """
        self._store = store
        self._encoder = encoder
        self._many = many
        self._served = chroma_url is not None
        self._chroma = ChromaVectors(folder, f"{encoder.name} {store.database.place}", chroma_url)
        self._shelves: dict[tuple[int, bool], _Shelf] = {}
        self._overruled: dict[tuple[int, int, date | None], Mapping[str, Lines]] = {}
        self._synced: int | None = None
        self._lock = RLock()

    @property
    def encoder(self) -> Encoder:
        """The model that reads passages and questions."""
        return self._encoder

    def add(
        self, paths: Sequence[Path], progress: Progress = lambda text, done: None
    ) -> tuple[Note, ...]:
        """Read notes from files and folders, keep and index them; return those that are new.

        A note of a name that is there replaces it; the same text again changes nothing.

        Raises:
            DataProblem: A file cannot be used; then none of them is kept.
        """
        return self.add_files(collect_files(paths), progress)

    def add_files(
        self, contents: Mapping[str, bytes], progress: Progress = lambda text, done: None
    ) -> tuple[Note, ...]:
        """Keep and index notes given as file contents by name, as `add` does."""
        files = [read_note(name, content) for name, content in contents.items()]
        with self._lock:
            known = {kept.note.id: kept for kept in self._store.notes.notes(restricted=True)}
            new = [file for file in files if _differs(file, known.get(file.note.id))]
            added = []
            for start in range(0, len(new), _TOGETHER):
                progress(f"Reading {new[start].note.id}", start / len(new))
                files = new[start : start + _TOGETHER]
                chunks = self._chunks([file.note for file in files])
                for file, passages in zip(files, chunks, strict=True):
                    seq = self._store.notes.add(
                        file.note,
                        encoder=self._encoder.name,
                        passages=passages,
                        front_matter=file.front_matter,
                        origin=file.note.id,
                    )
                    if seq is not None:
                        added.append(file.note)
            if added:
                self._open_chroma()
        return tuple(added)

    def refresh(self) -> None:
        """Read what this encoder has not read yet, and bring Chroma up to date.

        A process that answers many questions calls it once at its start.
        """
        with self._lock:
            self._read_unseen()
            self._open_chroma()

    def library(
        self, person: Person, until_seq: int | None = None, decisions_until: int | None = None
    ) -> NoteLibrary:
        """Return the notes the person may read.

        Args:
            person: Who asks.
            until_seq: As the notes were after that addition; now if left out.
            decisions_until: As the decision log was after that entry; now if left out.
        """
        with self._lock:
            last = self._store.notes.last_seq()
            then = last if until_seq is None else min(until_seq, last)
            if then == last:
                self._read_unseen()
            shelf = self._shelf(then, reads_restricted(person))
            nearest = self._nearest(shelf, last) if then == last else None

        log = self._store.decisions.last_seq()
        known = log if decisions_until is None else min(decisions_until, log)

        def overruled(until: date | None) -> Mapping[str, Lines]:
            return self._overruled_lines(then, known, until)

        notes = [kept.note for kept in shelf.notes]
        return ReadableNotes(notes, shelf.passages, self._encoder, overruled, nearest)

    def status(self) -> IndexStatus:
        """Return how the index stands, having opened Chroma to see."""
        with self._lock:
            self._read_unseen()
            shelf = self._shelf(self._store.notes.last_seq(), True)
            problem = self._open_chroma()
            count = len(shelf.passages.entries)
            chroma = f"Chroma at {self._chroma.place} holds {count} passages."
            if problem:
                chroma = f"Chroma is not used: {problem}. Searches compare the store's vectors."
            return IndexStatus(len(shelf.notes), count, self._encoder.name, problem is None, chroma)

    def close(self) -> None:
        """Let go of Chroma, so that another process may open it."""
        with self._lock:
            self._chroma.close()
            self._synced = None

    def _read_unseen(self) -> None:
        for kept in self._store.notes.without_chunks(self._encoder.name):
            (chunks,) = self._chunks([kept.note])
            if chunks:
                self._store.notes.add_chunks(kept.seq, self._encoder.name, chunks)
                self._shelves.clear()

    def _chunks(self, notes: Sequence[Note]) -> list[list[Chunk]]:
        """Return the passages of each note; read together, as like lengths share a batch."""
        spans = [passages_of(note.text) for note in notes]
        texts = [
            read_as(note.title, span.heading, span.text)
            for note, found in zip(notes, spans, strict=True)
            for span in found
        ]
        vectors = iter(self._encoder.encode(texts))
        return [[_chunk(span, next(vectors)) for span in found] for found in spans]

    def _shelf(self, seq: int, restricted: bool) -> _Shelf:
        key = (seq, restricted)
        with self._lock:
            if key not in self._shelves:
                while len(self._shelves) >= _KEPT:
                    self._shelves.pop(next(iter(self._shelves)))
                self._shelves[key] = self._read_shelf(seq, restricted)
            return self._shelves[key]

    def _read_shelf(self, seq: int, restricted: bool) -> _Shelf:
        shelf = self._store.notes
        notes = shelf.notes(restricted=restricted, until_seq=seq)
        chunks = shelf.chunks(self._encoder.name, restricted=restricted, until_seq=seq)
        by_seq = {kept.seq: kept.note for kept in notes}
        # A note that another process added between the two reads is left for the next look.
        entries = [_entry(by_seq[c.note_seq], c) for c in chunks if c.note_seq in by_seq]
        rows = [np.frombuffer(c.chunk.vector, "<f4") for c in chunks if c.note_seq in by_seq]
        vectors = np.vstack(rows) if rows else np.zeros((0, 1), dtype=np.float32)
        places = {entry.id: row for row, entry in enumerate(entries)}
        return _Shelf(notes, Passages(entries, vectors), places)

    def _overruled_lines(self, seq: int, log: int, until: date | None) -> Mapping[str, Lines]:
        """Return the overruled lines by note; looking through all notes takes a while."""
        key = (seq, log, until)
        with self._lock:
            if key not in self._overruled:
                while len(self._overruled) >= 4 * _KEPT:
                    self._overruled.pop(next(iter(self._overruled)))
                decisions = self._store.decisions.decisions(restricted=True, until_seq=log)
                notes = [kept.note for kept in self._shelf(seq, True).notes]
                self._overruled[key] = overruled_lines(notes, decisions, until)
            return self._overruled[key]

    def _nearest(self, shelf: _Shelf, seq: int) -> Nearest | None:
        """Return a search in Chroma if this process has it open or has very many passages."""
        wanted = self._served or self._chroma.is_open or len(shelf.passages.entries) >= self._many
        if not wanted or not shelf.passages.entries:
            return None
        if self._synced != seq or not self._chroma.is_open:
            self._open_chroma()
        if not self._chroma.is_open:
            return None
        entries = shelf.passages.entries

        def nearest(vector: Vectors, rows: Rows, limit: int) -> Sequence[int]:
            notes = sorted({entries[row].note_seq for row in rows})
            try:
                ids = self._chroma.nearest(vector, notes, min(limit, len(rows)))
            except IndexUnavailable:
                ids = []
            found = [shelf.rows[identity] for identity in ids if identity in shelf.rows]
            complete = len(found) == min(limit, len(rows))
            return found if complete else shelf.passages.nearest(vector, rows, limit)

        return nearest

    def _open_chroma(self) -> str | None:
        """Open Chroma with all current passages; return why it cannot be used, or None."""
        seq = self._store.notes.last_seq()
        shelf = self._shelf(seq, True)
        entries = shelf.passages.entries
        try:
            self._chroma.sync(
                [entry.id for entry in entries],
                shelf.passages.vectors,
                [entry.note_seq for entry in entries],
            )
        except IndexUnavailable as problem:
            _log.info("Searching without Chroma: %s", problem)
            return str(problem)
        self._synced = seq
        return None


def _differs(file: NoteFile, kept: StoredNote | None) -> bool:
    return kept is None or kept.note != file.note or dict(kept.front_matter) != file.front_matter


def _chunk(span: Span, vector: Vectors) -> Chunk:
    return Chunk(
        span.first_line,
        span.last_line,
        span.text,
        np.asarray(vector, dtype="<f4").tobytes(),
        {"heading": span.heading},
    )


def _entry(note: Note, stored: StoredChunk) -> Entry:
    chunk = stored.chunk
    content = hashlib.sha256(chunk.vector).hexdigest()[:12]
    return Entry(
        id=f"{stored.note_seq}-{stored.position}-{content}",
        note=note,
        note_seq=stored.note_seq,
        first_line=chunk.first_line,
        last_line=chunk.last_line,
        text=chunk.text,
        heading=str(chunk.marks.get("heading", "")),
    )

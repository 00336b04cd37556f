"""Meeting notes as they were added, whole, with their passages; older versions are kept."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any  # Any: front matter is JSON

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from assistant.store.database import Database
from assistant.store.tables import chunks, notes
from tools.context import Note
from tools.evidence import plain


@dataclass(frozen=True)
class Chunk:
    """A passage of a note with its vector (float32, little-endian bytes)."""

    first_line: int
    last_line: int
    text: str
    vector: bytes
    marks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredNote:
    """A note with its place in the order in which notes became known."""

    seq: int
    note: Note
    front_matter: Mapping[str, Any]
    origin: str
    added_at: datetime


@dataclass(frozen=True)
class StoredChunk:
    """A passage with the note it belongs to."""

    note_seq: int
    position: int
    chunk: Chunk


class NoteShelf:
    """Reads and keeps notes.

    Each addition gets the next sequence number, so that "what was known then" can be asked
    for with `until_seq`. A note added again with another text replaces its older version,
    which stays readable for that purpose.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def add(
        self,
        note: Note,
        *,
        encoder: str,
        passages: Sequence[Chunk] = (),
        front_matter: Mapping[str, Any] | None = None,
        origin: str = "",
    ) -> int | None:
        """Keep a note with its passages; None if the same note is there already."""
        matter = plain(front_matter or {})
        digest = hashlib.sha256(f"{sorted(matter.items())}\n{note.text}".encode()).hexdigest()
        with self._database.writing() as connection:
            newest = connection.execute(
                select(notes.c.seq, notes.c.sha256).where(
                    notes.c.id == note.id, notes.c.replaced_by.is_(None)
                )
            ).first()
            if newest and newest.sha256 == digest:
                return None
            seq: int = connection.execute(
                insert(notes)
                .values(
                    id=note.id,
                    title=note.title,
                    meeting=note.meeting,
                    held_on=note.held_on,
                    cycle=note.cycle,
                    attendees=list(note.attendees),
                    restricted=note.restricted,
                    front_matter=matter,
                    text=note.text,
                    origin=origin,
                    sha256=digest,
                    added_at=self._now(),
                )
                .returning(notes.c.seq)
            ).scalar_one()
            if newest:
                connection.execute(
                    update(notes).where(notes.c.seq == newest.seq).values(replaced_by=seq)
                )
            _write_chunks(connection, seq, encoder, passages)
        return seq

    def add_chunks(self, note_seq: int, encoder: str, passages: Sequence[Chunk]) -> None:
        """Keep passages of a note that is there, as another encoder sees them."""
        with self._database.writing() as connection:
            _write_chunks(connection, note_seq, encoder, passages)

    def notes(self, *, restricted: bool, until_seq: int | None = None) -> tuple[StoredNote, ...]:
        """Return whole notes, earliest held first.

        Args:
            restricted: Also those restricted to executives.
            until_seq: As they were known after that addition; now if left out.
        """
        query = select(notes).where(_known(until_seq)).order_by(notes.c.held_on, notes.c.id)
        if not restricted:
            query = query.where(notes.c.restricted.is_(False))
        with self._database.reading() as connection:
            return tuple(_note(row) for row in connection.execute(query).all())

    def chunks(
        self, encoder: str, *, restricted: bool, until_seq: int | None = None
    ) -> tuple[StoredChunk, ...]:
        """Return the passages of those notes, as one encoder sees them."""
        query = (
            select(chunks)
            .join(notes, notes.c.seq == chunks.c.note_seq)
            .where(_known(until_seq), chunks.c.encoder == encoder)
            .order_by(chunks.c.note_seq, chunks.c.position)
        )
        if not restricted:
            query = query.where(notes.c.restricted.is_(False))
        with self._database.reading() as connection:
            return tuple(_chunk(row) for row in connection.execute(query).all())

    def without_chunks(self, encoder: str) -> tuple[StoredNote, ...]:
        """Return the current notes of which an encoder has seen nothing yet."""
        seen = select(chunks.c.note_seq).where(chunks.c.encoder == encoder)
        query = select(notes).where(_known(None), notes.c.seq.not_in(seen)).order_by(notes.c.seq)
        with self._database.reading() as connection:
            return tuple(_note(row) for row in connection.execute(query).all())

    def last_seq(self) -> int:
        """Return the number of the last addition; 0 if there is none."""
        with self._database.reading() as connection:
            return connection.execute(select(func.max(notes.c.seq))).scalar() or 0


def _known(until_seq: int | None) -> ColumnElement[bool]:
    if until_seq is None:
        return notes.c.replaced_by.is_(None)
    replaced_later = or_(notes.c.replaced_by.is_(None), notes.c.replaced_by > until_seq)
    return and_(notes.c.seq <= until_seq, replaced_later)


def _write_chunks(
    connection: Connection, seq: int, encoder: str, passages: Sequence[Chunk]
) -> None:
    rows = [
        {
            "note_seq": seq,
            "position": position,
            "encoder": encoder,
            **vars(chunk),
            "marks": plain(chunk.marks),
        }
        for position, chunk in enumerate(passages)
    ]
    if rows:
        connection.execute(insert(chunks), rows)


def _note(row: Row[Any]) -> StoredNote:
    note = Note(
        id=row.id,
        title=row.title,
        meeting=row.meeting,
        held_on=row.held_on,
        cycle=row.cycle,
        attendees=tuple(row.attendees),
        restricted=row.restricted,
        text=row.text,
    )
    return StoredNote(row.seq, note, row.front_matter, row.origin, row.added_at)


def _chunk(row: Row[Any]) -> StoredChunk:
    chunk = Chunk(row.first_line, row.last_line, row.text, row.vector, row.marks)
    return StoredChunk(row.note_seq, row.position, chunk)

"""Threads, turns and receipts: what was asked and answered, and how to answer it again."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any  # Any: JSON objects

from sqlalchemy import Connection, Row, func, insert, select, update

from assistant.answer import Answer
from assistant.store.database import Database
from assistant.store.records import person_record, read_answer, read_person
from assistant.store.tables import receipts, threads, turns
from planning_engine.data.company import Person

# No 0/o, 1/l/i, u/v: a code is read aloud and typed.
_LETTERS = "23456789abcdefghjkmnpqrstwxyz"


@dataclass(frozen=True)
class Thread:
    """One conversation of a person."""

    id: str
    person: str
    channel: str
    title: str
    started_at: datetime
    updated_at: datetime
    turns: int = 0


@dataclass(frozen=True)
class Call:
    """One tool call of a turn: what was asked of which tool, and what came of it."""

    id: str
    tool: str
    arguments: Mapping[str, Any]
    evidence: str | None = None
    said: str = ""
    error: str | None = None


@dataclass(frozen=True)
class Turn:
    """One question and its answer."""

    id: str
    thread: str
    person: str
    channel: str
    at: datetime
    question: str
    answer: Answer
    calls: tuple[Call, ...]
    memory: Mapping[str, Any]


@dataclass(frozen=True)
class Receipt:
    """What it takes to answer again: the calls, the facts, who asked, what was known."""

    code: str
    turn: str
    person: Person
    snapshot: str
    calls: tuple[Call, ...]
    evidence: tuple[str, ...]
    notes_seq: int
    decisions_seq: int
    at: datetime


def new_code(prefix: str, length: int = 6) -> str:
    """Return a short code that people can read aloud, e.g. `r_7k2m9q`."""
    return f"{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(length))}"


class Conversations:
    """Reads and keeps threads, turns and receipts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def thread(self, identity: str) -> Thread | None:
        """Return a thread, or None."""
        with self._database.reading() as connection:
            row = connection.execute(select(threads).where(threads.c.id == identity)).first()
        return _thread(row) if row else None

    def threads(self, person: str, limit: int = 100) -> tuple[Thread, ...]:
        """Return the threads in which a person asked, the latest first."""
        asked = (
            select(turns.c.thread, func.count().label("asked"), func.max(turns.c.at).label("last"))
            .where(turns.c.person == person)
            .group_by(turns.c.thread)
            .subquery()
        )
        query = (
            select(threads, asked.c.asked)
            .join(asked, asked.c.thread == threads.c.id)
            .order_by(asked.c.last.desc(), threads.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(_thread(row, row.asked) for row in connection.execute(query).all())

    def turns(self, thread: str, person: str, last: int | None = None) -> tuple[Turn, ...]:
        """Return a person's turns of a thread, earliest first; only the last few if asked."""
        query = select(turns).where(turns.c.thread == thread, turns.c.person == person)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(turns.c.seq.desc()).limit(last)).all()
        return tuple(_turn(row) for row in reversed(rows))

    def turn(self, identity: str) -> Turn:
        """Return a turn that exists."""
        with self._database.reading() as connection:
            return _turn(connection.execute(select(turns).where(turns.c.id == identity)).one())

    def receipt(self, code: str) -> Receipt | None:
        """Return a receipt, or None."""
        with self._database.reading() as connection:
            row = connection.execute(select(receipts).where(receipts.c.code == code)).first()
        return _receipt(row) if row else None

    def keep(self, connection: Connection, turn: Turn, receipt: Receipt, title: str) -> None:
        """Write a turn with its receipt, and its thread if it is the first one."""
        touched = connection.execute(
            update(threads).where(threads.c.id == turn.thread).values(updated_at=turn.at)
        )
        if touched.rowcount == 0:
            connection.execute(
                insert(threads).values(
                    id=turn.thread,
                    person=turn.person,
                    channel=turn.channel,
                    title=title,
                    started_at=turn.at,
                    updated_at=turn.at,
                )
            )
        calls = _call_records(turn.calls)
        connection.execute(insert(turns).values(**_turn_row(turn, calls)))
        connection.execute(
            insert(receipts).values(
                code=receipt.code,
                turn=turn.id,
                person=person_record(receipt.person),
                snapshot=receipt.snapshot,
                calls=calls,
                evidence=list(receipt.evidence),
                notes_seq=receipt.notes_seq,
                decisions_seq=receipt.decisions_seq,
                at=receipt.at,
            )
        )


def _turn_row(turn: Turn, calls: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": turn.id,
        "thread": turn.thread,
        "person": turn.person,
        "channel": turn.channel,
        "at": turn.at,
        "question": turn.question,
        "status": turn.answer.status,
        "answer": turn.answer.to_dict(),
        "calls": calls,
        "memory": dict(turn.memory),
        "model": turn.answer.model,
        "snapshot": turn.answer.snapshot,
    }


def _call_records(calls: Sequence[Call]) -> list[dict[str, Any]]:
    return [{**vars(call), "arguments": dict(call.arguments)} for call in calls]


def _calls(records: Sequence[Mapping[str, Any]]) -> tuple[Call, ...]:
    return tuple(Call(**record) for record in records)


def _thread(row: Row[Any], count: int = 0) -> Thread:
    return Thread(row.id, row.person, row.channel, row.title, row.started_at, row.updated_at, count)


def _turn(row: Row[Any]) -> Turn:
    return Turn(
        id=row.id,
        thread=row.thread,
        person=row.person,
        channel=row.channel,
        at=row.at,
        question=row.question,
        answer=read_answer(row.answer),
        calls=_calls(row.calls),
        memory=row.memory,
    )


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(
        code=row.code,
        turn=row.turn,
        person=read_person(row.person),
        snapshot=row.snapshot,
        calls=_calls(row.calls),
        evidence=tuple(row.evidence),
        notes_seq=row.notes_seq,
        decisions_seq=row.decisions_seq,
        at=row.at,
    )

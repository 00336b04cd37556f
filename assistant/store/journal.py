"""What happened, in order: the audit, and which Slack deliveries were taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any  # Any: JSON objects

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from assistant.store.database import Database
from assistant.store.tables import audit, slack_deliveries
from tools.evidence import plain


@dataclass(frozen=True)
class Entry:
    """One line of the audit."""

    seq: int
    at: datetime
    person: str
    channel: str
    action: str
    subject: str
    detail: Mapping[str, Any]


class Audit:
    """Adds lines to the audit and reads them; no line is ever changed."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def write(
        self,
        connection: Connection,
        *,
        person: str,
        channel: str,
        action: str,
        subject: str,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add a line, in the transaction of what it tells about."""
        connection.execute(
            insert(audit).values(
                at=self._now(),
                person=person,
                channel=channel,
                action=action,
                subject=subject[:200],
                detail=plain(detail or {}),
            )
        )

    def entries(self, limit: int = 200) -> tuple[Entry, ...]:
        """Return the latest lines, the last one first."""
        query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
        with self._database.reading() as connection:
            return tuple(Entry(**row._mapping) for row in connection.execute(query).all())


class Deliveries:
    """Slack repeats what it thinks was lost; each delivery is taken once, by one process."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def take(self, identity: str) -> bool:
        """Tell whether this delivery is new; it is not, for anybody, from now on."""
        try:
            with self._database.writing() as connection:
                connection.execute(insert(slack_deliveries).values(id=identity, at=self._now()))
        except IntegrityError:
            return False
        return True

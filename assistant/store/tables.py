"""The tables of the state store; `migrations/` makes them, the modules beside this one use them."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A point in time, kept in UTC; SQLite would otherwise lose the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

threads = Table(
    "threads",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("person", String(80), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("threads_of_person", "person", "updated_at"),
)

turns = Table(
    "turns",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("thread", String(120), ForeignKey("threads.id"), nullable=False),
    Column("person", String(80), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("question", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("answer", JSON, nullable=False),
    Column("calls", JSON, nullable=False),
    Column("memory", JSON, nullable=False),
    Column("model", String(120), nullable=False),
    Column("snapshot", String(80), nullable=False),
    Index("turns_of_thread", "thread", "seq"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("turn", String(40), ForeignKey("turns.id"), nullable=False),
    Column("person", JSON, nullable=False),
    Column("snapshot", String(80), nullable=False),
    Column("calls", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("notes_seq", Integer, nullable=False),
    Column("decisions_seq", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("receipt", String(20), nullable=False),
    Column("evidence", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("proposed_by", String(80), nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("status", String(20), nullable=False),
    Column("decided_by", String(80)),
    Column("decided_at", Moment),
    Column("channel", String(20)),
    Column("reason", Text),
    Column("decision", String(40)),
    Index("proposals_by_status", "status", "proposed_at"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("status", String(20), nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("body", JSON, nullable=False),
    Column("last_seq", Integer, nullable=False),
)

decision_events = Table(
    "decision_events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("decision", String(80), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("person", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("receipt", String(20)),
    Column("reason", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Index("events_of_decision", "decision", "seq"),
)

plans_of_record = Table(
    "plans_of_record",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("snapshot", String(80), nullable=False),
    Column("months", Integer, nullable=False),
    Column("levers", JSON, nullable=False),
    Column("digest", String(40), nullable=False),
    Column("figures", JSON, nullable=False),
    Column("approved_by", String(80), nullable=False),
    Column("approved_at", Moment, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("proposal", String(40), ForeignKey("proposals.id"), nullable=False),
    Column("receipt", String(20), nullable=False),
    Column("reason", Text, nullable=False),
)

demand_overrides = Table(
    "demand_overrides",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("product", String(80), nullable=False),
    Column("site", String(80)),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("quantity", Float),
    Column("percent", Float),
    Column("author", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Column("expires_on", Date),
    Column("approved_by", String(80), nullable=False),
    Column("approved_at", Moment, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("proposal", String(40), ForeignKey("proposals.id"), nullable=False),
)

notes = Table(
    "notes",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(120), nullable=False),
    Column("title", Text, nullable=False),
    Column("meeting", String(40)),
    Column("held_on", Date),
    Column("cycle", Date),
    Column("attendees", JSON, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("front_matter", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("replaced_by", Integer),
    Index("notes_by_id", "id", "seq"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("note_seq", Integer, ForeignKey("notes.seq"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("first_line", Integer, nullable=False),
    Column("last_line", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("encoder", String(80), nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("marks", JSON, nullable=False),
    UniqueConstraint("note_seq", "encoder", "position", name="chunk_of_note"),
)

slack_deliveries = Table(
    "slack_deliveries",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("person", String(80), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", JSON, nullable=False),
)

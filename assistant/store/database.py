"""The state database: opened, brought up to date, read and written in whole transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from assistant.store.migrations import HEAD
from planning_engine.errors import BadRequest, PlanningError

BUSY_SECONDS = 10.0


class StoreUnavailable(PlanningError):
    """State cannot be read or kept: the database is locked, full, damaged or away."""


class Database:
    """One SQL database; SQLite by default, PostgreSQL by URL."""

    def __init__(self, url: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open the database, making or upgrading its tables.

        Args:
            url: SQLAlchemy URL. `postgresql://` is spoken with psycopg.
            busy_seconds: How long to wait for another process that is writing.

        Raises:
            BadRequest: The URL is not one.
            StoreUnavailable: The database cannot be opened or upgraded.
        """
        self.url = url
        self._engine = _engine(url, busy_seconds)
        with self._sentences():
            if self._version() != HEAD:
                self._upgrade()

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None for a server."""
        address = self._engine.url
        is_file = address.get_backend_name() == "sqlite" and address.database
        return Path(str(address.database)) if is_file else None

    @property
    def place(self) -> str:
        """The file or address, fit to be shown."""
        return str(self.file or self._engine.url.render_as_string(hide_password=True))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with."""
        with self._sentences(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose writes are kept together, or not at all."""
        with self._sentences(), self._engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def backup(self, target: Path) -> None:
        """Write a consistent copy of a SQLite database, also while others write to it.

        Raises:
            BadRequest: The database is a server; its own tools back it up.
        """
        if self.file is None:
            raise BadRequest("A database server is backed up with its own tools (pg_dump).")
        # Outside SQLAlchemy: this statement is not allowed inside a transaction.
        try:
            with closing(sqlite3.connect(self.file)) as source:
                source.execute("VACUUM INTO ?", (str(target),))
        except sqlite3.Error as problem:
            raise StoreUnavailable(
                f"The backup {target} cannot be written: {problem}."
            ) from problem

    def _version(self) -> str | None:
        with self._engine.connect() as connection:
            if not self._engine.dialect.has_table(connection, "alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

    def _upgrade(self) -> None:
        # Alembic takes 1.5 CPU seconds to import: only when there is something to do.
        from assistant.store.migrations.upgrade import upgrade

        with self.writing() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(790514)"))
            upgrade(connection)

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as problem:
            sentence = _sentence(str(problem.orig), self.place)
            if sentence is None:
                raise
            raise StoreUnavailable(sentence) from problem


def _engine(url: str, busy_seconds: float) -> Engine:
    try:
        address = make_url(url)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        if address.get_backend_name() != "sqlite":
            return create_engine(address, pool_pre_ping=True)
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, connect_args={"timeout": busy_seconds})
    except (ArgumentError, NoSuchModuleError) as problem:
        raise BadRequest(
            f"SOP_DATABASE_URL is not a database address: {problem}. "
            "Use sqlite:///FILE or postgresql://USER@HOST/NAME."
        ) from problem
    except ModuleNotFoundError as problem:
        raise BadRequest(
            f"The driver for this database is not installed ({problem.name}). "
            "Install it with: pip install 'sop-assistant[postgres]'."
        ) from problem
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # Any: sqlite3's own connection
    # Transactions are opened by `_begin_sqlite`; the driver's own guesses would break them.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: one that reads first cannot wait for it later.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _sentence(reason: str, place: str) -> str | None:
    lower = reason.lower()
    if "locked" in lower or "lock timeout" in lower:
        return (
            f"Another process is writing to {place} and did not finish in time. "
            "Nothing was kept; try again, or stop the other process."
        )
    if "full" in lower or "no space" in lower or "disk i/o" in lower:
        return f"There is no room left to write {place}. Free some disk space; nothing was kept."
    if "readonly" in lower or "read-only" in lower or "unable to open" in lower:
        return f"{place} cannot be written. Check the folder and its permissions (SOP_HOME)."
    if "malformed" in lower or "not a database" in lower:
        return f"{place} is damaged. Restore it from a backup made with `sop backup`."
    if "connect" in lower or "refused" in lower or "terminat" in lower or "authent" in lower:
        return f"The database {place} cannot be reached: {reason.splitlines()[0]}."
    return None

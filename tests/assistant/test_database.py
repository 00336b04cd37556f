"""The database: migrated, locked, full, away or damaged; always a sentence, never half a turn."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, inspect

from assistant.store.database import Database, StoreUnavailable
from assistant.store.state import Store
from assistant.store.tables import decision_events, metadata
from planning_engine.cycles.decisions import Decision
from planning_engine.errors import BadRequest
from tools.context import Note

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def sqlite(tmp_path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'state.db'}", lambda: NOON, busy_seconds=0.05)
    yield opened
    opened.database.close()


def record(store: Store, identity: str = "d_1") -> None:
    with store.database.writing() as connection:
        store.decisions.record(
            connection,
            Decision(identity, "Add a shift", "approved"),
            "recorded",
            person="elena",
            at=NOON,
            channel="web",
        )


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_migrations_make_exactly_the_tables_that_are_declared(kind, tmp_path, request):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from assistant.store.migrations import HEAD
    from assistant.store.migrations.upgrade import config

    is_file = kind == "sqlite"
    url = f"sqlite:///{tmp_path / 's.db'}" if is_file else request.getfixturevalue("postgres_url")
    with closing(Database(url)) as opened, opened.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


def test_several_processes_may_open_a_new_database_at_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'state.db'}"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Database, [url] * 4))
    tables = inspect(Database(url)._engine).get_table_names()
    assert set(metadata.tables) <= set(tables)


def test_a_locked_database_is_told_in_a_sentence_and_nothing_is_kept(sqlite, tmp_path):
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="Another process is writing"):
        record(sqlite)
    other.execute("ROLLBACK")
    other.close()
    assert sqlite.decisions.last_seq() == 0


def test_readers_go_on_while_somebody_writes(sqlite):
    with sqlite.database.writing() as connection:
        connection.execute(insert(decision_events).values(**_event()))
        assert sqlite.decisions.last_seq() == 0
    assert sqlite.decisions.last_seq() == 1


def test_a_full_disk_is_told_in_a_sentence_and_nothing_is_kept(sqlite):
    with sqlite.database.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        # SQLite says "database or disk is full" at this many pages, as it does on a full disk.
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
    note = Note("n1", "Supply", None, None, None, (), False, "x" * 100_000)
    with pytest.raises(StoreUnavailable, match="no room left"):
        sqlite.notes.add(note, encoder="e")
    assert sqlite.notes.last_seq() == 0


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("nonsense", "not a database address"),
        ("oracle9://x/y", "not a database address"),
        ("mysql://x/y", "driver for this database is not installed"),
    ],
)
def test_a_wrong_address_is_refused(url, part):
    with pytest.raises(BadRequest, match=part):
        Database(url)


def test_a_server_that_is_away_is_told_without_the_password():
    with pytest.raises(StoreUnavailable, match="cannot be reached") as caught:
        Database("postgresql://sop:hidden@127.0.0.1:1/sop")
    assert "hidden" not in str(caught.value)


def test_a_file_that_is_no_database_is_not_touched(tmp_path):
    file = tmp_path / "state.db"
    file.write_bytes(b"this is not a database, it is somebody's letter" * 100)
    with pytest.raises(StoreUnavailable, match="damaged"):
        Database(f"sqlite:///{file}")
    assert file.read_bytes().startswith(b"this is not")


def test_a_backup_is_a_whole_copy_made_while_somebody_writes(sqlite, tmp_path):
    record(sqlite)
    with sqlite.database.writing() as connection:
        connection.execute(insert(decision_events).values(**_event()))
        sqlite.database.backup(tmp_path / "copy.db")
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM decision_events").fetchone() == (1,)
    copy.close()


def test_a_backup_that_cannot_be_written_is_a_sentence(sqlite, tmp_path):
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        sqlite.database.backup(tmp_path / "nowhere" / "copy.db")


def test_a_server_is_backed_up_with_its_own_tools(postgres_url, tmp_path):
    with closing(Database(postgres_url)) as server, pytest.raises(BadRequest, match="pg_dump"):
        server.backup(tmp_path / "copy.db")


def _event() -> dict[str, object]:
    return {
        "decision": "d_1",
        "verdict": "recorded",
        "person": "elena",
        "at": NOON,
        "channel": "web",
        "evidence": [],
        "receipt": None,
        "reason": "",
        "body": {},
    }

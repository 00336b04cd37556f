"""SQL databases by URL, streamed in chunks through Arrow."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from planning_engine.data.connectors.registry import (
    Loaded,
    Opened,
    ReadOptions,
    Relation,
    append_rows,
    connector,
)
from planning_engine.data.schema import Column
from planning_engine.errors import DataProblem

if TYPE_CHECKING:
    from sqlalchemy import ColumnClause, Engine
    from sqlalchemy.sql.type_api import TypeEngine

_CHUNK = 50_000


class DatabaseTable(Relation):
    """A table or view of a database."""

    def __init__(
        self,
        engine: "Engine",
        name: str,
        kinds: Mapping[str, pa.DataType],
        origin: str,
        schema: str | None = None,
    ) -> None:
        self.name = name
        self._schema = schema
        self.origin = origin
        self._engine = engine
        self._kinds = kinds

    def columns(self) -> tuple[str, ...]:
        """Return its columns, as the database declares them."""
        return tuple(self._kinds)

    def load(
        self,
        connection: duckdb.DuckDBPyConnection,
        target: str,
        wanted: Mapping[str, Column] | None = None,
    ) -> Loaded:
        """Stream the rows in; the hash is that of the rows as they came."""
        names = [name for name in self._kinds if wanted is None or name in wanted]
        ours = [wanted[name].name if wanted else name for name in names]
        digest = hashlib.sha256()
        first, rows = -1, 0
        for chunk in self._chunks(names):
            columns = {
                our: _array([row[i] for row in chunk], self._kinds[name])
                for i, (name, our) in enumerate(zip(names, ours, strict=True))
            }
            table = pa.table(columns)
            for batch in table.to_batches():
                digest.update(batch.serialize())
            start, added = append_rows(connection, target, table)
            first, rows = (start if first < 0 else first), rows + added

        def place(row: int) -> str:
            return f"{self.origin} row {row - first + 1}"

        return Loaded(rows, digest.hexdigest(), place)

    def _chunks(self, names: Sequence[str]) -> Iterator[Sequence[Sequence[object]]]:
        from sqlalchemy import column, select, table

        wanted: list[ColumnClause[Any]] = [column(name) for name in names]  # Any: a value's type
        query = select(*wanted).select_from(table(self.name, schema=self._schema))
        with (
            said_plainly(self.origin),
            self._engine.connect().execution_options(stream_results=True) as opened,
        ):
            result = opened.execute(query)
            empty = True
            while chunk := result.fetchmany(_CHUNK):
                empty = False
                yield chunk
            if empty:
                yield []


def _is_url(source: str) -> bool:
    return "://" in source


@connector(_is_url)
def open_database(source: str, options: ReadOptions) -> Opened:
    """Open a database by its SQLAlchemy URL and list its tables and views.

    Raises:
        DataProblem: The URL, its driver, the server or the login is wrong.
    """
    from sqlalchemy import create_engine, inspect, make_url
    from sqlalchemy.exc import ArgumentError
    from sqlalchemy.pool import NullPool

    try:
        url = make_url(source)
    except ArgumentError as problem:
        raise DataProblem(
            "That database address cannot be read. Write it like "
            "postgresql+psycopg://user:password@host:5432/database or sqlite:///file.db."
        ) from problem
    label = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and url.database and not _is_there(url.database):
        raise DataProblem(f"There is no SQLite file '{url.database}'.")
    with said_plainly(label):
        engine = create_engine(url, poolclass=NullPool)
        inspector = inspect(engine)
        schema = options.schema
        names = sorted({*inspector.get_table_names(schema), *inspector.get_view_names(schema)})
        typed = url.get_backend_name() != "sqlite"
        relations = tuple(
            DatabaseTable(
                engine,
                name,
                {c["name"]: _kind(c["type"], typed) for c in inspector.get_columns(name, schema)},
                f"{label} [{name}]",
                schema,
            )
            for name in names
        )
    return Opened(label, relations)


@contextmanager
def said_plainly(label: str) -> Iterator[None]:
    """Turn a database's refusal into a sentence without its password."""
    from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

    try:
        yield
    except (ModuleNotFoundError, NoSuchModuleError) as problem:
        raise DataProblem(
            f"{label} needs a driver that is not installed ({problem}). For PostgreSQL install "
            "the extra 'postgres' and write postgresql+psycopg://…"
        ) from problem
    except SQLAlchemyError as problem:
        cause = getattr(problem, "orig", None) or problem
        words = str(cause).strip().splitlines()[0].rstrip(".")
        raise DataProblem(f"{label} cannot be read: {words}.") from problem


def _is_there(database: str) -> bool:
    return database == ":memory:" or Path(database).is_file()


def _kind(declared: "TypeEngine[object]", typed: bool) -> pa.DataType:
    """Return the Arrow type of a database type; all is text where types are not enforced."""
    from sqlalchemy import types

    if not typed:
        return pa.string()
    match declared:
        case types.Boolean():
            return pa.string()
        case types.Integer():
            return pa.int64()
        case types.Numeric():
            return pa.float64()
        case types.DateTime():
            return pa.timestamp("us")
        case types.Date():
            return pa.date32()
    return pa.string()


def _array(values: list[object], kind: pa.DataType) -> pa.Array:
    if kind == pa.string():
        return pa.array([None if value is None else str(value) for value in values], kind)
    if kind == pa.float64():
        return pa.array([None if value is None else float(str(value)) for value in values], kind)
    if pa.types.is_timestamp(kind):
        return pa.array([_without_zone(value) for value in values], kind)
    return pa.array(values, kind)


def _without_zone(value: object) -> object:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value

"""What a source looks like to the import, and the connectors by what they open."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from planning_engine.data.schema import TABLES, Column
from planning_engine.errors import DataProblem


@dataclass(frozen=True)
class ReadOptions:
    """How to read files whose form does not say so itself.

    Attributes:
        encoding: Name of the text encoding; UTF-8 if None.
        delimiter: Between cells; told from the header line if None.
        header: Whether the first line names the columns.
        columns: Names of the columns, for files without a header.
        quote: The quoting character; empty for files in which quotes mean nothing.
        schema: Schema of a database's tables; its default one if None.
        scratch: A folder for intermediate files, removed after the import.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: bool = True
    columns: tuple[str, ...] = ()
    quote: str = '"'
    schema: str | None = None
    scratch: Path | None = None


@dataclass(frozen=True)
class Refused:
    """A cell or line that could not be read: `place` is a file and line."""

    place: str
    rule: str
    column: str | None
    value: str


@dataclass(frozen=True)
class Loaded:
    """What was read of one relation.

    `place` names a row, counted from 0, as a person finds it: `sales.csv line 14`.
    """

    rows: int
    sha256: str
    place: Callable[[int], str]
    refused: tuple[Refused, ...] = ()


class Relation(ABC):
    """One table of a source, as it is: a file, a sheet, a database table.

    `trims` tells whether its text comes without blanks around it, empty text as NULL.
    """

    name: str
    origin: str
    trims: bool = False

    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """Return the names of its columns, in order."""

    @abstractmethod
    def load(
        self,
        connection: duckdb.DuckDBPyConnection,
        target: str,
        wanted: Mapping[str, Column] | None = None,
    ) -> Loaded:
        """Create the table `target` from it, or append to it if it is there.

        Args:
            connection: Where to.
            target: Quoted name of the table.
            wanted: Source column → the column of ours it fills; only these are kept, under
                our names. None keeps all of them as they are.
        """


@dataclass(frozen=True)
class Opened:
    """A source that was opened.

    Attributes:
        label: The source in words, with no password in it.
        relations: Its tables, by name; several of one name are parts of one table.
        root: The folder or file, if it is one.
        company: The text of its company.toml, if it has one.
        overlooked: Files that are no relation.
    """

    label: str
    relations: tuple[Relation, ...]
    root: Path | None = None
    company: str | None = None
    overlooked: tuple[str, ...] = ()
    by_name: Mapping[str, Sequence[Relation]] = field(init=False)

    def __post_init__(self) -> None:
        grouped: dict[str, list[Relation]] = {}
        for relation in self.relations:
            grouped.setdefault(relation.name.casefold(), []).append(relation)
        object.__setattr__(self, "by_name", grouped)


Opener = Callable[[str, ReadOptions], Opened]
_declared: list[tuple[Callable[[str], bool], Opener]] = []


def connector(handles: Callable[[str], bool]) -> Callable[[Opener], Opener]:
    """Declare a connector: `handles` tells from the source's name whether it opens it."""

    def declare(opener: Opener) -> Opener:
        _declared.append((handles, opener))
        return opener

    return declare


def open_source(source: str, options: ReadOptions) -> Opened:
    """Open a source by its path or URL.

    Raises:
        DataProblem: Nothing is there, or no connector knows its kind.
    """
    for handles, opener in _declared:
        if handles(source):
            return opener(source, options)
    if not Path(source).exists():
        raise DataProblem(f"There is no file or folder '{source}' to import.")
    raise DataProblem(
        f"'{source}' is none of the sources that can be imported: a folder, a .csv, .tsv, "
        ".json, .parquet or .xlsx file, or a database URL such as postgresql+psycopg://…"
    )


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def tidy(name: str) -> str:
    """Return a column or table name in the form of ours: `Lead Time-days ` → `lead_time_days`."""
    return re.sub(r"[^0-9a-z]+", "_", name.strip().casefold()).strip("_")


def table_of(name: str) -> str | None:
    """Return the table of ours that a file, sheet or database table is named after.

    Example:
        >>> table_of("Sales 2026")
        'sales'
    """
    plain = tidy(name)
    if plain in TABLES:
        return plain
    stem = re.sub(r"_\d.*$", "", plain)
    return stem if stem in TABLES and stem != plain else None


def create_or_append(
    connection: duckdb.DuckDBPyConnection, target: str, select: str
) -> tuple[int, int]:
    """Run a SELECT into a table and return the row it starts at and the rows added.

    Parts of one table may spell a column differently (a day in one file, a text in the next):
    such a column becomes text, to be interpreted as a whole.
    """
    before = _count(connection, target)
    if before is None:
        connection.execute(f"CREATE TABLE {target} AS {select}")
        return 0, _count(connection, target) or 0
    have, come = _types(connection, target), _types(connection, f"({select} LIMIT 0)")
    for name, kind in come.items():
        if name not in have:
            connection.execute(f"ALTER TABLE {target} ADD COLUMN {quoted(name)} {kind}")
        elif have[name] != kind:
            connection.execute(f"ALTER TABLE {target} ALTER {quoted(name)} TYPE VARCHAR")
    connection.execute(f"INSERT INTO {target} BY NAME {select}")
    return before, (_count(connection, target) or 0) - before


def append_rows(
    connection: duckdb.DuckDBPyConnection, target: str, rows: pa.Table
) -> tuple[int, int]:
    """Append rows that are in memory and return the row they start at and how many came."""
    # A cursor of its own: a connection with a result still open takes no new tables.
    with connection.cursor() as cursor:
        cursor.register("rows_in_memory", rows)
        return create_or_append(cursor, target, "SELECT * FROM rows_in_memory")


def _count(connection: duckdb.DuckDBPyConnection, target: str) -> int | None:
    try:
        # Fetched whole: an unfinished result keeps the connection busy.
        counted = connection.execute(f"SELECT count(*) FROM {target}").fetchall()
    except duckdb.CatalogException:
        return None
    return int(counted[0][0])


def _types(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    return {row[0]: str(row[1]) for row in rows}

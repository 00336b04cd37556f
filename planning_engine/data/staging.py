"""Tables on their way in: typed, checked, each row still knowing the line it came from."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from planning_engine.data.connectors.registry import literal, quoted
from planning_engine.data.issue import Issue, Severity
from planning_engine.data.schema import TABLES, Column, Table
from planning_engine.data.snapshot import Source
from planning_engine.data.spelling import conversion, tell
from planning_engine.errors import shortened

EXAMPLES = 3
_SQL_TYPES = {"text": "VARCHAR", "number": "DOUBLE", "date": "DATE"}
_NUMERIC = ("DOUBLE", "FLOAT", "DECIMAL", "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT")
_SPELLINGS_SEEN = 100_000

# Columns that travel with a table through the checks and are left behind when it is frozen:
# where a row came from, and a number that rises with time (an order or invoice number).
PLACE = "_place"
SEQUENCE = "_sequence"
ROW = "_row"


@dataclass
class Staging:
    """The tables of an import in one DuckDB connection, before they are frozen.

    Each table of ours is a view in the main schema with its declared columns, `_row` (the row
    from 0) and, if it is known, `_sequence`. It is the one mutable thing of an import.
    """

    connection: duckdb.DuckDBPyConnection
    dates: str | None = None
    decimal: str | None = None
    tables: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    _bases: dict[str, str] = field(default_factory=dict)
    _places: dict[str, Callable[[int], str]] = field(default_factory=dict)
    _came: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for schema in ("source", "raw", "staged", "typed"):
            self.connection.execute(f"CREATE SCHEMA {schema}")

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        """Compute what is kept in one thread.

        Sums and quantiles of fractions differ in their last digits with the order in which
        threads finish, and the same source must give the same snapshot.
        """
        self.connection.execute("SET threads = 1")
        try:
            yield
        finally:
            self.connection.execute("RESET threads")

    @property
    def has_errors(self) -> bool:
        """Tell whether a finding so far stops the import."""
        return any(issue.severity == "error" for issue in self.issues)

    def report(
        self,
        table: str,
        rule: str,
        severity: Severity,
        rows: int,
        message: str,
        examples: Collection[str] = (),
    ) -> None:
        """Keep a finding."""
        self.issues.append(Issue(table, rule, severity, rows, message, tuple(examples)[:EXAMPLES]))

    def publish(self, name: str, where: str, *, trusted: bool, place: Callable[[int], str]) -> None:
        """Type the table `staged.<name>` and make it one of ours.

        Args:
            name: Name of the table.
            where: The file or files it came from, for messages.
            trusted: Its text is trimmed already, as by the delimited reader.
            place: Names a row as a person finds it.
        """
        self._places[name] = place
        base = f"staged.{name}"
        have = self._types(base)
        expressions = {
            column.name: self._expression(
                f"staged.{name}", where, column, have[column.name], trusted=trusted
            )
            for column in TABLES[name].columns
            if column.name in have
        }
        if any(expression != quoted(column) for column, expression in expressions.items()):
            kept = [f"{expression} AS {quoted(n)}" for n, expression in expressions.items()]
            kept += [quoted(extra) for extra in (PLACE, SEQUENCE) if extra in have]
            self.connection.execute(
                f"CREATE TABLE typed.{name} AS SELECT {', '.join(kept)} FROM {base}"
            )
            self._report_unread(name, expressions, have)
            base = f"typed.{name}"
        self._bases[name] = base
        self._view(TABLES[name], base, have)
        self.tables.append(name)
        self._came[name] = self.rows(name)

    def place(self, table: str, row: int) -> str:
        """Return where a row came from: `sales.csv line 14`."""
        if row >= self._came[table]:
            return f"row added to {table}"
        return self._places[table](row)

    def put_right(self, table: str, column: str, expression: str, rows: str) -> None:
        """Change a column of the rows that a SELECT names, by a rule that was asked for."""
        self.connection.execute(
            f"UPDATE {self._bases[table]} SET {column} = {expression} WHERE rowid IN ({rows})"
        )

    def add_rows(self, table: str, select: str) -> None:
        """Add rows to a table, by a rule that was asked for."""
        self.connection.execute(f"INSERT INTO {self._bases[table]} BY NAME {select}")

    def rows(self, table: str) -> int:
        """Return how many rows a table has."""
        return self.number(f"SELECT count(*) FROM {table}")

    def number(self, sql: str) -> int:
        """Return the one number of a query, 0 if it is NULL."""
        row = self.connection.execute(sql).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def has(self, table: str, *columns: str) -> bool:
        """Tell whether a table is there and has a value in each of the columns."""
        if table not in self.tables:
            return False
        tests = [f"count({quoted(column)}) > 0" for column in columns]
        found = self.connection.execute(
            f"SELECT {' AND '.join(tests) or 'true'} FROM {table}"
        ).fetchone()
        return bool(found and found[0])

    def _types(self, base: str) -> dict[str, str]:
        rows = self.connection.execute(f"DESCRIBE {base}").fetchall()
        return {row[0]: str(row[1]) for row in rows}

    def _view(self, table: Table, base: str, have: Collection[str]) -> None:
        columns = [
            quoted(column.name)
            if column.name in have
            else f"CAST(NULL AS {_SQL_TYPES[column.type]}) AS {quoted(column.name)}"
            for column in table.columns
        ]
        columns += [
            quoted(extra) if extra in have else f"CAST(NULL AS VARCHAR) AS {extra}"
            for extra in (PLACE, SEQUENCE)
        ]
        self.connection.execute(
            f"CREATE VIEW {table.name} AS SELECT {', '.join(columns)}, rowid AS {ROW} FROM {base}"
        )

    def _expression(
        self, base: str, where: str, column: Column, kind: str, *, trusted: bool
    ) -> str:
        """Return the SQL that gives a column our type, its bare name if it has it already."""
        name = quoted(column.name)
        if column.type == "text":
            if kind == "VARCHAR":
                return name if trusted else f"nullif(trim({name}), '')"
            if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
                whole = f"CAST(CAST({name} AS HUGEINT) AS VARCHAR)"
                return f"CASE WHEN {name} = floor({name}) THEN {whole} ELSE {name}::VARCHAR END"
            return f"CAST({name} AS VARCHAR)"
        if column.type == "number" and kind.startswith(_NUMERIC):
            return name if kind == "DOUBLE" else f"CAST({name} AS DOUBLE)"
        if column.type == "date" and kind.startswith(("DATE", "TIMESTAMP")):
            return name if kind == "DATE" else f"CAST({name} AS DATE)"
        text = f"nullif(trim(CAST({name} AS VARCHAR)), '')"
        cells = self.connection.execute(
            f"SELECT DISTINCT {text} AS cell FROM {base} "
            f"WHERE {text} IS NOT NULL LIMIT {_SPELLINGS_SEEN}"
        ).fetchall()
        prefer = self.dates if column.type == "date" else self.decimal
        told = tell(column.type, {row[0] for row in cells}, f"{where}: {column.name}", prefer)
        return conversion(told, text)

    def _report_unread(self, table: str, expressions: dict[str, str], have: dict[str, str]) -> None:
        for name, expression in expressions.items():
            column = TABLES[table].column(name)
            if column is None or column.type == "text":
                continue
            text = f"nullif(trim(CAST(s.{quoted(name)} AS VARCHAR)), '')"
            unread = (
                f"FROM staged.{table} s JOIN typed.{table} t ON s.rowid = t.rowid "
                f"WHERE {text} IS NOT NULL AND t.{quoted(name)} IS NULL"
            )
            if expression == quoted(name) or not (
                count := self.number(f"SELECT count(*) {unread}")
            ):
                continue
            shown = self.connection.execute(
                f"SELECT s.rowid, {text} {unread} ORDER BY 1 LIMIT {EXAMPLES}"
            ).fetchall()
            # The typed view is not there yet, so the place is told from the staged row.
            examples = [
                f"{self._places[table](row)}: {name} = {shortened(cell)}" for row, cell in shown
            ]
            self.report(
                table,
                f"bad-{column.type}",
                "error",
                count,
                unread_cells(table, column, count),
                examples,
            )


def unread_cells(table: str, column: Column, count: int) -> str:
    """Return the sentence for cells that hold no number or no day."""
    what, write = ("number", "1234.5") if column.type == "number" else ("day", "2026-01-31")
    cells = f"{count:,} cells" if count > 1 else "One cell"
    holds = "hold" if count > 1 else "holds"
    unknown = "" if column.required else ", or leave it empty if it is unknown"
    return f"{cells} of {table}.{column.name} {holds} no {what}: write it like {write}{unknown}."


def plausible(day: str) -> str:
    """Return the SQL that tells whether a day lies in years that can be meant."""
    return f"year({day}) BETWEEN 1950 AND 2100"


def as_number(text: str) -> float | None:
    """Return the number that a setting's text is, or None."""
    try:
        return float(text)
    except ValueError:
        return None


def set_variable(connection: duckdb.DuckDBPyConnection, name: str, value: object) -> None:
    """Make a value readable in SQL as `getvariable('name')`: numbers as numbers, days as days."""
    number = as_number(value) if isinstance(value, str) else None
    if number is not None:
        connection.execute(f"SET VARIABLE {quoted(name)} = CAST({number!r} AS DOUBLE)")
    elif isinstance(value, int | float):
        connection.execute(f"SET VARIABLE {quoted(name)} = CAST({float(value)!r} AS DOUBLE)")
    elif isinstance(value, str):
        connection.execute(f"SET VARIABLE {quoted(name)} = {literal(value)}")
    else:
        connection.execute(f"SET VARIABLE {quoted(name)} = DATE '{value}'")

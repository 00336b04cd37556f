"""How a check is declared, and what it may look at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from planning_engine.data.connectors.registry import quoted
from planning_engine.data.issue import Issue, Severity
from planning_engine.data.staging import EXAMPLES, ROW, Staging
from planning_engine.errors import shortened

_LOOKED_AT = 10 * EXAMPLES


@dataclass(frozen=True)
class Inspection:
    """The staged tables of an import, as the checks see them.

    Attributes:
        staging: The tables.
        as_of: The date the data speaks for; None if unknown.
        switches: The settings of the import; a repair is on when its value is `on`.
    """

    staging: Staging
    as_of: date | None
    switches: Mapping[str, str]

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection that holds the tables."""
        return self.staging.connection

    @property
    def tables(self) -> Sequence[str]:
        """Names of the tables that came."""
        return self.staging.tables

    def is_on(self, repair: str) -> bool:
        """Tell whether a named repair was asked for."""
        return self.switches.get(repair) == "on"

    def finding(
        self,
        table: str,
        rule: str,
        severity: Severity,
        where: str,
        message: str,
        show: Sequence[str] = (),
    ) -> Issue | None:
        """Return an issue if any row of a table meets a condition.

        Args:
            table: Name of the table.
            rule: Name of the rule.
            severity: How bad it is.
            where: SQL condition on the table's columns.
            message: Sentence; `{rows}` becomes the count and the word for it.
            show: Columns whose values the examples show.
        """
        count = self.staging.number(f"SELECT count(*) FROM {table} WHERE {where}")
        if not count:
            return None
        examples = self.examples(table, where, show)
        return Issue(table, rule, severity, count, message.format(rows=counted(count)), examples)

    def examples(self, table: str, where: str, show: Sequence[str]) -> tuple[str, ...]:
        """Return the first rows that meet a condition, each with the place it came from."""
        columns = ", ".join(quoted(column) for column in show) or "NULL"
        rows = self.connection.execute(
            f"SELECT {ROW}, {columns} FROM {table} WHERE {where} ORDER BY {ROW} LIMIT {_LOOKED_AT}"
        ).fetchall()
        # One line of a wide file may hold many rows; it is shown once.
        shown = dict.fromkeys(
            self.example(table, row[0], dict(zip(show, row[1:], strict=False))) for row in rows
        )
        return tuple(shown)[:EXAMPLES]

    def example(self, table: str, row: int, values: Mapping[str, object]) -> str:
        """Return one row as a person finds it: `sales.csv line 14: quantity = -3`."""
        shown = ", ".join(f"{name} = {spelt(value)}" for name, value in values.items())
        place = self.staging.place(table, row)
        return f"{place}: {shown}" if shown else place


Check = Callable[[Inspection], Iterator[Issue | None]]
_declared: list[Check] = []


def check(function: Check) -> Check:
    """Declare a check: it yields what it finds, or None for nothing."""
    _declared.append(function)
    return function


def all_checks() -> tuple[Check, ...]:
    """Return the checks in the order they were declared."""
    return tuple(_declared)


def counted(count: int, thing: str = "row") -> str:
    """Return a count in words: `One row` or `1,203 rows`."""
    return f"One {thing}" if count == 1 else f"{count:,} {thing}s"


def spelt(value: object) -> str:
    """Return a cell as a person would write it; `missing` if there is nothing."""
    if value is None:
        return "missing"
    if isinstance(value, float):
        return f"{value:.10g}"
    return shortened(str(value))

"""CSV and other delimited text, read by DuckDB's own parallel reader."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import duckdb

from planning_engine.data.connectors.registry import (
    Loaded,
    ReadOptions,
    Refused,
    Relation,
    create_or_append,
    literal,
    quoted,
)
from planning_engine.data.connectors.text import (
    Scanned,
    read_header,
    records,
    scan,
    sha256_of,
    transcoded,
)
from planning_engine.data.schema import Column
from planning_engine.data.spelling import is_plain
from planning_engine.errors import DataProblem, shortened

_SAMPLED = 2_000
_REFUSED_KEPT = 100_000
_MISSING = ("", "NULL", "null", "NaN", "nan", "#N/A")


@dataclass(frozen=True)
class Layout:
    """How a delimited file is laid out."""

    path: Path
    scanned: Scanned
    delimiter: str
    columns: tuple[str, ...]


class DelimitedFile(Relation):
    """A file with one row a line: .csv, .tsv, .txt, gzipped or not."""

    trims = True

    def __init__(self, path: Path, name: str, origin: str, options: ReadOptions) -> None:
        self.path = path
        self.name = name
        self.origin = origin
        self._options = options

    def columns(self) -> tuple[str, ...]:
        """Return the names in its first line, or those it was declared with."""
        return self._layout.columns

    def load(
        self,
        connection: duckdb.DuckDBPyConnection,
        target: str,
        wanted: Mapping[str, Column] | None = None,
    ) -> Loaded:
        """Read the file; cells that are no number or day where one is wanted are refused."""
        kinds = self._kinds(wanted)
        rejects = f"rejects_{abs(hash(target + self.origin)):x}"
        select = (
            f"SELECT {', '.join(_selected(kinds, wanted))} "
            f"FROM read_csv({self._reader(kinds)}, store_rejects=true, "
            f"rejects_limit={_REFUSED_KEPT}, rejects_table={literal(rejects)}, "
            f"rejects_scan={literal(rejects + '_scan')})"
        )
        try:
            first, rows = create_or_append(connection, target, select)
        except duckdb.InvalidInputException as problem:
            words = shortened(str(problem).splitlines()[0], 200)
            raise DataProblem(f"{self.origin} cannot be read as a table: {words}") from problem
        refused = tuple(self._refused(connection, rejects, wanted or {}))
        connection.execute(f"DROP TABLE IF EXISTS {rejects}")
        connection.execute(f"DROP TABLE IF EXISTS {rejects}_scan")
        return Loaded(rows, sha256_of(self.path), self._places(first, rows), refused)

    @cached_property
    def _layout(self) -> Layout:
        options, path = self._options, self.path
        if options.encoding and options.encoding.casefold() not in ("utf-8", "utf8"):
            if options.scratch is None:
                raise DataProblem(f"There is no room to convert {self.origin} to UTF-8.")
            path = transcoded(path, options.encoding, options.scratch)
        scanned = scan(path, self.origin)
        if options.header:
            return Layout(path, scanned, *read_header(self.origin, scanned, options.delimiter))
        delimiter = options.delimiter or ","
        return Layout(path, scanned, delimiter, options.columns)

    def _kinds(self, wanted: Mapping[str, Column] | None) -> dict[str, str]:
        """Return the DuckDB type to read each column as; text where ours needs interpreting."""
        kinds = dict.fromkeys(self.columns(), "VARCHAR")
        if not wanted:
            return kinds
        sample = self._sample()
        for position, name in enumerate(self.columns()):
            column = wanted.get(name)
            if column is None or column.type == "text":
                continue
            cells = [row[position].strip() for row in sample if position < len(row)]
            if is_plain(column.type, [cell for cell in cells if cell not in _MISSING]):
                kinds[name] = "DOUBLE" if column.type == "number" else "DATE"
        return kinds

    def _sample(self) -> list[list[str]]:
        layout = self._layout
        rows = records(layout.path, layout.delimiter, self._options.quote)
        return [cells for _, cells in islice(rows, int(self._options.header), _SAMPLED)]

    def _reader(self, kinds: Mapping[str, str]) -> str:
        layout, options = self._layout, self._options
        columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in kinds.items())
        missing = ", ".join(literal(mark) for mark in _MISSING)
        header = "true" if options.header else "false"
        skip = layout.scanned.head_line - 1 if options.header else 0
        return (
            f"{literal(str(layout.path))}, auto_detect=false, header={header}, skip={skip}, "
            f"delim={literal(layout.delimiter)}, quote={literal(options.quote)}, "
            f"escape={literal(options.quote)}, columns={{{columns}}}, nullstr=[{missing}]"
        )

    def _refused(
        self, connection: duckdb.DuckDBPyConnection, rejects: str, wanted: Mapping[str, Column]
    ) -> Iterator[Refused]:
        rows = connection.execute(
            f"SELECT line, column_name, column_idx, error_type::VARCHAR, csv_line FROM {rejects} "
            "ORDER BY line, column_idx"
        ).fetchall()
        for line, name, position, error, text in rows:
            place = f"{self.origin} line {line}"
            if error == "CAST" and name in wanted:
                column = wanted[name]
                yield Refused(place, f"bad-{column.type}", name, self._cell(text, position))
            else:
                yield Refused(place, _BROKEN_LINES.get(error, "line"), None, text.strip()[:60])

    def _cell(self, line: str, position: int) -> str:
        cells = next(csv.reader([line.lstrip("\r\n")], delimiter=self._layout.delimiter), [])
        return cells[position - 1] if 0 < position <= len(cells) else line.strip()[:60]

    def _places(self, first: int, rows: int) -> Callable[[int], str]:
        layout = self._layout
        head = layout.scanned.head_line if self._options.header else 0

        def place(row: int) -> str:
            index = row - first
            # Blank lines and line ends inside quotes only ever add lines, so equal counts
            # mean that row and line run together.
            if layout.scanned.lines == rows + head:
                return f"{self.origin} line {index + 1 + head}"
            return f"{self.origin} line {self._line(index)}"

        return place

    def _line(self, index: int) -> int:
        layout, skipped = self._layout, int(self._options.header)
        rows = records(layout.path, layout.delimiter, self._options.quote)
        return next((line for line, _ in islice(rows, index + skipped, None)), 0)


_BROKEN_LINES = {
    "MISSING COLUMNS": "too few cells",
    "TOO MANY COLUMNS": "too many cells",
    "UNQUOTED VALUE": "a quote that is not closed",
    "LINE SIZE OVER MAXIMUM": "an endless line",
    "INVALID ENCODING": "a wrong encoding",
}


def _selected(kinds: Mapping[str, str], wanted: Mapping[str, Column] | None) -> Iterator[str]:
    for name, kind in kinds.items():
        if wanted is None:
            yield f"nullif(trim({quoted(name)}), '') AS {quoted(name)}"
        elif name in wanted:
            source = quoted(name)
            value = f"nullif(trim({source}), '')" if kind == "VARCHAR" else source
            yield f"{value} AS {quoted(wanted[name].name)}"

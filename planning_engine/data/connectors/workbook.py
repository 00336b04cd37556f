"""Excel workbooks: each sheet is a table, its first filled row names the columns."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from zipfile import BadZipFile

import duckdb
import pyarrow as pa

from planning_engine.data.connectors.registry import (
    Loaded,
    Relation,
    append_rows,
)
from planning_engine.data.connectors.text import sha256_of
from planning_engine.data.schema import Column
from planning_engine.errors import DataProblem, shortened

_BATCH = 20_000


def is_workbook(path: Path) -> bool:
    """Tell whether a file is a workbook that can be read."""
    return path.suffix.casefold() in (".xlsx", ".xlsm")


class Sheet(Relation):
    """One sheet of a workbook; cells are read as the text a person sees as value."""

    def __init__(self, path: Path, name: str, origin: str) -> None:
        self.path = path
        self.name = name
        self.origin = origin
        self._title = name
        self._columns: tuple[str, ...] | None = None

    def columns(self) -> tuple[str, ...]:
        """Return the cells of the first filled row."""
        if self._columns is None:
            first = next(self._rows(), None)
            self._columns = _header(first[1], f"{self.origin} row {first[0]}") if first else ()
        return self._columns

    def load(
        self,
        connection: duckdb.DuckDBPyConnection,
        target: str,
        wanted: Mapping[str, Column] | None = None,
    ) -> Loaded:
        """Read the sheet as text; blank rows are skipped, formulas give their last value."""
        names = self.columns()
        kept = [
            (i, wanted[n].name if wanted else n)
            for i, n in enumerate(names)
            if wanted is None or n in wanted
        ]
        numbers: list[int] = []
        first = -1
        for batch in _batches(self._rows(), skip=1):
            table = pa.table(
                {
                    name: pa.array(
                        [row[i] if i < len(row) else None for _, row in batch], pa.string()
                    )
                    for i, name in kept
                }
            )
            start, _ = append_rows(connection, target, table)
            first = start if first < 0 else first
            numbers += [number for number, _ in batch]

        def place(row: int) -> str:
            return f"{self.origin} row {numbers[row - first]}"

        return Loaded(len(numbers), sha256_of(self.path), place)

    def _rows(self) -> Iterator[tuple[int, list[str | None]]]:
        """Yield the number and the cells of each filled row."""
        from openpyxl import load_workbook

        book = load_workbook(self.path, read_only=True, data_only=True)
        try:
            for number, cells in enumerate(book[self._title].iter_rows(values_only=True), start=1):
                row = [_text(cell) for cell in cells]
                if any(row):
                    yield number, row
        finally:
            book.close()


def sheets(path: Path, origin: str) -> list[Relation]:
    """Return the sheets of a workbook that hold anything.

    Raises:
        DataProblem: The file is no workbook.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError) as problem:
        raise DataProblem(
            f"{origin} is not an Excel workbook that can be opened ({problem}). Save it again as "
            ".xlsx, without a password."
        ) from problem
    names = list(book.sheetnames)
    book.close()
    return [Sheet(path, name, f"{origin} [{name}]") for name in names]


def _header(cells: list[str | None], place: str) -> tuple[str, ...]:
    names = tuple(cell or f"column {i}" for i, cell in enumerate(cells, start=1))
    twins = {name for name in names if [n.casefold() for n in names].count(name.casefold()) > 1}
    if twins:
        raise DataProblem(
            f"{place} names the column '{shortened(min(twins))}' twice. Rename one of them."
        )
    return names


def _batches(
    rows: Iterator[tuple[int, list[str | None]]], *, skip: int
) -> Iterator[list[tuple[int, list[str | None]]]]:
    batch: list[tuple[int, list[str | None]]] = []
    for position, row in enumerate(rows):
        if position < skip:
            continue
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


def _text(cell: object) -> str | None:
    match cell:
        case None:
            return None
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date():
            return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell).strip() or None

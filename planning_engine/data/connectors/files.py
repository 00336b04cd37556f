"""Folders and single files: delimited text, JSON, Parquet."""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from planning_engine.data.connectors.delimited import DelimitedFile
from planning_engine.data.connectors.registry import (
    Loaded,
    Opened,
    ReadOptions,
    Relation,
    connector,
    create_or_append,
    literal,
    quoted,
    table_of,
)
from planning_engine.data.connectors.text import sha256_of
from planning_engine.data.connectors.workbook import is_workbook, sheets
from planning_engine.data.schema import Column
from planning_engine.errors import DataProblem, shortened

_TEXT = (".csv", ".tsv", ".tab", ".txt")
_RECORDS = (".json", ".jsonl", ".ndjson")
_COMPANY = "company.toml"


class ReadableFile(Relation):
    """A file that DuckDB reads with its columns and types: Parquet or JSON records."""

    def __init__(self, path: Path, name: str, origin: str, reader: str, row_word: str) -> None:
        self.path = path
        self.name = name
        self.origin = origin
        self._reader = reader
        self._row_word = row_word

    def columns(self) -> tuple[str, ...]:
        """Return its columns, as DuckDB tells them."""
        with duckdb.connect() as connection, self._said_plainly():
            rows = connection.execute(f"DESCRIBE FROM {self._source}").fetchall()
        return tuple(row[0] for row in rows)

    def load(
        self,
        connection: duckdb.DuckDBPyConnection,
        target: str,
        wanted: Mapping[str, Column] | None = None,
    ) -> Loaded:
        """Read the file; values keep the types it has."""
        kept = "*"
        if wanted is not None:
            kept = ", ".join(f"{quoted(n)} AS {quoted(c.name)}" for n, c in wanted.items())
        with self._said_plainly():
            first, rows = create_or_append(connection, target, f"SELECT {kept} FROM {self._source}")

        def place(row: int) -> str:
            return f"{self.origin} {self._row_word} {row - first + 1}"

        return Loaded(rows, sha256_of(self.path), place)

    @property
    def _source(self) -> str:
        return self._reader.replace("{}", literal(str(self.path)))

    def _said_plainly(self) -> "_Plainly":
        return _Plainly(self.origin)


class _Plainly:
    """Turn DuckDB's refusal of a file into a sentence."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, duckdb.Error) and not isinstance(
            problem, duckdb.OutOfMemoryException
        ):
            words = str(problem).splitlines()[0].split(": ", 1)[-1].rstrip(".")
            raise DataProblem(
                f"{self._origin} cannot be read: {shortened(words, 200)}."
            ) from problem


def _is_file_or_folder(source: str) -> bool:
    path = Path(source)
    return "://" not in source and (
        path.is_dir() or (path.is_file() and _stem_and_kind(path) is not None)
    )


@connector(_is_file_or_folder)
def open_files(source: str, options: ReadOptions) -> Opened:
    """Open a folder of files, or one file."""
    root = Path(source)
    company = (root.parent if root.is_file() else root) / _COMPANY
    text = _company_text(company) if company.is_file() else None
    if root.is_file():
        relations = tuple(read_file(root, root.name, options))
        return Opened(root.name, relations, root=root, company=text)
    found: list[Relation] = []
    overlooked: list[str] = []
    for path in sorted(root.iterdir()):
        if path.name.startswith((".", "~$")) or path.name == _COMPANY:
            continue
        try:
            found += _parts(path, options) if path.is_dir() else _in_folder(path, options)
        except DataProblem:
            # A file that is none of our tables does not stop an import.
            told = (path.name, "folder") if path.is_dir() else _stem_and_kind(path)
            if told and table_of(told[0]):
                raise
            overlooked.append(path.name)
    return Opened(str(root), tuple(found), root=root, company=text, overlooked=tuple(overlooked))


def read_file(
    path: Path, origin: str, options: ReadOptions, name: str | None = None
) -> list[Relation]:
    """Return the relations in one file; a workbook or a JSON object holds several."""
    told = _stem_and_kind(path)
    if told is None:
        raise DataProblem(f"{origin} is no file that can be imported: use csv, xlsx or parquet.")
    stem, kind = told
    if path.stat().st_size == 0:
        raise DataProblem(
            f"{origin} is empty (line 1 should name the columns). Remove it, or export it again."
        )
    if kind == "workbook":
        return sheets(path, origin)
    if kind == "parquet":
        reader = "read_parquet({})"
        return [ReadableFile(path, name or stem, origin, reader, "row")]
    if kind == "records":
        return _json_relations(path, name or stem, origin, options)
    return [DelimitedFile(path, name or stem, origin, options)]


def _in_folder(path: Path, options: ReadOptions) -> list[Relation]:
    """Return the relations of a file beside others; one lone sheet is named after its file."""
    relations = read_file(path, path.name, options)
    told = _stem_and_kind(path)
    if told and told[1] == "workbook" and len(relations) == 1 and not table_of(relations[0].name):
        relations[0].name = told[0]
    return relations


def _stem_and_kind(path: Path) -> tuple[str, str] | None:
    name = path.name.casefold()
    packed = name.endswith(".gz")
    name = name.removesuffix(".gz")
    stem, dot, ending = name.rpartition(".")
    ending = dot + ending
    if ending in _TEXT:
        return path.name[: len(stem)], "text"
    if ending in _RECORDS:
        return path.name[: len(stem)], "records"
    if ending == ".parquet" and not packed:
        return path.name[: len(stem)], "parquet"
    if is_workbook(path):
        return path.name[: len(stem)], "workbook"
    return None


def _parts(folder: Path, options: ReadOptions) -> Iterator[Relation]:
    """Yield the files of a folder named like a table: `sales/2025.csv`, `sales/2026.csv`."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and _stem_and_kind(path) and not path.name.startswith("."):
            yield from read_file(path, f"{folder.name}/{path.name}", options, name=folder.name)


def _company_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataProblem(f"{path.name} is not UTF-8. Save it as UTF-8.") from problem


def _json_relations(path: Path, name: str, origin: str, options: ReadOptions) -> list[Relation]:
    """Return one relation for a list of records, several for an object of lists."""
    if not _is_object_of_lists(path):
        reader = "read_json({}, sample_size=-1, maximum_object_size=134217728)"
        return [ReadableFile(path, name, origin, reader, "record")]
    if options.scratch is None:
        raise DataProblem(f"{origin} holds several tables: write each to a file of its own.")
    relations: list[Relation] = []
    for key, rows in _read_object(path, origin).items():
        if not isinstance(rows, list) or not rows:
            continue
        options.scratch.mkdir(parents=True, exist_ok=True)
        copy = options.scratch / f"{len(relations)}-{path.stem}.ndjson"
        copy.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        reader = "read_json({}, format='newline_delimited', sample_size=-1)"
        relations.append(ReadableFile(copy, key, f"{origin} [{key}]", reader, "record"))
    return relations


def _is_object_of_lists(path: Path) -> bool:
    """Tell an object of lists from newline-delimited records by how the file begins."""
    with (
        gzip.open(path, "rt", encoding="utf-8", errors="replace")
        if path.suffix == ".gz"
        else (path.open(encoding="utf-8", errors="replace")) as stream
    ):
        start = stream.read(4096).lstrip("\ufeff \t\r\n")
    if not start.startswith("{"):
        return False
    _, colon, rest = start.partition(":")
    return bool(colon) and rest.lstrip().startswith("[")


def _read_object(path: Path, origin: str) -> dict[str, Any]:  # Any: JSON
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig") as stream:
            content = json.load(stream)
    except (ValueError, OSError) as problem:
        raise DataProblem(
            f"{origin} is not valid JSON: {shortened(str(problem), 200)}."
        ) from problem
    if not isinstance(content, dict):
        raise DataProblem(f"{origin} must be a list of records or an object of lists.")
    return content

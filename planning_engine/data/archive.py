"""Snapshot folders: written whole or not at all, opened, verified."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb

from planning_engine.data.company import Company, parse_company
from planning_engine.data.issue import Issue
from planning_engine.data.schema import TABLES, Table
from planning_engine.data.snapshot import Snapshot, Source
from planning_engine.errors import DataProblem

MANIFEST = "manifest.json"


def open_snapshot(folder: Path) -> Snapshot:
    """Open a snapshot folder.

    Raises:
        DataProblem: The manifest or one of its files is gone or has another size.
    """
    manifest = _read_manifest(folder)
    relations = {}
    for name, entry in manifest["tables"].items():
        path = folder / f"{name}.parquet"
        if not path.is_file() or path.stat().st_size != entry["bytes"]:
            raise DataProblem(
                f"Snapshot {folder.name} is damaged: {path.name} is missing or was changed. "
                "Import the data again with `sop import`."
            )
        relations[name] = str(path)
    return Snapshot(
        manifest["id"],
        parse_company(manifest["company"], f"{folder.name}/company.toml"),
        relations,
        issues=tuple(
            Issue(**{**issue, "examples": tuple(issue["examples"])}) for issue in manifest["issues"]
        ),
        sources=tuple(Source(**source) for source in manifest["sources"]),
    )


def freeze(
    connection: duckdb.DuckDBPyConnection,
    tables: Iterable[str],
    company: Company,
    store: Path,
    *,
    issues: tuple[Issue, ...] = (),
    sources: tuple[Source, ...] = (),
) -> Snapshot:
    """Write relations as a new snapshot folder and open it.

    The folder appears whole or not at all: it is written beside its place and renamed. The
    same facts give the same id, and a snapshot that is there already is not written again.

    Args:
        connection: Holds one relation per table, named and typed as in the schema.
        tables: Names of the tables to write.
        company: Whose facts they are.
        store: Folder that holds the snapshots.
        issues: Findings to keep with it.
        sources: Where each table came from.
    """
    with plain_disk_errors(store), draft(store) as scratch:
        folder = scratch / "snapshot"
        folder.mkdir()
        entries = {name: _write_table(connection, TABLES[name], folder) for name in sorted(tables)}
        found = [asdict(issue) for issue in issues]
        identity = _identity(entries, company, found)
        manifest = {
            "id": identity,
            "company": company.source,
            "tables": entries,
            "issues": found,
            "sources": [asdict(source) for source in sources],
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        place = store / identity
        if place.exists() and _is_damaged(place):
            shutil.rmtree(place)
        with _already_there():
            folder.rename(place)
        return open_snapshot(place)


@contextmanager
def draft(store: Path) -> Iterator[Path]:
    """Make a folder for unfinished work in a store; it is gone afterwards.

    What an import that was killed left behind is removed first: a living one holds a lock on
    its folder, which the system lets go when the process dies.
    """
    store.mkdir(parents=True, exist_ok=True)
    for left in store.glob(f"{_DRAFT}*"):
        _remove_if_dead(left)
    folder = Path(mkdtemp(prefix=".new-", dir=store))
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder = folder.rename(store / folder.name.replace(".new-", _DRAFT))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


@contextmanager
def plain_disk_errors(store: Path) -> Iterator[None]:
    """Turn a full, read-only or forbidden disk into a sentence.

    Raises:
        DataProblem: What the disk refused, and what to do.
    """
    try:
        yield
    except OSError as problem:
        if problem.errno not in _REFUSALS:
            raise
        raise DataProblem(_refusal(store, problem.errno)) from problem
    except duckdb.Error as problem:
        words = str(problem)
        full = "No space left" in words or "max_temp_directory_size" in words
        if full or "Disk quota" in words:
            raise DataProblem(_refusal(store, errno.ENOSPC)) from problem
        if "Out of Memory" in words:
            raise DataProblem(
                "The import needs more memory than it may use. Import fewer rows at a time, or "
                "give it a disk with more room to work on."
            ) from problem
        raise


_DRAFT = ".draft-"
_REFUSALS = {
    errno.ENOSPC: "is full",
    errno.EDQUOT: "is over its quota",
    errno.EFBIG: "takes no file that large",
    errno.EROFS: "is read-only",
    errno.EACCES: "may not be written",
    errno.EPERM: "may not be written",
}


def _refusal(store: Path, number: int) -> str:
    return (
        f"The disk of {store} {_REFUSALS[number]}; nothing was imported. "
        "Make room, or set SOP_HOME to another folder."
    )


@contextmanager
def _already_there() -> Iterator[None]:
    """Let a rename pass when the same snapshot was put there meanwhile."""
    try:
        yield
    except OSError as problem:
        if problem.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


def _remove_if_dead(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(handle)


def _is_damaged(folder: Path) -> bool:
    try:
        return bool(verify(folder))
    except DataProblem:
        return True


def _identity(
    entries: dict[str, dict[str, Any]], company: Company, issues: list[dict[str, Any]]
) -> str:
    content = [company.source, issues, {name: entry["sha256"] for name, entry in entries.items()}]
    return f"s_{hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]}"


def verify(folder: Path) -> list[str]:
    """Return a sentence for each file of a snapshot whose content is not what was frozen."""
    manifest = _read_manifest(folder)
    problems = []
    for name, entry in manifest["tables"].items():
        path = folder / f"{name}.parquet"
        if not path.is_file():
            problems.append(f"{path.name} of {folder.name} is missing.")
        elif _sha256(path) != entry["sha256"]:
            problems.append(f"{path.name} of {folder.name} was changed after the import.")
    return problems


def _write_table(
    connection: duckdb.DuckDBPyConnection, table: Table, folder: Path
) -> dict[str, Any]:
    path = folder / f"{table.name}.parquet"
    columns = ", ".join(f'"{name}"' for name in table.names)
    # Rows with the same key are ordered by what else they hold, so that the bytes, and with
    # them the id, do not depend on how the work was split.
    rest = [name for name in table.names if name not in table.key]
    order = ", ".join(f'"{name}"' for name in (*table.key, *rest))
    target = str(path).replace("'", "''")
    count = connection.execute(
        f"COPY (SELECT {columns} FROM {table.name} ORDER BY {order}) "
        f"TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
    ).fetchone()
    rows = int(count[0]) if count else 0
    return {"rows": rows, "bytes": path.stat().st_size, "sha256": _sha256(path)}


def _read_manifest(folder: Path) -> dict[str, Any]:  # Any: JSON
    path = folder / MANIFEST
    if not path.is_file():
        raise DataProblem(
            f"There is no snapshot '{folder.name}' in {folder.parent}. "
            "It was deleted or never imported: run `sop import` again."
        )
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise DataProblem(f"{path} is damaged. Import the data again.") from problem
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

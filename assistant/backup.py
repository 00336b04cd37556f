"""One archive of everything that cannot be made again."""

import os
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.wiring import Workshop
from planning_engine.errors import BadRequest

# Made again from the rest when they are missing.
_REBUILT = ("cache", "notes-index")


@dataclass(frozen=True)
class Backup:
    """What was written, and what was not and why."""

    bytes: int
    left_out: tuple[str, ...]


def write_backup(parts: Workshop, target: Path, progress: Callable[[str, float], None]) -> Backup:
    """Write the archive, whole or not at all.

    The database is copied by itself, so that the copy is consistent while others write.

    Raises:
        BadRequest: There is nothing to back up, or the file exists.
    """
    home = parts.home.folder
    if not home.is_dir():
        raise BadRequest(f"There is nothing in {home} to back up yet.")
    if target.exists():
        raise BadRequest(f"{target} exists already. Name another file.")
    draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
    left_out = [f"{name} (made again when needed)" for name in _REBUILT if (home / name).exists()]
    try:
        with tarfile.open(draft, "w:gz") as archive:
            file = parts.store.database.file
            entries = [path for path in sorted(home.iterdir()) if _is_kept(path, file)]
            for number, path in enumerate(entries):
                progress(f"Packing {path.name}", number / (len(entries) + 1))
                archive.add(path, arcname=path.name)
            progress("Packing the database", 0.9)
            if file is None:
                left_out.append("the database server (back it up with pg_dump)")
            else:
                _add_database(parts, archive, file.name)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return Backup(target.stat().st_size, tuple(left_out))


def _is_kept(path: Path, database: Path | None) -> bool:
    is_database = database is not None and path.name.startswith(database.name)
    return path.name not in _REBUILT and not is_database and not path.name.startswith(".")


def _add_database(parts: Workshop, archive: tarfile.TarFile, name: str) -> None:
    with tempfile.TemporaryDirectory(dir=parts.home.folder) as folder:
        copy = Path(folder) / name
        parts.store.database.backup(copy)
        archive.add(copy, arcname=name)

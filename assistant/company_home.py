"""The folder that keeps a company's state: its snapshots, and which of them is in use."""

import os
from pathlib import Path
from threading import Lock

from planning_engine.data.archive import open_snapshot
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem, UnknownName


class CompanyHome:
    """Snapshots on disk by id; the one in use is named in the file `current`."""

    def __init__(self, folder: Path) -> None:
        """Look at a folder; nothing is written until something is kept."""
        self.folder = folder
        self.snapshots = folder / "snapshots"
        self.cache = folder / "cache"
        self.notes_index = folder / "notes-index"
        self._open: dict[str, tuple[int, Snapshot]] = {}
        self._lock = Lock()

    @property
    def current_id(self) -> str | None:
        """Id of the snapshot in use, or None if nothing was imported."""
        try:
            return (self.folder / "current").read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def current(self) -> Snapshot:
        """Open the snapshot in use.

        Raises:
            DataProblem: Nothing was imported, or the snapshot was deleted or damaged.
        """
        identity = self.current_id
        if identity is None:
            raise DataProblem(
                f"There is no data in {self.folder} yet. Run `sop demo` for a demo company, "
                "or `sop import FOLDER` for your own."
            )
        return self.open(identity)

    def open(self, identity: str) -> Snapshot:
        """Open a snapshot by id; one that is open already is checked to be still there.

        Raises:
            UnknownName: The id is not one a snapshot can have.
            DataProblem: It was deleted or damaged.
        """
        base = identity.partition("+")[0]
        if not base.startswith("s_") or not base[2:].isalnum():
            raise UnknownName("snapshot", identity, self.ids())
        folder = self.snapshots / base
        with self._lock:
            # A file that somebody deletes changes the folder's time: look again then.
            changed = folder.stat().st_mtime_ns if folder.is_dir() else 0
            if base not in self._open or self._open[base][0] != changed:
                self._open.pop(base, None)
                self._open[base] = (changed, open_snapshot(folder))
            return self._open[base][1]

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all snapshots kept here, sorted."""
        return tuple(sorted(path.name for path in self.snapshots.glob("s_*") if path.is_dir()))

    def use(self, snapshot: Snapshot) -> None:
        """Make a snapshot the one in use."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".current-{os.getpid()}"
        draft.write_text(f"{snapshot.id}\n", encoding="utf-8")
        draft.replace(self.folder / "current")

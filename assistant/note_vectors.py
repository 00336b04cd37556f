"""The vectors of the notes' passages in Chroma: a cache of the state store, rebuilt at need.

Passages and vectors are kept in the state store; what is here can be deleted at any time. An
embedded Chroma serves one process per folder (a second one would silently miss what the first
adds), so a lock file keeps others out; they search the store's vectors instead, with the same
results.
"""

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import urlsplit

from assistant.embedding import Vectors

if TYPE_CHECKING:
    from chromadb import Where
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

_log = logging.getLogger(__name__)
ResultT = TypeVar("ResultT")

# Chroma's defaults missed up to 28 of 5,000 exact matches; these missed none.
_HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "ef_search": 400,
    "ef_construction": 400,
    "max_neighbors": 32,
}
_BATCH = 2000


class IndexUnavailable(Exception):
    """Chroma cannot be used now; the message says why. Vectors are then read from the store."""


class ChromaVectors:
    """Vectors by passage id, on disk in a folder or in a Chroma server."""

    def __init__(self, folder: Path, name: str, url: str | None = None) -> None:
        """Say where the vectors are kept; nothing is opened yet.

        Args:
            folder: Folder of the embedded index; unused with a server.
            name: What the collection holds, e.g. encoder and database: same name, same vectors.
            url: Address of a Chroma server, e.g. `http://127.0.0.1:8001`.
        """
        self._folder = folder
        self._url = url
        self._collection_name = f"sop-notes-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
        self._lock: int | None = None
        self._client: ClientAPI | None = None
        self._collection: Collection | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether this process has the index open."""
        return self._collection is not None

    @property
    def place(self) -> str:
        """The server's address, or the folder."""
        return self._url or str(self._folder)

    def sync(self, ids: Sequence[str], vectors: Vectors, notes: Sequence[int]) -> None:
        """Make the index hold exactly these passages.

        Whether it does already is told by its count and a digest of the ids.

        Args:
            ids: Passage ids, each naming one passage's content for good.
            vectors: One row per id.
            notes: Number of the note each belongs to.

        Raises:
            IndexUnavailable: Another process has it, or the server is away.
        """

        def bring_up_to_date() -> None:
            collection = self._opened()
            digest = _digest(ids)
            in_step = (collection.metadata or {}).get("digest") == digest
            if not in_step or collection.count() != len(ids):
                _bring_up_to_date(collection, ids, vectors, notes)
                collection.modify(metadata={"digest": digest})
            if ids:  # a damaged index shows at the first search
                collection.query(query_embeddings=vectors[:1], n_results=1, include=[])

        self._with_rebuild(bring_up_to_date)

    def nearest(self, vector: Vectors, notes: Sequence[int] | None, limit: int) -> list[str]:
        """Return the ids of the passages nearest to a vector, nearest first.

        Args:
            vector: One row.
            notes: Only passages of these notes; all if None.
            limit: How many.

        Raises:
            IndexUnavailable: It was lost since; it is rebuilt by the next `sync`.
        """
        if self._collection is None:
            raise IndexUnavailable("the index is not open")
        problems = _problems()
        try:
            found = self._collection.query(
                query_embeddings=vector[None, :],
                n_results=limit,
                where=None if notes is None else _only(notes),
                include=[],
            )
        except problems as problem:
            _log.warning("Chroma at %s failed (%s); searching the store", self.place, problem)
            self.close()
            raise IndexUnavailable(str(problem)) from problem
        return list(found["ids"][0])

    def close(self) -> None:
        """Let go of the index and its lock."""
        if self._client is not None:
            with suppress(*_problems()):
                self._client.close()  # type: ignore[attr-defined]
        self._client = self._collection = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _with_rebuild(self, work: Callable[[], ResultT]) -> ResultT:
        problems = _problems()
        try:
            return work()
        except problems as problem:
            self.close()
            if self._url:
                raise IndexUnavailable(f"no Chroma server answers at {self._url}") from problem
            _log.warning("The notes index in %s is damaged and made anew: %s", self.place, problem)
        try:
            self._discard()
            return work()
        except problems as problem:
            self.close()
            raise IndexUnavailable(f"the index in {self.place} cannot be used") from problem

    def _opened(self) -> "Collection":
        if self._collection is None:
            self._client = self._server() if self._url else self._embedded()
            self._collection = self._client.get_or_create_collection(
                self._collection_name,
                embedding_function=None,
                configuration={"hnsw": _HNSW},
            )
        return self._collection

    def _server(self) -> "ClientAPI":
        import chromadb
        from chromadb.config import Settings

        address = urlsplit(self._url or "")
        return chromadb.HttpClient(
            host=address.hostname or "127.0.0.1",
            port=address.port or 8000,
            ssl=address.scheme == "https",
            settings=Settings(anonymized_telemetry=False),
        )

    def _embedded(self) -> "ClientAPI":
        self._folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        import chromadb
        from chromadb.config import Settings

        newest = max((int(path.name) for path in self._generations()), default=1)
        return chromadb.PersistentClient(
            str(self._folder / str(newest)), settings=Settings(anonymized_telemetry=False)
        )

    def _discard(self) -> None:
        """Drop a damaged index; the next one gets a new folder, as Chroma remembers the old."""
        self._folder.mkdir(parents=True, exist_ok=True)
        generations = self._generations()
        for path in generations:
            shutil.rmtree(path, ignore_errors=True)
        following = max((int(path.name) for path in generations), default=1) + 1
        (self._folder / str(following)).mkdir()

    def _generations(self) -> list[Path]:
        return [path for path in self._folder.iterdir() if path.name.isdigit()]

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not _locked(handle):
            os.close(handle)
            raise IndexUnavailable("another process uses the index")
        self._lock = handle


def _bring_up_to_date(
    collection: "Collection", ids: Sequence[str], vectors: Vectors, notes: Sequence[int]
) -> None:
    there = set(collection.get(include=[])["ids"])
    gone = sorted(there - set(ids))
    for start in range(0, len(gone), _BATCH):
        collection.delete(ids=gone[start : start + _BATCH])
    missing = [row for row, identity in enumerate(ids) if identity not in there]
    for start in range(0, len(missing), _BATCH):
        rows = missing[start : start + _BATCH]
        collection.upsert(
            ids=[ids[row] for row in rows],
            embeddings=vectors[rows],
            metadatas=[{"note": notes[row]} for row in rows],
        )


def _only(notes: Sequence[int]) -> "Where":
    return cast("Where", {"note": {"$in": list(notes)}})


def _digest(ids: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def _problems() -> tuple[type[Exception], ...]:
    from chromadb.errors import ChromaError
    from httpx import HTTPError

    return ChromaError, HTTPError, ValueError, OSError


def _locked(handle: int) -> bool:
    """Take a lock that the system frees when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

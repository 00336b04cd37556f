"""The facts as each asker sees them, and the names in them; kept open between questions."""

from threading import Lock

from assistant import access
from assistant.statements import Vocabulary
from planning_engine.data.company import Person
from planning_engine.data.scope import Scope
from planning_engine.data.snapshot import Snapshot

# Kinds of things whose names an answer may state; see `Snapshot.names`.
KINDS = (
    "product",
    "family",
    "site",
    "region",
    "customer",
    "channel",
    "resource",
    "supplier",
    "event",
)
_KEPT = 64


class Viewpoints:
    """Narrowed snapshots and vocabularies, each made once."""

    def __init__(self) -> None:
        self._narrowed: dict[tuple[str, Scope], Snapshot] = {}
        self._vocabularies: dict[str, Vocabulary] = {}
        self._lock = Lock()

    def narrowed(self, snapshot: Snapshot, person: Person) -> Snapshot:
        """Return the facts as the person may see them."""
        key = (snapshot.id, person.scope)
        with self._lock:
            if len(self._narrowed) >= _KEPT:
                self._narrowed.clear()
            if key not in self._narrowed:
                self._narrowed[key] = access.narrowed(snapshot, person)
            return self._narrowed[key]

    def vocabulary(self, snapshot: Snapshot) -> Vocabulary:
        """Return the names of all of the company's things, also those an asker may not see."""
        with self._lock:
            if snapshot.id not in self._vocabularies:
                self._vocabularies[snapshot.id] = vocabulary(snapshot)
            return self._vocabularies[snapshot.id]


def vocabulary(snapshot: Snapshot) -> Vocabulary:
    """Return the names of a snapshot's things and people."""
    names = {kind: snapshot.labels(kind) for kind in KINDS}
    people = {person.id: person.name for person in snapshot.company.people}
    return Vocabulary({**names, "person": people})

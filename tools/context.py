"""What a tool is handed: facts narrowed to the asker; readers of notes, decisions and plans."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from planning_engine.cycles.decisions import Decision
from planning_engine.data.company import Person
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.plan.adjustment import Adjustment
from planning_engine.plan_of_record import PlanOfRecord
from tools.evidence import Passage


@dataclass(frozen=True)
class NoteFilter:
    """Which notes to look at; None means any."""

    cycle: date | None = None
    meeting: str | None = None
    since: date | None = None
    until: date | None = None
    include_superseded: bool = False


@dataclass(frozen=True)
class Note:
    """One meeting note, whole. `restricted` ones are for executives."""

    id: str
    title: str
    meeting: str | None
    held_on: date | None
    cycle: date | None
    attendees: tuple[str, ...]
    restricted: bool
    text: str


class NoteLibrary(Protocol):
    """Notes the asker may read; access is checked before anything is ranked."""

    def search(self, query: str, only: NoteFilter, limit: int) -> Sequence[Passage]:
        """Return the passages that answer best, best first; empty if none fits."""
        ...

    def notes(self, only: NoteFilter) -> Sequence[Note]:
        """Return whole notes, earliest first."""
        ...


class DecisionLog(Protocol):
    """Decisions the asker may read."""

    def decisions(self) -> Sequence[Decision]:
        """Return all of them, earliest decided first."""
        ...


class PlanLog(Protocol):
    """Plans of record; never changed, only followed by others."""

    def plans(self) -> Sequence[PlanOfRecord]:
        """Return all of them, earliest approved first."""
        ...


class OverrideLog(Protocol):
    """Overrides of demand that people approved."""

    def overrides(self) -> Sequence[Adjustment]:
        """Return all of them, earliest approved first."""
        ...


class NoNotes:
    """A library without notes, for tools run on bare facts."""

    def search(self, query: str, only: NoteFilter, limit: int) -> Sequence[Passage]:
        """Return nothing."""
        return ()

    def notes(self, only: NoteFilter) -> Sequence[Note]:
        """Return nothing."""
        return ()


class NoDecisions:
    """A log without decisions."""

    def decisions(self) -> Sequence[Decision]:
        """Return nothing."""
        return ()


class NoOverrides:
    """A ledger without approved overrides."""

    def overrides(self) -> Sequence[Adjustment]:
        """Return nothing."""
        return ()


class NoPlans:
    """A log without plans of record."""

    def plans(self) -> Sequence[PlanOfRecord]:
        """Return nothing."""
        return ()


def _silent(message: str, done: float) -> None:
    """Drop progress nobody listens to."""


@dataclass(frozen=True)
class ToolContext:
    """Everything a tool may use.

    Attributes:
        snapshot: Facts, narrowed to the asker's scope.
        person: Who asks; None for a command line on a single user's machine.
        notes: Meeting notes the asker may read.
        decisions: Decisions the asker may read.
        plans: Plans of record; they are of the whole company.
        overrides: Overrides of demand that people approved.
        progress: Called with a message and a share done, 0 to 1, by long runs.
    """

    snapshot: Snapshot
    person: Person | None = None
    notes: NoteLibrary = field(default_factory=NoNotes)
    decisions: DecisionLog = field(default_factory=NoDecisions)
    plans: PlanLog = field(default_factory=NoPlans)
    progress: Callable[[str, float], None] = _silent
    overrides: OverrideLog = field(default_factory=NoOverrides)

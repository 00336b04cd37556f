"""Puts the parts together from the settings; the only chooser of defaults."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any  # Any: prompts and plug-in parts

from assistant import access
from assistant.company_home import CompanyHome
from assistant.conversation import Agents, Conversation, NoteSource
from assistant.settings import Settings
from assistant.store.state import Store
from planning_engine.data.calendars import first_open_month
from planning_engine.data.company import Person
from planning_engine.data.scope import Scope
from planning_engine.data.snapshot import Snapshot
from tools.context import NoNotes, NoteLibrary

if TYPE_CHECKING:  # heavy to import: only what is used is brought in
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

    from assistant.agent import Agent, Brain
    from assistant.notes_index import NotesIndex

_NAMES_SHOWN = 40


def system_clock() -> datetime:
    """Return the moment it is; the one place that reads the clock."""
    return datetime.now(UTC)


class Workshop:
    """The parts of one installation, each made when it is first needed."""

    def __init__(self, settings: Settings, now: Callable[[], datetime] = system_clock) -> None:
        """Look at the settings; nothing is opened yet."""
        self.settings = settings
        self.now = now
        self.home = CompanyHome(settings.home)

    @cached_property
    def store(self) -> Store:
        """What people made so far."""
        return Store(self.settings.store_url, self.now)

    @cached_property
    def notes(self) -> "NotesIndex":
        """Search over the meeting notes."""
        from assistant.embedding import load_encoder
        from assistant.notes_index import NotesIndex

        return NotesIndex(
            self.store,
            load_encoder(self.settings.embedding),
            self.home.notes_index,
            self.settings.chroma_url,
        )

    @cached_property
    def conversation(self) -> Conversation:
        """The service every channel talks to."""
        return Conversation(self.home, self.store, self.note_source, self.agents)

    @cached_property
    def agents(self) -> Agents:
        """The loop with its model, for each asker."""
        return _Agents(self)

    def workers(self) -> "AbstractContextManager[Executor]":
        """Where long runs go: worker processes of this machine, or the Dask cluster set."""
        from assistant.workers import workers

        return workers(self.settings.cluster, self.settings.workers)

    def warm_up(self) -> None:
        """Load what the first question would wait for; a language model is not asked."""
        agent = self.agents.agent(self.home.current(), access.OWNER)
        if not agent.brain.is_language_model:
            agent.brain.chat.invoke("What can you do?")

    @property
    def note_source(self) -> NoteSource:
        """The meeting notes, opened when somebody looks into them."""
        return _Notes(self)

    def person(self, who: str | None = None) -> Person:
        """Return the person named, or whoever asks on this machine."""
        named = who or self.settings.person
        # The owner needs no data to be known.
        return self.conversation.person(named) if named else access.OWNER


class _Notes:
    """Opens the notes index only when somebody has notes and looks into them."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def library(
        self, person: Person, until_seq: int | None, decisions_until: int | None
    ) -> NoteLibrary:
        if self._workshop.store.notes.last_seq() == 0:
            return NoNotes()
        return _LateLibrary(
            lambda: self._workshop.notes.library(person, until_seq, decisions_until)
        )


class _LateLibrary:
    """A library opened at the first look: Chroma takes two CPU seconds to import."""

    def __init__(self, opened: Callable[[], NoteLibrary]) -> None:
        self._open = opened

    @cached_property
    def _library(self) -> NoteLibrary:
        return self._open()

    def search(self, *args: Any, **kwargs: Any) -> Any:
        return self._library.search(*args, **kwargs)

    def notes(self, *args: Any, **kwargs: Any) -> Any:
        return self._library.notes(*args, **kwargs)


class _Agents:
    """Makes the loop for each pair of facts and asker, once."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._kept: dict[tuple[str, str, Scope], Agent] = {}
        self._analysts: dict[str, Brain] = {}
        self._lock = Lock()

    def agent(self, snapshot: Snapshot, person: Person) -> "Agent":
        key = (snapshot.id, person.id, snapshot.scope)
        with self._lock:
            if len(self._kept) > 64:
                self._kept.clear()
            if key not in self._kept:
                self._kept[key] = self._made(snapshot, person)
            return self._kept[key]

    def _made(self, snapshot: Snapshot, person: Person) -> "Agent":
        from assistant.agent import Agent

        settings = self._workshop.settings
        analyst = cache(lambda: self._analyst(snapshot.id))
        if not settings.uses_language_model:
            return Agent(analyst(), prompt="")
        fallback = analyst if settings.allow_fallback else None
        return Agent(language_brain(settings), system_prompt(snapshot, person), fallback)

    def _analyst(self, snapshot_id: str) -> "Brain":
        """Return the built-in analyst; it knows all names, also those the asker may not see."""
        if snapshot_id not in self._analysts:
            self._analysts[snapshot_id] = self._new_analyst(snapshot_id)
        return self._analysts[snapshot_id]

    def _new_analyst(self, snapshot_id: str) -> "Brain":
        from assistant.agent import Brain
        from assistant.analyst.model import AnalystModel
        from assistant.analyst.vocabulary import Vocabulary
        from assistant.embedding import load_encoder

        home, settings = self._workshop.home, self._workshop.settings
        vocabulary = Vocabulary.from_snapshot(home.open(snapshot_id))
        model = AnalystModel(vocabulary, load_encoder(settings.embedding), home.cache)
        return Brain("built-in analyst", model, is_language_model=False)


def language_brain(settings: Settings) -> "Brain":
    """Return the language model the settings name, with what the loop must know about it."""
    from assistant.agent import Brain
    from assistant.models import check_finished, language_model, problem_of

    name = settings.model.removeprefix("openai:")
    return Brain(
        name,
        language_model(settings),
        check=lambda message: check_finished(message, name),
        explain=lambda error: problem_of(error, settings),
    )


def system_prompt(snapshot: Snapshot, person: Person) -> str:
    """Return what a language model is told before the conversation."""
    from prompts import load

    company = snapshot.company
    scope = snapshot.scope.sentence()
    return load(
        "assistant",
        company=company.name,
        today=company.as_of.isoformat(),
        first_month=f"{first_open_month(company.as_of):%Y-%m}",
        currency=company.currency,
        person=person.name,
        role=person.role,
        scope=f"They may see {scope}." if scope else "",
        names="\n".join(_names(snapshot)),
    )


def _names(snapshot: Snapshot) -> list[str]:
    lines = []
    for kind in ("family", "site", "region", "channel", "resource", "product"):
        labels = snapshot.labels(kind)
        shown = [
            identity if identity == label else f"{identity} ({label})"
            for identity, label in list(labels.items())[:_NAMES_SHOWN]
        ]
        more = len(labels) - len(shown)
        if shown:
            rest = f", and {more} more (see describe_data)" if more else ""
            lines.append(f"- {kind}: {', '.join(shown)}{rest}")
    return lines


Progress = Callable[[str, float], None]


def ensure_demo(workshop: Workshop, progress: Progress = lambda text, done: None) -> Snapshot:
    """Make the demo company if nothing was imported: its facts, notes and decisions.

    Args:
        workshop: Where to make it.
        progress: Called with what is happening and the share done, 0 to 1.
    """
    if workshop.home.current_id is not None:
        return workshop.home.current()
    progress("Making the demo company", 0.1)
    snapshot = freeze_demo(workshop.home)
    progress("Keeping its decisions and notes", 0.5)
    _keep_demo_decisions(workshop)
    _keep_demo_notes(workshop, lambda text, done: progress(text, 0.5 + 0.45 * done))
    # Last, so that a demo that was interrupted is made again.
    workshop.home.use(snapshot)
    progress("Ready", 1.0)
    return snapshot


def freeze_demo(home: CompanyHome) -> Snapshot:
    """Write the demo company's facts as a snapshot, not yet in use."""
    import duckdb

    from planning_engine.data import sample
    from planning_engine.data.archive import freeze
    from planning_engine.data.company import parse_company

    company = parse_company(sample.company_toml())
    tables: Mapping[str, Any] = sample.tables()
    with duckdb.connect() as connection:
        for name, frame in tables.items():
            connection.register(name, frame)
        return freeze(connection, tables, company, home.snapshots)


def _keep_demo_decisions(workshop: Workshop) -> None:
    """Write the demo company's decisions into an empty log."""
    from planning_engine.data.sample import decisions

    store = workshop.store
    if store.decisions.last_seq():
        return
    with store.database.writing() as connection:
        for decision in decisions():
            store.decisions.record(
                connection,
                decision,
                "recorded",
                person=decision.owner or access.OWNER.id,
                at=workshop.now(),
                channel="demo",
            )


def _keep_demo_notes(workshop: Workshop, progress: Progress) -> None:
    """Write the demo company's meeting notes as files and read them like anybody's."""
    from planning_engine.data.sample import write_notes

    folder = workshop.home.folder / "demo-notes"
    write_notes(folder)
    workshop.notes.add([folder], progress)

"""Turns at work: each in its own thread; a page that stops watching ends nothing."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from threading import Lock, Thread

from assistant.answer import Answer, Progress

KEPT = 100


class TurnStopped(Exception):
    """The person pressed stop: raised in the turn's thread at its next sign of progress."""


@dataclass(frozen=True)
class Crash:
    """A turn that ended in an exception, which a person sees as a sentence."""

    problem: Exception


Event = Progress | Answer | Crash
Ask = Callable[[Callable[[Progress], None]], Answer]


@dataclass
class LiveTurn:
    """One question on its way to an answer, and everything that happened so far."""

    question: str
    person: str
    id: str = field(default_factory=lambda: f"q{secrets.token_hex(6)}")
    thread: str = ""
    started: float = field(default_factory=time.monotonic)
    events: list[Event] = field(default_factory=list)
    _watchers: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _stopped: bool = False

    @property
    def seconds(self) -> float:
        """Seconds since the question came in."""
        return round(time.monotonic() - self.started, 1)

    @property
    def outcome(self) -> Answer | Crash | None:
        """How it ended, or None while it runs."""
        last = self.events[-1] if self.events else None
        return None if isinstance(last, Progress) else last

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing more to come."""
        return self._stopped or self.outcome is not None

    def run(self, ask: Ask) -> None:
        """Answer the question and keep what came of it, whatever it was."""
        try:
            self._tell(ask(self._listen))
        except Exception as problem:  # noqa: BLE001 - shown to the person, with a reference
            self._tell(Crash(problem))

    def stop(self) -> None:
        """End the turn at its next sign of progress; watchers are let go at once."""
        self._stopped = True
        self._wake()

    async def follow(self, after: int = 0) -> AsyncIterator[tuple[int, Event]]:
        """Yield each event with its number, from the one after `after`, until the turn ends."""
        signal = asyncio.Event()
        watcher = (asyncio.get_running_loop(), signal)
        with self._lock:
            self._watchers.append(watcher)
        place = after
        try:
            while True:
                signal.clear()
                for event in self.events[place:]:
                    place += 1
                    yield place, event
                if self.is_over and place >= len(self.events):
                    return
                await signal.wait()
        finally:
            with self._lock:
                self._watchers.remove(watcher)

    def _listen(self, progress: Progress) -> None:
        if self._stopped:
            raise TurnStopped
        self._tell(progress)

    def _tell(self, event: Event) -> None:
        self.events.append(event)
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            for loop, signal in self._watchers:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(signal.set)


class LiveTurns:
    """The turns at work and the last ones that ended, by id."""

    def __init__(self) -> None:
        self._turns: dict[str, LiveTurn] = {}
        self._lock = Lock()

    def start(self, turn: LiveTurn, ask: Ask) -> LiveTurn:
        """Begin to answer in a thread of its own."""
        with self._lock:
            over = [key for key, entry in self._turns.items() if entry.is_over]
            for key in over[: max(0, len(self._turns) - KEPT)]:
                del self._turns[key]
            self._turns[turn.id] = turn
        Thread(target=turn.run, args=(ask,), name=f"turn {turn.id}", daemon=True).start()
        return turn

    def find(self, identity: str, person: str) -> LiveTurn | None:
        """Return a person's own turn, or None."""
        turn = self._turns.get(identity)
        return turn if turn and turn.person == person else None

    def running(self, thread: str, person: str) -> LiveTurn | None:
        """Return the turn at work in a person's thread, or None."""
        with self._lock:
            turns = list(self._turns.values())
        return next(
            (t for t in turns if t.thread == thread and t.person == person and not t.is_over), None
        )

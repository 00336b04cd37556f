"""Turns at work: watched by many, by nobody, after the end; stopped; side by side."""

import asyncio
from threading import Event

import pytest

from assistant.answer import Answer, Progress
from assistant.channels.web.live import KEPT, Crash, LiveTurn, LiveTurns, TurnStopped

DONE = Answer("Done.", "answered")
STEP = Progress("thinking", "Reading")


def started(live: LiveTurns, ask, person: str = "petra", thread: str = "t") -> LiveTurn:
    return live.start(LiveTurn("Why?", person, thread=thread), ask)


async def watched(turn: LiveTurn, after: int = 0) -> list:
    return [event async for event in turn.follow(after)]


def test_watchers_get_every_event_whenever_they_come():
    gate = Event()

    def ask(listen):
        listen(STEP)
        assert gate.wait(10)
        listen(STEP)
        return DONE

    async def watch() -> tuple[list, list, list]:
        turn = started(LiveTurns(), ask)
        early = asyncio.create_task(watched(turn))
        other = asyncio.create_task(watched(turn))
        await asyncio.sleep(0)
        gate.set()
        return await early, await other, await watched(turn, after=2)

    early, other, late = asyncio.run(watch())
    assert early == other == [(1, STEP), (2, STEP), (3, DONE)]
    assert late == [(3, DONE)]


def test_a_watcher_that_leaves_ends_nothing():
    gate = Event()

    def ask(listen):
        listen(STEP)
        assert gate.wait(10)
        return DONE

    async def watch() -> list:
        turn = started(LiveTurns(), ask)
        leaving = turn.follow()
        await anext(leaving)
        await leaving.aclose()
        gate.set()
        return await watched(turn)

    assert asyncio.run(watch())[-1] == (2, DONE)


def test_stopping_lets_watchers_go_at_once_and_ends_the_work_at_its_next_step():
    gate, ended = Event(), Event()

    def ask(listen):
        try:
            assert gate.wait(10)
            listen(STEP)
        except TurnStopped:
            ended.set()
            raise
        return DONE

    async def watch() -> list:
        turn = started(LiveTurns(), ask)
        turn.stop()
        return await watched(turn)

    assert asyncio.run(watch()) == []
    gate.set()
    assert ended.wait(10)


def test_a_crash_is_an_event_like_any_other():
    def ask(listen):
        raise RuntimeError("a bug of ours")

    async def watch() -> list:
        return await watched(started(LiveTurns(), ask))

    [(number, crash)] = asyncio.run(watch())
    assert number == 1
    assert isinstance(crash, Crash)
    assert str(crash.problem) == "a bug of ours"


def test_many_turns_run_side_by_side():
    gate = Event()
    everyone_in = [Event() for _ in range(12)]

    def ask(number: int):
        def answer(listen):
            everyone_in[number].set()
            assert gate.wait(10)
            return DONE

        return answer

    async def watch() -> list:
        live = LiveTurns()
        turns = [started(live, ask(n), thread=f"t{n}") for n in range(12)]
        assert all(event.wait(10) for event in everyone_in)
        gate.set()
        return await asyncio.gather(*(watched(turn) for turn in turns))

    assert asyncio.run(watch()) == [[(1, DONE)]] * 12


def test_a_turn_is_its_askers_alone():
    live = LiveTurns()
    gate = Event()

    def ask(listen):
        assert gate.wait(10)
        return DONE

    turn = started(live, ask)
    assert live.find(turn.id, "petra") is turn
    assert live.find(turn.id, "sam") is None
    assert live.running("t", "petra") is turn
    assert live.running("t", "sam") is None
    gate.set()


def test_old_turns_are_forgotten():
    live = LiveTurns()

    async def fill() -> list[LiveTurn]:
        turns = []
        for _ in range(KEPT + 5):
            turns.append(started(live, lambda listen: DONE))
            await watched(turns[-1])
        return turns

    turns = asyncio.run(fill())
    kept = [turn for turn in turns if live.find(turn.id, "petra")]
    assert len(kept) <= KEPT + 1
    assert live.find(turns[-1].id, "petra")
    assert live.running("t", "petra") is None


@pytest.mark.parametrize("seen", ["0", "2", "nonsense", "-1"])
def test_a_stream_goes_on_where_it_was_cut(client, seen):
    fragment = client.post("/ask", data={"question": "Can L3 make it?"}).text
    identity = fragment.split('id="turn-')[1].split('"')[0]
    found = client.get(f"/turns/{identity}/events", headers={"Last-Event-ID": seen})
    assert found.headers["content-type"].startswith("text/event-stream")
    numbers = [line for line in found.text.splitlines() if line.startswith("id: ")]
    assert numbers[-1] == "id: 6"
    assert numbers[0] == ("id: 3" if seen == "2" else "id: 1")
    assert "118.2 %" in found.text


def test_nobody_else_can_watch_or_stop_a_turn(client):
    fragment = client.post("/ask", data={"question": "Can L3 make it?"}).text
    identity = fragment.split('id="turn-')[1].split('"')[0]
    other = {"X-Person": "sam"}
    seen = client.get(f"/turns/{identity}/events", headers=other).text
    assert "118.2" not in seen
    assert "Reload the page" in seen
    assert client.post(f"/turns/{identity}/stop", headers=other).status_code == 404


@pytest.mark.parametrize(
    ("question", "sentence"),
    [("  ", "The question is empty."), ("x" * 4001, "at most 4,000 are read")],
)
def test_what_cannot_be_asked_is_refused_at_once(client, question, sentence):
    assert sentence in client.post("/ask", data={"question": question}).text

"""What the loop itself costs: overhead per turn, time to the first event, many turns at once.

A scripted model answers at once and one quick tool runs on the demo company, so that what is
left is ours: loading the thread, the loop, the number check, keeping the turn.
"""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from evals.bench import Bar, Result, arguments, finish

if TYPE_CHECKING:
    from assistant.answer import Progress
    from assistant.conversation import Conversation

BARS = {
    "overhead_ms_p95": Bar(100),
    "first_event_ms_p95": Bar(100),
    "dropped": Bar(0),
}
QUESTION = "How much did we sell?"
TOOL, REQUEST = "query_kpi", {"kpi": "sales_quantity"}


@dataclass
class Stopwatch:
    """When events of one turn came, and which."""

    started: float = field(default_factory=perf_counter)
    first_event: float | None = None
    kinds: list[str] = field(default_factory=list)

    def hear(self, progress: "Progress") -> None:
        """Note an event."""
        if self.first_event is None:
            self.first_event = perf_counter() - self.started
        self.kinds.append(progress.kind)

    @property
    def is_whole(self) -> bool:
        """Tell whether every step of the turn was told, in order."""
        expected = ["started", "thinking", "tool_started", "tool_finished", "thinking", "checking"]
        return [kind for kind in self.kinds if kind != "tool_progress"] == expected


def main(argv: list[str] | None = None) -> int:
    """Run the bench."""
    parser = arguments("What a turn costs besides the model and the tools.")
    parser.add_argument("--turns", type=int, default=40, help="turns, one after the other")
    parser.add_argument("--streams", type=int, default=16, help="turns at the same time")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        conversation = _conversation(Path(folder))
        overhead, first = _one_after_the_other(conversation, options.turns)
        dropped, wall = _at_once(conversation, options.streams)
    values = {
        "overhead_ms_p95": _p95(overhead),
        "first_event_ms_p95": _p95(first),
        "streams": options.streams,
        "dropped": dropped,
    }
    rows = [
        ("turns", options.turns),
        ("streams at once", options.streams),
        ("seconds for all streams", wall),
        ("dropped", dropped),
        ("first event, ms, p95", values["first_event_ms_p95"]),
        ("overhead a turn, CPU ms, p95", values["overhead_ms_p95"]),
    ]
    result = Result(values, BARS, ("what", "figure"), rows)
    return finish(result, as_json=options.json)


def _conversation(folder: Path) -> "Conversation":
    from langchain_core.messages import AIMessage, BaseMessage

    from assistant.agent import Agent, Brain
    from assistant.conversation import Conversation
    from assistant.models import ScriptedModel, calls, says
    from assistant.settings import Settings
    from assistant.wiring import Workshop, freeze_demo

    parts = Workshop(Settings(home=folder))
    parts.home.use(freeze_demo(parts.home))

    def policy(messages: list[BaseMessage], tools: tuple[str, ...]) -> AIMessage:
        return says("It is done.") if messages[-1].type == "tool" else calls(TOOL, REQUEST)

    agent = Agent(Brain("scripted", ScriptedModel(policy=policy)), "You answer planners.")

    class Agents:
        def agent(self, *_: object) -> Agent:
            return agent

    return Conversation(parts.home, parts.store, parts.note_source, Agents())


def _one_after_the_other(
    conversation: "Conversation", turns: int
) -> tuple[list[float], list[float]]:
    overhead, first = [], []
    tool_cost = _tool_cost(conversation)
    _turn(conversation, "warm")
    for number in range(turns):
        before = process_time()
        watch = _turn(conversation, f"t{number % 5}")
        overhead.append(max(0.0, process_time() - before - tool_cost) * 1000)
        first.append((watch.first_event or 0.0) * 1000)
    return overhead, first


def _tool_cost(conversation: "Conversation") -> float:
    """Return the CPU seconds of the tool alone, at its quickest."""
    person = conversation.person(None)

    def once() -> float:
        before = process_time()
        conversation.run_tool(TOOL, REQUEST, person)
        return process_time() - before

    return min(once() for _ in range(5))


def _at_once(conversation: "Conversation", streams: int) -> tuple[int, float]:
    started = perf_counter()

    def whole(number: int) -> bool:
        return _turn(conversation, f"s{number}").is_whole

    with ThreadPoolExecutor(streams) as pool:
        dropped = sum(not done for done in pool.map(whole, range(streams)))
    return dropped, perf_counter() - started


def _turn(conversation: "Conversation", thread: str) -> Stopwatch:
    watch = Stopwatch()
    conversation.ask(QUESTION, conversation.person(None), thread, "bench", watch.hear)
    return watch


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


if __name__ == "__main__":
    sys.exit(main())

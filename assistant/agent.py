"""The loop: a chat model chooses tools until it has an answer.

LangChain runs the loop; the tools are declared to it by name and schema only, and run here,
so that every channel and every model meets the same checks and the same sentences.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, cast, get_args  # Any: JSON arguments and LangChain's own signatures

from langchain.agents import create_agent
from langchain.agents.middleware.types import (
    AgentMiddleware,
    AgentState,
    ModelRequest,
    ModelResponse,
    ToolCallRequest,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from langsmith import tracing_context

from assistant.answer import Progress, Status
from assistant.excerpts import shown_to_model
from assistant.models import ModelProblem, declared_tools, told_tools
from assistant.store.conversations import Call, Turn
from assistant.wording import Outcome
from planning_engine.errors import BadRequest, PlanningError
from tools import registry
from tools.context import ToolContext
from tools.evidence import Evidence, plain

MODEL_CALLS = 10
HISTORY_TURNS = 8

Listener = Callable[[Progress], None]


@dataclass(frozen=True)
class Brain:
    """A chat model with what the loop must know about it.

    Attributes:
        name: As shown to people.
        chat: The model.
        is_language_model: Whether it can be asked to word an answer again.
        check: Raises `ModelProblem` for a message that is not whole.
        explain: Turns what its client raises into a sentence; None lets errors rise.
    """

    name: str
    chat: BaseChatModel
    is_language_model: bool = True
    check: Callable[[AIMessage], None] | None = None
    explain: Callable[[Exception], ModelProblem] | None = None


@dataclass
class TurnLog:
    """What happens in one turn: kept here by call, so that no row passes through a message."""

    context: ToolContext
    listener: Listener
    model_calls: int = 0
    calls: list[ToolCall] = field(default_factory=list)
    results: dict[str, Evidence | PlanningError] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    problem: str | None = None
    fell_back: bool = False
    lock: Lock = field(default_factory=Lock)


class OutOfCalls(Exception):
    """The model went on calling tools beyond what a turn allows."""


class Agent:
    """The loop for one model, with another one to take over if allowed."""

    def __init__(self, brain: Brain, prompt: str, fallback: Callable[[], Brain] | None = None):
        """Set up the loop.

        Args:
            brain: The model that answers.
            prompt: What a language model is told first.
            fallback: Gives the model that takes over when this one cannot answer.
        """
        self.brain = brain
        self._fallback = fallback
        steps = _Steps(brain, fallback)
        self._graph = create_agent(
            brain.chat,
            declared_tools(),
            system_prompt=prompt or None,
            middleware=[steps],
            context_schema=TurnLog,
        )

    def name_shown(self, outcome: Outcome) -> str:
        """Return the name of the model that answered."""
        if outcome.fell_back and self._fallback:
            return f"{self._fallback().name}, for {self.brain.name}"
        return self.brain.name

    def run(
        self, question: str, history: Sequence[Turn], context: ToolContext, listener: Listener
    ) -> tuple[Outcome, "Draft"]:
        """Answer a question; the draft can be sent back for one correction."""
        log = TurnLog(context, listener)
        messages = [*history_messages(history), HumanMessage(question)]
        return self._finish(messages, len(messages), log)

    def revise(self, draft: "Draft", feedback: str) -> tuple[Outcome, "Draft"]:
        """Let the model word the answer again, told what was wrong with it."""
        messages = [*draft.messages, HumanMessage(feedback)]
        return self._finish(messages, draft.asked, draft.log)

    def _finish(
        self, messages: list[AnyMessage], asked: int, log: TurnLog
    ) -> tuple[Outcome, "Draft"]:
        try:
            # Whatever the environment says: no question is sent to a tracing service.
            with tracing_context(enabled=False):
                state = self._graph.invoke(
                    {"messages": [*messages]}, {"recursion_limit": 4 * MODEL_CALLS + 4}, context=log
                )
            messages = list(state["messages"])
        except ModelProblem as problem:
            log.problem = str(problem)
        except OutOfCalls:
            log.problem = "The question took more steps than one answer may take."
        return _outcome(messages[asked:], log), Draft(messages, asked, log)


@dataclass(frozen=True)
class Draft:
    """The messages of a turn so far, and where the question ends."""

    messages: list[AnyMessage]
    asked: int
    log: TurnLog


class _Steps(AgentMiddleware[AgentState[Any], TurnLog]):
    """Counts and guards model calls, and runs the tools."""

    def __init__(self, brain: Brain, fallback: Callable[[], Brain] | None) -> None:
        super().__init__()
        self._brain = brain
        self._fallback = fallback

    def wrap_model_call(
        self,
        request: ModelRequest[TurnLog],
        handler: Callable[[ModelRequest[TurnLog]], ModelResponse[Any]],
    ) -> ModelResponse[Any]:
        """Ask the model; hand over to the fallback when it cannot answer."""
        log = request.runtime.context
        log.model_calls += 1
        if log.model_calls > MODEL_CALLS:
            raise OutOfCalls
        log.listener(_thinking(log))
        if log.fell_back and self._fallback:
            return _asked(self._fallback(), request, handler, log)
        try:
            return _asked(self._brain, request, handler, log)
        except ModelProblem as problem:
            if not self._fallback:
                raise
            log.problem, log.fell_back = str(problem), True
            return _asked(self._fallback(), request, handler, log)

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Any]
    ) -> ToolMessage:
        """Run the tool with checked arguments; an error becomes a sentence for the model."""
        call, log = request.tool_call, cast(TurnLog, request.runtime.context)
        identity, name, arguments = str(call["id"]), call["name"], call["args"]
        log.listener(Progress("tool_started", _running(name), tool=name, request=plain(arguments)))
        result: Evidence | PlanningError
        try:
            if identity in log.broken:
                raise BadRequest(f"The arguments of {name} are not valid JSON. Send them again.")
            result = registry.run(name, arguments, log.context)
        except PlanningError as problem:
            result = problem
        with log.lock:
            log.results[identity] = result
        log.listener(Progress("tool_finished", _came_of(result), tool=name, done=1.0))
        return ToolMessage(
            content=json.dumps(shown_to_model(result), ensure_ascii=False),
            tool_call_id=identity,
            name=name,
            status="error" if isinstance(result, PlanningError) else "success",
        )


def _asked(
    brain: Brain,
    request: ModelRequest[TurnLog],
    handler: Callable[[ModelRequest[TurnLog]], ModelResponse[Any]],
    log: TurnLog,
) -> ModelResponse[Any]:
    try:
        if not brain.is_language_model:
            request = request.override(system_message=None)
        response = handler(request.override(model=brain.chat, tools=[*told_tools()]))
        message = response.result[0]
        if isinstance(message, AIMessage):
            if brain.check:
                brain.check(message)
            response.result[0] = _readable(message, log)
        return response
    except (PlanningError, OutOfCalls):
        raise
    except Exception as error:
        # What a provider sends back is outside our hands: anything may be raised by its client.
        if brain.explain is None:
            raise
        raise brain.explain(error) from error


def _readable(message: AIMessage, log: TurnLog) -> AIMessage:
    """Return the message with distinct call ids, and broken calls kept as calls that fail."""
    sound: list[tuple[ToolCall, bool]] = [(call, False) for call in message.tool_calls]
    broken: list[tuple[ToolCall, bool]] = [
        (ToolCall(name=call["name"] or "", args={}, id=call["id"], type="tool_call"), True)
        for call in message.invalid_tool_calls
    ]
    calls: list[ToolCall] = []
    for call, is_broken in [*sound, *broken]:
        identity = call["id"] or f"call_{len(log.calls)}"
        if any(entry["id"] == identity for entry in log.calls):
            identity = f"{identity}_{len(log.calls)}"
        if is_broken:
            log.broken.add(identity)
        calls.append({**call, "id": identity})
        log.calls.append(calls[-1])
    return message.model_copy(update={"tool_calls": calls, "invalid_tool_calls": []})


def history_messages(turns: Sequence[Turn]) -> list[AnyMessage]:
    """Return earlier turns as messages: questions, calls with short results, checked answers."""
    messages: list[AnyMessage] = []
    for number, turn in enumerate(turns[-HISTORY_TURNS:]):
        messages.append(HumanMessage(turn.question))
        if turn.calls:
            messages.append(_call_message(turn, number))
            messages.extend(_result_message(call, number) for call in turn.calls)
        memory = {"memory": dict(turn.memory)} if turn.memory else {}
        messages.append(
            AIMessage(
                turn.answer.text,
                additional_kwargs=memory,
                response_metadata={"status": turn.answer.status},
            )
        )
    return messages


def _call_message(turn: Turn, number: int) -> AIMessage:
    return AIMessage(
        "",
        tool_calls=[
            {
                "name": call.tool,
                "args": dict(call.arguments),
                "id": f"t{number}_{call.id}",
                "type": "tool_call",
            }
            for call in turn.calls
        ],
    )


def _result_message(call: Call, number: int) -> ToolMessage:
    content = (
        {"error": {"kind": call.error, "message": call.said}}
        if call.error
        else {"summary": call.said}
    )
    return ToolMessage(
        json.dumps(content, ensure_ascii=False),
        tool_call_id=f"t{number}_{call.id}",
        name=call.tool,
        status="error" if call.error else "success",
    )


def _outcome(messages: Sequence[AnyMessage], log: TurnLog) -> Outcome:
    final = messages[-1] if messages else None
    whole = isinstance(final, AIMessage) and not final.tool_calls
    metadata = final.response_metadata if isinstance(final, AIMessage) else {}
    extra = final.additional_kwargs if isinstance(final, AIMessage) else {}
    made = [(call, log.results.get(str(call["id"]))) for call in log.calls]
    evidence = {entry.id: entry for _, entry in made if isinstance(entry, Evidence)}
    return Outcome(
        text=final.text.strip() if isinstance(final, AIMessage) and whole else "",
        evidence=tuple(evidence.values()),
        calls=tuple(_call(call, result) for call, result in made),
        errors=tuple(entry for _, entry in made if isinstance(entry, PlanningError)),
        memory=extra.get("memory", {}),
        status=metadata.get("status") if metadata.get("status") in get_args(Status) else None,
        suggestions=tuple(metadata.get("suggestions", ())),
        problem=log.problem,
        fell_back=log.fell_back,
    )


def _call(call: ToolCall, result: Evidence | PlanningError | None) -> Call:
    identity, arguments = str(call["id"]), plain(call["args"])
    if isinstance(result, Evidence):
        return Call(identity, call["name"], arguments, evidence=result.id, said=result.summary)
    kind = type(result).__name__ if result else "Unfinished"
    return Call(identity, call["name"], arguments, said=str(result or ""), error=kind)


def _thinking(log: TurnLog) -> Progress:
    text = "Wording the answer" if log.results else "Reading the question"
    return Progress("thinking", text)


def _running(name: str) -> str:
    return f"Running {name.replace('_', ' ')}"


def _came_of(result: Evidence | PlanningError) -> str:
    return result.summary if isinstance(result, Evidence) else str(result)

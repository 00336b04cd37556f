"""The built-in analyst as a chat model: the loop, the firewall and the evals treat it as any."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any  # Any: LangChain's own signatures, and JSON

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

from assistant.analyst import sayings, suggestions
from assistant.analyst.frame import Call, Choice, Frame
from assistant.analyst.intents import Encoder
from assistant.analyst.understand import Analyst
from assistant.analyst.vocabulary import Vocabulary
from assistant.analyst.wording import Result, worded


class AnalystModel(BaseChatModel):
    """Understands a question, calls tools, and words the answer from their sentences.

    A final message carries `response_metadata["status"]` and `["suggestions"]`, and
    `additional_kwargs["memory"]`: what the next question of the thread may lean on.
    """

    _analyst: Analyst = PrivateAttr()

    def __init__(
        self, vocabulary: Vocabulary, encoder: Encoder, cache_folder: Path | None = None
    ) -> None:
        """Take a company's words, an encoder, and a folder for the fitted intent model."""
        super().__init__()
        self._analyst = Analyst(vocabulary, encoder, cache_folder)

    @property
    def _llm_type(self) -> str:
        return "built-in-analyst"

    @property
    def analyst(self) -> Analyst:
        """What understands the questions; free of LangChain."""
        return self._analyst

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        """Return itself: the analyst knows the tools by heart."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        asked = max(
            (place for place, m in enumerate(messages) if isinstance(m, HumanMessage)), default=-1
        )
        results = [m for m in messages[asked + 1 :] if isinstance(m, ToolMessage)]
        if results:
            calling = next(m for m in messages[asked + 1 :] if isinstance(m, AIMessage))
            message = self._final(calling, results)
        else:
            question = messages[asked].text if asked >= 0 else ""
            message = self._first(question, _memory(messages[: max(asked, 0)]))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _first(self, question: str, memory: Mapping[str, Any]) -> AIMessage:
        reading = self._analyst.understand(question, memory)
        kept = reading.memory(memory)
        if reading.calls:
            return AIMessage(
                "",
                tool_calls=[
                    {
                        "name": call.tool,
                        "args": dict(call.arguments),
                        "id": f"call_{place}",
                        "type": "tool_call",
                    }
                    for place, call in enumerate(reading.calls)
                ],
                additional_kwargs={"memory": kept, "say": reading.say},
            )
        return AIMessage(
            reading.say,
            response_metadata={
                "status": reading.status,
                "suggestions": list(reading.suggestions or _choices(kept)),
            },
            additional_kwargs={"memory": kept},
        )

    def _final(self, calling: AIMessage, messages: Sequence[ToolMessage]) -> AIMessage:
        results = [Result(m.name or "", json.loads(m.text)) for m in messages]
        say = str(calling.additional_kwargs.get("say", ""))
        defined = say == sayings.WITH_DEFINITION
        wording = worded(results, "" if defined else say, with_definition=defined)
        memory = dict(calling.additional_kwargs.get("memory", {}))
        if wording.suggested:
            memory |= self._offer(memory, wording.suggested)
        calls = [Call(call["name"], call["args"]) for call in calling.tool_calls]
        answered = wording.status == "answered"
        following = suggestions.after(calls, self._analyst.vocabulary) if answered else ()
        return AIMessage(
            wording.text,
            response_metadata={
                "status": wording.status,
                "suggestions": list(following or _choices(memory) or suggestions.START),
            },
            additional_kwargs={"memory": memory},
        )

    def _offer(self, memory: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
        """Keep the names that an error offered as choices for a short reply."""
        frame = Frame.of(memory.get("frame"))
        if frame is None:
            return {}
        choices = [choice for name in names for choice in self._choice(name)]
        pending = {
            "frame": frame.to_json(),
            "text": "",
            "choices": [choice.to_json() for choice in choices],
            "open_slot": None,
        }
        return {"pending": pending} if choices else {}

    def _choice(self, name: str) -> Iterator[Choice]:
        for thing in self._analyst.vocabulary.things:
            if name in (thing.id, thing.label):
                yield Choice(thing.label, names={thing.kind: (thing.id,)})
                return


def _memory(messages: Sequence[BaseMessage]) -> Mapping[str, Any]:
    """Return what the last answer of the thread left."""
    for message in reversed(messages):
        if isinstance(message, AIMessage) and not message.tool_calls:
            memory = message.additional_kwargs.get("memory")
            return memory if isinstance(memory, Mapping) else {}
    return {}


def _choices(memory: Mapping[str, Any]) -> list[str]:
    pending = memory.get("pending") or {}
    return [choice["text"] for choice in pending.get("choices", ())][:3]

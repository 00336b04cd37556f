"""Chat models by name: any OpenAI-compatible one, and a scripted one for tests.

The built-in analyst is a chat model too; it lives in `assistant.analyst`.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any  # Any: LangChain's own signatures

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool, StructuredTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr

from assistant.settings import Settings, without_password
from planning_engine.errors import BadRequest, PlanningError
from tools import registry

Policy = Callable[[list[BaseMessage], tuple[str, ...]], AIMessage]


class ModelProblem(PlanningError):
    """A language model that did not answer, said in a sentence without technical words."""


def language_model(settings: Settings) -> BaseChatModel:
    """Return the language model the settings name.

    Raises:
        BadRequest: No key is set for a provider that needs one.
    """
    name = settings.model.removeprefix("openai:")
    key = settings.openai_api_key
    if not key and not settings.openai_base_url:
        raise BadRequest(
            f"SOP_MODEL is {settings.model}, but OPENAI_API_KEY is not set. Set the key, or "
            "OPENAI_BASE_URL for a server of your own, or SOP_MODEL=analyst."
        )
    # Imported here: 4 CPU seconds that the built-in analyst does not need.
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        model=name,
        # Servers of one's own often take any key, but the client insists on one.
        api_key=SecretStr(key or "none"),
        base_url=settings.openai_base_url,
        timeout=settings.model_timeout,
        max_retries=settings.model_retries,
        # OpenAI's own reasoning models refuse a temperature; one's own servers should be steady.
        temperature=0 if settings.openai_base_url else None,
        use_responses_api=settings.model_api == "responses",
    )


def reachable(settings: Settings) -> bool:
    """Ask the provider which models it has; False if ours is not among them.

    Raises:
        ModelProblem: It cannot be reached or does not accept the key.
    """
    import openai

    client = openai.OpenAI(
        api_key=settings.openai_api_key or "none",
        base_url=settings.openai_base_url,
        timeout=min(settings.model_timeout, 10),
        max_retries=0,
    )
    try:
        names = {entry.id for entry in client.models.list()}
    except openai.OpenAIError as error:
        raise problem_of(error, settings) from error
    return settings.model.removeprefix("openai:") in names


def check_finished(message: AIMessage, name: str) -> None:
    """Check that a language model's answer came whole.

    Raises:
        ModelProblem: The connection was cut, or the model ran out of room.
    """
    reason = message.response_metadata.get("finish_reason") or message.response_metadata.get(
        "status"
    )
    if reason is None:
        raise ModelProblem(f"The answer of {name} was cut off on the way.")
    if reason in ("length", "incomplete"):
        raise ModelProblem(f"The answer of {name} was too long and was cut off.")
    if reason == "content_filter":
        raise ModelProblem(f"The provider of {name} withheld its answer.")


def problem_of(error: Exception, settings: Settings) -> ModelProblem:
    """Return the sentence for what a provider's client raised."""
    import openai

    name = settings.model.removeprefix("openai:")
    place = without_password(settings.openai_base_url or "its usual address")
    match error:
        case openai.APITimeoutError() | TimeoutError():
            said = f"{name} did not answer in time (SOP_MODEL_TIMEOUT)"
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            said = f"The provider of {name} does not accept the key (OPENAI_API_KEY)"
        case openai.RateLimitError():
            said = f"The provider of {name} takes no further questions for now"
        case openai.NotFoundError():
            said = f"The provider does not know the model {name} (SOP_MODEL, OPENAI_BASE_URL)"
        case openai.InternalServerError():
            said = f"The provider of {name} has a fault of its own"
        case openai.APIStatusError():
            said = f"The provider of {name} refused the question"
        case openai.APIConnectionError():
            said = f"{name} cannot be reached at {place}"
        case _:
            said = f"The server at {place} does not answer as a language model does"
    return ModelProblem(f"{said}.")


class ScriptedModel(BaseChatModel):
    """A chat model that says what a test or demonstration wrote down.

    `policy` is a function of the messages and the tools' names; `answers` are given one
    after the other.
    """

    policy: Policy | None = None
    answers: tuple[AIMessage, ...] = ()
    tools: tuple[str, ...] = ()
    _given: int = PrivateAttr(default=0)
    _seen: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def seen(self) -> list[list[BaseMessage]]:
        """The messages of each call so far."""
        return self._seen

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        """Remember which tools there are."""
        self.tools = tuple(convert_to_openai_tool(entry)["function"]["name"] for entry in tools)
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self._seen.append(list(messages))
        if self.policy:
            message = self.policy(messages, self.tools)
        else:
            message = self.answers[min(self._given, len(self.answers) - 1)]
            self._given += 1
        # A fresh id each time, as providers give: the loop would otherwise take a repeated
        # message for the same one and drop it.
        message = message.model_copy(update={"id": None})
        return ChatResult(generations=[ChatGeneration(message=message)])


def says(text: str, **memory: Any) -> AIMessage:
    """Return a final answer, for scripts."""
    return AIMessage(text, additional_kwargs={"memory": memory} if memory else {})


def calls(tool: str, arguments: dict[str, Any] | None = None, identity: str = "") -> AIMessage:
    """Return a message that calls one tool, for scripts."""
    call = {"name": tool, "args": arguments or {}, "id": identity or f"call_{tool}"}
    return AIMessage("", tool_calls=[{**call, "type": "tool_call"}])


def declared_tools() -> tuple[BaseTool, ...]:
    """Return the tools as the loop declares them; it runs them by a step of its own."""
    return _declared(tuple(registry.all_tools()))


def told_tools() -> tuple[dict[str, Any], ...]:
    """Return the tools as a model is told of them.

    Written once for the tools there are: 34 schemas, some with every kind of lever, took
    60 ms at each model call.
    """
    return _told(tuple(registry.all_tools()))


@cache
def _declared(names: tuple[str, ...]) -> tuple[BaseTool, ...]:
    entries = (registry.all_tools()[name] for name in names)
    return tuple(
        StructuredTool(
            name=entry.name,
            description=entry.description,
            args_schema=entry.request.model_json_schema(),
            func=_never_run,
        )
        for entry in entries
    )


@cache
def _told(names: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    return tuple(convert_to_openai_tool(tool) for tool in _declared(names))


def _never_run(**arguments: Any) -> str:
    raise AssertionError("tools are run by the loop's own step")

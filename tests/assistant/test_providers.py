"""OpenAI-compatible providers: what they do wrong becomes a sentence, or the fallback answers.

A server on loopback speaks the chat completions API; the word `model` names what it does.
"""

import json
import socket
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.agent import Brain
from assistant.models import ScriptedModel, calls, reachable, says
from assistant.settings import Settings
from assistant.wiring import language_brain
from planning_engine.errors import BadRequest, PlanningError

RIGHT = "Line L has 100 hours in November 2026."
WRONG = "Line L has 110 hours in November 2026."


def completion(message: dict, finish: str | None = "stop") -> dict:
    choice = {"index": 0, "message": {"role": "assistant", "content": None, **message}}
    if finish:
        choice["finish_reason"] = finish
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "stub",
        "choices": [choice],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def tool_call(name: str, arguments: str) -> dict:
    function = {"name": name, "arguments": arguments}
    return {"tool_calls": [{"id": "call_1", "type": "function", "function": function}]}


class Provider:
    """What the stub server was asked, and how it answers."""

    def __init__(self) -> None:
        self.requests: list[dict] = []
        self.released = threading.Event()

    def answer(self, body: dict) -> Response:
        self.requests.append(body)
        results = [m for m in body["messages"] if m["role"] == "tool"]
        behave = getattr(self, f"_{body['model'].replace('-', '_')}")
        return behave(body, results)

    def _good(self, body: dict, results: list) -> Response:
        message = {"content": RIGHT} if results else tool_call("count_hours", '{"resource": "L"}')
        return JSONResponse(completion(message))

    def _wrong_number(self, body: dict, results: list) -> Response:
        message = {"content": WRONG} if results else tool_call("count_hours", '{"resource": "L"}')
        return JSONResponse(completion(message))

    def _wrong_tool(self, body: dict, results: list) -> Response:
        if not results:
            return JSONResponse(completion(tool_call("count_ours", '{"resource": "L"}')))
        if len(results) == 1:
            return JSONResponse(completion(tool_call("count_hours", '{"resource": "L"}')))
        return JSONResponse(completion({"content": RIGHT}))

    def _wrong_argument(self, body: dict, results: list) -> Response:
        arguments = '{"resorce": "L"}' if not results else '{"resource": "L"}'
        if len(results) < 2:
            return JSONResponse(completion(tool_call("count_hours", arguments)))
        return JSONResponse(completion({"content": RIGHT}))

    def _broken_json(self, body: dict, results: list) -> Response:
        arguments = '{"resource": "L"' if not results else '{"resource": "L"}'
        if len(results) < 2:
            return JSONResponse(completion(tool_call("count_hours", arguments)))
        return JSONResponse(completion({"content": RIGHT}))

    def _endless(self, body: dict, results: list) -> Response:
        return JSONResponse(completion(tool_call("count_hours", '{"resource": "L"}')))

    def _busy(self, body: dict, results: list) -> Response:
        return JSONResponse({"error": {"message": "slow down"}}, 429, {"Retry-After": "0"})

    def _busy_once(self, body: dict, results: list) -> Response:
        return self._busy(body, results) if len(self.requests) == 1 else self._good(body, results)

    def _faulty(self, body: dict, results: list) -> Response:
        return JSONResponse({"error": {"message": "boom"}}, 500)

    def _keyless(self, body: dict, results: list) -> Response:
        return JSONResponse({"error": {"message": "bad key"}}, 401)

    def _unknown(self, body: dict, results: list) -> Response:
        return JSONResponse({"error": {"message": "no such model"}}, 404)

    def _picky(self, body: dict, results: list) -> Response:
        return JSONResponse({"error": {"message": "context too long"}}, 400)

    def _hanging(self, body: dict, results: list) -> Response:
        self.released.wait(5)
        return JSONResponse(completion({"content": RIGHT}))

    def _cut(self, body: dict, results: list) -> Response:
        def half() -> Iterator[bytes]:
            yield json.dumps(completion({"content": RIGHT})).encode()[:80]
            raise ConnectionResetError("cut")

        return StreamingResponse(half(), headers={"Content-Length": "4000"})

    def _unfinished(self, body: dict, results: list) -> Response:
        return JSONResponse(completion({"content": "Line L has"}, finish=None))

    def _too_long(self, body: dict, results: list) -> Response:
        return JSONResponse(completion({"content": "Line L has"}, finish="length"))

    def _a_web_page(self, body: dict, results: list) -> Response:
        return Response("<html>Welcome to nginx</html>", media_type="text/html")

    def _empty(self, body: dict, results: list) -> Response:
        return JSONResponse({"choices": []})

    def _fails_later(self, body: dict, results: list) -> Response:
        return self._faulty(body, results) if results else self._good(body, results)


@pytest.fixture(scope="module")
def server() -> Iterator[SimpleNamespace]:
    holder = SimpleNamespace(provider=Provider())
    web = FastAPI()

    @web.post("/v1/chat/completions")
    def chat(body: dict, request: Request) -> Response:
        return holder.provider.answer(body)

    @web.get("/v1/models")
    def models() -> dict:
        return {"object": "list", "data": [{"id": "good", "object": "model"}]}

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    holder.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    running = uvicorn.Server(uvicorn.Config(web, log_level="critical"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    yield holder
    running.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def provider(server: SimpleNamespace) -> Iterator[Provider]:
    server.provider = Provider()
    yield server.provider
    server.provider.released.set()


def settings_for(server: SimpleNamespace, model: str, **values: object) -> Settings:
    given = {"openai_base_url": server.url, "openai_api_key": "key", "model_retries": 0}
    return Settings(model=f"openai:{model}", **(given | values))


@pytest.fixture
def ask(talk, home, server, provider):
    petra = next(person for person in home.current().company.people if person.id == "petra")

    def run(model: str, fallback=None, **values):
        brain = language_brain(settings_for(server, model, **values))
        conversation = talk(brain=brain, fallback=fallback)
        return conversation.ask("How many hours has L in November?", petra)

    return run


def analyst() -> Brain:
    """Return a stand-in for the built-in analyst: it calls the tool, then repeats its words."""

    def policy(messages, tools):
        if messages[-1].type == "tool":
            return says(json.loads(messages[-1].content)["summary"])
        return calls("count_hours", {"resource": "L"})

    return Brain("built-in analyst", ScriptedModel(policy=policy), is_language_model=False)


def test_a_language_model_calls_the_tools_and_words_the_answer(ask, provider):
    answer = ask("good")
    assert (answer.text, answer.status, answer.model) == (RIGHT, "answered", "good")
    tools = {entry["function"]["name"] for entry in provider.requests[0]["tools"]}
    assert {"count_hours", "query_kpi"} <= tools


def test_a_language_model_is_sent_summaries_and_facts_but_no_rows(ask, provider):
    ask("good")
    sent = json.loads(provider.requests[-1]["messages"][-1]["content"])
    assert set(sent) == {"summary", "facts", "definition", "issues"}


def test_a_wrong_number_of_a_language_model_is_not_sent(ask, provider):
    answer = ask("wrong-number")
    assert "110" not in answer.text
    assert RIGHT in answer.text
    assert len(provider.requests) == 3


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("wrong-tool", "No tool named 'count_ours'. Did you mean 'count_hours'"),
        ("wrong-argument", "count_hours has no argument 'resorce'. Did you mean 'resource'?"),
        ("broken-json", "The arguments of count_hours are not valid JSON"),
    ],
)
def test_a_wrong_call_is_told_to_the_model_which_puts_it_right(ask, provider, model, told):
    answer = ask(model)
    assert answer.text == RIGHT
    heard = [m for m in provider.requests[1]["messages"] if m["role"] == "tool"]
    assert told in json.loads(heard[0]["content"])["error"]["message"]


def test_a_model_that_never_stops_calling_is_stopped_and_its_evidence_used(ask, provider):
    answer = ask("endless")
    assert len(provider.requests) == 10
    assert RIGHT in answer.text
    assert "more steps than one answer may take" in answer.text


def test_a_busy_provider_is_asked_again(ask, provider):
    assert ask("busy-once", model_retries=1).text == RIGHT


PROBLEMS = [
    ("busy", "takes no further questions for now"),
    ("faulty", "has a fault of its own"),
    ("keyless", "does not accept the key"),
    ("unknown", "does not know the model"),
    ("picky", "refused the question"),
    ("hanging", "did not answer in time"),
    ("cut", "cannot be reached|cut off"),
    ("unfinished", "was cut off on the way"),
    ("too-long", "too long"),
    ("a-web-page", "does not answer as a language model does"),
    ("empty", "does not answer as a language model does"),
]


def patience(model: str) -> float:
    """Return how long to wait: only the server that hangs is given up on."""
    return 0.5 if model == "hanging" else 30


@pytest.mark.parametrize(("model", "sentence"), PROBLEMS)
def test_a_provider_that_fails_is_told_in_a_sentence(ask, model, sentence):
    answer = ask(model, model_timeout=patience(model))
    assert answer.status == "failed"
    assert any(part in answer.text for part in sentence.split("|")), answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(("model", "sentence"), PROBLEMS)
def test_the_built_in_analyst_takes_over_and_the_answer_says_so(ask, model, sentence):
    answer = ask(model, fallback=analyst, model_timeout=patience(model))
    assert answer.status == "answered"
    assert answer.text.startswith(RIGHT)
    assert any(part in answer.text for part in sentence.split("|")), answer.text
    assert "The built-in analyst answered instead" in answer.text
    assert answer.model == f"built-in analyst, for {model}"


def test_a_provider_that_fails_halfway_leaves_what_the_tools_found(ask):
    answer = ask("fails-later")
    assert answer.status == "answered"
    assert RIGHT in answer.text
    assert "fault of its own" in answer.text


def test_the_analyst_words_what_the_tools_found_before_the_provider_failed(ask):
    answer = ask("fails-later", fallback=analyst)
    assert answer.text.startswith(RIGHT)
    assert len(answer.evidence) == 1


def test_a_server_that_is_not_there_is_told_with_its_address(talk, home):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    settings = Settings(model="openai:x", openai_base_url=url, model_retries=0)
    conversation = talk(brain=language_brain(settings))
    answer = conversation.ask("Hours of L?", conversation.person("petra"))
    assert answer.status == "failed"
    assert f"x cannot be reached at {url}" in answer.text


def test_without_a_key_the_provider_itself_is_not_even_asked():
    with pytest.raises(BadRequest, match="OPENAI_API_KEY is not set"):
        language_brain(Settings(model="openai:gpt-x"))


def test_the_check_up_asks_the_provider_for_its_models(server, provider):
    assert reachable(settings_for(server, "good"))
    assert not reachable(settings_for(server, "other"))
    with pytest.raises(PlanningError, match="cannot be reached"):
        reachable(Settings(model="openai:x", openai_base_url="http://127.0.0.1:1/v1"))

"""Other assistants get the same tools and the same checked answers; approving stays with people."""

import asyncio
import json

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

from mcp.client import Client

from assistant.channels.mcp import server
from assistant.models import calls, says

RIGHT = "Line L has 100 hours in November 2026."


@pytest.fixture
def call(talk):
    def run(name: str, arguments: dict, *script, who: str = "petra"):
        conversation = talk(*script or (says("Hello."),))

        async def once():
            async with Client(server(conversation, conversation.person(who))) as client:
                return await client.call_tool(name, arguments)

        result = asyncio.run(once())
        return result.is_error, json.loads(result.content[0].text)

    return run


def test_every_tool_is_offered_with_its_own_schema_and_nothing_that_decides(talk):
    conversation = talk(says("Hello."))

    async def listed():
        async with Client(server(conversation, conversation.person("petra"))) as client:
            return (await client.list_tools()).tools

    offered = {tool.name: tool for tool in asyncio.run(listed())}
    assert {"ask", "query_kpi", "count_hours"} <= set(offered)
    assert not any("approve" in name or "reject" in name for name in offered)
    assert offered["count_hours"].input_schema["required"] == ["resource"]


def test_a_tool_gives_its_summary_and_facts_but_no_rows(call):
    is_error, content = call("count_hours", {"resource": "L"})
    assert not is_error
    assert content["summary"] == RIGHT
    assert set(content) == {"summary", "facts", "definition", "issues"}


def test_a_question_gives_a_checked_answer_with_a_receipt(call):
    is_error, content = call(
        "ask", {"question": "Hours of L?"}, calls("count_hours", {"resource": "L"}), says(RIGHT)
    )
    assert not is_error
    assert (content["text"], content["status"]) == (RIGHT, "answered")
    assert content["receipt"].startswith("r_")


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("count_hours", {"resource": "LL"}, "Did you mean 'L'"),
        ("count_hours", {"resorce": "L"}, "Did you mean 'resource'"),
        ("ask", {"question": ""}, "The question is empty"),
        ("ask", {"question": "x", "person": "elena"}, "ask has no argument 'person'"),
        ("ask", {"question": 7}, "as text"),
        ("frobnicate", {}, "No tool named 'frobnicate'"),
    ],
)
def test_a_wrong_call_is_a_sentence(call, name, arguments, sentence):
    is_error, content = call(name, arguments)
    assert is_error
    assert sentence in content["error"]["message"]


def test_the_scope_of_the_person_holds(call):
    _, content = call("query_kpi", {"kpi": "sales_quantity"}, who="sam")
    assert "region North only" in content["summary"]

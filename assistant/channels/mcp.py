"""The Model Context Protocol: our tools, and whole checked answers, for other assistants.

Approving is not offered here: it takes a person.
"""

import asyncio
import json
import logging
import secrets
from typing import Any  # Any: JSON values

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    TextContent,
    Tool,
    ToolAnnotations,
)

from assistant.conversation import Conversation
from assistant.excerpts import shown_to_model
from planning_engine.data.company import Person
from planning_engine.errors import BadRequest, PlanningError
from tools import registry

log = logging.getLogger(__name__)

_READS = ToolAnnotations(readOnlyHint=True, openWorldHint=False)
_ASK = {
    "type": "object",
    "properties": {
        "question": {"type": "string", "maxLength": 4000, "description": "In plain words."},
        "thread": {"type": "string", "description": "Thread to continue; left out: a new one."},
    },
    "required": ["question"],
    "additionalProperties": False,
}
_ASK_SAYS = "Ask a planning question and get an answer whose every figure was checked."


def server(conversation: Conversation, person: Person) -> Server[Any]:
    """Return an MCP server that answers as one person may see.

    Args:
        conversation: The service.
        person: Who the other assistant works for.
    """

    async def list_tools(_context: object, _params: object) -> ListToolsResult:
        return ListToolsResult(tools=_declared())

    async def call_tool(_context: object, params: CallToolRequestParams) -> CallToolResult:
        return await asyncio.to_thread(
            _called, conversation, person, params.name, params.arguments or {}
        )

    return Server("sop-assistant", on_list_tools=list_tools, on_call_tool=call_tool)


async def run(conversation: Conversation, person: Person) -> None:
    """Serve on standard input and output until the other side hangs up."""
    running = server(conversation, person)
    async with stdio_server() as (incoming, outgoing):
        await running.run(incoming, outgoing, running.create_initialization_options())


def _declared() -> list[Tool]:
    tools = [
        Tool(
            name=entry.name,
            description=entry.description,
            inputSchema=entry.request.model_json_schema(),
            annotations=_READS,
        )
        for entry in registry.all_tools().values()
    ]
    return [Tool(name="ask", description=_ASK_SAYS, inputSchema=_ASK), *tools]


def _called(
    conversation: Conversation, person: Person, name: str, arguments: dict[str, Any]
) -> CallToolResult:
    try:
        if name == "ask":
            content = _asked(conversation, person, arguments)
        else:
            content = shown_to_model(conversation.run_tool(name, arguments, person))
    except PlanningError as problem:
        return _result(shown_to_model(problem), is_error=True)
    except Exception:
        reference = secrets.token_hex(3)
        log.exception("reference %s", reference)
        sentence = f"Something went wrong on our side (reference {reference})."
        return _result({"error": {"kind": "Bug", "message": sentence}}, is_error=True)
    return _result(content, is_error=False)


def _asked(conversation: Conversation, person: Person, arguments: dict[str, Any]) -> dict[str, Any]:
    strange = sorted(set(arguments) - {"question", "thread"})
    if strange:
        raise BadRequest(f"ask has no argument '{strange[0]}'. It takes question and thread.")
    question, thread = arguments.get("question"), arguments.get("thread")
    if not isinstance(question, str) or not isinstance(thread, str | None):
        raise BadRequest("ask takes a question, as text.")
    answer = conversation.ask(question, person, thread, "mcp")
    return {
        "text": answer.text,
        "status": answer.status,
        "footnotes": list(answer.footnotes),
        "suggestions": list(answer.suggestions),
        "receipt": answer.receipt,
        "thread": answer.thread,
    }


def _result(content: dict[str, Any], *, is_error: bool) -> CallToolResult:
    text = TextContent(type="text", text=json.dumps(content, ensure_ascii=False))
    return CallToolResult(content=[text], structuredContent=content, isError=is_error)

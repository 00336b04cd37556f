"""The REST API: the same service as the page, for programs on this machine."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any  # Any: tool arguments and results are JSON

from fastapi import APIRouter, Path, Request
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, ConfigDict, Field

from assistant.channels.web.desk import Desk
from assistant.channels.web.problems import ApiError
from planning_engine.errors import UnknownName
from tools import registry
from tools.evidence import Evidence

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Json = dict[str, Any]
VERSION = "1"
Code = Annotated[str, Path(max_length=120, pattern=r"^[A-Za-z0-9_.:+-]+$")]
_ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ApiError, "description": text}
    for code, text in (
        (400, "The request is not one this server takes."),
        (403, "You may not see or do this."),
        (404, "There is no such thing; the message offers the nearest."),
        (409, "The data or what was decided before does not allow it."),
        (422, "An argument is missing, unknown or out of range."),
        (500, "Our bug; the reference stands in the server's log."),
    )
}


class Question(BaseModel):
    """A question, in words."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=4000)
    thread: str | None = Field(
        None, max_length=120, pattern=r"^[A-Za-z0-9_.:-]+$", description="Thread to continue."
    )


class Verdict(BaseModel):
    """Why a proposal is approved or rejected."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=600)


def routes(desk: Desk) -> APIRouter:
    """Return the API's routes. Who asks: header `X-Person`, else the page's cookie."""
    router = APIRouter(prefix="/api", responses=_ERRORS)
    _conversation_routes(router, desk)
    _tool_routes(router, desk)
    _decision_routes(router, desk)

    @router.get("/health", tags=["server"])
    def health() -> Json:
        """Tell that the server answers, for whom, on which facts, with which model."""
        company = desk.company
        return {
            "status": "ok",
            "version": VERSION,
            "company": company.name,
            "as_of": company.as_of.isoformat(),
            "snapshot": desk.snapshot_id,
            "model": desk.model_name,
        }

    return router


def _conversation_routes(router: APIRouter, desk: Desk) -> None:
    conversation = desk.conversation

    @router.post("/ask", tags=["conversation"])
    def ask(request: Request, body: Question) -> Json:
        """Answer one question; the turn is kept in its thread."""
        person = desk.visitor(request)
        return conversation.ask(body.question, person, body.thread, "web").to_dict()

    @router.get("/threads", tags=["conversation"])
    def threads(request: Request) -> Json:
        """List the asker's threads, the latest first."""
        found = conversation.threads(desk.visitor(request))
        return {"threads": [_json(thread) for thread in found]}

    @router.get("/threads/{thread}", tags=["conversation"])
    def thread(request: Request, thread: Code) -> Json:
        """Return the turns of a thread, with their evidence."""
        turns = conversation.history(thread, desk.visitor(request))
        return {
            "thread": thread,
            "turns": [
                {"at": t.at.isoformat(), "question": t.question, "answer": t.answer.to_dict()}
                for t in turns
            ],
        }

    @router.get("/threads/{thread}/evidence/{evidence}", tags=["conversation"])
    def evidence(request: Request, thread: Code, evidence: Code) -> Json:
        """Return one evidence of a thread, whole."""
        known: dict[str, Evidence] = {
            entry.id: entry
            for turn in conversation.history(thread, desk.visitor(request))
            for entry in turn.answer.evidence
        }
        if evidence not in known:
            raise UnknownName("evidence", evidence, known)
        return known[evidence].to_dict()

    @router.get("/replay/{receipt}", tags=["conversation"])
    def replay(request: Request, receipt: Code) -> Json:
        """Run the tool calls behind an answer again and compare."""
        return conversation.replay(receipt, desk.visitor(request)).to_dict()


def _tool_routes(router: APIRouter, desk: Desk) -> None:
    @router.get("/tools", tags=["tools"])
    def tools() -> Json:
        """List the tools with their requests' JSON schemas."""
        return {
            "tools": [
                {
                    "name": tool.name,
                    "description": tool.description,
                    "request": tool.request.model_json_schema(),
                }
                for tool in registry.all_tools().values()
            ]
        }

    @router.post("/tools/{name}", tags=["tools"])
    def run(request: Request, name: Code, arguments: Json) -> Json:
        """Run one tool on the facts the asker may see; nothing is kept."""
        person = desk.visitor(request)
        return desk.conversation.run_tool(name, arguments, person).to_dict()


def _decision_routes(router: APIRouter, desk: Desk) -> None:
    conversation = desk.conversation

    @router.get("/decisions", tags=["decisions"])
    def decisions(request: Request) -> Json:
        """List the decisions the asker may read, earliest first."""
        found = conversation.decisions(desk.visitor(request))
        return {"decisions": [_json(entry) for entry in found]}

    @router.get("/proposals", tags=["decisions"])
    def proposals(request: Request) -> Json:
        """List the open proposals the asker made or may decide on."""
        found = conversation.open_proposals(desk.visitor(request))
        return {"proposals": [_json(entry) for entry in found]}

    @router.post("/proposals/{proposal}/approve", tags=["decisions"])
    def approve(request: Request, proposal: Code, body: Verdict | None = None) -> Json:
        """Approve a proposal under the asker's name."""
        reason = body.reason if body else ""
        return _json(conversation.approve(proposal, desk.visitor(request), "web", reason))

    @router.post("/proposals/{proposal}/reject", tags=["decisions"])
    def reject(request: Request, proposal: Code, body: Verdict | None = None) -> Json:
        """Reject a proposal under the asker's name."""
        reason = body.reason if body else ""
        return _json(conversation.reject(proposal, desk.visitor(request), "web", reason))


def _json(value: "DataclassInstance") -> Json:
    found: Json = jsonable_encoder(asdict(value))
    return found

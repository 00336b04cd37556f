"""The pages: the conversation, the decision log, the data."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant import access
from assistant.channels.web.data_page import data_values
from assistant.channels.web.decision_page import decision_values
from assistant.channels.web.desk import COOKIE, Desk, greeting
from assistant.channels.web.examples import examples
from assistant.channels.web.library import file_response
from assistant.channels.web.live import LiveTurn
from assistant.channels.web.turns import TurnView, card_values, grouped, turns_of
from planning_engine.data.company import Person
from planning_engine.errors import UnknownName


def routes(desk: Desk) -> APIRouter:
    """Return the pages' routes."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/")
    def start(request: Request) -> str:
        return _chat(desk, request, desk.visitor(request), None, ())

    @router.get("/threads/{thread}")
    def conversation(request: Request, thread: str) -> str:
        person = desk.visitor(request)
        running = desk.live.running(thread, person.id)
        try:
            turns = turns_of(desk, thread, person)
        except UnknownName:
            if running is None:
                raise
            turns = ()  # its first question is still being answered
        return _chat(desk, request, person, thread, turns, running)

    @router.get("/decisions")
    def decisions(request: Request, state: str = "all") -> str:
        person = desk.visitor(request)
        frame = desk.frame(request, person, "Decisions")
        values = decision_values(desk, person, state)
        return desk.render("decisions.html", **frame, **card_values(desk, person), **values)

    @router.get("/data")
    def data(request: Request) -> str:
        person = desk.visitor(request)
        frame = desk.frame(request, person, "Data")
        return desk.render("data.html", **frame, **data_values(desk.snapshot(person)))

    @router.post("/person")
    def choose(person: Annotated[str, Form()], back: Annotated[str, Form()] = "/") -> Response:
        found = access.find_person(desk.company, person)
        # A thread belongs to the person left behind; the other pages stay.
        there = back if back in ("/decisions", "/data") else "/"
        answer = RedirectResponse(there, status_code=303)
        answer.set_cookie(COOKIE, found.id, httponly=True, samesite="strict", max_age=31_536_000)
        return answer

    @router.get("/static/{name}")
    def static(request: Request, name: str) -> Response:
        packs = "gzip" in request.headers.get("accept-encoding", "")
        return file_response(name, packs, request.headers.get("if-none-match"))

    return router


def _chat(
    desk: Desk,
    request: Request,
    person: Person,
    thread: str | None,
    turns: Sequence[TurnView],
    running: LiveTurn | None = None,
) -> str:
    now = desk.now()
    return desk.render(
        "chat.html",
        **desk.frame(request, person, "Ask"),
        **card_values(desk, person),
        thread=thread,
        thread_title=turns[0].question[:60] if turns else "",
        thread_groups=grouped(desk.conversation.threads(person), now).items(),
        turns=turns,
        running=running,
        greeting=greeting(person, now),
        examples=() if turns or running else examples(desk.snapshot(person)),
    )

"""The fragments of a conversation: ask, watch, stop, evidence, approve, replay."""

from collections.abc import AsyncIterator, Iterable
from typing import Annotated

from fastapi import APIRouter, Form, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from assistant.answer import Answer, PendingProposal, Progress
from assistant.channels.web import decision_page
from assistant.channels.web.desk import Desk
from assistant.channels.web.exhibits import request_in_words, table_csv, tool_title
from assistant.channels.web.live import Crash, LiveTurn, TurnStopped
from assistant.channels.web.problems import problem_of
from assistant.channels.web.turns import TurnView, card_values, grouped, turns_of, view
from assistant.store.conversations import new_code
from planning_engine.data.company import Person
from planning_engine.errors import BadRequest, PlanningError, UnknownName
from tools.evidence import Evidence, EvidenceTable

QUESTION_LIMIT = 4000


def routes(desk: Desk) -> APIRouter:
    """Return the routes that the page's forms and streams use."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    _question_routes(router, desk)
    _evidence_routes(router, desk)
    _proposal_routes(router, desk)
    return router


def _question_routes(router: APIRouter, desk: Desk) -> None:
    @router.post("/ask")
    def ask(
        request: Request,
        question: Annotated[str, Form()] = "",
        thread: Annotated[str, Form()] = "",
    ) -> HTMLResponse:
        try:
            turn = _begin(desk, desk.visitor(request), question, thread)
        except PlanningError as error:
            return HTMLResponse(_failure(desk, error, "refused", ""))
        return HTMLResponse(desk.render("running.html", live=turn))

    @router.get("/turns/{identity}/events", response_class=EventSourceResponse)
    async def events(
        request: Request,
        identity: str,
        last_event_id: Annotated[str, Header()] = "0",
    ) -> AsyncIterator[ServerSentEvent]:
        person = desk.visitor(request)
        turn = desk.live.find(identity, person.id)
        if turn is None:
            error = BadRequest(
                "The server was started again while this was being answered. Reload the page to "
                "see whether the answer was kept; if not, ask again."
            )
            yield ServerSentEvent(raw_data=_failure(desk, error, identity, ""), id="1")
            return
        seen = int(last_event_id) if last_event_id.isdecimal() else 0
        async for number, event in turn.follow(seen):
            # A long answer takes a moment to render: other streams go on meanwhile.
            shown = await run_in_threadpool(_shown, desk, turn, person, event)
            yield ServerSentEvent(raw_data=shown, id=str(number))

    @router.post("/turns/{identity}/stop")
    def stop(request: Request, identity: str) -> str:
        turn = desk.live.find(identity, desk.visitor(request).id)
        if turn is None:
            raise UnknownName("question", identity)
        turn.stop()
        return _failure(desk, TurnStopped(), turn.id, turn.question)


def _evidence_routes(router: APIRouter, desk: Desk) -> None:
    @router.get("/threads/{thread}/turns/{receipt}/evidence")
    def evidence(request: Request, thread: str, receipt: str) -> str:
        turn = _turn(desk, desk.visitor(request), thread, receipt)
        return desk.render("exhibits.html", turn=turn)

    @router.get("/threads/{thread}/turns/{receipt}/evidence/{identity}.csv")
    def sheet(request: Request, thread: str, receipt: str, identity: str) -> Response:
        turn = _turn(desk, desk.visitor(request), thread, receipt)
        found = next((e for e in turn.answer.evidence if e.id == identity), None)
        if found is None or found.table is None:
            raise UnknownName("table of evidence", identity)
        return _csv(found, found.table)

    @router.get("/decisions.csv")
    def decision_sheet(request: Request, state: str = "all") -> Response:
        found = decision_page.find(desk, desk.visitor(request), state)
        return _csv(found, found.table or EvidenceTable((), ()))

    @router.post("/replay/{receipt}")
    def replay(request: Request, receipt: str) -> str:
        try:
            found = desk.conversation.replay(receipt, desk.visitor(request))
        except PlanningError as error:
            return desk.render("replay.html", replay=None, problem=str(error))
        return desk.render("replay.html", replay=found, problem="")


def _proposal_routes(router: APIRouter, desk: Desk) -> None:
    @router.post("/proposals/{identity}/approve")
    def approve(request: Request, identity: str) -> str:
        person = desk.visitor(request)
        try:
            settled = desk.conversation.approve(identity, person, "web")
        except PlanningError as error:
            return _card(desk, person, desk.conversation.proposal(identity, person).pending, error)
        return _card(desk, person, settled)

    @router.post("/proposals/{identity}/reject")
    def reject(request: Request, identity: str, reason: Annotated[str, Form()] = "") -> str:
        person = desk.visitor(request)
        try:
            settled = desk.conversation.reject(identity, person, "web", reason)
        except PlanningError as error:
            return _card(desk, person, desk.conversation.proposal(identity, person).pending, error)
        return _card(desk, person, settled)


def _begin(desk: Desk, person: Person, question: str, thread: str) -> LiveTurn:
    """Start to answer in the background; what cannot be asked is refused at once."""
    question = question.strip()
    if not question:
        raise BadRequest("The question is empty.")
    if len(question) > QUESTION_LIMIT:
        raise BadRequest(
            f"The question has {len(question):,} characters; at most {QUESTION_LIMIT:,} are read."
        )
    thread = thread or new_code("t", 8)
    if desk.live.running(thread, person.id):
        raise BadRequest("One question at a time: wait for the answer, or stop it.")
    turn = LiveTurn(question=question, person=person.id, thread=thread)
    conversation = desk.conversation
    return desk.live.start(
        turn, lambda listener: conversation.ask(question, person, thread, "web", listener)
    )


def _shown(desk: Desk, turn: LiveTurn, person: Person, event: Progress | Answer | Crash) -> str:
    """Return an event as fragments: a step of the work, or what it came to."""
    if isinstance(event, Progress):
        request = ", ".join(
            f"{name.lower()} {value}" for name, value in request_in_words(event.request)
        )
        title = tool_title(event.tool) if event.tool else ""
        return desk.render("step.html", live=turn, step=event, title=title, request=request)
    if isinstance(event, Crash):
        return _failure(desk, event.problem, turn.id, turn.question)
    finished = view(turn.question, event, desk.now(), turn.seconds)
    threads = grouped(desk.conversation.threads(person), desk.now()).items()
    return desk.render(
        "finished.html",
        turn=finished,
        person=person,
        thread=event.thread,
        thread_groups=threads,
        **card_values(desk, person),
    )


def _failure(desk: Desk, error: Exception, identity: str, question: str) -> str:
    problem = problem_of(error)
    return desk.render("failure.html", id=identity, question=question, problem=problem)


def _turn(desk: Desk, person: Person, thread: str, receipt: str) -> TurnView:
    turns = turns_of(desk, thread, person)
    found = next((turn for turn in turns if turn.answer.receipt == receipt), None)
    if found is None:
        raise UnknownName("receipt", receipt, _receipts(turns))
    return found


def _receipts(turns: Iterable[TurnView]) -> list[str]:
    return [turn.answer.receipt for turn in turns]


def _card(
    desk: Desk, person: Person, pending: PendingProposal, error: PlanningError | None = None
) -> str:
    return desk.render(
        "proposal.html",
        pending=pending,
        person=person,
        problem=str(error) if error else "",
        **card_values(desk, person),
    )


def _csv(evidence: Evidence, table: EvidenceTable) -> Response:
    name = f"{evidence.tool}-{evidence.id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    # The mark in front tells Excel that the file is UTF-8.
    content = "\ufeff" + table_csv(table)
    return Response(content, headers=headers, media_type="text/csv; charset=utf-8")

"""The web application put together: routes, errors, the guard at the door."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.channels.web import api, pages, talk
from assistant.channels.web.desk import Desk
from assistant.channels.web.guard import LOOPBACK, Guard
from assistant.channels.web.problems import Problem, problem_json, problem_of
from assistant.conversation import Conversation
from assistant.settings import Settings
from planning_engine.errors import BadRequest, PlanningError

_HTTP = {
    400: ("bad_request", "The server cannot read this request."),
    404: ("not_found", "There is no such page."),
    405: ("bad_method", "This address does not take that method."),
    422: ("bad_request", "An argument is missing, unknown or out of range."),
}


def app(conversation: Conversation, settings: Settings) -> FastAPI:
    """Return the web page and the API on a conversation.

    Args:
        conversation: Answers, approves, remembers.
        settings: The model's name, the default person, the host it is served on.

    Raises:
        BadRequest: The host is not this machine's own.
    """
    if settings.host not in LOOPBACK:
        raise BadRequest(
            f"SOP_HOST is {settings.host}, but the page has no login yet: it is served on this "
            "machine only. Use 127.0.0.1."
        )
    desk = Desk(conversation, settings)
    # The documentation pages of FastAPI load scripts from outside addresses: only the schema
    # is served.
    application = FastAPI(
        title="S&OP assistant",
        description="Questions, tools, receipts and decisions of one company's planning data.",
        version=api.VERSION,
        docs_url=None,
        redoc_url=None,
    )
    for part in (pages, talk, api):
        application.include_router(part.routes(desk))
    _answer_errors(application, desk)
    application.add_middleware(_Apology, desk=desk)
    application.add_middleware(Guard, hosts=LOOPBACK)
    application.state.desk = desk
    return application


def _answer_errors(application: FastAPI, desk: Desk) -> None:
    @application.exception_handler(PlanningError)
    def planning(request: Request, error: Exception) -> Response:
        return _told(desk, request, problem_of(error))

    @application.exception_handler(HTTPException)
    def http(request: Request, error: Exception) -> Response:
        code = error.status_code if isinstance(error, HTTPException) else 500
        kind, message = _HTTP.get(code, ("bad_request", "The server cannot do this."))
        return _told(desk, request, Problem(code, kind, message))

    @application.exception_handler(RequestValidationError)
    def invalid(request: Request, error: Exception) -> Response:
        details = error.errors() if isinstance(error, RequestValidationError) else []
        unreadable = any(detail["type"] == "json_invalid" for detail in details)
        if unreadable:
            return _told(desk, request, Problem(400, "bad_json", "The body is not valid JSON."))
        parts = [f"{_place(detail['loc'])}: {detail['msg'].lower()}" for detail in details]
        message = f"This request cannot be taken ({'; '.join(parts)})."
        return _told(desk, request, Problem(422, "bad_request", message))


class _Apology:
    """The channel's last resort: an exception is logged with a reference, and apologised for."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http" or begun:
                raise
            told = _told(self._desk, Request(scope), problem_of(error))
            await told(scope, receive, send)


def _told(desk: Desk, request: Request, problem: Problem) -> Response:
    """Return a failure as JSON to programs and fragments, as a page to people."""
    wants_page = "text/html" in request.headers.get("accept", "")
    if request.url.path.startswith("/api") or not wants_page:
        return problem_json(problem.code, problem.kind, problem.message, problem.reference)
    try:
        frame = desk.frame(request, desk.visitor(request), "")
    except PlanningError:
        return Response(problem.message, problem.code, media_type="text/plain")
    values = {"heading": problem.heading, "message": problem.message}
    page = desk.render("lost.html", **frame, **values, reference=problem.reference)
    return HTMLResponse(page, problem.code)


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location[1:]) or "body"

"""What goes wrong, as a status code, a kind and a sentence."""

import logging
import secrets
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.responses import JSONResponse

from assistant.channels.web.live import TurnStopped
from planning_engine.errors import (
    BadRequest,
    DataProblem,
    NoFeasiblePlan,
    NotPermitted,
    PlanningError,
    UnknownName,
)

log = logging.getLogger(__name__)

_KINDS: tuple[tuple[type[PlanningError], int, str], ...] = (
    (UnknownName, 404, "unknown_name"),
    (NotPermitted, 403, "not_permitted"),
    (BadRequest, 422, "bad_request"),
    (DataProblem, 409, "data_problem"),
    (NoFeasiblePlan, 409, "no_feasible_plan"),
    (PlanningError, 409, "conflict"),
)
_HEADINGS = {
    "unknown_name": "Not found",
    "not_permitted": "Not permitted",
    "bad_request": "This cannot be asked as it is",
    "data_problem": "The data does not allow it",
    "no_feasible_plan": "No plan meets all the rules",
    "conflict": "This cannot be done now",
    "failed": "This failed, and it is our fault",
    "stopped": "Stopped",
}


class ErrorBody(BaseModel):
    """What went wrong: a kind for programs, a sentence for people."""

    kind: str
    message: str
    reference: str | None = None


class ApiError(BaseModel):
    """Every answer of the API that is not 2xx."""

    error: ErrorBody


@dataclass(frozen=True)
class Problem:
    """A failure as a person or a program is told of it."""

    code: int
    kind: str
    message: str
    reference: str | None = None

    @property
    def heading(self) -> str:
        """The kind in a few words for a person."""
        return _HEADINGS.get(self.kind, "This did not work")


def problem_of(error: Exception) -> Problem:
    """Return what to tell about an error; one that is our bug is logged with a reference."""
    if isinstance(error, TurnStopped):
        return Problem(409, "stopped", "You stopped this question. Nothing was written.")
    for kind, code, name in _KINDS:
        if isinstance(error, kind):
            return Problem(code, name, str(error))
    reference = f"E-{secrets.token_hex(3)}"
    log.error("Reference %s", reference, exc_info=error)
    message = "Something went wrong on our side. Ask again; if it happens again, report it."
    return Problem(500, "failed", message, reference)


def problem_json(code: int, kind: str, message: str, reference: str | None = None) -> JSONResponse:
    """Return a failure as JSON."""
    error = {"kind": kind, "message": message}
    if reference:
        error["reference"] = reference
    return JSONResponse({"error": error}, status_code=code)

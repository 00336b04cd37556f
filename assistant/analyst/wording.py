"""The final text of a turn, in the tools' own sentences, and what the turn came to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.analyst.frame import Status

Content = Mapping[str, Any]  # Any: what the loop shows a model of a tool's result, JSON


@dataclass(frozen=True)
class Result:
    """One tool's result, as the loop shows it to a model."""

    tool: str
    content: Content

    @property
    def error(self) -> Mapping[str, str] | None:
        """Kind and message of an error, or None."""
        return self.content.get("error")

    @property
    def found_nothing(self) -> bool:
        """Tell whether notes were searched in vain."""
        return self.tool == "search_notes" and not self.content.get("quoted_notes")


@dataclass(frozen=True)
class Wording:
    """The text of an answer and its status; `suggested` are the names an error offered."""

    text: str
    status: Status
    suggested: tuple[str, ...] = ()


_STATUS_OF: dict[str, Status] = {
    "NotPermitted": "not_permitted",
    "DataProblem": "not_in_data",
    "UnknownName": "not_in_data",
    "BadRequest": "asked_back",
    "NoFeasiblePlan": "answered",
}


def worded(results: Sequence[Result], say: str = "", *, with_definition: bool = False) -> Wording:
    """Return the answer to a question from the results of its tool calls.

    Args:
        results: In the order of the calls.
        say: What the analyst itself adds, such as an assumption it made.
        with_definition: Whether the definition of what was computed is asked for.
    """
    good = [result for result in results if not result.error]
    useful = [result for result in good if not result.found_nothing] or good
    errors = [result.error for result in results if result.error]
    if not good:
        return _of_errors(errors)
    parts = [str(result.content.get("summary", "")).strip() for result in useful]
    if with_definition:
        parts += [str(r.content.get("definition", "")).strip() for r in useful]
    parts += [error["message"] for error in errors]
    parts += [say] if say else []
    status: Status = "answered"
    if all(result.found_nothing for result in good):
        status = "not_in_data"
    return Wording("\n\n".join(dict.fromkeys(part for part in parts if part)), status)


def _of_errors(errors: Sequence[Mapping[str, str]]) -> Wording:
    messages = list(dict.fromkeys(error["message"] for error in errors))
    status: Status = "failed"
    for error in errors:
        status = _STATUS_OF.get(error["kind"], "failed")
        if status == "not_permitted":
            break
    suggested = _suggested(messages[0]) if messages else ()
    if suggested and status == "not_in_data":
        status = "asked_back"
    return Wording(" ".join(messages), status, suggested)


def _suggested(message: str) -> tuple[str, ...]:
    """Return the names that "Did you mean 'A' or 'B'?" offers."""
    hint = message.partition("Did you mean ")[2]
    return tuple(re.findall(r"'([^']+)'", hint))

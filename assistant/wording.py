"""From what a model came to, to what is sent: checked, repaired once, or withheld."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any  # Any: a model's memory is JSON

from assistant.answer import Claim, Status
from assistant.grounding import Grounding, check
from assistant.statements import Vocabulary
from assistant.store.conversations import Call
from planning_engine.errors import DataProblem, NotPermitted, PlanningError, UnknownName
from prompts import load
from tools.evidence import Evidence, Passage

log = logging.getLogger(__name__)

WITHHELD = (
    "(The model's own wording was withheld, because part of it could not be traced to the data; "
    "these are the tools' own words.)"
)
NOTHING = "I could not find an answer that the data supports. Please ask again in other words."


@dataclass(frozen=True)
class Outcome:
    """What a turn's loop came to, before it is checked.

    `status` and `suggestions` are what the model itself declared, if it did. `problem` says
    why the language model could not finish; `text` is then the fallback's, or empty.
    """

    text: str
    evidence: tuple[Evidence, ...]
    calls: tuple[Call, ...]
    errors: tuple[PlanningError, ...]
    memory: Mapping[str, Any]
    status: Status | None = None
    suggestions: tuple[str, ...] = ()
    problem: str | None = None
    fell_back: bool = False


@dataclass(frozen=True)
class Grounds:
    """What a text may rest on besides its evidence."""

    question: str
    vocabulary: Vocabulary
    today: date


@dataclass(frozen=True)
class Worded:
    """The text to send, with what each of its figures rests on."""

    text: str
    status: Status
    claims: tuple[Claim, ...]
    outcome: Outcome


def word(
    outcome: Outcome,
    grounds: Grounds,
    *,
    ours: bool,
    revise: Callable[[str], Outcome] | None,
) -> Worded:
    """Check a text against its evidence; have it worded again once; withhold what still fails.

    Args:
        outcome: What the loop came to.
        grounds: What was asked, the names of things, and today.
        ours: Whether the words are the built-in analyst's. Without evidence (asking back,
            declining) those are fixed sentences, with nothing to trace.
        revise: Lets a language model word its answer again, told what was wrong.
    """
    if not outcome.text:
        return _in_the_tools_words(outcome, grounds, outcome.problem)
    grounding = _check(outcome, grounds)
    if not _may_be_sent(outcome, grounding) and revise is not None:
        outcome = revise(load("repair", problems=_problems(grounding.unsupported)))
        if not outcome.text:
            return _in_the_tools_words(outcome, grounds, outcome.problem or WITHHELD)
        grounding = _check(outcome, grounds)
    if _may_be_sent(outcome, grounding) or (ours and not outcome.evidence):
        text = _with_fallback_note(outcome)
        return Worded(text, derived_status(outcome), grounding.claims, outcome)
    log.warning("withheld an answer: %s", _problems(grounding.unsupported))
    return _in_the_tools_words(outcome, grounds, WITHHELD)


def derived_status(outcome: Outcome) -> Status:
    """Return the status the model declared, or the one its tools' results amount to."""
    if outcome.status:
        return outcome.status
    if outcome.evidence:
        return "answered"
    errors = _about_the_question(outcome.errors)
    if errors and all(isinstance(error, NotPermitted) for error in errors):
        return "not_permitted"
    suggested = any(isinstance(error, UnknownName) and error.suggestions for error in errors)
    if suggested or outcome.text.rstrip().endswith(("?", "？")):
        return "asked_back"
    if any(isinstance(error, DataProblem | UnknownName) for error in errors):
        return "not_in_data"
    return "failed" if errors else "answered"


def _check(outcome: Outcome, grounds: Grounds) -> Grounding:
    return check(
        outcome.text,
        evidence=outcome.evidence,
        question=grounds.question,
        vocabulary=grounds.vocabulary,
        today=grounds.today,
        passages=tuple(_said(outcome.errors)),
    )


def _may_be_sent(outcome: Outcome, grounding: Grounding) -> bool:
    """Tell whether everything rests on something, or is only offered as a choice.

    Before any tool was called, a question back ("L3 or L4?") names what may be meant, and
    states nothing.
    """
    return grounding.ok or (
        not outcome.evidence
        and all(_is_choice(outcome.text, claim) for claim in grounding.unsupported)
    )


def _is_choice(text: str, claim: Claim) -> bool:
    end = re.search(r"[.!?？](?=\s|$)", text[claim.end :])
    return claim.kind in ("name", "date") and end is not None and end.group() in "?？"


def _said(errors: Iterable[PlanningError]) -> Iterable[Passage]:
    """Yield what tools said instead of evidence, so that it may be repeated."""
    for error in errors:
        yield Passage("", "", None, None, 1, 1, str(error))


def _in_the_tools_words(outcome: Outcome, grounds: Grounds, note: str | None) -> Worded:
    """Answer in the tools' own words, or say why there is no answer."""
    if outcome.evidence:
        found = "\n\n".join(entry.summary for entry in outcome.evidence)
        claims = _check(replace(outcome, text=found), grounds).claims
        text = f"{found}\n\n{note}" if note else found
        return Worded(text, "answered", claims, outcome)
    refused = [str(error) for error in _about_the_question(outcome.errors)]
    if refused and not outcome.problem:
        return Worded(" ".join(dict.fromkeys(refused)), derived_status(outcome), (), outcome)
    return Worded(outcome.problem or NOTHING, "failed", (), outcome)


def _about_the_question(errors: Iterable[PlanningError]) -> list[PlanningError]:
    """Return the errors that say something about the question, not about the model's calls."""
    return [error for error in errors if getattr(error, "kind", "") != "tool"]


def _with_fallback_note(outcome: Outcome) -> str:
    if not outcome.fell_back:
        return outcome.text
    return f"{outcome.text}\n\n({outcome.problem} The built-in analyst answered instead.)"


def _problems(claims: Sequence[Claim]) -> str:
    return "\n".join(f"- '{claim.text}': {claim.problem or 'no tool said so'}" for claim in claims)

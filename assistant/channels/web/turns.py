"""A turn as the page shows it: its answer as HTML, its exhibits, its proposals as they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any  # Any: what templates are given

from markupsafe import Markup

from assistant import access
from assistant.answer import Answer
from assistant.channels.web.answers import answer_html, choices, plain_text
from assistant.channels.web.desk import Desk
from assistant.channels.web.exhibits import Exhibit, exhibit
from assistant.channels.web.wording import badge, fields
from assistant.store.conversations import Thread
from planning_engine.data.company import Person


@dataclass(frozen=True)
class Footnote:
    """A line under an answer: `Assumed` and `Caution` ones stand out."""

    mark: str
    text: str


@dataclass(frozen=True)
class TurnView:
    """One question with its answer, ready for a template."""

    id: str
    question: str
    answer: Answer
    html: Markup
    badge: tuple[str, str] | None
    suggestions: tuple[str, ...]
    footnotes: tuple[Footnote, ...]
    copy: str
    asked: datetime | None = None
    seconds: float | None = None

    @cached_property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """The evidence as shown; made only for the turn whose evidence is looked at."""
        return tuple(exhibit(entry) for entry in self.answer.evidence)

    @property
    def address(self) -> str:
        """Where this turn's evidence is."""
        return f"/threads/{self.answer.thread}/turns/{self.answer.receipt}"


def view(
    question: str, answer: Answer, asked: datetime | None, seconds: float | None = None
) -> TurnView:
    """Return a turn for the page."""
    return TurnView(
        id=answer.receipt,
        question=question,
        answer=answer,
        html=answer_html(answer),
        badge=badge(answer.status),
        suggestions=tuple(s for s in answer.suggestions if s not in choices(answer)),
        footnotes=tuple(_footnote(line) for line in answer.footnotes),
        copy=copied(question, answer),
        asked=asked,
        seconds=seconds,
    )


def copied(question: str, answer: Answer) -> str:
    """Return what the copy button puts on the clipboard: question, answer, where it is from."""
    parts = [question, plain_text(answer.text), *answer.footnotes]
    return "\n\n".join([*parts, f"Receipt {answer.receipt}"])


def turns_of(desk: Desk, thread: str, person: Person) -> tuple[TurnView, ...]:
    """Return a thread's turns, their proposals as they stand today."""
    return tuple(
        view(turn.question, _as_decided(desk, turn.answer, person), turn.at)
        for turn in desk.conversation.history(thread, person)
    )


def _as_decided(desk: Desk, answer: Answer, person: Person) -> Answer:
    now = (desk.conversation.proposal(entry.id, person).pending for entry in answer.proposals)
    return replace(answer, proposals=tuple(now)) if answer.proposals else answer


def card_values(desk: Desk, person: Person) -> dict[str, Any]:
    """Return what proposal cards need besides the proposal and the person."""
    return {
        "may_approve": lambda kind: access.may_approve(person, kind),
        "person_name": desk.person_name,
        "fields_of": lambda proposal: list(fields(proposal, desk.person_name)),
        "approvers": lambda kind: approvers(desk, kind),
    }


def approvers(desk: Desk, kind: str) -> str:
    """Return who may approve a proposal, in words: `Maya Lindt, Petra Novak or Elena Marsh`."""
    names = [p.name for p in desk.company.people if access.may_approve(p, kind)]
    if not names:
        return "The owner of this machine"
    shown = names if len(names) <= 4 else [*names[:3], f"{len(names) - 3} others"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def grouped(threads: Iterable[Thread], today: datetime) -> Mapping[str, list[Thread]]:
    """Return threads under Today, Yesterday, This week and their months, the latest first."""
    groups: dict[str, list[Thread]] = {}
    for thread in threads:
        asked = thread.updated_at.astimezone(today.tzinfo).date()
        groups.setdefault(_when(asked, today.date()), []).append(thread)
    return groups


def _when(asked: date, today: date) -> str:
    if asked >= today:
        return "Today"
    if asked == today - timedelta(days=1):
        return "Yesterday"
    return "This week" if asked > today - timedelta(days=7) else f"{asked:%B %Y}"


def _footnote(line: str) -> Footnote:
    for mark in ("Assumed", "Caution"):
        if line.startswith(f"{mark}: "):
            return Footnote(mark, line.removeprefix(f"{mark}: "))
    return Footnote("", line)

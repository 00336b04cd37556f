"""Writes turns with their receipts and proposals: whole, or not at all."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.answer import Answer
from assistant.approvals import decision_of, with_decision_id
from assistant.store.conversations import Receipt, Turn, new_code
from assistant.store.decision_log import StoredProposal
from assistant.store.state import Store
from planning_engine.data.company import Person

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from assistant.wording import Outcome

TITLE_LENGTH = 80


@dataclass(frozen=True)
class Moment:
    """What was known when a question was asked."""

    at: datetime
    notes_seq: int
    decisions_seq: int


@dataclass(frozen=True)
class Ledger:
    """Enters each turn in one transaction."""

    store: Store

    def moment(self) -> Moment:
        """Return what is known now."""
        store = self.store
        return Moment(store.now(), store.notes.last_seq(), store.decisions.last_seq())

    def enter(
        self,
        answer: Answer,
        outcome: "Outcome",
        question: str,
        person: Person,
        channel: str,
        moment: Moment,
    ) -> None:
        """Keep a turn, its receipt and what it proposes.

        Args:
            answer: What was sent.
            outcome: How it came about.
            question: What was asked.
            person: Who asked, with role and scope as they were.
            channel: Where.
            moment: What was known.
        """
        turn = _turn(answer, outcome, question, person, channel, moment)
        receipt = _receipt(turn, person, moment)
        proposed = [
            with_decision_id(StoredProposal(pending, receipt.code, person.id, moment.at, channel))
            for pending in answer.proposals
        ]
        store = self.store
        with store.database.writing() as connection:
            store.conversations.keep(connection, turn, receipt, _title(question))
            for stored in proposed:
                store.decisions.propose(connection, stored)
                self._log_draft(connection, stored)
            store.audit.write(
                connection,
                person=person.id,
                channel=channel,
                action="asked",
                subject=receipt.code,
                detail={"status": answer.status, "tools": [call.tool for call in outcome.calls]},
            )

    def _log_draft(self, connection: "Connection", stored: StoredProposal) -> None:
        decision = decision_of(stored, stored.proposed_at)
        if decision is not None:
            self.store.decisions.record(
                connection,
                decision,
                "proposed",
                person=stored.proposed_by,
                at=stored.proposed_at,
                channel=stored.channel or "",
                evidence=[stored.pending.evidence],
                receipt=stored.receipt,
            )


def _turn(
    answer: Answer,
    outcome: "Outcome",
    question: str,
    person: Person,
    channel: str,
    moment: Moment,
) -> Turn:
    return Turn(
        id=new_code("q", 10),
        thread=answer.thread,
        person=person.id,
        channel=channel,
        at=moment.at,
        question=question,
        answer=answer,
        calls=outcome.calls,
        memory=outcome.memory,
    )


def _receipt(turn: Turn, person: Person, moment: Moment) -> Receipt:
    return Receipt(
        code=turn.answer.receipt,
        turn=turn.id,
        person=person,
        snapshot=turn.answer.snapshot,
        calls=turn.calls,
        evidence=tuple(entry.id for entry in turn.answer.evidence),
        notes_seq=moment.notes_seq,
        decisions_seq=moment.decisions_seq,
        at=moment.at,
    )


def _title(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= TITLE_LENGTH else f"{line[: TITLE_LENGTH - 1]}…"

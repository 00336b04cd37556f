"""Proposals and decisions: who approved what, when and on which evidence; nothing is erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal  # Any: JSON objects

from sqlalchemy import Connection, Row, func, insert, select, update

from assistant.answer import PendingProposal
from assistant.store.database import Database
from assistant.store.records import decision_record, read_decision
from assistant.store.tables import decision_events, decisions, proposals
from planning_engine.cycles.decisions import Decision
from tools.evidence import Proposal, plain

Verdict = Literal["recorded", "proposed", "approved", "rejected", "superseded"]


@dataclass(frozen=True)
class StoredProposal:
    """A proposal with where it came from and what became of it."""

    pending: PendingProposal
    receipt: str
    proposed_by: str
    proposed_at: datetime
    channel: str | None = None
    reason: str | None = None
    decision: str | None = None


@dataclass(frozen=True)
class DecisionEvent:
    """One entry of the log: what happened to a decision, by whom, on which evidence."""

    seq: int
    decision: str
    verdict: Verdict
    person: str
    at: datetime
    channel: str
    evidence: tuple[str, ...]
    receipt: str | None
    reason: str
    body: Mapping[str, Any]


class DecisionStore:
    """Reads and keeps proposals and decisions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def decisions(self, *, restricted: bool, until_seq: int | None = None) -> tuple[Decision, ...]:
        """Return the decisions, earliest decided first.

        Args:
            restricted: Also those restricted to executives.
            until_seq: As they stood after that entry of the log; now if left out.
        """
        bodies = self._now() if until_seq is None else self._then(until_seq)
        found = [read_decision(body) for body in bodies]
        visible = [entry for entry in found if restricted or not entry.restricted]
        return tuple(sorted(visible, key=lambda entry: (str(entry.decided_on or ""), entry.id)))

    def events(self, decision: str) -> tuple[DecisionEvent, ...]:
        """Return what happened to a decision, earliest first."""
        query = select(decision_events).where(decision_events.c.decision == decision)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(decision_events.c.seq)).all()
        return tuple(_event(row) for row in rows)

    def last_seq(self) -> int:
        """Return the number of the log's last entry; 0 if it is empty."""
        with self._database.reading() as connection:
            return connection.execute(select(func.max(decision_events.c.seq))).scalar() or 0

    def record(
        self,
        connection: Connection,
        decision: Decision,
        verdict: Verdict,
        *,
        person: str,
        at: datetime,
        channel: str,
        evidence: Sequence[str] = (),
        receipt: str | None = None,
        reason: str = "",
    ) -> int:
        """Add an entry to the log and make it the decision's current state."""
        body = decision_record(decision)
        seq = connection.execute(
            insert(decision_events)
            .values(
                decision=decision.id,
                verdict=verdict,
                person=person,
                at=at,
                channel=channel,
                evidence=list(evidence),
                receipt=receipt,
                reason=reason,
                body=body,
            )
            .returning(decision_events.c.seq)
        ).scalar_one()
        current = {
            "status": decision.status,
            "restricted": decision.restricted,
            "body": body,
            "last_seq": seq,
        }
        changed = connection.execute(
            update(decisions).where(decisions.c.id == decision.id).values(**current)
        )
        if changed.rowcount == 0:
            connection.execute(insert(decisions).values(id=decision.id, **current))
        return int(seq)

    def propose(self, connection: Connection, stored: StoredProposal) -> None:
        """Keep a proposal that a tool made, open for somebody to decide."""
        pending = stored.pending
        connection.execute(
            insert(proposals).values(
                id=pending.id,
                receipt=stored.receipt,
                evidence=pending.evidence,
                kind=pending.proposal.kind,
                title=pending.proposal.title,
                body=plain(pending.proposal.body),
                proposed_by=stored.proposed_by,
                proposed_at=stored.proposed_at,
                status="open",
                decision=stored.decision,
            )
        )

    def proposal(self, identity: str) -> StoredProposal | None:
        """Return a proposal, or None."""
        with self._database.reading() as connection:
            row = connection.execute(select(proposals).where(proposals.c.id == identity)).first()
        return _proposal(row) if row else None

    def proposals(self, status: str | None = None) -> tuple[StoredProposal, ...]:
        """Return the proposals of a status, or all, earliest first."""
        query = select(proposals).order_by(proposals.c.proposed_at, proposals.c.id)
        if status:
            query = query.where(proposals.c.status == status)
        with self._database.reading() as connection:
            return tuple(_proposal(row) for row in connection.execute(query).all())

    def settle(self, connection: Connection, settled: StoredProposal) -> bool:
        """Write what became of an open proposal; False if somebody decided it before."""
        pending = settled.pending
        changed = connection.execute(
            update(proposals)
            .where(proposals.c.id == pending.id, proposals.c.status == "open")
            .values(
                status=pending.status,
                decided_by=pending.decided_by,
                decided_at=pending.decided_at,
                channel=settled.channel,
                reason=settled.reason,
            )
        )
        return changed.rowcount == 1

    def _now(self) -> list[Mapping[str, Any]]:
        with self._database.reading() as connection:
            return list(connection.execute(select(decisions.c.body)).scalars())

    def _then(self, until_seq: int) -> list[Mapping[str, Any]]:
        last = (
            select(func.max(decision_events.c.seq))
            .where(decision_events.c.seq <= until_seq)
            .group_by(decision_events.c.decision)
        )
        query = select(decision_events.c.body).where(decision_events.c.seq.in_(last))
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())


class VisibleDecisions:
    """The decisions one asker may read, as of one moment: what tools are handed."""

    def __init__(self, store: DecisionStore, *, restricted: bool, until_seq: int | None) -> None:
        self._store = store
        self._restricted = restricted
        self._until_seq = until_seq

    def decisions(self) -> Sequence[Decision]:
        """Return them, earliest decided first."""
        return self._store.decisions(restricted=self._restricted, until_seq=self._until_seq)


def _proposal(row: Row[Any]) -> StoredProposal:
    pending = PendingProposal(
        id=row.id,
        proposal=Proposal(row.kind, row.title, row.body),
        evidence=row.evidence,
        status=row.status,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
    return StoredProposal(
        pending,
        receipt=row.receipt,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        channel=row.channel,
        reason=row.reason,
        decision=row.decision,
    )


def settled_as(
    stored: StoredProposal,
    status: Literal["approved", "rejected"],
    *,
    person: str,
    at: datetime,
    channel: str,
    reason: str,
) -> StoredProposal:
    """Return the proposal as decided by a person."""
    pending = replace(stored.pending, status=status, decided_by=person, decided_at=at)
    return replace(stored, pending=pending, channel=channel, reason=reason)


def _event(row: Row[Any]) -> DecisionEvent:
    return DecisionEvent(
        seq=row.seq,
        decision=row.decision,
        verdict=row.verdict,
        person=row.person,
        at=row.at,
        channel=row.channel,
        evidence=tuple(row.evidence),
        receipt=row.receipt,
        reason=row.reason,
        body=row.body,
    )

"""Proposals a person decides on: kept open, approved or rejected; no model takes part."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal  # Any: the body of a proposal is JSON

from assistant import access
from assistant.answer import PendingProposal
from assistant.company_home import CompanyHome
from assistant.plan_approval import KIND as PLAN_OF_RECORD
from assistant.plan_approval import PlanApproval
from assistant.store.conversations import new_code
from assistant.store.decision_log import StoredProposal, settled_as
from assistant.store.override_records import KIND as OVERRIDE
from assistant.store.records import read_check
from assistant.store.state import Store
from planning_engine.cycles.decisions import Decision
from planning_engine.data.company import Person
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName
from planning_engine.plan_of_record import PlanOfRecord
from tools.evidence import Evidence

Verdict = Literal["approved", "rejected"]


@dataclass(frozen=True)
class Approvals:
    """Decides on proposals, in whole transactions."""

    store: Store
    home: CompanyHome | None = None

    def pending(self, evidence: Evidence) -> PendingProposal | None:
        """Return the proposal of an evidence with a new id, not kept yet."""
        if evidence.proposal is None:
            return None
        return PendingProposal(new_code("p"), evidence.proposal, evidence.id)

    def open(self, person: Person) -> tuple[PendingProposal, ...]:
        """Return the open proposals a person may decide on, or made."""
        return tuple(
            stored.pending
            for stored in self.store.decisions.proposals("open")
            if _may_read(stored, person)
            and (
                stored.proposed_by == person.id
                or access.may_approve(person, stored.pending.proposal.kind)
            )
        )

    def find(self, identity: str, person: Person) -> StoredProposal:
        """Return a proposal the person may see.

        Raises:
            UnknownName: There is none of that id.
            NotPermitted: It is made from notes restricted to executives.
        """
        stored = self.store.decisions.proposal(identity)
        if stored is None:
            known = [entry.pending.id for entry in self.store.decisions.proposals("open")]
            raise UnknownName("proposal", identity, known)
        if not _may_read(stored, person):
            raise NotPermitted(
                f"You may not see proposal '{identity}': it is made from notes restricted to "
                "executives."
            )
        return stored

    def settle(
        self, identity: str, verdict: Verdict, person: Person, channel: str, reason: str
    ) -> PendingProposal:
        """Approve or reject a proposal and write it into the decision log.

        Raises:
            UnknownName: There is no such proposal.
            NotPermitted: The person's role may not decide on it.
            BadRequest: It was decided before, or is a plan that comes out differently today.
        """
        stored = self.find(identity, person)
        access.require_approver(person, stored.pending.proposal.kind)
        if stored.pending.status != "open":
            raise BadRequest(_decided_before(stored))
        at = self.store.now()
        # Computed before the transaction: planning takes seconds, a lock should not.
        plan = self._plan(stored, verdict, person, at)
        settled = settled_as(
            stored,
            verdict,
            person=person.id,
            at=at,
            channel=channel,
            reason=reason.strip(),
        )
        with self.store.database.writing() as connection:
            if not self.store.decisions.settle(connection, settled):
                raise BadRequest(_decided_before(self.find(identity, person)))
            decision = decision_of(settled, at)
            if decision is not None:
                self.store.decisions.record(
                    connection,
                    decision,
                    verdict,
                    person=person.id,
                    at=at,
                    channel=channel,
                    evidence=[settled.pending.evidence],
                    receipt=settled.receipt,
                    reason=settled.reason or "",
                )
            if plan is not None:
                self.store.plans.record(connection, plan, settled, at)
            if verdict == "approved" and settled.pending.proposal.kind == OVERRIDE:
                self.store.overrides.record(connection, settled, person.id, at)
            self.store.audit.write(
                connection,
                person=person.id,
                channel=channel,
                action=verdict,
                subject=identity,
                detail={"kind": settled.pending.proposal.kind, "reason": settled.reason},
            )
        return settled.pending

    def _plan(
        self, stored: StoredProposal, verdict: Verdict, person: Person, at: datetime
    ) -> PlanOfRecord | None:
        """Return the plan of record an approval makes; None for other kinds and rejections."""
        if verdict != "approved" or stored.pending.proposal.kind != PLAN_OF_RECORD:
            return None
        if self.home is None:
            raise DataProblem("There is no company to compute the plan of record on.")
        return PlanApproval(self.home).confirmed(stored, person, at)


def _may_read(stored: StoredProposal, person: Person) -> bool:
    return access.reads_restricted(person) or not stored.pending.proposal.body.get("restricted")


def decision_of(stored: StoredProposal, at: datetime) -> Decision | None:
    """Return the decision a proposal amounts to, as drafted or as decided; None for others."""
    proposal, status = stored.pending.proposal, stored.pending.status
    if proposal.kind != "decision" or stored.decision is None:
        return None
    body: Mapping[str, Any] = proposal.body
    check = body.get("check")
    value = body.get("value")
    return Decision(
        id=stored.decision,
        title=str(body.get("title") or proposal.title),
        status="draft" if status == "open" else status,
        owner=body.get("owner"),
        decided_on=None if status == "open" else at.date(),
        due_on=_day(body.get("due_on")),
        cycle=_day(body.get("cycle")),
        meeting=body.get("meeting"),
        text=str(body.get("reason") or body.get("text") or ""),
        value=float(value) if isinstance(value, int | float) else None,
        check=read_check(check) if check else None,
    )


def with_decision_id(stored: StoredProposal) -> StoredProposal:
    """Return a proposal that becomes a decision, with the id it will have in the log."""
    if stored.pending.proposal.kind != "decision":
        return stored
    return replace(stored, decision=new_code("d"))


def _decided_before(stored: StoredProposal) -> str:
    pending = stored.pending
    when = f" on {pending.decided_at:%d %B %Y}" if pending.decided_at else ""
    return f"This proposal was {pending.status} by {pending.decided_by}{when}."


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None

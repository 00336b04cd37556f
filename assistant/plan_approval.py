"""What approving a plan of record takes: the plan computed again is the one that was seen."""

from dataclasses import dataclass
from datetime import datetime

from assistant.company_home import CompanyHome
from assistant.store.conversations import new_code
from assistant.store.decision_log import StoredProposal
from assistant.store.plan_records import read_levers
from planning_engine.data.company import Person
from planning_engine.errors import BadRequest, NotPermitted
from planning_engine.plan_of_record import PlanOfRecord, recomputed

KIND = "plan_of_record"


@dataclass(frozen=True)
class PlanApproval:
    """Computes a drafted plan again before it counts."""

    home: CompanyHome

    def confirmed(self, stored: StoredProposal, person: Person, at: datetime) -> PlanOfRecord:
        """Return the plan of record that an open proposal becomes.

        Raises:
            NotPermitted: The person does not see the whole company.
            BadRequest: The data in use is another than it was drafted on, or the plan computed
                again is not the one drafted.
        """
        if not person.scope.is_everything:
            raise NotPermitted(
                f"You may see {person.scope.sentence()}; a plan of record is the whole company's. "
                "Ask a planner."
            )
        body = stored.pending.proposal.body
        if self.home.current_id != body["snapshot"]:
            raise BadRequest(
                "New data came in since this plan was drafted, so it cannot become the plan of "
                "record as it is. Draft it again and look at its figures."
            )
        levers, months = read_levers(body["levers"]), int(body["months"])
        facts = self.home.open(body["snapshot"])
        plan = recomputed(facts, levers, months, body["digest"])
        return PlanOfRecord(
            id=new_code("pl"),
            title=str(body["title"]),
            snapshot=facts.id,
            months=months,
            levers=levers,
            digest=plan.digest,
            figures=plan.figures,
            approved_by=person.id,
            approved_on=at.date(),
            reason=str(body.get("reason") or ""),
        )

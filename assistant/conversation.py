"""The conversation: ask, approve, reject, history, replay. The only writer of state.

Every channel talks to this one service, and hands it a `Person`.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol  # Any: tool arguments are JSON

from assistant import access
from assistant.answer import Answer, PendingProposal, Progress
from assistant.approvals import Approvals
from assistant.company_home import CompanyHome
from assistant.follow_ups import footnotes, suggestions
from assistant.ledger import Ledger, Moment
from assistant.receipts import Replay, replay
from assistant.store.conversations import Receipt, Thread, Turn, new_code
from assistant.store.decision_log import DecisionEvent, StoredProposal, VisibleDecisions
from assistant.store.override_records import VisibleOverrides
from assistant.store.plan_records import VisiblePlans
from assistant.store.state import Store
from assistant.viewpoints import Viewpoints
from planning_engine.cycles.decisions import Decision
from planning_engine.data.company import Company, Person
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, NotPermitted, UnknownName
from planning_engine.plan_of_record import PlanOfRecord
from tools import registry
from tools.context import NoteLibrary, ToolContext
from tools.evidence import Evidence

if TYPE_CHECKING:  # importing the loop costs 4 CPU seconds: only a question does
    from assistant.agent import Agent, Draft
    from assistant.wording import Outcome, Worded

QUESTION_LIMIT = 4000

Listener = Callable[[Progress], None]


class NoteSource(Protocol):
    """Where the notes an asker may read come from."""

    def library(
        self, person: Person, until_seq: int | None, decisions_until: int | None
    ) -> NoteLibrary:
        """Return them as they were known after that addition and that entry of the log."""
        ...


class Agents(Protocol):
    """Gives the loop that answers a person, on the facts the person may see."""

    def agent(self, snapshot: Snapshot, person: Person) -> "Agent":
        """Return it."""
        ...


def _ignore(progress: Progress) -> None:
    """Drop progress nobody listens to."""


class Conversation:
    """One service for all channels; safe to call from several threads at once."""

    def __init__(self, home: CompanyHome, store: Store, notes: NoteSource, agents: Agents) -> None:
        """Put the parts together; `wiring` does it.

        Args:
            home: The snapshots.
            store: What people made so far.
            notes: The meeting notes.
            agents: The loop with its model.
        """
        self.store = store
        self.home = home
        self._notes = notes
        self._agents = agents
        self._views = Viewpoints()
        self._approvals = Approvals(store, home)
        self._ledger = Ledger(store)

    # Who and what

    @property
    def company(self) -> Company:
        """The company whose data is in use."""
        return self.home.current().company

    def person(self, who: str | None) -> Person:
        """Return a person by id, name or e-mail; the machine's owner for None."""
        return access.find_person(self.company, who)

    def slack_person(self, slack: str) -> Person:
        """Return the person a Slack user id stands for."""
        return access.find_slack_person(self.company, slack)

    def snapshot(self, person: Person) -> Snapshot:
        """Return the facts in use, narrowed to what the person may see."""
        return self._views.narrowed(self.home.current(), person)

    # Questions

    def ask(
        self,
        question: str,
        person: Person,
        thread: str | None = None,
        channel: str = "terminal",
        progress: Listener | None = None,
    ) -> Answer:
        """Answer one question and keep the turn, whole or not at all.

        Args:
            question: At most 4,000 characters.
            person: Who asks.
            thread: The thread to continue; one that does not exist is begun under that name.
            channel: terminal, web, slack or mcp.
            progress: Called with what is happening.

        Raises:
            BadRequest: The question is empty or too long.
            NotPermitted: The thread is another person's.
            DataProblem: There is no data, or the snapshot in use is gone.
            StoreUnavailable: The turn cannot be kept.
        """
        question = _checked(question)
        listener = progress or _ignore
        thread = thread or new_code("t", 8)
        self._own_thread(thread, person)
        moment = self._ledger.moment()
        snapshot = self.snapshot(person)
        listener(Progress("started", "Opening the data"))
        earlier = self.store.conversations.turns(thread, person.id, last=8)
        agent = self._agents.agent(snapshot, person)
        context = self._context(snapshot, person, moment, listener)
        outcome, draft = agent.run(question, earlier, context, listener)
        listener(Progress("checking", "Checking every figure against the evidence"))
        worded = self._worded(question, snapshot, agent, outcome, draft)
        answer = self._answer(worded, snapshot, agent, thread)
        self._ledger.enter(answer, worded.outcome, question, person, channel, moment)
        return answer

    def run_tool(
        self,
        name: str,
        arguments: Mapping[str, Any],
        person: Person,
        progress: Listener | None = None,
    ) -> Evidence:
        """Run one tool outside any conversation and return its evidence; nothing is kept."""
        listener = progress or _ignore
        context = self._context(self.snapshot(person), person, self._ledger.moment(), listener)
        return registry.run(name, arguments, context)

    def history(self, thread: str, person: Person) -> tuple[Turn, ...]:
        """Return the person's own turns of a thread, earliest first.

        Raises:
            UnknownName: There is no such thread.
            NotPermitted: It is another person's.
        """
        if self.store.conversations.thread(thread) is None:
            raise UnknownName("thread", thread, [entry.id for entry in self.threads(person)])
        self._own_thread(thread, person)
        return self.store.conversations.turns(thread, person.id)

    def has_thread(self, identity: str) -> bool:
        """Tell whether a thread of that id was begun, by anybody."""
        return self.store.conversations.thread(identity) is not None

    def take_delivery(self, identity: str) -> bool:
        """Tell whether a channel's delivery is new; from now on it is not."""
        return self.store.deliveries.take(identity)

    def threads(self, person: Person) -> tuple[Thread, ...]:
        """Return the threads the person asked in, the latest first."""
        return self.store.conversations.threads(person.id)

    # Receipts

    def replay(self, receipt: str, person: Person) -> Replay:
        """Run the tool calls behind an answer again, on the same facts and with the same access.

        Raises:
            UnknownName: There is no such receipt.
            NotPermitted: It is another person's, or the person sees less today than then.
            DataProblem: The snapshot of then was deleted.
        """
        kept = self.store.conversations.receipt(receipt.strip())
        if kept is None:
            raise UnknownName("receipt", receipt)
        _may_replay(kept, person)
        snapshot = self._views.narrowed(self.home.open(kept.snapshot), kept.person)
        moment = Moment(kept.at, kept.notes_seq, kept.decisions_seq)
        turn = self.store.conversations.turn(kept.turn)
        context = self._context(snapshot, kept.person, moment, _ignore)
        return replay(kept, turn.question, turn.answer, context)

    # Decisions

    def decisions(self, person: Person) -> tuple[Decision, ...]:
        """Return the decisions the person may read, earliest decided first."""
        return self.store.decisions.decisions(restricted=access.reads_restricted(person))

    def decision_events(self, decision: str, person: Person) -> tuple[DecisionEvent, ...]:
        """Return what happened to a decision, earliest first.

        Raises:
            UnknownName: The person may read no decision of that id.
        """
        known = [entry.id for entry in self.decisions(person)]
        if decision not in known:
            raise UnknownName("decision", decision, known)
        return self.store.decisions.events(decision)

    def open_proposals(self, person: Person) -> tuple[PendingProposal, ...]:
        """Return the open proposals the person made or may decide on, earliest first."""
        return self._approvals.open(person)

    def proposal(self, identity: str, person: Person) -> StoredProposal:
        """Return one proposal, open or decided."""
        return self._approvals.find(identity, person)

    def plans_of_record(self, person: Person) -> tuple[PlanOfRecord, ...]:
        """Return the plans of record, earliest approved first.

        Raises:
            NotPermitted: The person does not see the whole company.
        """
        self.snapshot(person).require_everything(to="read the plan of record")
        return self.store.plans.plans()

    def approve(
        self, proposal: str, person: Person, channel: str, reason: str = ""
    ) -> PendingProposal:
        """Approve a proposal; it goes into the decision log under the person's name.

        Raises:
            UnknownName: There is no such proposal.
            NotPermitted: The person's role may not approve it.
            BadRequest: It was decided before.
        """
        return self._approvals.settle(proposal, "approved", person, channel, reason)

    def reject(
        self, proposal: str, person: Person, channel: str, reason: str = ""
    ) -> PendingProposal:
        """Reject a proposal, with a reason if one is given; raises as `approve` does."""
        return self._approvals.settle(proposal, "rejected", person, channel, reason)

    # Parts of a turn

    def _own_thread(self, identity: str, person: Person) -> None:
        thread = self.store.conversations.thread(identity)
        # Several people write in one Slack thread; each is answered from their own turns only.
        if thread and thread.channel != "slack" and thread.person != person.id:
            raise NotPermitted(f"Thread '{identity}' is another person's. Start one of your own.")

    def _context(
        self, snapshot: Snapshot, person: Person, moment: Moment, listener: Listener
    ) -> ToolContext:
        return ToolContext(
            snapshot,
            person,
            self._notes.library(person, moment.notes_seq, moment.decisions_seq),
            VisibleDecisions(
                self.store.decisions,
                restricted=access.reads_restricted(person),
                until_seq=moment.decisions_seq,
            ),
            VisiblePlans(self.store.plans, moment.at),
            lambda text, done: listener(Progress("tool_progress", text, done=done)),
            VisibleOverrides(self.store.overrides, moment.at),
        )

    def _worded(
        self, question: str, snapshot: Snapshot, agent: "Agent", outcome: "Outcome", draft: "Draft"
    ) -> "Worded":
        from assistant.wording import Grounds, word

        vocabulary = self._views.vocabulary(self.home.open(snapshot.id))
        grounds = Grounds(question, vocabulary, snapshot.company.as_of)
        revisable = agent.brain.is_language_model and not outcome.fell_back
        return word(
            outcome,
            grounds,
            ours=not revisable,
            revise=(lambda feedback: agent.revise(draft, feedback)[0]) if revisable else None,
        )

    def _answer(self, worded: "Worded", snapshot: Snapshot, agent: "Agent", thread: str) -> Answer:
        evidence = worded.outcome.evidence
        pending = [self._approvals.pending(entry) for entry in evidence]
        return Answer(
            text=worded.text,
            status=worded.status,
            evidence=evidence,
            citations=tuple(dict.fromkeys(p for entry in evidence for p in entry.passages)),
            proposals=tuple(entry for entry in pending if entry),
            suggestions=tuple(suggestions(worded.outcome.suggestions, evidence)),
            claims=worded.claims,
            footnotes=footnotes(snapshot, evidence),
            snapshot=snapshot.id,
            model=agent.name_shown(worded.outcome),
            receipt=new_code("r"),
            thread=thread,
        )


def _checked(question: str) -> str:
    question = question.replace("\x00", "").strip()
    if not question:
        raise BadRequest("The question is empty. Ask, for example: Which products will stock out?")
    if len(question) > QUESTION_LIMIT:
        raise BadRequest(
            f"The question has {len(question):,} characters; at most {QUESTION_LIMIT:,} are read. "
            "Put long texts into a note with `sop notes add` and ask about them."
        )
    return question


def _may_replay(receipt: Receipt, person: Person) -> None:
    if receipt.person.id != person.id and person.role != "executive":
        raise NotPermitted(f"Receipt {receipt.code} is another person's.")
    if not person.scope.is_everything and receipt.person.scope != person.scope:
        raise NotPermitted(
            f"Receipt {receipt.code} was made with another access than yours today: "
            f"{receipt.person.scope.sentence() or 'everything'}."
        )

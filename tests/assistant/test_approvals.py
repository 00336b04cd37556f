"""A proposal becomes a decision when a person who may approves it; no model takes part."""

import pytest

from assistant import access
from assistant.answer import PendingProposal
from assistant.conversation import Conversation
from assistant.models import calls, says
from assistant.store.decision_log import StoredProposal
from assistant.store.state import Store
from assistant.store.tables import metadata
from planning_engine.errors import BadRequest, NotPermitted, UnknownName
from tools.evidence import Proposal


@pytest.fixture
def people(home):
    return {person.id: person for person in home.current().company.people}


@pytest.fixture
def proposed(talk, people):
    conversation = talk(
        calls("propose_shift", {"resource": "L"}), says("Proposed: add a shift on L.")
    )
    answer = conversation.ask("Propose a shift on L", people["sam"])
    return conversation, answer.proposals[0].id, answer


def test_a_proposal_stays_a_draft_until_somebody_approves_it(proposed, people):
    conversation, identity, _ = proposed
    assert [entry.status for entry in conversation.decisions(people["sam"])] == ["draft"]
    assert [entry.id for entry in conversation.open_proposals(people["petra"])] == [identity]
    settled = conversation.approve(identity, people["petra"], "web", "We need it.")
    assert (settled.status, settled.decided_by) == ("approved", "petra")
    (decision,) = conversation.decisions(people["petra"])
    assert (decision.status, decision.owner, str(decision.due_on)) == (
        "approved",
        "sam",
        "2026-12-01",
    )
    assert conversation.open_proposals(people["petra"]) == ()


def test_the_log_says_who_decided_when_and_on_which_evidence(proposed, people):
    conversation, identity, answer = proposed
    conversation.approve(identity, people["petra"], "slack", "We need it.")
    decision = conversation.decisions(people["petra"])[0].id
    proposal, approval = conversation.decision_events(decision, people["petra"])
    assert (proposal.verdict, proposal.person) == ("proposed", "sam")
    assert (approval.verdict, approval.person, approval.channel, approval.reason) == (
        "approved",
        "petra",
        "slack",
        "We need it.",
    )
    assert approval.evidence == (answer.evidence[0].id,)
    assert approval.receipt == answer.receipt
    assert approval.at == conversation.store.now()


def test_a_rejection_is_recorded_with_its_reason(proposed, people):
    conversation, identity, _ = proposed
    conversation.reject(identity, people["elena"], "web", "Too dear.")
    assert [entry.status for entry in conversation.decisions(people["petra"])] == ["rejected"]
    assert conversation.proposal(identity, people["petra"]).reason == "Too dear."


def test_who_may_not_approve_is_told_and_nothing_changes(proposed, people):
    conversation, identity, _ = proposed
    with pytest.raises(NotPermitted, match="Sam Ortiz may not decide on a decision"):
        conversation.approve(identity, people["sam"], "web")
    assert conversation.proposal(identity, people["sam"]).pending.status == "open"


def test_a_proposal_is_decided_once(proposed, people):
    conversation, identity, _ = proposed
    conversation.approve(identity, people["petra"], "web")
    with pytest.raises(BadRequest, match="approved by petra on 02 November 2026"):
        conversation.reject(identity, people["elena"], "web")
    assert (
        len(conversation.decision_events(conversation.decisions(access.OWNER)[0].id, access.OWNER))
        == 2
    )


def test_no_model_runs_in_an_approval(proposed, people):
    conversation, identity, _ = proposed
    model = conversation._agents.brain.chat
    before = len(model.seen)
    conversation.approve(identity, people["petra"], "web")
    assert len(model.seen) == before


def test_an_unknown_proposal_gets_the_nearest(proposed, people):
    conversation, identity, _ = proposed
    with pytest.raises(UnknownName, match=identity):
        conversation.approve(identity[:-1], people["petra"], "web")


def test_restricted_minutes_are_for_executives_to_see_and_decide(talk, people):
    conversation = talk(says("Hello."))
    proposal = Proposal("minutes", "Minutes", {"restricted": True, "text": "Layoffs."})
    pending = PendingProposal("p_secret", proposal, "ev_1")
    with conversation.store.database.writing() as connection:
        conversation.store.decisions.propose(
            connection, StoredProposal(pending, "r_1", "elena", conversation.store.now())
        )
    assert conversation.open_proposals(people["petra"]) == ()
    assert len(conversation.open_proposals(people["elena"])) == 1
    for act in (conversation.approve, conversation.reject):
        with pytest.raises(NotPermitted, match="restricted to executives"):
            act("p_secret", people["petra"], "web")
    assert conversation.approve("p_secret", people["elena"], "web").status == "approved"
    assert conversation.decisions(people["elena"]) == ()


def test_the_whole_path_works_on_a_database_server(talk, people, postgres_url):
    conversation = talk(calls("propose_shift", {"resource": "L"}), says("Add a shift on L."))
    server = Store(postgres_url, conversation.store.now)
    conversation = Conversation(
        conversation.home, server, conversation._notes, conversation._agents
    )
    try:
        answer = conversation.ask("Propose a shift on L", people["sam"])
        assert conversation.replay(answer.receipt, people["sam"]).same
        conversation.approve(answer.proposals[0].id, people["petra"], "web", "Ja, größer!")
        (decision,) = conversation.decisions(people["sam"])
        events = conversation.decision_events(decision.id, people["sam"])
        assert [event.reason for event in events] == ["", "Ja, größer!"]
        assert conversation.history(answer.thread, people["sam"])[0].answer == answer
    finally:
        with server.database.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        server.database.close()

"""A scenario becomes the plan of record when a person who may approves it, and only as seen."""

import json

import pytest
from sqlalchemy import update

from assistant.answer import PendingProposal
from assistant.channels.slack.blocks import proposal_blocks
from assistant.channels.web.wording import fields
from assistant.models import calls, says
from assistant.store.tables import proposals
from planning_engine.errors import BadRequest, NotPermitted
from planning_engine.levers import CapacityLever, OvertimeLever
from planning_engine.plan import build
from tools.evidence import Proposal

LEVERS = [
    {"kind": "capacity", "resource": "Line L", "hours": 10},
    {"kind": "overtime", "resource": "L", "hours": 0},
]
DRAFT = {"title": "More hours on line L", "levers": LEVERS, "months": 2, "reason": "Peak season."}


@pytest.fixture
def people(home):
    return {person.id: person for person in home.current().company.people}


@pytest.fixture
def drafted(talk, people):
    conversation = talk(calls("draft_plan_of_record", DRAFT), says("Drafted for approval."))
    answer = conversation.ask("Make this the plan of record", people["petra"])
    return conversation, answer.proposals[0]


def test_a_draft_is_the_typed_plan_with_its_figures(drafted, home):
    _, pending = drafted
    body = pending.proposal.body
    assert pending.proposal.kind == "plan_of_record"
    assert body["snapshot"] == home.current_id
    assert body["changes"] == ["capacity L (hours 10)", "overtime cap L (hours 0)"]
    assert body["levers"][0] == {"kind": "capacity", "resource": "L", "hours": 10.0}
    levers = [CapacityLever(resource="L", hours=10), OvertimeLever(resource="L", hours=0)]
    assert body["digest"] == build(home.current(), 2, levers).digest
    assert body["figures"]["Service"] == "100.0 %, as in the base"


def test_nothing_is_a_plan_of_record_until_it_is_approved(drafted, people):
    conversation, pending = drafted
    assert conversation.plans_of_record(people["petra"]) == ()
    conversation.approve(pending.id, people["elena"], "web", "Go.")
    (plan,) = conversation.plans_of_record(people["petra"])
    assert (plan.title, plan.approved_by, plan.months) == ("More hours on line L", "elena", 2)
    assert str(plan.approved_on) == "2026-11-02"
    assert plan.digest == pending.proposal.body["digest"]
    assert [lever.kind for lever in plan.levers] == ["capacity", "overtime"]
    assert plan.figure("service").value == pytest.approx(100)
    # It is a plan, not a decision: the decision log stays as it was.
    assert conversation.decisions(people["elena"]) == ()


def test_a_rejected_draft_leaves_no_plan(drafted, people):
    conversation, pending = drafted
    conversation.reject(pending.id, people["petra"], "web", "Too dear.")
    assert conversation.plans_of_record(people["petra"]) == ()
    with pytest.raises(BadRequest, match="rejected by petra"):
        conversation.approve(pending.id, people["elena"], "web")


@pytest.mark.parametrize("person", ["sam", "dana"])
def test_who_may_not_approve_plans_is_told(drafted, people, person):
    conversation, pending = drafted
    with pytest.raises(NotPermitted, match="may not decide on a plan of record"):
        conversation.approve(pending.id, people[person], "web")


def test_a_plan_that_comes_out_differently_is_refused(drafted, people, store):
    conversation, pending = drafted
    body = {**pending.proposal.body, "digest": "0123456789ab"}
    with store.database.writing() as connection:
        connection.execute(update(proposals).values(body=body))
    with pytest.raises(BadRequest, match="is not the one drafted"):
        conversation.approve(pending.id, people["elena"], "web")
    assert conversation.plans_of_record(people["elena"]) == ()
    assert conversation.proposal(pending.id, people["elena"]).pending.status == "open"


def test_new_data_since_the_draft_asks_for_a_new_draft(drafted, people, home):
    conversation, pending = drafted
    (home.folder / "current").write_text("s_0000\n", encoding="utf-8")
    with pytest.raises(BadRequest, match="New data came in"):
        conversation.approve(pending.id, people["elena"], "web")


def test_the_plan_of_record_can_be_asked_for_and_compared(drafted, people, talk, unsupported, home):
    conversation, pending = drafted
    conversation.approve(pending.id, people["elena"], "web")
    evidence = conversation.run_tool("find_plans_of_record", {}, people["petra"])
    assert evidence.summary.startswith(
        "The plan of record is “More hours on line L”, approved by Elena Marsh on 2 November 2026: "
        "service 100.0 %, plan cost EUR "
    )
    assert unsupported(evidence, home.current()) == []
    compared = conversation.run_tool(
        "compare_plans", {"plan_of_record": True, "months": 2}, people["petra"]
    )
    assert "plan of record: service 100.0 %" in compared.summary
    with pytest.raises(NotPermitted, match="read the plan of record"):
        conversation.run_tool("find_plans_of_record", {}, people["sam"])


def test_without_any_plan_of_record_that_is_said(talk, people):
    conversation = talk(says("Hello."))
    evidence = conversation.run_tool("find_plans_of_record", {}, people["petra"])
    assert evidence.summary == "No plan of record has been approved yet."
    with pytest.raises(BadRequest, match="No plan of record"):
        conversation.run_tool("compare_plans", {"plan_of_record": True}, people["petra"])


def test_a_draft_can_be_replayed_to_the_same_evidence(drafted, people):
    conversation, _ = drafted
    (thread,) = conversation.threads(people["petra"])
    (turn,) = conversation.history(thread.id, people["petra"])
    assert conversation.replay(turn.answer.receipt, people["petra"]).same


def test_channels_show_the_typed_plan_with_their_buttons(drafted):
    _, pending = drafted
    blocks = json.dumps(proposal_blocks(pending))
    assert "*Proposed plan of record: More hours on line L*" in blocks
    assert "overtime cap L (hours 0)" in blocks
    assert "kind overtime, resource L, hours 0" in blocks
    assert "approve_proposal" in blocks
    shown = dict(fields(pending.proposal, str))
    assert "capacity L (hours 10)" in shown["Changes"]
    assert "Levers" not in shown  # the changes say them in words
    assert "Service: 100.0 %" in shown["Figures"]


def test_a_page_may_show_a_lever_of_nothing():
    pending = PendingProposal("p_1", Proposal("plan_of_record", "A", {"levers": [{"x": 0}]}), "ev")
    assert dict(fields(pending.proposal, str)) == {"Levers": "x 0"}

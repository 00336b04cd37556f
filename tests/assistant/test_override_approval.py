"""An override counts when a person who may has approved it, and stays as approved."""

import pytest

from assistant.models import calls, says
from planning_engine.errors import BadRequest, NotPermitted

DRAFT = {"product": "X", "start": "2026-12", "quantity": 50, "reason": "new listing"}


@pytest.fixture
def people(home):
    return {person.id: person for person in home.current().company.people}


@pytest.fixture
def drafted(talk, people):
    conversation = talk(calls("draft_override", DRAFT), says("Drafted for approval."))
    answer = conversation.ask("Raise X in December by 50, new listing", people["petra"])
    return conversation, answer.proposals[0]


def test_nothing_counts_until_it_is_approved(drafted, people):
    conversation, pending = drafted
    request = {"product": "X", "months": 3}
    before = conversation.run_tool("review_demand", request, people["petra"])
    assert conversation.store.overrides.overrides() == ()
    conversation.approve(pending.id, people["petra"], "web", "Go.")
    (override,) = conversation.store.overrides.overrides()
    assert (override.product, override.quantity, override.percent) == ("X", 50, None)
    assert (override.author, override.approved_by) == ("petra", "petra")
    after = conversation.run_tool("review_demand", request, people["petra"])
    totals = [
        next(fact.value for fact in evidence.facts if fact.name == "demand_total")
        for evidence in (before, after)
    ]
    assert totals[1] - totals[0] == pytest.approx(50)
    with pytest.raises(BadRequest, match="was approved by"):
        conversation.approve(pending.id, people["petra"], "web")
    assert len(conversation.store.overrides.overrides()) == 1


def test_a_rejected_one_is_kept_nowhere(drafted, people):
    conversation, pending = drafted
    conversation.reject(pending.id, people["elena"], "web", "Not sure.")
    assert conversation.store.overrides.overrides() == ()


def test_sales_cannot_approve_its_own(drafted, people):
    conversation, pending = drafted
    with pytest.raises(NotPermitted, match="may not decide on"):
        conversation.approve(pending.id, people["sam"], "web")

"""Minutes of a restricted note are for executives, also while they wait for approval."""

from datetime import UTC, datetime

import pytest

from assistant.answer import PendingProposal
from assistant.approvals import Approvals
from assistant.store.decision_log import StoredProposal
from assistant.store.state import Store
from planning_engine.data.company import Person
from planning_engine.errors import NotPermitted
from tools.evidence import Proposal

NOW = datetime(2026, 10, 31, tzinfo=UTC)
ELENA = Person("elena", "Elena Marsh", "executive")
PETRA = Person("petra", "Petra Novak", "planner")


@pytest.fixture
def approvals(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'state.db'}", lambda: NOW)
    with store.database.writing() as connection:
        for identity, restricted in (("p_open", False), ("p_secret", True)):
            proposal = Proposal("minutes", "Minutes", {"restricted": restricted})
            pending = PendingProposal(identity, proposal, "ev_1")
            stored = StoredProposal(pending, "r_1", "elena", NOW)
            store.decisions.propose(connection, stored)
    return Approvals(store)


def test_a_planner_is_not_shown_restricted_minutes(approvals):
    assert [pending.id for pending in approvals.open(PETRA)] == ["p_open"]
    assert {pending.id for pending in approvals.open(ELENA)} == {"p_open", "p_secret"}


def test_a_planner_cannot_decide_on_restricted_minutes(approvals):
    with pytest.raises(NotPermitted, match="restricted to executives"):
        approvals.settle("p_secret", "approved", PETRA, "terminal", "")
    assert approvals.settle("p_secret", "approved", ELENA, "terminal", "").status == "approved"

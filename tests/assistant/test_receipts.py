"""A receipt answers again from the same facts, for the same eyes, with what was known then."""

import dataclasses
import shutil

import duckdb
import pytest

from assistant.models import calls, says
from assistant.receipts import replay
from planning_engine.cycles.decisions import Decision
from planning_engine.errors import DataProblem, NotPermitted, UnknownName
from tools.context import ToolContext

RIGHT = "Line L has 100 hours in November 2026."


@pytest.fixture
def people(home):
    return {person.id: person for person in home.current().company.people}


@pytest.fixture
def asked(talk, people):
    conversation = talk(calls("count_hours", {"resource": "L"}), says(RIGHT))
    return conversation, conversation.ask("Hours of L?", people["petra"])


def record(conversation, identity: str) -> None:
    with conversation.store.database.writing() as connection:
        conversation.store.decisions.record(
            connection,
            Decision(identity, "Add a shift", "approved"),
            "recorded",
            person="elena",
            at=conversation.store.now(),
            channel="web",
        )


def test_the_same_facts_give_the_same_evidence(asked, people):
    conversation, answer = asked
    again = conversation.replay(answer.receipt, people["petra"])
    assert again.same
    assert [entry.id for entry in again.evidence] == [entry.id for entry in answer.evidence]
    assert again.question == "Hours of L?"


def test_what_was_decided_since_is_not_known_then(asked, people):
    conversation, answer = asked
    record(conversation, "d_1")
    assert conversation.replay(answer.receipt, people["petra"]).same
    later = conversation.ask("Hours of L?", people["petra"])
    assert later.evidence == ()  # the scripted model says it by heart now
    direct = conversation.run_tool("count_hours", {"resource": "L"}, people["petra"])
    assert direct.id != answer.evidence[0].id


def test_another_snapshot_in_use_changes_nothing(asked, people, home):
    conversation, answer = asked
    (home.folder / "current").write_text("s_0000000000ff\n")
    assert conversation.replay(answer.receipt, people["petra"]).same


def test_facts_that_differ_are_told_one_by_one(asked, lemonade, lemonade_tables):
    conversation, answer = asked
    halved = [{**row, "hours": 25} for row in lemonade_tables()["calendars"]]
    receipt = conversation.store.conversations.receipt(answer.receipt)
    again = replay(receipt, "Hours of L?", answer, ToolContext(lemonade(calendars=halved)))
    assert not again.same
    assert again.differences[0].changes == (
        "hours L 2026-11-01 was 100.0 hours and is 50.0 hours.",
    )


def test_a_call_that_fails_now_is_told(asked, lemonade):
    conversation, answer = asked
    receipt = conversation.store.conversations.receipt(answer.receipt)
    again = replay(receipt, "Hours of L?", answer, ToolContext(lemonade(calendars=None)))
    assert again.evidence == ()
    assert (
        "The call fails now: The data has no table 'calendars'" in again.differences[0].changes[0]
    )


def test_a_snapshot_changed_by_hand_is_not_replayed_as_if_nothing_happened(asked, people, home):
    conversation, answer = asked
    file = home.snapshots / answer.snapshot / "calendars.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE c AS SELECT * FROM read_parquet('{file}')")
        connection.execute("UPDATE c SET hours = 40 WHERE hours = 50")
        connection.execute(f"COPY c TO '{file}' (FORMAT parquet)")
    with pytest.raises(DataProblem, match="damaged"):
        conversation.replay(answer.receipt, people["petra"])


def test_a_deleted_snapshot_is_a_sentence(asked, people, home):
    conversation, answer = asked
    shutil.rmtree(home.snapshots / answer.snapshot)
    with pytest.raises(DataProblem, match="sop import"):
        conversation.replay(answer.receipt, people["petra"])


def test_a_receipt_is_for_its_asker_and_for_executives(asked, people):
    conversation, answer = asked
    assert conversation.replay(answer.receipt, people["elena"]).same
    with pytest.raises(NotPermitted, match="another person's"):
        conversation.replay(answer.receipt, people["dana"])


def test_who_sees_less_today_does_not_see_more_through_an_old_receipt(asked, people):
    conversation, answer = asked
    narrower = dataclasses.replace(people["petra"], scope=people["sam"].scope)
    with pytest.raises(NotPermitted, match="another access"):
        conversation.replay(answer.receipt, narrower)


def test_an_unknown_receipt_is_a_sentence(asked, people):
    with pytest.raises(UnknownName, match="No receipt named 'r_none'"):
        asked[0].replay("r_none", people["petra"])

"""The store keeps whole turns, decisions and notes, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from assistant.answer import Answer, Claim, PendingProposal
from assistant.store.conversations import Call, Receipt, Turn, new_code
from assistant.store.decision_log import StoredProposal, VisibleDecisions, settled_as
from assistant.store.note_shelf import Chunk
from assistant.store.state import Store
from assistant.store.tables import metadata, turns
from planning_engine.cycles.decisions import Check, Decision
from planning_engine.data.company import Person
from planning_engine.data.issue import Issue
from planning_engine.data.scope import Scope
from tools.context import Note
from tools.evidence import (
    Evidence,
    EvidenceTable,
    Fact,
    Passage,
    Proposal,
    TableColumn,
    evidence_id,
)

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SAM = Person("sam", "Sam Ortiz", "sales", Scope(regions=frozenset({"North"})))


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request, tmp_path):
    """Return an empty store on each kind of database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'state.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    opened = Store(url, lambda: NOON)
    yield opened
    with opened.database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    opened.database.close()


def evidence() -> Evidence:
    made = Evidence(
        summary="L3 is at 118.2 % in March 2027.",
        facts=(
            Fact("load", 118.2, "%", {"resource": "L3", "month": "2027-03-01"}),
            Fact("first_stock_out", date(2027, 3, 14), None, {"product": "X"}),
            Fact("worst", "L3"),
        ),
        table=EvidenceTable(
            (TableColumn("month", "month"), TableColumn("load", "number", "%")),
            ((date(2027, 3, 1), 118.2), (date(2027, 4, 1), None)),
        ),
        definition="load = required / available",
        issues=(Issue("calendars", "gap", "warning", 2, "Two days are missing.", ("line 3",)),),
        passages=(Passage("n1", "Supply", "supply", date(2026, 10, 14), 3, 5, "A shift."),),
        proposal=Proposal("decision", "Add a shift", {"title": "Add a shift"}),
        tool="check_capacity",
        request={"resource": "L3"},
        snapshot="s_1",
    )
    return replace(made, id=evidence_id(made))


def turn(number: int = 1, person: str = "petra", thread: str = "t_1") -> tuple[Turn, Receipt]:
    found = evidence()
    pending = PendingProposal(f"p_{number}", found.proposal, found.id)
    answer = Answer(
        text="L3 is at 118.2 % in March 2027.",
        status="answered",
        evidence=(found,),
        citations=found.passages,
        proposals=(pending,),
        suggestions=("Why?",),
        claims=(Claim(9, 16, "118.2 %", "percent", "fact", found.id, 0),),
        footnotes=("Data as of 31 October 2026.",),
        snapshot="s_1",
        model="scripted",
        receipt=f"r_{number}",
        thread=thread,
    )
    calls = (Call("c1", "check_capacity", {"resource": "L3"}, found.id, found.summary),)
    at = NOON + timedelta(minutes=number)
    made = Turn(f"q_{number}", thread, person, "web", at, "Is L3 over?", answer, calls, {"k": [1]})
    receipt = Receipt(f"r_{number}", made.id, SAM, "s_1", calls, (found.id,), 3, 4, at)
    return made, receipt


def keep(store: Store, *args, **kwargs) -> Turn:
    made, receipt = turn(*args, **kwargs)
    with store.database.writing() as connection:
        store.conversations.keep(connection, made, receipt, "Is L3 over?")
    return made


def decision(identity: str = "d_1", **values) -> Decision:
    return Decision(identity, "Add a shift", "approved", **values)


def record(store: Store, made: Decision, verdict: str = "recorded", **values) -> int:
    with store.database.writing() as connection:
        given = {"person": "elena", "at": NOON, "channel": "web", **values}
        return store.decisions.record(connection, made, verdict, **given)


def note(identity: str = "n1", text: str = "A shift.", *, restricted: bool = False) -> Note:
    return Note(identity, "Supply", "supply", date(2026, 10, 14), None, ("Sven",), restricted, text)


# Turns and receipts


def test_a_turn_comes_back_as_it_was_kept(kept):
    made = keep(kept)
    assert kept.conversations.turns("t_1", "petra") == (made,)
    assert kept.conversations.turn("q_1") == made


def test_a_receipt_keeps_who_asked_with_role_and_scope(kept):
    keep(kept)
    receipt = kept.conversations.receipt("r_1")
    assert receipt is not None
    assert receipt.person == SAM
    assert (receipt.snapshot, receipt.notes_seq, receipt.decisions_seq) == ("s_1", 3, 4)
    assert kept.conversations.receipt("r_none") is None


def test_each_person_sees_their_own_turns_of_a_thread(kept):
    keep(kept, 1)
    keep(kept, 2, person="sam")
    assert [entry.id for entry in kept.conversations.turns("t_1", "sam")] == ["q_2"]
    assert kept.conversations.threads("sam")[0].turns == 1


def test_threads_are_listed_latest_first_and_history_can_be_cut(kept):
    for number, thread in enumerate(["t_a", "t_b", "t_a"], start=1):
        keep(kept, number, thread=thread)
    assert [entry.id for entry in kept.conversations.threads("petra")] == ["t_a", "t_b"]
    assert [entry.id for entry in kept.conversations.turns("t_a", "petra", last=1)] == ["q_3"]


def test_a_turn_without_its_receipt_is_not_kept_at_all(kept):
    keep(kept, 1)
    made, receipt = turn(2)
    with pytest.raises(Exception, match=r"(?i)unique"), kept.database.writing() as connection:
        kept.conversations.keep(connection, made, replace(receipt, code="r_1"), "title")
    assert len(kept.conversations.turns("t_1", "petra")) == 1


def test_moments_keep_their_zone(kept):
    made, receipt = turn()
    vienna = made.at.astimezone(timezone(timedelta(hours=1)))
    with kept.database.writing() as connection:
        kept.conversations.keep(connection, replace(made, at=vienna), receipt, "title")
    assert kept.conversations.turn("q_1").at == made.at
    assert kept.conversations.turn("q_1").at.tzinfo is not None


# Decisions


def test_a_decision_comes_back_whole(kept):
    made = decision(
        owner="sven",
        decided_on=date(2026, 10, 14),
        due_on=date(2026, 12, 1),
        cycle=date(2026, 10, 1),
        value=1200.5,
        check=Check("hours", date(2026, 11, 1), date(2026, 12, 31), resource="L3", at_least=40),
        note="n1",
        lines=(3, 5),
    )
    record(kept, made)
    assert kept.decisions.decisions(restricted=True) == (made,)


def test_the_log_shows_decisions_as_they_stood_at_an_earlier_entry(kept):
    first = record(kept, decision(owner="sven"))
    record(kept, decision(owner="maya"), "superseded", reason="Sven is away.")
    record(kept, decision("d_2"))
    now = kept.decisions.decisions(restricted=True)
    then = kept.decisions.decisions(restricted=True, until_seq=first)
    assert [(entry.id, entry.owner) for entry in now] == [("d_1", "maya"), ("d_2", None)]
    assert [(entry.id, entry.owner) for entry in then] == [("d_1", "sven")]
    assert [event.verdict for event in kept.decisions.events("d_1")] == ["recorded", "superseded"]


def test_restricted_decisions_are_for_those_who_may_read_them(kept):
    record(kept, decision(restricted=True))
    assert kept.decisions.decisions(restricted=False) == ()
    visible = VisibleDecisions(kept.decisions, restricted=True, until_seq=None)
    assert len(visible.decisions()) == 1


def test_a_proposal_is_settled_once(kept):
    keep(kept)
    pending = PendingProposal("p_1", Proposal("decision", "Shift", {"title": "Shift"}), "ev_1")
    stored = StoredProposal(pending, "r_1", "sam", NOON, "web", decision="d_9")
    with kept.database.writing() as connection:
        kept.decisions.propose(connection, stored)
    won = []
    for person in ("elena", "petra"):
        settled = settled_as(
            stored, "approved", person=person, at=NOON, channel="web", reason="Yes."
        )
        with kept.database.writing() as connection:
            won.append(kept.decisions.settle(connection, settled))
    assert won == [True, False]
    found = kept.decisions.proposal("p_1")
    assert found is not None
    assert (found.pending.decided_by, found.reason, found.decision) == ("elena", "Yes.", "d_9")
    assert kept.decisions.proposals("open") == ()
    assert len(kept.decisions.proposals()) == 1


# Notes


def test_a_note_added_again_with_other_words_replaces_it_and_then_stays_known(kept):
    chunk = Chunk(1, 1, "A shift.", b"\x00\x00\x80?", {"superseded": False})
    first = kept.notes.add(note(), encoder="e", passages=[chunk], front_matter={"day": NOON.date()})
    assert kept.notes.add(note(), encoder="e", front_matter={"day": NOON.date()}) is None
    second = kept.notes.add(note(text="No shift."), encoder="e")
    assert first is not None
    assert second is not None
    assert second > first
    assert [entry.note.text for entry in kept.notes.notes(restricted=True)] == ["No shift."]
    then = kept.notes.notes(restricted=True, until_seq=first)
    assert [entry.note for entry in then] == [note()]
    assert [entry.chunk for entry in kept.notes.chunks("e", restricted=True, until_seq=first)] == [
        chunk
    ]
    assert kept.notes.chunks("e", restricted=True) == ()
    assert kept.notes.last_seq() == second


def test_restricted_notes_and_their_passages_stay_out_of_reach(kept):
    chunk = Chunk(1, 1, "Layoffs.", b"\x00\x00\x80?")
    kept.notes.add(note(restricted=True), encoder="e", passages=[chunk])
    assert kept.notes.notes(restricted=False) == ()
    assert kept.notes.chunks("e", restricted=False) == ()
    assert len(kept.notes.chunks("e", restricted=True)) == 1


def test_notes_an_encoder_has_not_seen_are_found_and_caught_up(kept):
    seq = kept.notes.add(note(), encoder="e")
    assert seq is not None
    assert [entry.seq for entry in kept.notes.without_chunks("f")] == [seq]
    kept.notes.add_chunks(seq, "f", [Chunk(1, 1, "A shift.", b"\x00\x00\x80?")])
    assert kept.notes.without_chunks("f") == ()


# Deliveries and audit


def test_a_delivery_is_taken_once_by_one_of_many(kept):
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(kept.deliveries.take, ["C1:1790.1"] * 6))
    assert sorted(taken) == [False] * 5 + [True]


def test_the_audit_is_kept_in_order_with_what_it_tells_about(kept):
    with suppress(_TurnFailed), kept.database.writing() as connection:
        kept.audit.write(connection, person="sam", channel="web", action="asked", subject="r_0")
        raise _TurnFailed
    for number in (1, 2):
        with kept.database.writing() as connection:
            kept.audit.write(
                connection, person="sam", channel="web", action="asked", subject=f"r_{number}"
            )
    assert [entry.subject for entry in kept.audit.entries()] == ["r_2", "r_1"]


def test_codes_can_be_read_aloud():
    codes = {new_code("r") for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 8 and not set(code[2:]) & set("01iloué") for code in codes)


def test_questions_with_any_characters_survive(kept):
    made, receipt = turn()
    odd = "Größe? '; DROP TABLE turns; -- 需求 🙂"
    with kept.database.writing() as connection:
        kept.conversations.keep(connection, replace(made, question=odd), receipt, odd)
    with kept.database.reading() as connection:
        assert connection.execute(select(turns.c.question)).scalar_one() == odd


class _TurnFailed(Exception):
    """What goes wrong in the middle of a turn."""

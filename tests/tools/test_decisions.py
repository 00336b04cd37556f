from datetime import date

import pytest

from planning_engine.cycles.decisions import Check, Decision
from planning_engine.data.company import Company, Person
from planning_engine.data.scope import Scope
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, NotPermitted, UnknownName
from tools.context import Note, ToolContext
from tools.registry import run

MAY = date(2026, 5, 1)
NORTH = Scope(regions=frozenset({"North"}))
PEOPLE = (
    Person("tomas", "Tomas Reiter", "executive"),
    Person("sven", "Sven Aalto", "planner"),
    Person("sam", "Sam Ortiz", "sales", NORTH),
    Person("ora", "Ora Ortiz", "viewer"),
)
HOURS = Check("hours", date(2026, 9, 1), date(2026, 9, 30), resource="L5", at_least=240)
SALES = Check("sales", date(2026, 6, 1), date(2026, 6, 30), product="X", at_least=80)
LOG = (
    Decision(
        "D-01",
        "Launch X on 1 July",
        "superseded",
        "sven",
        date(2026, 5, 5),
        None,
        MAY,
        superseded_by="D-04",
    ),
    Decision(
        "D-02",
        "Sell 80 cases of X in June",
        "approved",
        "sam",
        date(2026, 5, 5),
        date(2026, 6, 30),
        MAY,
        check=SALES,
    ),
    Decision(
        "D-03",
        "Visit the citrus supplier",
        "approved",
        "sven",
        date(2026, 5, 9),
        date(2026, 6, 1),
        MAY,
    ),
    Decision(
        "D-04",
        "Move the launch of X to 1 August",
        "approved",
        "sven",
        date(2026, 6, 4),
        date(2027, 1, 31),
    ),
    Decision(
        "D-12",
        'Add a "Saturday" shift on line 5',
        "approved",
        "tomas",
        date(2026, 8, 27),
        date(2026, 9, 30),
        None,
        "executive",
        check=HOURS,
        note="exec.md",
        lines=(2, 3),
        value=9.0,
    ),
)
NOTE = Note(
    "exec.md",
    "Executive August",
    "executive",
    date(2026, 8, 27),
    None,
    (),
    False,
    "a\n- D-12: Line 5 works\n  on Saturdays.\nb",
)


class Log:
    def __init__(self, *decisions):
        self.kept = decisions

    def decisions(self):
        return self.kept


class Shelf:
    def search(self, query, only, limit):
        return ()

    def notes(self, only):
        return (NOTE,)


@pytest.fixture(scope="module")
def facts(company_of):
    made = company_of(
        {
            "products": [
                {
                    "product": "X",
                    "name": "Lemonade",
                    "family": "Soda",
                    "stage": "finished",
                    "unit": "case",
                }
            ],
            "resources": [{"resource": "L5", "name": "Line 5", "site": "P"}],
            "sites": [{"site": "P", "region": "North"}, {"site": "D", "region": "North"}],
            "customers": [{"customer": "K", "region": "North"}],
            "sales": [
                {
                    "date": date(2026, 6, 1),
                    "product": "X",
                    "site": "D",
                    "customer": "K",
                    "quantity": 90,
                }
            ],
            "production": [
                {"date": date(2026, 9, 1), "product": "X", "resource": "L5", "hours": 200}
            ],
        }
    )
    company = Company("Lemonade", "EUR", made.company.as_of, people=PEOPLE)
    return Snapshot(made.id, company, made._relations)


def find(facts, *decisions, person=None, **request):
    context = ToolContext(facts, person, notes=Shelf(), decisions=Log(*(decisions or LOG)))
    return run("find_decisions", request, context)


def ids(evidence):
    return [row[0] for row in evidence.table.rows]


def test_decisions_are_judged_from_the_actuals(facts, unsupported):
    evidence = find(facts)
    assert ids(evidence) == ["D-02", "D-03", "D-04", "D-12"]
    assert [row[2] for row in evidence.table.rows] == [
        "carried out",
        "due without a check",
        "open",
        "not carried out",
    ]
    assert evidence.summary == (
        "4 decisions: 1 not carried out, 1 due without a check, 1 open and 1 carried out. "
        "D-12, “Add a 'Saturday' shift on line 5” (Tomas Reiter, due 30 September 2026): "
        "not carried out, 200 hours run against at least 240 hours. "
        "D-03, “Visit the citrus supplier” (Sven Aalto, due 1 June 2026): due without a check. "
        "D-04, “Move the launch of X to 1 August” (Sven Aalto, due 31 January 2027): open. "
        "The table lists 1 more. 1 more was overruled later and left out."
    )
    assert unsupported(evidence, facts) == []


def test_a_decision_not_carried_out_is_cited_from_its_note(facts, unsupported):
    evidence = find(facts, state="failed")
    assert ids(evidence) == ["D-12"]
    (passage,) = evidence.passages
    assert (passage.note, passage.first_line, passage.text) == (
        "exec.md",
        2,
        "- D-12: Line 5 works\n  on Saturdays.",
    )
    assert evidence.summary.endswith("1 more is due without a check, so the data cannot tell.")
    facts_of = {fact.name: fact.value for fact in evidence.facts if "decision" in fact.about}
    assert (facts_of["actual"], facts_of["at_least"]) == (200, 240)
    assert unsupported(evidence, facts) == []


def test_states_cover_what_people_mean_by_them(facts):
    assert ids(find(facts, state="overdue")) == ["D-12"]
    assert ids(find(facts, state="carried_out")) == ["D-02"]
    assert ids(find(facts, state="open")) == ["D-04"]
    assert find(facts, state="draft").summary.startswith(
        "Among the decisions that you may read, none is a draft."
    )


@pytest.mark.parametrize("name", ["sven", "Sven Aalto", "SVEN", "aalto", "me"])
def test_owners_are_found_by_what_they_are_called(facts, name):
    assert ids(find(facts, owner=name, person=PEOPLE[1])) == ["D-03", "D-04"]


def test_an_owner_that_only_the_log_knows_is_found_and_others_get_a_suggestion(facts):
    foreign = Decision("D-9", "Something else", "approved", "K. Old", date(2026, 5, 5))
    assert ids(find(facts, foreign, owner="k. old")) == ["D-9"]
    with pytest.raises(UnknownName, match="Did you mean 'Sven'"):
        find(facts, owner="svenn")
    with pytest.raises(BadRequest, match="Sam Ortiz or Ora Ortiz"):
        find(facts, LOG[0], owner="Ortiz")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("the launch", ["D-04"]),
        ("What did we decide about Lemonade?", ["D-02"]),
        ("saturdays on L5", ["D-12"]),
        ("line 5", ["D-12"]),
        ("Lemonade 0.5 L x24", ["D-02"]),
        ("citrus suplier", ["D-03"]),
        ("carbon tax", []),
        ("quantum roadmap of the citrus board in Brussels", []),
    ],
)
def test_decisions_are_found_by_what_they_are_about(facts, words, found):
    assert ids(find(facts, about=words)) == found


def test_what_was_overruled_is_shown_when_asked_for_or_when_it_still_held(facts, unsupported):
    evidence = find(facts, about="launch", include_superseded=True)
    assert ids(evidence) == ["D-01", "D-04"]
    assert "D-01, “Launch X on 1 July” (Sven Aalto): overruled by D-04." in evidence.summary
    assert unsupported(evidence, facts) == []
    assert ids(find(facts, about="launch", until="2026-05-31")) == ["D-01"]


def test_decisions_are_filtered_by_cycle_and_day(facts):
    assert ids(find(facts, cycle="2026-05")) == ["D-02", "D-03"]
    assert ids(find(facts, since="2026-05-06", until="2026-06-30")) == ["D-03", "D-04"]


def test_nothing_found_says_what_was_looked_for(facts, unsupported):
    evidence = find(
        facts, about="tea", owner="tomas", cycle="2026-05", since="2026-05-01", until="2026-05-31"
    )
    assert evidence.summary == (
        "Among the decisions that you may read, none about “tea” of tomas of the May 2026 cycle "
        "since 1 May 2026 until 31 May 2026 was found."
    )
    assert unsupported(evidence, facts) == []
    empty = run("find_decisions", {}, ToolContext(facts))
    assert empty.summary == "There are no decisions that you may read."


def test_all_of_one_state_are_said_in_one_word(facts, unsupported):
    evidence = find(
        facts, LOG[2], Decision("D-5", "Ask again", "approved", due_on=date(2026, 6, 2))
    )
    assert evidence.summary.startswith("2 decisions, all due without a check. ")
    assert "D-5, “Ask again” (no owner, due 2 June 2026)" in evidence.summary
    assert unsupported(evidence, facts) == []


def test_who_sees_a_part_of_the_company_gets_no_verdict(facts):
    narrowed = facts.narrowed(NORTH)
    evidence = find(narrowed)
    assert dict(zip(ids(evidence), (row[2] for row in evidence.table.rows), strict=True)) == {
        "D-02": "not judged",
        "D-03": "due without a check",
        "D-04": "open",
        "D-12": "not judged",
    }
    with pytest.raises(NotPermitted, match="to judge whether decisions were carried out"):
        find(narrowed, state="failed")


def test_a_check_that_the_data_cannot_answer_leaves_a_decision_unchecked(facts, company_of):
    bare = company_of({"products": [{"product": "X", "stage": "finished"}]})
    assert find(bare, LOG[1]).table.rows[0][2] == "due without a check"
    unknown = Check("sales", MAY, date(2026, 5, 31), product="GONE", at_least=1)
    gone = Decision("D-7", "Sell what is gone", "approved", due_on=date(2026, 5, 31), check=unknown)
    assert find(facts, gone).table.rows[0][2] == "due without a check"


def draft(facts, person=None, **request):
    return run("draft_decision", request, ToolContext(facts, person))


def test_a_drafted_decision_is_a_proposal_with_owner_day_and_check(facts, unsupported):
    evidence = draft(
        facts,
        title='Add a "Saturday" shift',
        owner="tomas",
        due_on="2027-02-15",
        reason="L5 is short",
        check={
            "measure": "hours",
            "start": "2027-03-01",
            "end": "2027-03-31",
            "resource": "line 5",
            "at_least": 240,
            "at_most": 300,
        },
    )
    assert evidence.summary == (
        "Drafted for approval: “Add a 'Saturday' shift”, owner Tomas Reiter, due 15 February "
        "2027. It will be checked by hours for Line 5 from 1 March 2027 to 31 March 2027: at "
        "least 240 hours and at most 300 hours."
    )
    proposal = evidence.proposal
    assert (proposal.kind, proposal.title) == ("decision", 'Add a "Saturday" shift')
    assert proposal.body["owner"] == "tomas"
    assert proposal.body["due_on"] == "2027-02-15"
    assert proposal.body["check"]["resource"] == "L5"
    assert unsupported(evidence, facts) == []


def test_a_draft_may_leave_all_but_the_title_open(facts, unsupported):
    evidence = draft(facts, title="Talk to the co-packer")
    assert evidence.summary == (
        "Drafted for approval: “Talk to the co-packer”, without an owner, without a due day. "
        "Nothing in it can be checked in the data."
    )
    assert evidence.proposal.body["owner"] is None
    assert unsupported(evidence, facts) == []


def test_the_stock_on_a_day_is_checked_in_the_unit_of_the_family(facts):
    check = {
        "measure": "stock",
        "start": "2026-11-01",
        "end": "2026-12-31",
        "family": "soda",
        "at_most": 5,
    }
    summary = draft(facts, title="Less stock", check=check).summary
    assert summary.endswith("by stock for Soda on 31 December 2026: at most 5 cases.")


GOOD = {"measure": "hours", "start": "2027-03-01", "end": "2027-03-31", "at_least": 240}


@pytest.mark.parametrize(
    ("request_", "error", "sentence"),
    [
        ({"due_on": "2026-10-30"}, BadRequest, "due on 30 October 2026, before today, 31 October"),
        ({"owner": "thomas"}, UnknownName, "Did you mean 'Tomas'"),
        ({"check": GOOD | {"end": "2027-02-28"}}, BadRequest, "ends before it begins"),
        ({"check": GOOD | {"at_least": None}}, BadRequest, "needs a bound"),
        ({"check": GOOD | {"at_most": 1}}, BadRequest, "at_least is above at_most"),
        (
            {"check": GOOD | {"start": "2026-01-01", "end": "2026-10-31"}},
            BadRequest,
            "already covers",
        ),
        ({"check": GOOD | {"resource": "L55"}}, UnknownName, "Did you mean 'L5'"),
    ],
)
def test_a_draft_that_cannot_hold_is_refused(facts, request_, error, sentence):
    with pytest.raises(error, match=sentence):
        draft(facts, title="Add a shift", **request_)


def test_the_demo_company_has_one_decision_never_carried_out(demo, unsupported):
    from planning_engine.data.sample import decisions

    log = Log(*decisions())
    evidence = run("find_decisions", {"state": "failed"}, ToolContext(demo, decisions=log))
    assert ids(evidence) == ["D-12"]
    assert unsupported(evidence, demo) == []
    for request in ({}, {"owner": "sven"}, {"state": "open"}, {"include_superseded": True}):
        assert (
            unsupported(run("find_decisions", request, ToolContext(demo, decisions=log)), demo)
            == []
        )

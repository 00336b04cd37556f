"""What people see in the terminal; the golden files are reviewed like text."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Answer, PendingProposal
from assistant.channels.terminal import Screen, cell_text
from planning_engine.data.issue import Issue
from tools.evidence import Evidence, EvidenceTable, Fact, Passage, Proposal, TableColumn

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str, shown: str) -> None:
    """Compare with a golden file; what was shown is left beside it when it differs."""
    shown = "\n".join(line.rstrip() for line in shown.splitlines()) + "\n"
    file = GOLDEN / f"{name}.txt"
    if not file.exists() or file.read_text("utf-8") != shown:
        file.with_suffix(".new").write_text(shown, "utf-8")
    assert file.read_text("utf-8") == shown


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setenv("TERM", "dumb")
    return Screen


def capacity() -> Evidence:
    months = [date(2026, 11, 1), date(2026, 12, 1), *(date(2027, m, 1) for m in range(1, 13))]
    columns = (
        TableColumn("month", "month"),
        TableColumn("required_hours", "number", "hours"),
        TableColumn("load", "number", "%"),
        TableColumn("over", "text"),
    )
    rows = tuple(
        (month, 1402.25 + 10 * n, None if n == 3 else 90.5 + n, n > 9)
        for n, month in enumerate(months)
    )
    return Evidence(
        summary="L3 is over its hours in March 2027 at 118.2 %.",
        facts=(Fact("load", 118.2, "%", {"resource": "L3", "month": "2027-03-01"}),),
        table=EvidenceTable(columns, rows),
        definition="load = required hours / available hours",
        issues=(Issue("calendars", "gap", "warning", 2, "L3 has no calendar on 2 days."),),
        passages=(
            Passage("n1", "Supply review", "supply", date(2026, 10, 14), 12, 15, "A shift\non L3."),
        ),
        id="ev_5f2c9a0b1c",
        tool="check_capacity",
        request={"resource": "L3"},
        snapshot="s_91ab",
    )


def answer() -> Answer:
    body = {"title": "Add a shift on L3", "owner": "sven", "due_on": "2026-12-15", "check": None}
    proposal = PendingProposal(
        "p_3tmstk", Proposal("decision", "Add a shift on L3", body), "ev_5f2c9a0b1c"
    )
    return Answer(
        text="**L3** is over its hours in March 2027 at 118.2 %. [brackets] stay.",
        status="answered",
        evidence=(capacity(),),
        proposals=(proposal,),
        suggestions=("Who causes the overflow?", "What if we add overtime there?"),
        footnotes=("Data as of 31 October 2026 (snapshot s_91ab).", "Assumed: 1 hour a set-up."),
        snapshot="s_91ab",
        model="built-in analyst",
        receipt="r_7k2m9q",
        thread="t_abcd2345",
    )


def test_an_answer_with_its_evidence(screen, capsys):
    screen().answer(answer())
    golden("answer", capsys.readouterr().out)


def test_an_answer_in_full_shows_every_row(screen, capsys):
    screen(full=True).answer(answer())
    shown = capsys.readouterr().out
    assert "December 2027" in shown
    assert "more, --full" not in shown


def test_an_ask_back_says_so_and_offers_the_choices(screen, capsys):
    asked = replace(
        answer(), text="Which line?", status="asked_back", evidence=(), proposals=(), footnotes=()
    )
    screen().answer(asked)
    golden("asked_back", capsys.readouterr().out)


def test_one_evidence(screen, capsys):
    screen().evidence(capacity())
    golden("evidence", capsys.readouterr().out)


def test_json_is_one_object_on_one_line_and_nothing_else(screen, capsys):
    quiet = screen(as_json=True)
    quiet.line("for people")
    quiet.table(("a",), [(1,)])
    quiet.answer(answer())
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    assert err == ""
    assert json.loads(out) == answer().to_dict()


def test_minutes_to_approve_are_shown_entry_by_entry(screen, capsys):
    decided = {"text": "A shift on L3.", "lines": [24, 25], "owner": "Sven", "due_on": None}
    body = {"meeting": "executive", "attendees": ["Elena", "Sven"], "decisions": [decided]}
    proposal = PendingProposal("p_1", Proposal("minutes", "Minutes of October", body), "ev_1")
    screen().answer(replace(answer(), evidence=(), proposals=(proposal,)))
    shown = capsys.readouterr().out
    assert "attendees: Elena, Sven" in shown
    assert "- A shift on L3. (lines 24, 25; owner Sven)" in shown


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("number", 1234567.8, "1,234,568"),
        ("number", 12.345, "12.35"),
        ("number", 0, "0"),
        ("number", None, "—"),
        ("month", date(2027, 3, 1), "March 2027"),
        ("date", date(2027, 3, 14), "14 March 2027"),
        ("text", True, "yes"),
        ("text", "[bold]x", "[bold]x"),
    ],
)
def test_cells_are_written_as_people_read_them(kind, value, text):
    assert cell_text(TableColumn("x", kind), value) == text


def test_markup_in_data_is_shown_and_not_obeyed(screen, capsys):
    hostile = replace(capacity(), summary="[red]x[/red] \x1b[31m", table=None, passages=())
    screen().evidence(hostile)
    shown = capsys.readouterr().out
    assert "[red]x[/red]" in shown
    assert "\x1b" not in shown

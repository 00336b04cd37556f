from datetime import date

import pytest

from assistant.overruled import overruled_lines
from planning_engine.cycles.decisions import Decision
from tools.context import Note


def note(name, text, held_on=None):
    return Note(name, name, None, held_on, None, (), False, text)


def test_the_decision_log_says_what_was_overruled():
    notes = [note("a.md", "- D-01 launch\n- D-02 stop\n- D-03 more", date(2026, 5, 5))]
    decisions = [
        Decision("D-01", "x", "superseded", superseded_by="D-09"),
        Decision("D-02", "x", "superseded", superseded_by="D-09", note="a.md", lines=(2, 2)),
        Decision("D-03", "x", "approved"),
        Decision("D-09", "y", "approved", decided_on=date(2026, 7, 1)),
    ]
    assert overruled_lines(notes, decisions) == {"a.md": {1, 2}}
    assert overruled_lines(notes, decisions, until=date(2026, 6, 30)) == {}


@pytest.mark.parametrize(
    "later",
    [
        "This replaces D-01.",
        "Superseding the cap of\nAugust (D-01), as sales asked.",
        "We agreed that D-01 is void.",
        "D-01 has been withdrawn.",
        "This overrules a.md, line 1.",
        "It cancels what stands in a.md, lines 1-1, for good.",
    ],
)
def test_a_later_note_overrules_in_words(later):
    notes = [
        note("a.md", "- D-01 launch\n- D-02 stop", date(2026, 5, 5)),
        note("b.md", later, date(2026, 6, 4)),
    ]
    assert overruled_lines(notes, ()) == {"a.md": {1}}
    assert overruled_lines(notes, (), until=date(2026, 5, 31)) == {}


@pytest.mark.parametrize(
    "later", ["This does not replace D-01.", "D-01 is carried out.", "Nothing replaces tea."]
)
def test_other_words_overrule_nothing(later):
    notes = [
        note("a.md", "- D-01 launch", date(2026, 5, 5)),
        note("b.md", later, date(2026, 6, 4)),
    ]
    assert overruled_lines(notes, ()) == {}


def test_an_earlier_note_cannot_overrule_a_later_one():
    notes = [
        note("a.md", "- D-01 launch", date(2026, 6, 4)),
        note("b.md", "This replaces D-01.", date(2026, 5, 5)),
    ]
    assert overruled_lines(notes, ()) == {}


def test_struck_out_text_is_overruled():
    assert overruled_lines([note("a.md", "fine\n\n~~Add a shift.~~")], ()) == {"a.md": {3}}
    assert overruled_lines([note("a.md", "x\n- y [superseded in June]")], ()) == {"a.md": {2}}

import logging
from datetime import UTC, date, datetime

import pytest

from assistant.embedding import load_encoder
from assistant.notes_index import NotesIndex
from assistant.store.state import Store
from planning_engine.data.company import Person
from planning_engine.errors import DataProblem
from tools.context import NoteFilter

ANY = NoteFilter()
ELENA = Person("elena", "Elena Marsh", "executive")
PETRA = Person("petra", "Petra Novak", "planner")

NOTES = {
    "product-2026-05.md": """---
date: 2026-05-05
meeting: product
cycle: 2026-05
title: Product review May
---
# Product review

Volt Berry is borrowed from Volt Mango, same can and same price.

- D-01 Volt Berry is launched on 1 July. Owner Dana.
- D-02 No more production of Lemonwell. Owner Sven.
""",
    "product-2026-06.md": """---
date: 2026-06-04
meeting: product
cycle: 2026-06
title: Product review June
---
The can printer made a mistake in the nutrition panel.

- D-06 The launch of Volt Berry moves to 1 August. This replaces D-01, the date of
  1 July no longer holds. Owner Dana.
""",
    "supply-2026-06.md": """---
date: 2026-06-16
meeting: supply
cycle: 2026-06
title: Supply review June
---
Line 4 was full, the third crew worked around the clock.

Citrus concentrate came a week late from the supplier near Valencia.
""",
    "executive-2026-06.md": """---
date: 2026-06-26
meeting: executive
cycle: 2026-06
access: executives
title: Executive session June
---
Southbrook may be sold: confidential talks with a buyer of the plant have begun.
""",
    "standup.txt": "Line 2 changed over in four hours after a broken gearbox.",
}


@pytest.fixture(scope="module")
def encoder():
    return load_encoder("minilm")


@pytest.fixture
def store(tmp_path):
    return Store(f"sqlite:///{tmp_path / 'state.db'}", lambda: datetime(2026, 10, 31, tzinfo=UTC))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in NOTES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def index(store, encoder, tmp_path):
    index = NotesIndex(store, encoder, tmp_path / "index")
    yield index
    index.close()


@pytest.fixture
def filled(index, folder):
    index.add([folder])
    return index


def found(library, query, only=ANY, limit=5):
    return [(p.note, p.first_line) for p in library.search(query, only, limit)]


def test_notes_are_kept_once(index, folder):
    assert {note.id for note in index.add([folder])} == set(NOTES)
    assert index.add([folder, folder / ".."][:1]) == ()


def test_a_passage_is_cited_by_note_and_lines_of_the_file(filled):
    (best, *_) = filled.library(PETRA).search("who was late with citrus concentrate", ANY, 3)
    assert (best.note, best.title, best.meeting) == (
        "supply-2026-06.md",
        "Supply review June",
        "supply",
    )
    assert best.held_on == date(2026, 6, 16)
    quoted = NOTES[best.note].split("\n")[best.first_line - 1 : best.last_line]
    assert "\n".join(quoted) == best.text
    assert "Valencia" in best.text


@pytest.mark.parametrize(
    "question",
    [
        "What is the weather in Paris?",
        "quantum computing roadmap",
        "Who won the election?",
        "carbon tax",
        "wer hat das entschieden",
    ],
)
def test_a_question_that_no_note_speaks_of_gets_nothing(filled, question):
    assert filled.library(ELENA).search(question, ANY, 5) == ()


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("Is a plant being sold?", "executive-2026-06.md"),
        ("printing error on the packaging", "product-2026-06.md"),
        ("gearbox", "standup.txt"),
        ("Why do we stop making Lemonwell?", "product-2026-05.md"),
        ("supplier delay", "supply-2026-06.md"),
    ],
)
def test_other_words_for_the_same_thing_find_it(filled, question, note):
    assert note in dict(found(filled.library(ELENA), question))


def test_restricted_notes_are_for_executives_only(filled):
    question = "confidential talks about selling Southbrook"
    assert found(filled.library(ELENA), question)[0][0] == "executive-2026-06.md"
    planners = filled.library(PETRA)
    assert "executive-2026-06.md" not in dict(found(planners, question))
    assert "executive-2026-06.md" not in [note.id for note in planners.notes(ANY)]
    assert len(planners.notes(ANY)) == 4


def test_what_others_may_not_read_does_not_change_the_ranks_or_scores(
    filled, folder, tmp_path, encoder
):
    open_only = {name: text.encode() for name, text in NOTES.items() if "executives" not in text}
    store = Store(f"sqlite:///{tmp_path / 'b.db'}", lambda: datetime(2026, 10, 31, tzinfo=UTC))
    alone = NotesIndex(store, encoder, tmp_path / "b")
    alone.add_files(open_only)
    for question in ("Volt Berry", "plant", "line 4 crew", "sold"):
        theirs = filled.library(PETRA).search(question, ANY, 9)
        assert theirs == alone.library(PETRA).search(question, ANY, 9)
    alone.close()


def test_an_overruled_decision_is_hidden_unless_asked_for(filled):
    library = filled.library(PETRA)
    question = "When is Volt Berry launched?"
    assert ("product-2026-05.md", 11) not in found(library, question)
    everything = library.search(question, NoteFilter(include_superseded=True), 5)
    marks = {(p.note, p.first_line): p.superseded for p in everything}
    assert marks["product-2026-05.md", 11] is True
    assert marks["product-2026-06.md", 9] is False


def test_before_it_was_overruled_a_decision_holds(filled):
    only = NoteFilter(until=date(2026, 5, 31))
    passages = filled.library(PETRA).search("When is Volt Berry launched?", only, 5)
    assert [(p.first_line, p.superseded) for p in passages if "D-01" in p.text] == [(11, False)]


def test_notes_are_filtered_by_meeting_cycle_and_day(filled):
    library = filled.library(ELENA)

    def ids(**only):
        return [note.id for note in library.notes(NoteFilter(**only))]

    assert ids(meeting="Supply review") == ["supply-2026-06.md"]
    assert ids(cycle=date(2026, 5, 1)) == ["product-2026-05.md"]
    assert ids(since=date(2026, 6, 16)) == ["supply-2026-06.md", "executive-2026-06.md"]
    assert ids(until=date(2026, 6, 4)) == ["product-2026-05.md", "product-2026-06.md"]
    assert found(library, "line", NoteFilter(meeting="supply"))[0][0] == "supply-2026-06.md"
    assert found(library, "line", NoteFilter(meeting="board")) == []


def test_a_note_added_again_replaces_its_older_text_which_stays_for_replays(filled, store):
    before = store.notes.last_seq()
    changed = NOTES["standup.txt"].replace("gearbox", "conveyor")
    (note,) = filled.add_files({"standup.txt": changed.encode()})
    assert "conveyor" in note.text
    assert found(filled.library(PETRA), "broken gearbox on line 2")[0][0] == "standup.txt"
    now, then = filled.library(PETRA), filled.library(PETRA, before)
    (today,) = [n for n in now.notes(ANY) if n.id == "standup.txt"]
    (earlier,) = [n for n in then.notes(ANY) if n.id == "standup.txt"]
    assert "conveyor" in today.text
    assert "gearbox" in earlier.text
    assert "gearbox" in then.search("gearbox", ANY, 1)[0].text
    assert "conveyor" in now.search("conveyor", ANY, 1)[0].text


def test_an_empty_store_finds_nothing(index):
    assert index.library(PETRA).search("Lemonwell", ANY, 5) == ()
    assert index.status().passages == 0


def test_one_bad_file_keeps_all_out(index, store, tmp_path):
    (tmp_path / "good.md").write_text("Fine.")
    (tmp_path / "bad.md").write_bytes(b"\x00\x01")
    with pytest.raises(DataProblem, match=r"bad\.md, line 1: a binary file"):
        index.add([tmp_path / "good.md", tmp_path / "bad.md"])
    assert store.notes.last_seq() == 0


@pytest.mark.parametrize(
    ("paths", "sentence"),
    [
        (["missing.md"], "missing.md cannot be read"),
        (["empty"], "There are no notes"),
        (["a/n.md", "b/n.md"], "Two files are named n.md"),
        (["a/plan.pdf"], "notes are read from .md"),
    ],
)
def test_paths_that_give_no_notes_are_refused(index, tmp_path, paths, sentence):
    for name in ("a/n.md", "b/n.md", "a/plan.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataProblem, match=sentence.replace(".", r"\.")):
        index.add([tmp_path / path for path in paths])


def test_files_of_a_folder_are_named_by_their_path_in_it(index, tmp_path):
    for name in ("may/supply.md", "june/supply.md"):
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        (tmp_path / "in" / name).write_text(f"Tea in {name}")
    assert [note.id for note in index.add([tmp_path / "in"])] == ["june/supply.md", "may/supply.md"]


def test_chroma_gives_the_same_passages_as_comparing_every_vector(filled, store, encoder, tmp_path):
    exact = NotesIndex(store, encoder, tmp_path / "unused")
    assert filled._chroma.is_open
    assert not exact._chroma.is_open
    for question in ("Volt Berry launch", "line 4", "late supplier", "mistake of the printer"):
        for person in (ELENA, PETRA):
            for only in (ANY, NoteFilter(meeting="product")):
                ours = filled.library(person).search(question, only, 9)
                assert ours == exact.library(person).search(question, only, 9)
    assert not exact._chroma.is_open


def test_the_index_is_made_anew_when_it_is_missing_or_damaged(filled, store, encoder, tmp_path):
    filled.close()
    for path in (tmp_path / "index").rglob("chroma.sqlite3"):
        path.write_bytes(b"damaged" * 500)
    again = NotesIndex(store, encoder, tmp_path / "index")
    status = again.status()
    assert (status.notes, status.in_step) == (5, True)
    assert again._chroma.nearest(encoder.encode(["gearbox"])[0], None, 1)
    assert found(again.library(PETRA), "gearbox")[0][0] == "standup.txt"
    again.close()


def test_an_index_left_behind_is_brought_up_to_date(filled, store, encoder, tmp_path):
    filled.close()
    elsewhere = NotesIndex(store, encoder, tmp_path / "another")
    elsewhere.add_files(
        {"standup.txt": b"Line 2 has a new conveyor.", "extra.md": b"Tea is short."}
    )
    elsewhere.close()
    late = NotesIndex(store, encoder, tmp_path / "index")
    late.refresh()
    assert late._chroma._collection.count() == late.status().passages
    (nearest,) = late._chroma.nearest(encoder.encode(["Tea is short."])[0], None, 1)
    assert nearest in late._shelf(store.notes.last_seq(), True).rows
    late.close()


def test_a_second_process_searches_the_store_instead(filled, store, encoder, tmp_path):
    # a second index in this process has its own lock, as another process would
    second = NotesIndex(store, encoder, tmp_path / "index", many=1)
    assert found(second.library(PETRA), "gearbox") == found(filled.library(PETRA), "gearbox")
    assert not second._chroma.is_open
    assert "another process uses the index" in second.status().chroma
    second.add_files({"extra.md": b"Tea is short in the West."})
    # ... and what it adds is found by the first at once
    assert found(filled.library(PETRA), "is tea short?")[0][0] == "extra.md"


def test_a_server_that_is_away_costs_no_answer(filled, store, encoder, tmp_path, caplog):
    away = NotesIndex(store, encoder, tmp_path / "none", "http://127.0.0.1:1")
    with caplog.at_level(logging.INFO):
        assert found(away.library(PETRA), "gearbox") == found(filled.library(PETRA), "gearbox")
    assert "no Chroma server answers at http://127.0.0.1:1" in caplog.text
    assert away.status().in_step is False


def test_an_index_that_fails_in_a_search_is_left_for_the_store(filled, caplog):
    filled._chroma._client.delete_collection(filled._chroma._collection.name)
    assert found(filled.library(PETRA), "gearbox")[0][0] == "standup.txt"
    assert "searching the store" in caplog.text


def test_notes_known_to_another_model_are_read_at_the_next_look(filled, store, tmp_path, encoder):
    class Renamed:
        name, support = "another", encoder.support
        encode = staticmethod(encoder.encode)
        encode_queries = staticmethod(encoder.encode_queries)

    other = NotesIndex(store, Renamed(), tmp_path / "other")
    assert found(other.library(PETRA), "gearbox")[0][0] == "standup.txt"
    assert store.notes.without_chunks("another") == ()


def test_the_rest_of_a_passage_stays_when_some_lines_are_overruled(index):
    text = "---\ndate: 2026-06-01\n---\nTea first.\n\n~~Tea second.~~\n\nTea third."
    index.add_files({"tea.md": text.encode()})
    (passage,) = index.library(PETRA).search("tea", ANY, 5)
    assert (passage.first_line, passage.last_line) == (4, 8)
    assert passage.text == "Tea first.\nTea third."
    (whole,) = index.library(PETRA).search("tea", NoteFilter(include_superseded=True), 5)
    assert "second" in whole.text
    assert not whole.superseded

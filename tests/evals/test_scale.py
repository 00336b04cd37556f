"""The bench over many rows runs whole at a small size."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from evals import scale


def run(*arguments: str) -> dict[str, Any]:
    """Run the bench in a process of its own: its memory is the bench's, not the tests'."""
    done = subprocess.run(
        [sys.executable, "-m", "evals.scale", *arguments, "--json"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_the_bench_imports_and_answers_and_prints_the_keys_it_should():
    said = run("--rows", "20000")
    keys = {"rows", "cpu_seconds_max", "cpu_seconds_p95", "rss_mb", "import_cpu_seconds"}
    assert keys <= said.keys()
    assert said["rows"] == 20_000
    assert said["import_cpu_seconds"] > 0
    assert said["bar"]["import_cpu_seconds"] == {"at_most": 60.0}


def test_the_same_number_of_rows_is_the_same_company(tmp_path):
    for name in ("one", "two"):
        scale.write_source(tmp_path / name, 5_000)
    one, two = ((tmp_path / name / "sales.csv").read_bytes() for name in ("one", "two"))
    assert one == two
    assert one.count(b"\n") == 5_001

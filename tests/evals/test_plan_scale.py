"""The bench of the large plan runs whole at a small size."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from evals import plan_scale


def run(*arguments: str) -> dict[str, Any]:
    """Run the bench in a process of its own: its memory is the bench's, not the tests'."""
    done = subprocess.run(
        [sys.executable, "-m", "evals.plan_scale", *arguments, "--json"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_the_bench_plans_twice_and_prints_the_keys_it_should():
    said = run("--products", "40", "--weeks", "12", "--levers", "0")
    assert said["plan_cpu_seconds"] > 0
    assert said["warm_iterations"] < said["cold_iterations"]
    assert said["bar"]["plan_cpu_seconds"] == {"at_most": 15.0}
    assert "whatif_cpu_seconds_p95" not in said["bar"]


def test_the_same_size_is_the_same_company():
    assert plan_scale.problem_of(12, 4, 5) == plan_scale.problem_of(12, 4, 5)


def test_what_if_questions_differ():
    asked = plan_scale.whatif_levers(20)
    assert len({json.dumps(levers) for levers in asked}) == 20

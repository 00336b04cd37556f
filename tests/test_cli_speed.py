"""The command line appears at once: nothing heavy is imported before a command needs it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = (
    "langchain", "langchain_core", "langgraph", "openai", "statsforecast", "chromadb", "pandas",
    "numpy", "duckdb", "sqlalchemy", "altair", "pulp", "fastapi", "onnxruntime", "rich",
)  # fmt: skip


def imported(*arguments: str) -> set[str]:
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "assistant", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = re.findall(r"\|\s+([\w.]+)$", result.stderr, flags=re.MULTILINE)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("arguments", [("--help",), ("ask", "--help"), ("decisions", "--help")])
def test_help_imports_nothing_heavy(arguments):
    assert imported(*arguments) & set(HEAVY) == set()


def test_help_takes_at_most_half_a_cpu_second():
    before = os.times()
    subprocess.run(
        [sys.executable, "-m", "assistant", "--help"], cwd=ROOT, capture_output=True, check=True
    )
    after = os.times()
    spent = after.children_user + after.children_system
    assert spent - before.children_user - before.children_system <= 0.5

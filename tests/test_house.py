"""The house stays as drawn: imports point down, tools have cases, the README's commands run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def tracked() -> list[Path]:
    names = run("git", "ls-files").stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_imports_point_down():
    result = run(str(Path(sys.executable).parent / "lint-imports"))
    assert result.returncode == 0, result.stdout


def test_every_tool_has_a_conversation_case():
    from tools.registry import all_tools

    cases = [
        case
        for path in (ROOT / "evals/cases").glob("*.yaml")
        for case in yaml.safe_load(path.read_text())
    ]
    called = {tool for case in cases for turn in case["turns"] for tool in turn.get("tools") or {}}
    assert set(all_tools()) <= called


def test_every_bench_runs_in_continuous_integration():
    benches = {
        path.stem for path in (ROOT / "evals").glob("*.py") if "def main" in path.read_text()
    }
    listed = set(re.findall(r"(?m)^evals\.(\w+)", (ROOT / ".ci/benches").read_text()))
    assert benches == listed


def test_no_tracked_file_names_a_package_registry():
    registry = re.compile(r"(?:files\.pythonhosted|pypi\.(?:org|python)|registry\.npmjs)\b")
    named = [
        path.relative_to(ROOT)
        for path in tracked()
        if path != Path(__file__) and registry.search(path.read_text("utf-8", errors="ignore"))
    ]
    assert named == []


def test_langchain_stays_in_its_files():
    allowed = {"assistant/agent.py", "assistant/models.py", "assistant/analyst/model.py"}
    users = {
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix == ".py"
        and path.parts[len(ROOT.parts)] in ("assistant", "tools", "planning_engine", "prompts")
        and re.search(r"(?m)^\s*(?:from|import) lang(?:chain|graph)", path.read_text())
    }
    assert users <= allowed


def test_files_stay_short_enough_to_read():
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked()
        if path.suffix == ".py"
        and path.parts[len(ROOT.parts)] != "tests"
        and (count := len(path.read_text().splitlines())) > 350
    }
    assert set(long) <= {"planning_engine/data/schema.py"}


def commands_of_the_readme() -> list[str]:
    """Return the `sop` commands of the README's shell blocks that need no company of the reader."""
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```(?:sh|bash)\n(.*?)```", text, re.S)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in lines if line.startswith("sop ")]


def test_every_sop_command_of_the_readme_exists():
    known = set(
        re.findall(
            r"^\W*(\w[\w-]*)\s", run(sys.executable, "-m", "assistant", "--help").stdout, re.M
        )
    )
    named = {line.split()[1] for line in commands_of_the_readme()}
    assert named
    assert named <= known


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_names_the_two_commands(command):
    assert command in (ROOT / "README.md").read_text()

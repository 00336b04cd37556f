"""Textbook problems with known answers, computed by the engine: passed of total.

`python -m evals.goldens [--data ../shared/data/inventory_textbook] [--json]`. A problem that
this version has no function for counts as failed and says so; none is left out of the total.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.bench import Bar, Result, arguments, finish
from evals.golden_books import BOOKS
from evals.golden_checks import NOT_YET, Check, Golden, compare
from evals.golden_kinds import golden
from evals.golden_networks import guaranteed
from evals.golden_terms import Terms, instances

__all__ = ["BOOKS", "NOT_YET", "Check", "Golden", "main", "textbook"]

SHARED = Path(os.environ.get("SOP_SHARED", Path(__file__).parents[2] / "shared"))
DEFAULT = SHARED / "data" / "inventory_textbook"
NETWORKS = {"figure_6_14": 18.824, "problem_6_9": 15.6495}
"""Guaranteed-service networks of the formula sheet among the instances, and their cost."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench."""
    options = arguments(__doc__ or "").parse_args(argv)
    folder = options.data or DEFAULT
    goldens = [*BOOKS, *networks(folder), *textbook(folder)]
    problems = [(entry.name, entry.problem()) for entry in goldens]
    failed = [name for name, problem in problems if problem]
    rows = [(name, problem or "as printed") for name, problem in problems]
    result = Result(
        {"passed": len(goldens) - len(failed), "total": len(goldens), "failed": failed},
        {"passed": Bar(len(goldens), at_most=False)},
        columns=("problem", "answer"),
        rows=[*rows, ("passed of total", f"{len(goldens) - len(failed)} of {len(goldens)}")],
    )
    return finish(result, as_json=options.json)


def textbook(folder: Path) -> list[Golden]:
    """Return the problems of answers.json; none where the file is not at hand."""
    path = folder / "answers.json"
    if not path.exists():
        return []
    content = json.loads(path.read_text(encoding="utf-8"))
    problems = content if isinstance(content, list) else content["problems"]
    return [golden(problem, _with_instances(folder)) for problem in problems]


def networks(folder: Path) -> list[Golden]:
    """Return the networks of the formula sheet that are at hand as instances."""
    return [
        Golden(f"Guaranteed service {name}, Snyder and Shen", _network(name, cost, folder))
        for name, cost in NETWORKS.items()
        if name in instances(folder)
    ]


def _network(name: str, cost: float, folder: Path) -> Callable[[], list[Check]]:
    printed = {"cost": cost}
    terms = Terms({}, folder)
    return lambda: compare(printed, guaranteed(terms, instances(folder)[name], printed))


def _with_instances(folder: Path) -> Path:
    """Return the folder, or the default one where it brings no instances of its own."""
    return folder if instances(folder) else DEFAULT


if __name__ == "__main__":
    sys.exit(main())

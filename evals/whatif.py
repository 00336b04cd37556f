"""What-if questions on a small supply chain: question → levers → cost, against known optima.

`python -m evals.whatif [--data ../shared/data/whatif_coffee] [--json]`. The engine share counts
questions whose scenario, put into our typed levers and pulled on the company's tables, costs
exactly what is expected, or is found infeasible where it is. The benchmark's own change is text:
it is read by `evals.whatif_changes`, never run. The language share counts questions of which the
built-in analyst, asked in words, makes levers that cost as much; it has no bar yet.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.bench import Bar, Result, arguments, cpu_seconds, finish
from evals.whatif_changes import levers_of
from evals.whatif_company import MONTHS, company_of
from evals.whatif_language import Reader
from planning_engine.data.snapshot import Snapshot
from planning_engine.scenario import apply
from planning_engine.supply.plan.plan_inputs import read_problem
from planning_engine.supply.shortfalls.full_plan import plan_in_full
from planning_engine.supply.shortfalls.full_plan_terms import Conflict

SHARED = Path(os.environ.get("SOP_SHARED", Path(__file__).parents[2] / "shared"))
DEFAULT = SHARED / "data" / "whatif_coffee"


@dataclass(frozen=True)
class Outcome:
    """What the engine made of one scenario; no cost where it found no plan."""

    scenario: str
    kind: str
    questions: int
    expected: float | None
    cost: float | None
    conflict: Conflict | None

    @property
    def holds(self) -> bool:
        """Tell whether the cost is the one expected, or none is where none can be."""
        if self.expected is None or self.cost is None:
            return self.expected is None and self.cost is None and bool(self.conflict)
        return abs(self.cost - self.expected) < 1e-6


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench."""
    options = arguments(__doc__ or "").parse_args(argv)
    folder = options.data or DEFAULT
    base = json.loads((folder / "base_data.json").read_text(encoding="utf-8"))
    scenarios = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    company = company_of(base)
    started = cpu_seconds()
    outcomes = [outcome_of(company, base, scenario) for scenario in scenarios]
    spent = cpu_seconds() - started
    spoken = _understood(company, scenarios)
    asked = sum(outcome.questions for outcome in outcomes)
    right = sum(outcome.questions for outcome in outcomes if outcome.holds)
    result = Result(
        {
            "engine_share": right / asked,
            "language_share": spoken / asked,
            "questions": asked,
            "scenarios": len(outcomes),
            "scenarios_right": sum(outcome.holds for outcome in outcomes),
            "infeasible": {o.scenario: _named(o.conflict) for o in outcomes if o.conflict},
            "cpu_seconds_per_scenario": spent / len(outcomes),
        },
        {"engine_share": Bar(1.0, at_most=False)},
        columns=("kind of scenario", "scenarios", "right", "questions"),
        rows=[
            *_by_kind(outcomes),
            ("language share", "", "", f"{spoken} of {asked}"),
            ("engine share", "", "", f"{right} of {asked}"),
        ],
    )
    return finish(result, as_json=options.json)


def outcome_of(
    company: Snapshot,
    base: Any,  # Any: the benchmark's JSON
    scenario: Any,
) -> Outcome:
    """Return what the engine makes of one scenario of the benchmark."""
    levers = levers_of(base, scenario)
    plan = plan_in_full(read_problem(apply(company, levers, MONTHS), MONTHS))
    return Outcome(
        scenario["id"],
        scenario["type"],
        len(scenario["questions"]),
        _expected(scenario),
        None if isinstance(plan, Conflict) else plan.cost,
        plan if isinstance(plan, Conflict) else None,
    )


def _understood(company: Snapshot, scenarios: Any) -> int:  # Any: the benchmark's JSON
    """Return how many questions the analyst turns into levers that cost what is expected."""
    with TemporaryDirectory() as cache:
        reader = Reader(company, Path(cache))
        return sum(
            reader.is_right(question, _expected(scenario))
            for scenario in scenarios
            for question in scenario["questions"]
        )


def _expected(scenario: Any) -> float | None:  # Any: the benchmark's JSON
    if scenario["expected_status"] != "optimal":
        return None
    return float(scenario["expected_cost"])


def _named(conflict: Conflict) -> dict[str, list[str]]:
    """Return the demands and limits that a conflict names."""
    return {
        "demands": [f"{' at '.join(need.place)}: {need.quantity:g}" for need in conflict.needs],
        "limits": [f"{x.kind} {x.name}: {x.capacity:g}" for x in conflict.limits],
    }


def _by_kind(outcomes: Sequence[Outcome]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for kind in sorted({outcome.kind for outcome in outcomes}):
        mine = [outcome for outcome in outcomes if outcome.kind == kind]
        right = sum(outcome.holds for outcome in mine)
        rows.append((kind, len(mine), right, sum(outcome.questions for outcome in mine)))
    return rows


if __name__ == "__main__":
    sys.exit(main())

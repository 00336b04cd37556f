"""Conversation cases: what is asked, which tools must run, which figures must be stated.

One wording a turn is drawn per run, or all are asked with `--all`. A trial passes when every
turn passes. pass^1 is the share of trials that pass; pass^K the share of cases of which all
K trials pass. Intervals are Wilson's, at 95 %.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.bench import Bar, Result, arguments, finish
from evals.case_files import CASES, Case, CaseProblem, read_cases
from evals.case_runs import Outcome, Trial, drawn, examiners, exhaustive
from planning_engine.errors import PlanningError

BARS = {"pass1": Bar(0.95, at_most=False)}
SEED = 20261031
_Z95 = 1.959964


@dataclass(frozen=True)
class Score:
    """How a set of trials went."""

    outcomes: tuple[Outcome, ...]

    @property
    def cases(self) -> int:
        """How many cases were asked."""
        return len({outcome.trial.case.id for outcome in self.outcomes})

    @property
    def passed(self) -> int:
        """How many trials passed."""
        return sum(outcome.passed for outcome in self.outcomes)

    @property
    def pass1(self) -> float:
        """Share of trials that passed."""
        return self.passed / len(self.outcomes)

    @property
    def passk(self) -> float:
        """Share of cases of which every trial passed."""
        failed = {outcome.trial.case.id for outcome in self.outcomes if not outcome.passed}
        return 1 - len(failed) / self.cases

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of pass^1."""
        return wilson(self.passed, len(self.outcomes))

    def to_dict(self) -> dict[str, object]:
        """Return the figures of a group as JSON values."""
        return {
            "cases": self.cases,
            "trials": len(self.outcomes),
            "pass1": self.pass1,
            "passk": self.passk,
            "interval": list(self.interval),
        }

    def row(self, name: str) -> tuple[object, ...]:
        """Return a line of the table."""
        low, high = self.interval
        figures = (f"{self.pass1:.3f}", f"{low:.2f} to {high:.2f}", f"{self.passk:.3f}")
        return (name, self.cases, len(self.outcomes), *figures)


def wilson(passed: int, trials: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Source: E. B. Wilson (1927), Journal of the American Statistical Association 22, 209-212.

    Example:
        8 of 10 could be anything from a half to nearly all:

        >>> [round(end, 2) for end in wilson(8, 10)]
        [0.49, 0.94]
    """
    share, z2 = passed / trials, _Z95**2 / trials
    middle = (share + z2 / 2) / (1 + z2)
    half = math.sqrt(share * (1 - share) * z2 + z2**2 / 4) / (1 + z2)
    return max(0.0, middle - half), min(1.0, middle + half)


def summed(outcomes: Sequence[Outcome], runs: int, split: str) -> Result:
    """Return the figures of a run: by group, all of them last."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.trial.case.group, []).append(outcome)
    scores = {name: Score(tuple(of_group)) for name, of_group in sorted(groups.items())}
    whole = Score(tuple(outcomes))
    values = {
        **whole.to_dict(),
        "runs": runs,
        "split": split,
        "groups": {name: score.to_dict() for name, score in scores.items()},
        "failed": [
            {
                "case": outcome.trial.case.id,
                "group": outcome.trial.case.group,
                "asked": list(outcome.trial.wordings),
                "reasons": list(outcome.faults),
                "said": list(outcome.said),
            }
            for outcome in outcomes
            if not outcome.passed
        ],
    }
    columns = ("group", "cases", "trials", "pass^1", "95 % interval", f"pass^{runs or 'all'}")
    rows = [*(score.row(name) for name, score in scores.items()), whole.row("all")]
    return Result(values, BARS, columns, rows)


def run(
    cases: Sequence[Case], trials: Sequence[Trial], model: str | None, data: Path | None
) -> list[Outcome]:
    """Ask every trial and grade it."""
    with examiners(cases, model, data) as by_company:
        return [by_company[trial.case.source].examine(trial) for trial in trials]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench and return its exit code."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--cases", type=Path, default=CASES, help="a case file or a folder")
    parser.add_argument("--model", help="value of SOP_MODEL; analyst is the built-in one")
    parser.add_argument("--runs", type=int, default=1, help="draws per case")
    parser.add_argument("--all", action="store_true", help="ask every wording")
    parser.add_argument("--split", choices=("all", "tuning", "test"), default="all")
    parser.add_argument("--seed", type=int, default=SEED, help="of the draws")
    options = parser.parse_args(argv)
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    try:
        cases = read_cases(options.cases)
        trials = (
            exhaustive(cases, options.split)
            if options.all
            else drawn(cases, options.runs, options.split, options.seed)
        )
        outcomes = run(cases, trials, options.model, options.data)
    except (CaseProblem, PlanningError) as problem:
        print(problem, file=sys.stderr)
        return 2
    if not options.json:
        _list_failed(outcomes)
    runs = 0 if options.all else options.runs
    return finish(summed(outcomes, runs, options.split), as_json=options.json)


def _list_failed(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        if not outcome.passed:
            asked = " / ".join(outcome.trial.wordings)
            print(f"{outcome.trial.case.group} {outcome.trial.case.id}: {asked}")
            for line in (*outcome.faults, *outcome.said):
                print(f"    {line}")


if __name__ == "__main__":
    sys.exit(main())

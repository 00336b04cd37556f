"""Textbook problems with known answers, computed by the engine: passed of total.

`python -m evals.goldens [--data ../shared/data/inventory_textbook] [--json]`. A problem that
this version has no function for counts as failed and says so; none is left out of the total.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any

from evals.bench import Bar, Result, arguments, finish
from planning_engine.demand import accuracy
from planning_engine.supply import policy

SHARED = Path(os.environ.get("SOP_SHARED", Path(__file__).parents[2] / "shared"))
DEFAULT = SHARED / "data" / "inventory_textbook"
NOT_YET = "no function for it in this version"


@dataclass(frozen=True)
class Check:
    """One figure of an answer: what the book prints and what the engine computes.

    `half` is half of the last digit printed.
    """

    what: str
    printed: float
    computed: float
    half: float

    @property
    def holds(self) -> bool:
        """Tell whether the two agree to the digits printed."""
        return isclose(self.computed, self.printed, abs_tol=self.half, rel_tol=1e-9)


@dataclass(frozen=True)
class Golden:
    """A problem with a known answer; `solve` is None while the engine cannot."""

    name: str
    solve: Callable[[], Sequence[Check]] | None = None

    def problem(self) -> str | None:
        """Return what is wrong with the engine's answer, None if nothing is."""
        if self.solve is None:
            return NOT_YET
        wrong = [check for check in self.solve() if not check.holds]
        return "; ".join(f"{c.what} {c.computed:g}, not {c.printed:g}" for c in wrong) or None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench."""
    options = arguments(__doc__ or "").parse_args(argv)
    goldens = [*BOOKS, *textbook(options.data or DEFAULT)]
    problems = {golden.name: golden.problem() for golden in goldens}
    failed = [name for name, problem in problems.items() if problem]
    rows = [(name, problem or "as printed") for name, problem in problems.items()]
    result = Result(
        {"passed": len(goldens) - len(failed), "total": len(goldens), "failed": failed},
        # Held to every problem the engine has a function for.
        {"passed": Bar(sum(1 for golden in goldens if golden.solve), at_most=False)},
        columns=("problem", "answer"),
        rows=[*rows, ("passed of total", f"{len(goldens) - len(failed)} of {len(goldens)}")],
    )
    return finish(result, as_json=options.json)


def textbook(folder: Path) -> list[Golden]:
    """Return the problems of answers.json; none where the file is not at hand."""
    path = folder / "answers.json"
    if not path.exists():
        return []
    problems = json.loads(path.read_text(encoding="utf-8"))
    return [
        Golden(f"{entry['id']} ({entry['kind']})", _solver(entry["kind"], entry))
        for entry in problems
    ]


def _solver(
    kind: str,
    entry: Mapping[str, Any],  # Any: JSON of one problem
) -> Callable[[], Sequence[Check]] | None:
    given, answer = entry["parameters"], entry["answer"]
    if kind == "EOQ":
        return lambda: _eoq(given, answer)
    if kind == "newsvendor, normal demand":
        return lambda: _newsvendor(given, answer)
    return None


def _eoq(given: Mapping[str, float], answer: Mapping[str, float]) -> list[Check]:
    terms = given["demand_rate"], given["fixed_cost"], given["holding_cost"]
    lot = policy.economic_order_quantity(*terms)
    return [
        Check("lot", answer["order_quantity"], lot, 1e-4),
        Check("cost", answer["cost"], policy.lot_cost(lot, *terms), 1e-4),
    ]


def _newsvendor(given: Mapping[str, float], answer: Mapping[str, float]) -> list[Check]:
    stock = policy.newsvendor(
        given["mean"], given["sd"], given["holding_cost"], given["stockout_cost"]
    )
    over, under = given["holding_cost"], given["stockout_cost"]
    short = policy.expected_shortage(stock - given["mean"], given["sd"])
    cost = over * (stock - given["mean"] + short) + under * short
    return [
        Check("stock", answer["base_stock"], stock, 1e-4),
        Check("cost", answer["cost"], cost, 1e-4),
    ]


def _safety_stock_of_a_retailer() -> list[Check]:
    deviation = policy.lead_time_deviation(2500, 500, 2)
    safety = 6000 - policy.reorder_point(2500, 2, 0)
    level = policy.cycle_service_level(safety, deviation)
    return [
        Check("safety stock", 1000, safety, 0.5),
        Check("cycle service level", 0.921, level, 5e-4),
        Check("expected shortage", 25.13, policy.expected_shortage(safety, deviation), 5e-2),
        Check("fill rate", 0.9975, policy.fill_rate(safety, deviation, 10000), 5e-5),
        Check("safety stock at 0.90", 906, policy.safety_stock(0.90, 2500, 500, 2), 0.5),
        Check(
            "safety stock at fill rate 0.975",
            67,
            policy.safety_stock_for_fill_rate(0.975, deviation, 10000),
            0.5,
        ),
    ]


def _store_of_printers() -> list[Check]:
    deviation = policy.lead_time_deviation(250, 150, 2)
    safety = 600 - policy.reorder_point(250, 2, 0)
    return [
        Check("safety stock", 100, safety, 0.5),
        Check("cycle service level", 0.68, policy.cycle_service_level(safety, deviation), 5e-3),
        Check("expected shortage", 43.86, policy.expected_shortage(safety, deviation), 5e-2),
        Check("fill rate", 0.956, policy.fill_rate(safety, deviation, 1000), 5e-4),
    ]


def _measures_by_hand() -> list[Check]:
    actual, forecast = [100.0, 80.0, 120.0, 0.0], [110.0, 80.0, 100.0, 10.0]
    return [
        Check("WMAPE", 13.3333, accuracy.wmape(actual, forecast) or 0, 5e-5),
        Check("accuracy", 86.6667, accuracy.accuracy(actual, forecast) or 0, 5e-5),
        Check("MAPE", 8.8889, accuracy.mape(actual, forecast).percent or 0, 5e-5),
        Check("bias", 0.0, accuracy.bias(actual, forecast) or 0, 5e-5),
        Check("tracking signal", 0.0, accuracy.tracking_signal(actual, forecast) or 0, 5e-5),
    ]


BOOKS = (
    Golden("Safety stock B&M, Chopra and Meindl", _safety_stock_of_a_retailer),
    Golden("Store printers, Chopra and Meindl 11-4", _store_of_printers),
    Golden("Error measures worked by hand", _measures_by_hand),
    Golden("Aggregate plan Red Tomato, Chopra and Meindl 8"),
    Golden("Red Tomato, shadow prices of demand"),
    Golden("Lot sizing, Silver, Pyke and Peterson"),
    Golden("Lot sizing, Heizer and Render"),
    Golden("Seasonal regression Tahoe Salt, Chopra and Meindl 7"),
    Golden("Available to promise, Stevenson's pumps"),
    Golden("Rough-cut capacity by overall factors"),
)


if __name__ == "__main__":
    sys.exit(main())

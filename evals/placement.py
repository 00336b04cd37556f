"""Guaranteed-service safety stock on real supply chains (Willems 2008): cost, proven gap, time.

`python -m evals.placement [--data ../shared/data/willems_multiechelon] [--limit N] [--json]`.
Chains come smallest first. Up to 100 stages are held to a proven gap of 0.1 % in 60 CPU seconds
each; larger ones are shown with the gap that is left when their time is over. Cost is the value
of the safety stock at the cumulated cost of each stage. Small chains, in whole days, also go
through another model (`evals.exact_placement`): how far off its cost the method's own is.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.bench import Bar, Result, arguments, cpu_seconds, finish
from evals.exact_placement import in_whole_days, least_cost
from evals.willems import read_chain
from planning_engine.supply.placement.guaranteed_service import Placement, ServiceNetwork, placed
from planning_engine.supply.placement.service_network import place_safety_stock

SHARED = Path(os.environ.get("SOP_SHARED", Path(__file__).parents[2] / "shared"))
DEFAULT = SHARED / "data" / "willems_multiechelon"
HELD_STAGES = 100
CHECKED_STAGES = 50
SECONDS = 50.0
GAP = 1e-3


@dataclass(frozen=True)
class Outcome:
    """What became of one chain."""

    chain: str
    network: ServiceNetwork
    placement: Placement
    at_the_end: float
    seconds: float
    checked: float | None

    @property
    def is_held(self) -> bool:
        """Tell whether the bars apply to it."""
        return len(self.network.stages) <= HELD_STAGES

    def row(self) -> tuple[object, ...]:
        """Return its line of the table."""
        found = self.placement
        return (
            self.chain,
            len(self.network.stages),
            len(self.network.arcs),
            "tree" if found.method.startswith("dynamic") else "program",
            f"{found.cost:,.0f}",
            f"{1 - found.cost / self.at_the_end:.1%}" if self.at_the_end else "",
            f"{found.gap:.2%}",
            "" if self.checked is None else f"{self.checked:.0e}",
            f"{self.seconds:.1f}",
        )


COLUMNS = (
    "chain",
    "stages",
    "arcs",
    "method",
    "cost",
    "saved",
    "gap",
    "off",
    "CPU s",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--limit", type=int, help="only so many chains, the smallest first")
    parser.add_argument("--most-stages", type=int, help="only chains up to so many stages")
    options = parser.parse_args(argv)
    chains = sorted(
        ((path.name.split(".")[0], read_chain(path)) for path in files(options.data or DEFAULT)),
        key=lambda pair: len(pair[1].stages),
    )
    most = options.most_stages or max((len(chain.stages) for _, chain in chains), default=0)
    chains = [pair for pair in chains if len(pair[1].stages) <= most][: options.limit]
    return finish(report([solve(name, chain) for name, chain in chains]), as_json=options.json)


def files(folder: Path) -> list[Path]:
    """Return the files of a folder that hold a chain."""
    found = [*folder.glob("*.csv"), *folder.glob("*.csv.gz")]
    return sorted(path for path in found if path.name.split(".")[0].isdigit())


def solve(name: str, network: ServiceNetwork) -> Outcome:
    """Place the stock of one chain, and check it where a second method is at hand."""
    before = cpu_seconds()
    found = place_safety_stock(network, SECONDS, clock=cpu_seconds)
    spent = cpu_seconds() - before
    late = {stage: network.most_promised(stage) for stage in network.order}
    at_the_end = placed(network, late, 0.0, "").cost
    return Outcome(name, network, found, at_the_end, spent, _check(network))


def _check(network: ServiceNetwork) -> float | None:
    """Return how far the method's cost is from the other model's, as a share of it.

    Both solve the chain in whole days. None for larger chains, and when the other model runs
    out of time.
    """
    if len(network.stages) > CHECKED_STAGES:
        return None
    whole = in_whole_days(network)
    least = least_cost(whole)
    if least is None:
        return None
    return abs(place_safety_stock(whole, SECONDS).cost - least) / least if least else 0.0


def report(outcomes: Sequence[Outcome]) -> Result:
    """Return the figures and the table."""
    held = [outcome for outcome in outcomes if outcome.is_held]
    values = {
        "chains": len(outcomes),
        "held_chains": len(held),
        "gap_max_held": max((o.placement.gap for o in held), default=0.0),
        "cpu_seconds_max_held": max((o.seconds for o in held), default=0.0),
        "off_max": max((o.checked for o in outcomes if o.checked is not None), default=0.0),
        "gap_max": max((o.placement.gap for o in outcomes), default=0.0),
        "details": [
            {
                "chain": o.chain,
                "stages": len(o.network.stages),
                "arcs": len(o.network.arcs),
                "method": o.placement.method,
                "cost": o.placement.cost,
                "gap": o.placement.gap,
                "saved": 1 - o.placement.cost / o.at_the_end if o.at_the_end else 0.0,
                "off": o.checked,
                "cpu_seconds": o.seconds,
            }
            for o in outcomes
        ],
    }
    bars = {"gap_max_held": Bar(GAP), "cpu_seconds_max_held": Bar(60.0), "off_max": Bar(GAP)}
    return Result(values, bars, COLUMNS, [outcome.row() for outcome in outcomes])


if __name__ == "__main__":
    sys.exit(main())

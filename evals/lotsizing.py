"""Lots of several products on one machine, beside HiGHS and CBC on the plain formulation.

`python -m evals.lotsizing --data ../shared/data/lotsizing [--seconds 10] [--limit N]
[--only NAME,NAME] [--peers N] [--json]` plans the instances of Trigeiro, Thomas and McClain
(1989) listed in bounds.csv, one thread, and holds every plan to a check that shares no code
with the model. Time is CPU time. A gap is cost over best_cost; a plan that beats best_cost
counts as gap 0 in `mean_gap` and as it is in `mean_gap_signed`.
"""

import csv
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from statistics import mean
from typing import Any

from evals.bench import Bar, Result, arguments, cpu_seconds, finish
from evals.lotsizing_peers import PEERS, Plan
from planning_engine.supply.lots.lot_sizing_audit import audit_lots
from planning_engine.supply.lots.lot_sizing_problem import LotItem, LotProblem
from planning_engine.supply.lots.lot_sizing_search import plan_lots

SHARED = Path(os.environ.get("SOP_SHARED", Path(__file__).parents[2] / "shared"))
DEFAULT = SHARED / "data" / "lotsizing"
MACHINE = "machine"
PER_BLOCK = 15
"""With more products than this, a file gives the demands in blocks."""

OWN = "engine"
EXACT = 1e-5
BARS = ((60, 0.003), (10, 0.01), (0, 0.03))
"""Seconds an instance from which a mean gap is the bar."""


@dataclass(frozen=True)
class Instance:
    """A problem and what is known about its optimum."""

    name: str
    problem: LotProblem
    best: float
    lower: float
    is_solved: bool


@dataclass(frozen=True)
class Run:
    """What one planner made of one instance: no plan has the cost infinity."""

    cost: float
    proven: bool
    seconds: float
    faults: tuple[str, ...] = ()

    def gap(self, instance: Instance) -> float:
        """Return the cost over the best known, less 1."""
        return self.cost / instance.best - 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--seconds", type=float, default=10, help="CPU seconds an instance")
    parser.add_argument("--limit", type=int, help="only so many instances, spread over the set")
    parser.add_argument("--only", help="only these instances, e.g. G53.DAT,X11117A")
    parser.add_argument("--peers", type=int, help="instances the peers plan too; all by default")
    options = parser.parse_args(argv)
    instances = read(options.data or DEFAULT)
    if options.only:
        wanted = set(options.only.split(","))
        instances = [entry for entry in instances if Path(entry.name).name in wanted]
    instances = spread(instances, options.limit)
    return finish(bench(instances, options.seconds, options.peers), as_json=options.json)


def bench(instances: Sequence[Instance], seconds: float, with_peers: int | None = None) -> Result:
    """Plan every instance, some of them with the peers too, and compare with what is known."""
    own: dict[str, Run] = {}
    for instance in instances:
        own[instance.name] = check(instance, seconds)
        _progress(instance, own[instance.name])
    compared = spread(instances, with_peers)
    others = {
        name: {entry.name: plan_of_peer(plan, entry, seconds) for entry in compared}
        for name, plan in (PEERS.items() if compared else ())
    }
    gaps = [own[entry.name].gap(entry) for entry in instances]
    faults = [f"{name}: {fault}" for name, run in own.items() for fault in run.faults]
    values: dict[str, Any] = {  # Any: JSON figures
        "mean_gap": mean(max(0.0, gap) for gap in gaps),
        "mean_gap_signed": mean(gaps),
        "proven": sum(run.proven for run in own.values()),
        "instances": len(instances),
        "cpu_seconds": mean(run.seconds for run in own.values()),
        "cpu_seconds_max": max(run.seconds for run in own.values()),
        "faults": faults,
        "wrong": len(faults),
        "seconds": seconds,
        "peers": {
            name: _summary(compared, runs)
            for name, runs in {OWN: own, **others}.items()
            if compared
        },
    }
    bar = next(limit for least, limit in BARS if seconds >= least)
    return Result(
        values,
        {"mean_gap": Bar(bar), "wrong": Bar(0)},
        columns=("instance", "cost", "best known", "gap %", "proven", "CPU s"),
        rows=[*_rows(instances, own), *_fault_rows(faults), *_peer_rows(values["peers"])],
    )


def check(instance: Instance, seconds: float) -> Run:
    """Plan an instance with the engine, and check the plan and what it claims."""
    started = cpu_seconds()
    plan = plan_lots(instance.problem, seconds)
    spent = cpu_seconds() - started
    found = audit_lots(instance.problem, plan.orders)
    faults = list(found.faults)
    slack = EXACT * instance.best
    if abs(found.cost - plan.cost) > slack:
        faults.append(f"says {plan.cost:g} and costs {found.cost:g}")
    if found.cost < instance.lower - slack:
        faults.append(f"costs {found.cost:g}, below the lower bound {instance.lower:g}")
    if plan.bound > instance.best + slack:
        faults.append(f"claims a bound of {plan.bound:g} above the best known {instance.best:g}")
    if plan.proven and found.cost > instance.best + slack:
        faults.append(f"claims {found.cost:g} is the optimum, but {instance.best:g} is known")
    return Run(found.cost, plan.proven, spent, tuple(faults))


def read(folder: Path) -> list[Instance]:
    """Read the instances that bounds.csv of a folder names."""
    with (folder / "bounds.csv").open(newline="", encoding="utf-8") as lines:
        return [
            Instance(
                row["file"],
                read_problem(folder / row["file"]),
                float(row["best_cost"]),
                float(row["lower_bound"]),
                row["status"] == "optimal",
            )
            for row in csv.DictReader(lines)
        ]


def read_problem(path: Path) -> LotProblem:
    """Read one file; the set's README describes the format."""
    lines = [line.split() for line in path.read_text(encoding="latin-1").splitlines()]
    lines = [line for line in lines if line]
    count, periods = int(lines[0][0]), int(lines[0][1])
    hours = float(lines[2][0])
    facts = [[float(cell) for cell in line[:4]] for line in lines[3 : 3 + count]]
    demand: list[tuple[float, ...]] = []
    at = 3 + count
    for _ in range(0, count, PER_BLOCK):
        block = [[float(cell) for cell in line] for line in lines[at : at + periods]]
        demand += zip(*block, strict=True)
        at += periods
    return LotProblem(
        tuple(
            LotItem(
                name=str(number),
                demand=row,
                setup_cost=setup_cost,
                holding_cost=holding,
                hours_per_unit={MACHINE: piece},
                setup_hours={MACHINE: setup},
            )
            for number, ((piece, holding, setup, setup_cost), row) in enumerate(
                zip(facts, demand, strict=True), 1
            )
        ),
        {MACHINE: (hours,) * periods},
    )


def spread(instances: Sequence[Instance], limit: int | None) -> list[Instance]:
    """Return so many instances, spread evenly over the list; all without a limit."""
    if limit is None or limit >= len(instances):
        return list(instances)
    return [instances[at * len(instances) // limit] for at in range(limit)]


def plan_of_peer(plan: Plan, instance: Instance, seconds: float) -> Run:
    """Plan an instance with a peer; a plan that breaks a rule counts as none."""
    started = cpu_seconds()
    orders, proven = plan(instance.problem, seconds)
    spent = cpu_seconds() - started
    found = audit_lots(instance.problem, orders) if orders is not None else None
    if found is None or found.faults:
        return Run(float("inf"), False, spent)
    return Run(found.cost, proven, spent)


def _summary(compared: Sequence[Instance], runs: Mapping[str, Run]) -> dict[str, float | None]:
    """Return a planner's figures over the instances that all planned; gaps where it has a plan."""
    mine = [runs[entry.name] for entry in compared]
    gaps = [run.gap(e) for e, run in zip(compared, mine, strict=True) if isfinite(run.cost)]
    return {
        "mean_gap": mean(max(0.0, gap) for gap in gaps) if gaps else None,
        "planned": len(gaps),
        "proven": sum(run.proven for run in mine),
        "instances": len(mine),
        "cpu_seconds": mean(run.seconds for run in mine),
    }


def _rows(instances: Sequence[Instance], own: Mapping[str, Run]) -> list[tuple[object, ...]]:
    return [
        (
            entry.name,
            f"{own[entry.name].cost:.1f}",
            f"{entry.best:.1f}{'' if entry.is_solved else ' (open)'}",
            f"{100 * own[entry.name].gap(entry):.2f}",
            "yes" if own[entry.name].proven else "no",
            f"{own[entry.name].seconds:.1f}",
        )
        for entry in instances
    ]


def _fault_rows(faults: Sequence[str]) -> list[tuple[object, ...]]:
    return [(fault, "", "", "", "", "") for fault in faults]


def _peer_rows(peers: Mapping[str, Mapping[str, float | None]]) -> list[tuple[object, ...]]:
    return [
        (
            f"{name}, {figures['planned']} of {figures['instances']} planned",
            "",
            "",
            "" if (gap := figures["mean_gap"]) is None else f"{100 * gap:.2f}",
            f"{figures['proven']} proven",
            f"{figures['cpu_seconds']:.1f}",
        )
        for name, figures in reversed(list(peers.items()))
    ]


def _progress(instance: Instance, run: Run) -> None:
    print(
        f"{instance.name} {run.cost:.1f} gap {100 * run.gap(instance):.2f} % "
        f"{'proven ' if run.proven else ''}{run.seconds:.1f} CPU s",
        file=sys.stderr,
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())

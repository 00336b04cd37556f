"""The constrained plan at size: what building, handing over and solving it costs.

`python -m evals.plan_scale` plans 500 products at 3 sites over 26 weeks on 10 resources as a
linear program, seeded, and then plans it again after one lever: once from nothing, once from
where the first plan's solver stood. `--levers N` also asks N what-if questions of the demo
company through the tool, once the base is planned. CPU seconds, one thread; peak memory is the
process's own.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from statistics import quantiles
from time import monotonic, process_time
from typing import Any

from evals.bench import Bar, Result, arguments, finish, peak_megabytes
from planning_engine.supply.capacity.routing import Hours
from planning_engine.supply.plan.plan_audit import verify
from planning_engine.supply.plan.plan_problem import Lane, Source, SupplyProblem, Way, rates
from planning_engine.supply.plan.plan_program import Basis, Solved
from planning_engine.supply.plan.supply_plan import model_of, read
from planning_engine.supply.plan.supply_plan import run as run_model
from planning_engine.supply.requirements.requirements import Part

BARS = {
    "plan_cpu_seconds": Bar(15.0),
    "rss_mb": Bar(1536.0),
    "warm_share": Bar(1.0),
    "whatif_cpu_seconds_p95": Bar(3.0),
}
SITES = ("P1", "P2", "P3")
PRODUCTS, WEEKS, RESOURCES, COMPONENTS = 500, 26, 10, 40
TIME_LIMIT_S = 300.0
LOAD = 0.92
"""Share of all hours that the mean week's demand takes: some weeks do not fit."""


def problem_of(products: int, weeks: int, resources: int, seed: int = 7) -> SupplyProblem:
    """Return a company of that size, the same each time.

    Every product is sold at all three sites and made at two of them, on a line of each; a
    quarter of the products take a component that one supplier delivers, within a capacity.
    """
    random = Random(seed)
    names = [f"X{i:04d}" for i in range(products)]
    lines = {
        site: [f"L{i}" for i in range(resources) if i % len(SITES) == s]
        for s, site in enumerate(SITES)
    }
    months = tuple(date(2026, 11, 2) + timedelta(days=7 * t) for t in range(weeks))
    demand, ways, lanes, parts, costs = {}, [], [], {}, {}
    load = dict.fromkeys((name for group in lines.values() for name in group), 0.0)
    for number, name in enumerate(names):
        cost = random.uniform(4, 40)
        costs[name] = rates(cost, cost * random.uniform(1.3, 2.0), 0.20)
        for site in SITES:
            level = random.uniform(20, 400)
            demand[(name, site)] = tuple(
                round(level * random.uniform(0.5, 1.5), 1) for _ in range(weeks)
            )
        first, second = random.sample(SITES, 2)
        each = random.uniform(0.004, 0.02)
        line = random.choice(lines[first])
        load[line] += each * sum(demand[(name, s)][0] for s in SITES)
        ways.append(Way(name, first, 1, {line: each}, 0.02))
        ways.append(Way(name, second, 2, {random.choice(lines[second]): 1.3 * each}, 0.02))
        lanes += [
            Lane(name, origin, target, random.uniform(0.1, 0.6), random.choice([0, 1]), None)
            for origin in (first, second)
            for target in SITES
            if target != origin
        ]
        if number % 4 == 0:
            parts[name] = (Part(f"C{number % COMPONENTS:02d}", random.uniform(0.5, 2.0)),)
    components = sorted({part.component for rows in parts.values() for part in rows})
    costs |= {name: rates(1.0, 1.5, 0.20) for name in components}
    needed = {
        name: sum(
            part.quantity * sum(demand[(product, s)][0] for s in SITES)
            for product, rows in parts.items()
            for part in rows
            if part.component == name
        )
        for name in components
    }
    sources = tuple(
        Source(name, site, "S", 1.0, 2, needed[name]) for name in components for site in SITES
    )
    return SupplyProblem(
        months=months,
        demand=demand,
        opening={place: row[0] * 1.5 for place, row in demand.items()}
        | {(name, site): 3 * needed[name] for name in components for site in SITES},
        receipts={},
        safety={place: round(sum(row) / weeks * 0.5, 1) for place, row in demand.items()},
        ways=tuple(ways),
        lanes=tuple(lanes),
        sources=sources,
        parts=parts,
        hours={
            (name, t): Hours(load[name] / LOAD * random.uniform(0.85, 1.15), load[name] * 0.1)
            for name in load
            for t in range(weeks)
        },
        wages=dict.fromkeys(load, (30.0, 45.0)),
        costs=costs,
    )


@dataclass(frozen=True)
class Run:
    """CPU seconds of one plan, step by step, and what came out."""

    rows: int
    columns: int
    build: float
    hand_over: float
    solve: float
    read: float
    audit: float
    solved: Solved
    basis: Basis

    @property
    def total(self) -> float:
        """Building, handing over and solving."""
        return self.build + self.hand_over + self.solve


def plan_once(problem: SupplyProblem, start: Basis | None = None) -> Run:
    """Plan, and take the time of each step.

    Raises:
        SystemExit: There is no plan, or it breaks a rule.
    """
    marks = [process_time()]
    model = model_of(problem)
    marks.append(process_time())
    model.program.hand_over(TIME_LIMIT_S, start=start)
    marks.append(process_time())
    solved = run_model(model, monotonic() + TIME_LIMIT_S)
    marks.append(process_time())
    if solved is None or solved.status != "Optimal":
        raise SystemExit(f"No optimal plan: {model.program.failure()}.")
    plan = read(model, solved)
    marks.append(process_time())
    broken = verify(plan)
    marks.append(process_time())
    if broken:
        raise SystemExit(f"The plan breaks {len(broken)} rules: {broken[0]}")
    build, over, solving, back, audit = (after - before for before, after in pairwise(marks))
    rows, columns = model.program.size
    basis = model.program.basis()
    return Run(rows, columns, build, over, solving, back, audit, solved, basis)


def with_lever(problem: SupplyProblem) -> SupplyProblem:
    """Return the problem with a tenth of one line's hours gone for the second half."""
    name = problem.resources[0]
    half = len(problem.months) // 2
    return replace(
        problem,
        hours={
            (line, t): replace(there, regular=there.regular * 0.9)
            if line == name and t >= half
            else there
            for (line, t), there in problem.hours.items()
        },
    )


def whatif_seconds(count: int) -> list[float]:
    """Return the CPU seconds of so many what-if questions about the demo company."""
    from planning_engine.data.sample import snapshot
    from tools.context import ToolContext
    from tools.registry import run

    context = ToolContext(snapshot())
    run("run_scenario", {"levers": [{"kind": "demand", "percent": 1}]}, context)
    seconds = []
    for levers in whatif_levers(count):
        started = process_time()
        run("run_scenario", {"levers": levers}, context)
        seconds.append(process_time() - started)
    return seconds


def whatif_levers(count: int) -> list[list[dict[str, Any]]]:  # Any: JSON
    """Return varied what-if questions, each a list of levers."""
    lines = ("L1", "L2", "L3", "L4", "L5")
    found: list[list[dict[str, Any]]] = []  # Any: JSON
    for number in range(count):
        line, change = lines[number % len(lines)], 3 + number
        month = f"2027-{1 + number % 4:02d}"
        kinds: list[list[dict[str, Any]]] = [  # Any: JSON
            [{"kind": "demand", "percent": change}],
            [{"kind": "capacity", "resource": line, "percent": -change}],
            [{"kind": "resource_out", "resource": line, "start": month, "end": month}],
            [{"kind": "lead_time", "supplier": "S-CITROSA", "days": change}],
            [
                {"kind": "capacity", "resource": line, "hours": 10 + change},
                {"kind": "demand", "percent": -change, "start": "2027-01"},
            ],
        ]
        found.append(kinds[(number // 2) % len(kinds)])
    return found


def measure(products: int, weeks: int, resources: int, levers: int) -> Result:
    """Plan at size, plan again after a lever, ask what-if questions; return the figures."""
    problem = problem_of(products, weeks, resources)
    first = plan_once(problem)
    peak = peak_megabytes()
    changed = with_lever(problem)
    cold, warm = plan_once(changed), plan_once(changed, first.basis)
    if abs(cold.solved.objective - warm.solved.objective) > 1e-6 * cold.solved.objective:
        raise SystemExit("From the last plan the solver comes to another cost.")
    values: dict[str, Any] = {  # Any: JSON
        "plan_cpu_seconds": first.total,
        "rss_mb": peak,
        "rows": first.rows,
        "columns": first.columns,
        "build_cpu_seconds": first.build,
        "hand_over_cpu_seconds": first.hand_over,
        "solve_cpu_seconds": first.solve,
        "cold_solve_cpu_seconds": cold.solve,
        "warm_solve_cpu_seconds": warm.solve,
        "warm_share": warm.solve / cold.solve,
        "cold_iterations": cold.solved.iterations,
        "warm_iterations": warm.solved.iterations,
    }
    rows: list[tuple[object, ...]] = [
        ("rows x columns", f"{first.rows:,} x {first.columns:,}", ""),
        ("build in PuLP", first.build, ""),
        ("hand over to HiGHS", first.hand_over, ""),
        ("solve", first.solve, first.solved.iterations),
        ("read back", first.read, ""),
        ("audit", first.audit, ""),
        ("again after a lever, from nothing", cold.solve, cold.solved.iterations),
        ("again after a lever, from the last plan", warm.solve, warm.solved.iterations),
        ("peak MB", peak, ""),
    ]
    bars = dict(BARS)
    if levers:
        seconds = whatif_seconds(levers)
        values["whatif_cpu_seconds_p95"] = quantiles(seconds, n=20)[-1]
        rows.append(("what-if on the demo company, median", sorted(seconds)[len(seconds) // 2], ""))
        rows.append(("what-if on the demo company, p95", values["whatif_cpu_seconds_p95"], ""))
    else:
        del bars["whatif_cpu_seconds_p95"]
    rows.append(("build + hand over + solve", first.total, ""))
    return Result(values, bars, ("step", "CPU seconds", "iterations"), rows)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench and return its exit code."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--products", type=int, default=PRODUCTS)
    parser.add_argument("--weeks", type=int, default=WEEKS)
    parser.add_argument("--resources", type=int, default=RESOURCES)
    parser.add_argument("--levers", type=int, default=20, help="what-if questions; 0 for none")
    options = parser.parse_args(argv)
    result = measure(options.products, options.weeks, options.resources, options.levers)
    return finish(result, as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())

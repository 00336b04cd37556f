"""Import and KPI tools over N rows of sales: CPU seconds and memory.

`python -m evals.scale --rows N` writes a company of that size, seeded; `--data` takes a folder
of CSV files in our own table names instead. Import and questions run in processes of their
own, so that each one's CPU time and peak memory are its own.
"""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from time import process_time
from typing import Any

from evals.bench import Bar, Result, arguments, finish

BARS = {
    "import_cpu_seconds": Bar(60.0),
    "rss_mb": Bar(3000.0),
    "cpu_seconds_max": Bar(2.0),
}
PRODUCTS, SITES, CUSTOMERS, FAMILIES, DAYS = 2_000, 20, 500, 25, 1_461
QUESTIONS: tuple[dict[str, Any], ...] = (  # Any: JSON
    *(
        {"kpi": kpi, "by": by}
        for kpi in ("revenue", "sales_quantity")
        for by in ("month", "product", "family", "site", "region", "channel", "customer")
    ),
    {"kpi": "margin", "by": "family"},
    {"kpi": "revenue"},
    {"kpi": "revenue", "family": "F07", "by": "month", "compare_previous": True},
    {"kpi": "sales_quantity", "product": "SKU-00042", "by": "month"},
    {"kpi": "revenue", "start": "2022-11-01", "end": "2026-10-01", "by": "month"},
)


@dataclass(frozen=True)
class Step:
    """What one step of the bench cost, and what it said."""

    cpu_seconds: float
    rss_mb: float
    said: dict[str, Any]  # Any: JSON


def write_source(folder: Path, rows: int) -> None:
    """Write a company with so many rows of sales as CSV files, the same each time."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "products": (
            f"SELECT 'SKU-' || lpad(i::VARCHAR, 5, '0') AS product, 'Product ' || i AS name, "
            f"'F' || lpad((i % {FAMILIES})::VARCHAR, 2, '0') AS family, 'finished' AS stage, "
            "'piece' AS unit, 1 + i % 17 AS standard_cost, 2 + (i % 17) * 1.5 AS price "
            f"FROM range({PRODUCTS}) t(i)"
        ),
        "sites": (
            "SELECT 'DC-' || i AS site, 'Centre ' || i AS name, 'warehouse' AS kind, "
            f"['North', 'South', 'East', 'West'][1 + i % 4] AS region FROM range({SITES}) t(i)"
        ),
        "customers": (
            "SELECT 'C-' || i AS customer, 'Customer ' || i AS name, "
            "['retail', 'wholesale', 'online'][1 + i % 3] AS channel, "
            f"['North', 'South', 'East', 'West'][1 + i % 4] AS region FROM range({CUSTOMERS}) t(i)"
        ),
        "sales": (
            f"SELECT DATE '2022-11-01' + (r % {DAYS})::INTEGER AS date, "
            f"'SKU-' || lpad((hash(r * 7) % {PRODUCTS})::VARCHAR, 5, '0') AS product, "
            f"'DC-' || hash(r * 3) % {SITES} AS site, "
            f"'C-' || hash(r * 5) % {CUSTOMERS} AS customer, "
            "1 + hash(r * 11) % 40 AS quantity, round((1 + hash(r * 11) % 40) * "
            f"(2 + (hash(r * 7) % {PRODUCTS} % 17) * 1.5), 2) AS revenue FROM range({rows}) t(r)"
        ),
    }
    with duckdb.connect() as connection:
        for name, select in tables.items():
            connection.execute(f"COPY ({select}) TO '{folder / name}.csv' (HEADER)")
    (folder / "company.toml").write_text(
        'name = "Large maker"\ncurrency = "EUR"\nas_of = 2026-10-31\n', encoding="utf-8"
    )


def import_step(source: Path, store: Path) -> dict[str, Any]:
    """Import the source; runs in a process of its own."""
    from planning_engine.data.importing import import_source

    report = import_source(str(source), store=store)
    if report.snapshot is None:
        raise SystemExit(report.sentence())
    return {"snapshot": report.snapshot.id, "rows": report.tables["sales"]}


def question_step(folder: Path) -> dict[str, Any]:
    """Ask each question of the snapshot once; runs in a process of its own."""
    from planning_engine.data.archive import open_snapshot
    from planning_engine.errors import PlanningError
    from tools.context import ToolContext
    from tools.registry import run

    context = ToolContext(open_snapshot(folder))
    seconds: dict[str, float] = {}
    unanswered: list[str] = []
    for question in QUESTIONS:
        name = " ".join(str(part) for part in question.values())
        started = process_time()
        try:
            run("query_kpi", question, context)
        except PlanningError as problem:
            unanswered.append(f"{name}: {problem}")
        seconds[name] = process_time() - started
    return {"seconds": seconds, "unanswered": unanswered}


def run_step(step: str, *paths: Path) -> Step:
    """Run a step in a child process and measure the child alone."""
    with tempfile.TemporaryFile("w+") as output:
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "evals.scale", "--step", step, *map(str, paths)],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1)],
        )
        _, status, usage = os.wait4(pid, 0)
        output.seek(0)
        said = output.read()
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"The step '{step}' failed.")
    # Linux counts ru_maxrss in KiB, macOS in bytes.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Step(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, json.loads(said))


def measure(rows: int, data: Path | None) -> Result:
    """Import and ask, and return the figures."""
    with tempfile.TemporaryDirectory(prefix="sop-scale-") as scratch:
        source, store = data or Path(scratch) / "source", Path(scratch) / "store"
        if data is None:
            write_source(source, rows)
        imported = run_step("import", source, store)
        asked = run_step("ask", store / imported.said["snapshot"])
    seconds: dict[str, float] = asked.said["seconds"]
    if asked.said["unanswered"]:
        raise SystemExit("Not answered: " + "; ".join(asked.said["unanswered"]))
    values = {
        "rows": imported.said["rows"],
        "cpu_seconds_max": max(seconds.values()),
        "cpu_seconds_p95": quantiles(seconds.values(), n=20)[-1],
        "rss_mb": max(imported.rss_mb, asked.rss_mb),
        "import_cpu_seconds": imported.cpu_seconds,
        "import_rss_mb": imported.rss_mb,
        "ask_rss_mb": asked.rss_mb,
    }
    slowest = sorted(seconds.items(), key=lambda entry: entry[1])[-5:]
    table = [
        *((f"query_kpi {name}", spent, "") for name, spent in slowest),
        ("all questions", sum(seconds.values()), asked.rss_mb),
        (f"import of {values['rows']:,} rows", imported.cpu_seconds, imported.rss_mb),
    ]
    return Result(values, BARS, ("step", "CPU seconds", "peak MB"), table)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench and return its exit code."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of sales")
    parser.add_argument("--step", nargs="+", help="one step, as the bench itself calls it")
    options = parser.parse_args(argv)
    if options.step:
        step, *paths = options.step
        said = (import_step if step == "import" else question_step)(*map(Path, paths))
        print(json.dumps(said))
        return 0
    return finish(measure(options.rows, options.data), as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())

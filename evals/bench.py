"""How every bench reports: a small table, one JSON object, and an exit code against its bar."""

import argparse
import json
import os
import resource
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Bar:
    """What a figure is held to: at most or at least `limit`, or no further than `off` from it."""

    limit: float
    at_most: bool = True
    off: float | None = None

    def holds(self, value: float) -> bool:
        """Tell whether a value meets the bar."""
        if self.off is not None:
            return abs(value - self.limit) <= self.off
        return value <= self.limit if self.at_most else value >= self.limit

    def stated(self) -> dict[str, float]:
        """Return the bar as the JSON object states it."""
        if self.off is not None:
            return {"at_least": self.limit - self.off, "at_most": self.limit + self.off}
        return {"at_most" if self.at_most else "at_least": self.limit}

    def words(self) -> str:
        """Return the bar in words."""
        return " and ".join(
            f"{key.replace('_', ' ')} {value:g}" for key, value in self.stated().items()
        )


@dataclass(frozen=True)
class Result:
    """The figures of a bench run.

    `values` are the keys that the design fixes for the bench; `rows` are for people, the
    headline figure last.
    """

    values: Mapping[str, Any]  # Any: JSON figures, lists and groups
    bars: Mapping[str, Bar] = field(default_factory=dict)
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()


def arguments(description: str) -> argparse.ArgumentParser:
    """Return a parser with the options every bench takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, help="folder with the data, instead of the default")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def finish(result: Result, *, as_json: bool) -> int:
    """Print a result and return the exit code: 1 when it is short of a bar."""
    missed = [key for key, bar in result.bars.items() if not bar.holds(result.values[key])]
    if as_json:
        held_to = {key: bar.stated() for key, bar in result.bars.items()}
        print(json.dumps({**result.values, "cores": os.cpu_count(), "bar": held_to}))
    else:
        _show(result, missed)
    return 1 if missed else 0


def _show(result: Result, missed: Sequence[str]) -> None:
    table = Table(*(str(column) for column in result.columns))
    for row in result.rows:
        table.add_row(*(f"{cell:.4g}" if isinstance(cell, float) else str(cell) for cell in row))
    console = Console()
    console.print(table)
    for key, bar in result.bars.items():
        verdict = "short of" if key in missed else "meets"
        console.print(f"{key} {result.values[key]:.4g} {verdict} the bar: {bar.words()}")


def cpu_seconds() -> float:
    """Return the CPU time of this process and its finished children, in seconds."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(entry.ru_utime + entry.ru_stime for entry in usage)


def peak_megabytes() -> float:
    """Return the most memory this process has held, in MB.

    Of the process alone where the system says so (Linux): the figure of `getrusage` starts
    with what the process that started this one held.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        held = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(held.split()[1]) / 1024
    # macOS counts in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024

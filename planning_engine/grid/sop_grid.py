"""The S&OP grid: what was booked, shipped, owed, supplied and kept, and what is planned, by month.

The identities of the grid hold in every month, to the piece:

- backlog_end = backlog_start + bookings - shipments + backlog_adjustment
- inventory_end = inventory_start + supply - shipments + inventory_adjustment

The adjustments are what the data cannot account for (lines closed short, counts that differ);
they are 0 in months planned, and reported where they are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from math import fsum

from planning_engine.data.issue import Issue
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem
from planning_engine.grid.actuals import NO_FAMILY, past_cells
from planning_engine.grid.plans import budgets, forecasts, published
from planning_engine.grid.projection import future_cells, future_months

LAG = 2
TOLERANCE = 1e-6


@dataclass(frozen=True)
class GridMonth:
    """One month of a grid, in pieces; None is not known.

    Attributes:
        month: Month start; of a month that has begun, the planned days to come.
        planned: Whether it lies ahead.
        bookings: Orders that came in; ahead, the demand plan not yet in hand. Not known, as the
            backlog, where orders do not say when they came in and when they went out.
        shipments: What was sold; ahead, what stock and supply let go out.
        backlog_start: Ordered and not delivered when the month starts.
        backlog_adjustment: What the data cannot account for, such as lines closed short.
        backlog_end: Ordered and not delivered when it ends.
        supply: Receipts that came; ahead, the published plan (open receipts where it is silent);
            not known ahead without one, and so neither are shipments, backlog and stock.
        inventory_start: Stock when the month starts.
        inventory_adjustment: Counts beyond what supply and shipments explain.
        inventory_end: Stock when it ends.
        forecast: Consensus published `lag` months before; ahead, the demand plan.
        budget: Budgeted pieces.
        plan: Supply as last published for the month, at the latest in its own cycle.
        last_plan: Supply as published by the cycle before that one.
    """

    month: date
    planned: bool
    bookings: float | None = None
    shipments: float | None = None
    backlog_start: float | None = None
    backlog_adjustment: float | None = None
    backlog_end: float | None = None
    supply: float | None = None
    inventory_start: float | None = None
    inventory_adjustment: float | None = None
    inventory_end: float | None = None
    forecast: float | None = None
    budget: float | None = None
    plan: float | None = None
    last_plan: float | None = None


LINES = tuple(field.name for field in fields(GridMonth))[2:]


@dataclass(frozen=True)
class Grid:
    """The grid of one family, or of all.

    `family` is None for all of them. `ends_with_plan` is the last month of the published plan
    where it ends before the months asked for.
    """

    family: str | None
    months: tuple[GridMonth, ...]
    ends_with_plan: date | None = None

    @property
    def past(self) -> tuple[GridMonth, ...]:
        """Months that are over."""
        return tuple(entry for entry in self.months if not entry.planned)

    @property
    def ahead(self) -> tuple[GridMonth, ...]:
        """Months planned."""
        return tuple(entry for entry in self.months if entry.planned)


@remember(8)
def grids(
    snapshot: Snapshot, back: int = 6, ahead: int = 6, lag: int = LAG
) -> tuple[tuple[Grid, ...], tuple[Issue, ...]]:
    """Return the grid of each family, that of all at the end, and what breaks an identity.

    Args:
        snapshot: The facts; a scope of families or sites shows their rows.
        back: Complete months before today.
        ahead: Months planned.
        lag: Months between publishing a forecast and the past month it is for.

    Raises:
        NotPermitted: A scope of regions: stock is kept by site, not by region.
        DataProblem: There is neither a complete month nor a plan to show.
    """
    snapshot.require("products", "sales", to="show the S&OP grid")
    if snapshot.scope.regions:
        snapshot.require_everything(to="show the S&OP grid")
    cells = past_cells(snapshot, back)
    coming, ends = future_months(snapshot, ahead)
    cells |= future_cells(snapshot, coming)
    months = tuple(sorted({month for _, month in cells}))
    if not months:
        raise DataProblem("No month is complete and nothing is planned, so there is no grid.")
    layers = {
        "forecast": forecasts(snapshot, months, coming, lag),
        "budget": budgets(snapshot, months),
        **published(snapshot, months),
    }
    families = sorted({family for family, _ in cells}, key=lambda f: (f == NO_FAMILY, f))
    found = [
        Grid(family, _rows(family, months, coming, cells, layers), ends) for family in families
    ]
    whole = Grid(None, _total(found), ends)
    for grid in (*found, whole):
        check(grid)
    return (*found, whole), _issues(found)


Cells = Mapping[tuple[str, date], Mapping[str, float | None]]
Layer = Mapping[tuple[str, date], float]


def _rows(
    family: str,
    months: Sequence[date],
    coming: Sequence[date],
    cells: Cells,
    layers: Mapping[str, Layer],
) -> tuple[GridMonth, ...]:
    rows: list[GridMonth] = []
    for month in months:
        more = {name: layer.get((family, month)) for name, layer in layers.items()}
        lines = {**cells.get((family, month), {}), **more}
        entry = GridMonth(month, month in coming, **lines)
        rows.append(_joined(rows[-1], entry) if rows else entry)
    return tuple(rows)


def _joined(before: GridMonth, entry: GridMonth) -> GridMonth:
    """Let a month start where the one before ended; what happened between is an adjustment.

    Months follow each other without a gap except where the plan begins: then orders asked for
    after the plan, and the days of a month that has begun, lie between.
    """
    for stock in ("backlog", "inventory"):
        last, start = getattr(before, f"{stock}_end"), getattr(entry, f"{stock}_start")
        adjusted = getattr(entry, f"{stock}_adjustment")
        if None not in (last, start, adjusted) and last != start:
            moved = {f"{stock}_start": last, f"{stock}_adjustment": adjusted + start - last}
            entry = GridMonth(**{**vars(entry), **moved})
    return entry


def _total(found: Sequence[Grid]) -> tuple[GridMonth, ...]:
    return tuple(
        GridMonth(
            same[0].month,
            same[0].planned,
            **{line: _sum(line, same) for line in LINES},
        )
        for same in zip(*(grid.months for grid in found), strict=True)
    )


def _sum(line: str, same: Sequence[GridMonth]) -> float | None:
    """Return the families' sum; None where one that moves does not know it.

    Forecasts, budgets and plans are summed over the families that have them.
    """
    layered = line in ("forecast", "budget", "plan", "last_plan")
    entries = [entry for entry in same if layered or entry.shipments is not None]
    values = [getattr(entry, line) for entry in entries]
    known = [value for value in values if value is not None]
    return fsum(known) if known and (layered or len(known) == len(values)) else None


def check(grid: Grid) -> None:
    """Hold every month of a grid to its identities, and each to the month before.

    Raises:
        AssertionError: The grid was put together wrongly.
    """
    before: GridMonth | None = None
    for entry in grid.months:
        for stock, inflow in (("backlog", "bookings"), ("inventory", "supply")):
            start, end = getattr(entry, f"{stock}_start"), getattr(entry, f"{stock}_end")
            parts = (getattr(entry, inflow), entry.shipments, getattr(entry, f"{stock}_adjustment"))
            if None not in (start, end, *parts):
                came, went, adjusted = parts
                _same(grid, entry, f"{stock}_end", end, start + came - went + adjusted)
            last = getattr(before, f"{stock}_end") if before else None
            if last is not None and start is not None and parts[2] is not None:
                _same(grid, entry, f"{stock}_start", start, last)
        before = entry


def _same(grid: Grid, entry: GridMonth, line: str, left: float, right: float) -> None:
    if abs(left - right) > TOLERANCE * max(1.0, abs(left), abs(right)):
        raise AssertionError(
            f"{line} of {grid.family or 'all'} in {entry.month:%B %Y} is {left}, not {right}"
        )


def _issues(found: Sequence[Grid]) -> tuple[Issue, ...]:
    issues = []
    for table, stock, why in (
        ("orders", "backlog", "order lines closed short, or sales that no order line explains"),
        ("stock", "inventory", "counts that receipts and sales do not explain"),
    ):
        broken = [
            (grid.family, entry.month, value)
            for grid in found
            for entry in grid.months
            if (value := getattr(entry, f"{stock}_adjustment")) is not None
            and abs(value) > TOLERANCE * max(1.0, abs(entry.shipments or 0.0))
        ]
        if broken:
            issues.append(
                Issue(
                    table,
                    f"{stock} identity",
                    "warning",
                    len(broken),
                    f"The {stock} does not follow from what came and went in {len(broken)} "
                    f"cells of family and month ({why}); the difference is shown as "
                    f"{stock} adjustment.",
                    tuple(f"{f}, {m:%B %Y}: {value:,.0f}" for f, m, value in broken[:5]),
                )
            )
    return tuple(issues)

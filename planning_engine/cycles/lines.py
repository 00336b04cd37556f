"""What two published cycles say of each product and site over the months that both planned."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import fsum

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.requirements.requirements import Place

Why = tuple[str | None, str | None]
"""Who put something on top of the statistical forecast, and for what reason."""


@dataclass(frozen=True)
class View:
    """One cycle's view of one product at one site over some months, in pieces.

    Attributes:
        plan: Supply published; 0 where the cycle has none.
        demand: Consensus published; None where the cycle has none.
        stat: Statistical forecast; None where the cycle has none.
        overrides: Consensus less statistical forecast by author and reason; empty without one
            of the two.
    """

    plan: float = 0.0
    demand: float | None = None
    stat: float | None = None
    overrides: Mapping[Why, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CycleLine:
    """A product at a site in two cycles, and what happened between them.

    Attributes:
        place: Product and site.
        before: The earlier cycle's view of the shared months.
        after: The later cycle's.
        between: The earlier cycle's view of the months before the shared ones.
        sold: Sales of the months between.
        start: Stock counted when the months between begin; None if it was not.
        opening: Stock counted when the shared months begin; None if it was not.
    """

    place: Place
    before: View
    after: View
    between: View
    sold: float
    start: float | None
    opening: float | None


@dataclass(frozen=True)
class _Cell:
    plan: float | None
    demand: float | None
    stat: float | None
    why: Why


Cells = Mapping[tuple[Place, date, date], _Cell]
"""What a cycle published: by place, month and cycle."""


def cycle_lines(
    snapshot: Snapshot, earlier: date, later: date, *, plans: bool = True
) -> tuple[tuple[CycleLine, ...], tuple[date, ...]]:
    """Return every line of two cycles, and the months that both of them published.

    Args:
        snapshot: The company's facts.
        earlier: The earlier cycle.
        later: The later one.
        plans: Whether the shared months are those of the supply plans, or of the consensus.
    """
    cells = _cells(snapshot, earlier, later)
    months: dict[date, set[date]] = {earlier: set(), later: set()}
    for (_, month, cycle), cell in cells.items():
        if (cell.plan if plans else cell.demand) is not None:
            months[cycle].add(month)
    shared = tuple(sorted(months[earlier] & months[later]))
    if not shared:
        return (), ()
    between = tuple(sorted(month for month in months[earlier] if month < shared[0]))
    first = between[0] if between else shared[0]
    sold = _sold(snapshot, first, shared[0])
    start, opening = _counted(snapshot, first), _counted(snapshot, shared[0])
    places = sorted({place for place, month, _ in cells if month in shared})
    lines = tuple(
        CycleLine(
            place,
            _view(cells, place, earlier, shared),
            _view(cells, place, later, shared),
            _view(cells, place, earlier, between),
            sold.get(place, 0.0),
            start.get(place),
            opening.get(place),
        )
        for place in places
    )
    return lines, shared


def _view(cells: Cells, place: Place, cycle: date, months: Iterable[date]) -> View:
    known = [cell for month in months if (cell := cells.get((place, month, cycle)))]
    overrides: dict[Why, float] = defaultdict(float)
    for cell in known:
        if cell.demand is not None and cell.stat is not None:
            overrides[cell.why] += cell.demand - cell.stat
    return View(
        fsum(cell.plan or 0.0 for cell in known),
        _sum([cell.demand for cell in known]),
        _sum([cell.stat for cell in known]),
        dict(overrides),
    )


def _sum(values: list[float | None]) -> float | None:
    """Return the sum; None where a value is missing, or there is none."""
    known = [value for value in values if value is not None]
    return fsum(known) if known and len(known) == len(values) else None


def _cells(snapshot: Snapshot, earlier: date, later: date) -> Cells:
    selects = []
    if snapshot.has("plans"):
        selects.append(
            "SELECT product, site, month, cycle, quantity AS plan, NULL::DOUBLE AS demand, "
            "NULL::DOUBLE AS stat, NULL AS author, NULL AS reason FROM plans"
        )
    if snapshot.has("forecasts"):
        selects.append(
            "SELECT product, site, month, cycle, NULL::DOUBLE, "
            "CASE WHEN stream = 'consensus' THEN quantity END, "
            "CASE WHEN stream = 'stat' THEN quantity END, "
            "CASE WHEN stream = 'consensus' THEN author END, "
            "CASE WHEN stream = 'consensus' THEN reason END "
            "FROM forecasts WHERE stream IN ('consensus', 'stat')"
        )
    rows = snapshot.rows(
        f"""
        SELECT product, coalesce(site, ''), date_trunc('month', month)::DATE, cycle::DATE,
               sum(plan), sum(demand), sum(stat), any_value(author), any_value(reason)
        FROM ({" UNION ALL ".join(selects)})
        WHERE cycle IN ($earlier, $later) GROUP BY 1, 2, 3, 4
        """,
        {"earlier": earlier, "later": later},
    )
    return {
        ((product, site), month, cycle): _Cell(plan, demand, stat, (author, reason))
        for product, site, month, cycle, plan, demand, stat, author, reason in rows
    }


def _sold(snapshot: Snapshot, first: date, end: date) -> dict[Place, float]:
    rows = snapshot.rows(
        "SELECT product, coalesce(site, ''), sum(quantity) FROM sales "
        "WHERE date >= $first AND date < $end GROUP BY 1, 2",
        {"first": first, "end": end},
    )
    return {(product, site): quantity for product, site, quantity in rows}


def _counted(snapshot: Snapshot, day: date) -> dict[Place, float]:
    """Return the last count of the month before a month starts."""
    if not snapshot.has("stock"):
        return {}
    rows = snapshot.rows(
        "SELECT product, coalesce(site, ''), arg_max(quantity, date) FROM stock "
        "WHERE date >= $since AND date < $day GROUP BY 1, 2",
        {"since": add_months(day, -1), "day": day},
    )
    return {(product, site): quantity for product, site, quantity in rows}

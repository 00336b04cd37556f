"""Overrides: where a stream differs from the statistical forecast, who says so, and was it right.

An override is a published figure of sales, marketing, finance or the consensus that differs
from the statistical forecast of the same cycle, month, product and site. It counts until the
end of its `expires_on`; from then on the statistical forecast holds again. What it added is
measured on complete months, at a lag: error of the statistical forecast less its own.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.periods import complete_periods
from planning_engine.demand.history.slices import Where, cut

STAT = "stat"
CONSENSUS = "consensus"
STREAMS = ("sales", "marketing", "finance")
NOBODY = "(nobody named)"
NO_REASON = "(no reason given)"
DEFAULT_LAG = 2
# A figure that rounds to the statistical one is not an override.
SAME = 0.5


@dataclass(frozen=True)
class Override:
    """What one person changed in one cycle for one reason, in the products' unit.

    Attributes:
        cycle: Cycle that published it.
        stream: sales, marketing, finance or consensus.
        author: Person who entered it; None where nobody is named.
        reason: Reason given; None without one.
        cells: Products × sites × months changed.
        statistical: Statistical forecast of those cells.
        changed_by: What was put on top, negative where lowered.
        expires_on: Last day of the earliest to expire; None if none does.
        expired: How many of the cells had expired by the day the data speaks for.
        measured: How many of the cells are of complete months.
        added: Error of the statistical forecast less the override's own, over the measured
            cells, in the products' unit; positive added value. None without a measured cell.
    """

    cycle: date
    stream: str
    author: str | None
    reason: str | None
    cells: int
    statistical: float
    changed_by: float
    expires_on: date | None
    expired: int
    measured: int
    added: float | None


def ledger(
    snapshot: Snapshot, where: Where, *, lag: int | None = None, cycle: date | None = None
) -> tuple[Override, ...]:
    """Return the overrides of a slice, latest cycle first, the largest of a cycle first.

    Args:
        snapshot: The facts.
        where: Slice by product, family, site, author or stream.
        lag: Only figures published so many months before the month they are for.
        cycle: Only this cycle; all if left out.
    """
    frame = cells(snapshot, where, lag=lag, cycle=cycle)
    frame = frame[(frame["stream"] != STAT) & frame["stat"].notna()]
    frame = frame[(frame["quantity"] - frame["stat"]).abs() > SAME]
    if frame.empty:
        return ()
    today = pd.Timestamp(snapshot.company.as_of)
    frame = frame.assign(
        changed=frame["quantity"] - frame["stat"],
        gone=frame["expires_on"] < today,
        added=(frame["actual"] - frame["stat"]).abs() - (frame["actual"] - frame["quantity"]).abs(),
    )
    groups = frame.groupby(["cycle", "stream", "author", "reason"], dropna=False, sort=True)
    found = [_override(key, rows) for key, rows in groups]
    return tuple(sorted(found, key=lambda one: (-one.cycle.toordinal(), -abs(one.changed_by))))


def _override(key: tuple[object, ...], rows: pd.DataFrame) -> Override:
    cycle, stream, author, reason = key
    measured = rows["added"].dropna()
    expiries = rows["expires_on"].dropna()
    return Override(
        cycle=pd.Timestamp(str(cycle)).date(),
        stream=str(stream),
        author=author if isinstance(author, str) else None,
        reason=reason if isinstance(reason, str) else None,
        cells=len(rows),
        statistical=float(rows["stat"].sum()),
        changed_by=float(rows["changed"].sum()),
        expires_on=None if expiries.empty else expiries.min().date(),
        expired=int(rows["gone"].sum()),
        measured=len(measured),
        added=None if measured.empty else float(measured.sum()),
    )


def latest_cycle(snapshot: Snapshot) -> date | None:
    """Return the latest cycle that published a forecast by the day the data speaks for."""
    found = snapshot.rows(
        "SELECT max(cycle) FROM forecasts WHERE cycle <= $today",
        {"today": snapshot.company.as_of},
    )[0][0]
    return None if found is None else found.replace(day=1)


def cells(
    snapshot: Snapshot, where: Where, *, lag: int | None = None, cycle: date | None = None
) -> pd.DataFrame:
    """Return published figures beside the statistical one, last year's and what came.

    Columns: stream, cycle, month, product, family, site, quantity, author, reason,
    expires_on, stat (same cycle), naive (sales of the same month a year before; NaN
    where there were none, as in the KPI), actual (NaN while the month is not complete; 0 where
    nothing was sold).

    Args:
        snapshot: The facts.
        where: Slice by product, family, site, author or stream.
        lag: Only figures published so many months before the month they are for.
        cycle: Only figures of this cycle.
    """
    snapshot.require("forecasts", "sales", "products", to="look at overrides")
    part = cut(snapshot, "forecasts", where, subject="An override", products=True)
    chosen, parameters = [part.where], dict(part.parameters)
    if lag is not None:
        chosen.append(
            "date_trunc('month', t.cycle) = date_trunc('month', t.month) "
            "- to_months(CAST($lag AS INTEGER))"
        )
        parameters["lag"] = lag
    if cycle is not None:
        chosen.append("date_trunc('month', t.cycle) = $cycle")
        parameters["cycle"] = cycle
    known = complete_periods(snapshot)
    frame = snapshot.query(
        f"""
        WITH sold AS (
            SELECT date_trunc('month', date)::DATE AS month, product,
                   coalesce(site, '') AS site, sum(quantity) AS a
            FROM sales WHERE date < $end GROUP BY ALL
        ), shown AS (
            SELECT t.stream, date_trunc('month', t.cycle)::DATE AS cycle,
                   date_trunc('month', t.month)::DATE AS month, t.product, p.family,
                   coalesce(t.site, '') AS site, t.quantity, t.author, t.reason, t.expires_on
            FROM {part.source} WHERE {" AND ".join(chosen)}
        ), stat AS (
            SELECT date_trunc('month', cycle)::DATE AS cycle,
                   date_trunc('month', month)::DATE AS month, product,
                   coalesce(site, '') AS site, sum(quantity) AS stat
            FROM forecasts WHERE stream = '{STAT}' GROUP BY ALL
        )
        SELECT s.stream, s.cycle::TIMESTAMP AS cycle, s.month::TIMESTAMP AS month, s.product,
               s.family, s.site, s.quantity, s.author, s.reason,
               s.expires_on::TIMESTAMP AS expires_on, f.stat,
               y.a AS naive,
               CASE WHEN s.month < $end AND s.month >= $first THEN coalesce(n.a, 0) END AS actual
        FROM shown s LEFT JOIN stat f USING (cycle, month, product, site)
        LEFT JOIN sold n USING (month, product, site)
        LEFT JOIN sold y ON y.product = s.product AND y.site = s.site
             AND y.month = s.month - INTERVAL 12 MONTH
        ORDER BY ALL
        """,
        {
            **parameters,
            "first": known[0],
            "end": add_months(known[-1], 1),
        },
    )
    numbers = ["quantity", "stat", "naive", "actual"]
    return frame.assign(**{name: frame[name].astype(np.float64) for name in numbers})

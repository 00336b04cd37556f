"""The layers of one slice's demand, month by month, each of which can be switched off.

baseline (statistical, from the cleansed history) → events → overrides of the streams →
consensus → orders that use up the forecast. Nothing is computed twice: every layer comes from
its own module, and this one lays them over each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.accuracy.overrides import CONSENSUS, STREAMS, cells, latest_cycle
from planning_engine.demand.events.event import Event
from planning_engine.demand.forecasting.forecast import forecast
from planning_engine.demand.history.cleansing import Repair, repairs
from planning_engine.demand.history.history import key
from planning_engine.demand.history.slices import Where, cut
from planning_engine.demand.plan.adjustment import Adjustment, change
from planning_engine.demand.plan.consensus import Weighted, consensus_of_streams
from planning_engine.demand.plan.netting import Netted, net
from planning_engine.errors import DataProblem

Array = NDArray[np.float64]

PUBLISHED_BY = {"product", "family", "site"}


@dataclass(frozen=True)
class Layers:
    """Which layers count.

    Attributes:
        cleansing: Learn from the cleansed history.
        events: Let events change demand; those in `without` not.
        without: Ids of single events switched off.
        overrides: Let the published consensus replace the statistical forecast.
        earlier: Months before an order's own whose forecast it may use up.
        later: Months after it.
    """

    cleansing: bool = True
    events: bool = True
    without: tuple[str, ...] = ()
    overrides: bool = True
    earlier: int = 1
    later: int = 1


@dataclass(frozen=True)
class DemandReview:
    """Demand of a slice by layer, per month from the plan's start, in the product's unit.

    Attributes:
        months: Month starts.
        baseline: Statistical forecast without events.
        statistical: The same with events.
        streams: Stream → what it published in the latest cycle; NaN where it has no figure.
        weighted: Consensus of the streams weighted by their accuracy; None without streams.
        consensus: Consensus as published; None without one.
        demand: What counts in the end: the consensus where there is one and overrides count,
            the statistical forecast elsewhere.
        approved: What approved overrides put on top; part of `demand`.
        orders: Ordered for each month; None without a table of orders.
        netted: `demand` after its orders; None without orders.
        repairs: Cells of the history that cleansing replaces.
        events: Events in the statistical forecast.
        cycle: Cycle of the streams; None without any.
    """

    months: tuple[date, ...]
    baseline: Array
    statistical: Array
    streams: Mapping[str, Array]
    weighted: Weighted | None
    weighted_by_month: Array | None
    consensus: Array | None
    demand: Array
    approved: Array
    orders: Array | None
    netted: Netted | None
    repairs: tuple[Repair, ...]
    events: tuple[Event, ...]
    cycle: date | None


def review(
    snapshot: Snapshot,
    where: Where,
    months: int = 6,
    layers: Layers | None = None,
    adjustments: Sequence[Adjustment] = (),
) -> DemandReview:
    """Return the layers of a slice's demand.

    Args:
        snapshot: The facts.
        where: The slice, kind → id.
        months: Months ahead.
        layers: Which layers count; all of them if left out.
        adjustments: Overrides that people approved; those of the slice's products (and of
            its site, if it has one) count.

    Raises:
        DataProblem: The slice was never sold and nothing stands in for it.
    """
    chosen = layers or Layers()
    made = forecast(
        snapshot, key(where), months, chosen.without, "month", cleansing=chosen.cleansing
    )
    statistical = made.mean if chosen.events else made.baseline
    streams, weighted, cycle = _published(snapshot, where, made.periods)
    consensus = streams.pop(CONSENSUS, None)
    demand = statistical
    if consensus is not None and chosen.overrides:
        demand = np.where(np.isnan(consensus), statistical, consensus)
    approved = np.zeros(len(made.periods))
    for adjustment in adjustments if chosen.overrides else ():
        if _touches(snapshot, where, adjustment):
            approved += _approved(snapshot, adjustment, made.periods, chosen)
    demand = demand + approved
    orders = _orders(snapshot, where, made.periods)
    netted = (
        None
        if orders is None
        else net(demand.tolist(), orders.tolist(), chosen.earlier, chosen.later)
    )
    return DemandReview(
        months=made.periods,
        baseline=made.baseline,
        statistical=statistical,
        streams=streams,
        weighted=weighted,
        weighted_by_month=None if weighted is None else _by_month(weighted.frame, made.periods),
        consensus=consensus,
        demand=np.asarray(demand, dtype=float),
        approved=approved,
        orders=orders,
        netted=netted,
        repairs=_repairs(snapshot, where) if chosen.cleansing else (),
        events=made.events if chosen.events else (),
        cycle=cycle,
    )


def _touches(snapshot: Snapshot, where: Where, adjustment: Adjustment) -> bool:
    """Tell whether an override is of a slice; customers and regions have none of their own."""
    scope = snapshot.scope
    if scope.regions or (scope.sites and adjustment.site not in scope.sites):
        return False
    if set(where) - PUBLISHED_BY or where.get("site") not in (None, adjustment.site):
        return False
    if where.get("product") not in (None, adjustment.product):
        return False
    families = dict(snapshot.rows("SELECT product, family FROM products"))
    visible = adjustment.product in families
    return visible and where.get("family") in (None, families[adjustment.product])


def _approved(
    snapshot: Snapshot, adjustment: Adjustment, months: Sequence[date], layers: Layers
) -> Array:
    """Return what an override changes, on the demand of its own product and site."""
    held = {"product": adjustment.product}
    if adjustment.site:
        held["site"] = adjustment.site
    plain = review(snapshot, held, len(months), layers)
    return change(months, plain.demand, adjustment, snapshot.company.as_of)


def _published(
    snapshot: Snapshot, where: Where, months: Sequence[date]
) -> tuple[dict[str, Array], Weighted | None, date | None]:
    """Return the streams and the consensus of the latest cycle, by month."""
    if not snapshot.has("forecasts") or set(where) - PUBLISHED_BY:
        return {}, None, None
    cycle = latest_cycle(snapshot)
    if cycle is None:
        return {}, None, None
    frame = cells(snapshot, where, cycle=cycle)
    found = {}
    for stream in (*STREAMS, CONSENSUS):
        rows = frame[frame["stream"] == stream]
        if len(rows):
            found[stream] = _by_month(rows, months)
    try:
        weighted = consensus_of_streams(snapshot, where, cycle)
    except DataProblem:
        weighted = None
    return found, weighted, cycle


def _by_month(rows: pd.DataFrame, months: Sequence[date]) -> Array:
    """Return quantities added up by month; NaN for a month without a row."""
    sums = rows.groupby("month")["quantity"].sum()
    return np.asarray(sums.reindex(pd.to_datetime(list(months))), dtype=float)


def _orders(snapshot: Snapshot, where: Where, months: Sequence[date]) -> Array | None:
    """Return what is ordered for each month by the day customers asked for."""
    if not snapshot.has("orders"):
        return None
    part = cut(snapshot, "orders", where, subject="Ordered demand", products=True)
    rows = snapshot.rows(
        f"""
        SELECT date_trunc('month', coalesce(t.requested_on, t.promised_on))::DATE AS month,
               sum(t.quantity)
        FROM {part.source}
        WHERE {part.where} AND coalesce(t.requested_on, t.promised_on) >= $first
              AND coalesce(t.requested_on, t.promised_on) < $end
        GROUP BY 1
        """,
        {**part.parameters, "first": months[0], "end": add_months(months[-1], 1)},
    )
    known = {month: float(quantity) for month, quantity in rows}
    return np.array([known.get(month, 0.0) for month in months])


def _repairs(snapshot: Snapshot, where: Where) -> tuple[Repair, ...]:
    families = dict(snapshot.rows("SELECT product, family FROM products"))
    return tuple(
        cell
        for cell in repairs(snapshot)
        if where.get("product") in (None, cell.product)
        and where.get("site") in (None, cell.site)
        and where.get("family") in (None, families.get(cell.product))
    )

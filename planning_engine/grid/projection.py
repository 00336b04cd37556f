"""The months ahead of the S&OP grid: demand served from stock and the published plan."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from planning_engine.data.calendars import months_between
from planning_engine.data.snapshot import Snapshot
from planning_engine.grid.actuals import FAMILY, FINISHED, Cells, orders_tracked
from planning_engine.supply.requirements.requirements import Place, independent_demand, plan_months
from planning_engine.supply.stock.flows import (
    opening_stock,
    planned_supply,
    published_until,
    to_come,
)

Row = NDArray[np.float64]


def future_months(snapshot: Snapshot, ahead: int) -> tuple[tuple[date, ...], date | None]:
    """Return the months to plan, and where the published plan ends if that is sooner."""
    if ahead < 1:
        return (), None
    span = plan_months(snapshot, ahead)
    last = published_until(snapshot)
    if last is None or last >= span[-1]:
        return span, None
    return tuple(month for month in span if month <= last), last


def future_cells(snapshot: Snapshot, months: tuple[date, ...]) -> Cells:
    """Return the lines of the months ahead by family.

    Product by product and site by site: what is due is the demand plan, or the open orders for
    the month where they are more, and what was not served before; stock and supply go out
    against it. New bookings are the demand not yet in hand. Without stock counts all that is
    due goes out, and stock is not known. Without a published plan what will be supplied is
    not known, and so neither are shipments, stock and backlog.
    """
    if not months:
        return {}
    if not snapshot.has("plans"):
        return _demand_alone(snapshot, months)
    family = dict(snapshot.rows(f"SELECT product, {FAMILY} FROM products p WHERE {FINISHED}"))
    demand = independent_demand(snapshot, months)
    supply, in_hand = planned_supply(snapshot, months), _open_orders(snapshot, months)
    opening = opening_stock(snapshot) if snapshot.has("stock") else {}
    found: dict[str, list[Mapping[str, Row]]] = defaultdict(list)
    flat = np.zeros(len(months))
    for place in sorted({*demand, *supply, *in_hand, *opening}):
        if place[0] in family:
            wanted = to_come(snapshot, months, demand.get(place, flat))
            start = opening[place][0] if place in opening else None
            lines = served(wanted, in_hand.get(place, flat), supply.get(place, flat), start)
            found[family[place[0]]].append(lines)
    return {
        (name, month): _month(snapshot, rows, t)
        for name, rows in found.items()
        for t, month in enumerate(months)
    }


def _demand_alone(snapshot: Snapshot, months: tuple[date, ...]) -> Cells:
    """Return the months ahead with what is known without a plan: nothing but the demand."""
    family = dict(snapshot.rows(f"SELECT product, {FAMILY} FROM products p WHERE {FINISHED}"))
    names = {
        family[product] for product, _ in independent_demand(snapshot, months) if product in family
    }
    return {(name, month): {} for name in sorted(names) for month in months}


def served(demand: Row, in_hand: Row, supply: Row, opening: float | None) -> Mapping[str, Row]:
    """Return the lines of one product at one site over the months ahead.

    Args:
        demand: Demand plan of each month, orders in hand included.
        in_hand: Open orders by the month they are asked for.
        supply: What arrives.
        opening: Stock at the start; None where it is not known.

    Example:
        100 in stock and 50 arriving meet a demand of 120 a month, of which 30 is ordered:

        >>> lines = served(np.array([120.0, 120]), np.array([30.0, 0]), np.array([0.0, 50]), 100)
        >>> lines["shipments"].tolist(), lines["backlog_end"].tolist()
        ([100.0, 50.0], [20.0, 90.0])
    """
    count = len(demand)
    due = np.maximum(demand, in_hand)
    names = ("bookings", "shipments", "backlog_start", "backlog_end", "supply")
    lines = {name: np.zeros(count) for name in (*names, "inventory_start", "inventory_end")}
    stock, unserved = opening, 0.0
    backlog = float(in_hand.sum())
    for t in range(count):
        wanted = unserved + float(due[t])
        gone = wanted if stock is None else min(wanted, max(0.0, stock) + float(supply[t]))
        new = float(due[t] - in_hand[t])
        lines["bookings"][t], lines["shipments"][t] = new, gone
        lines["backlog_start"][t] = backlog
        backlog += new - gone
        lines["backlog_end"][t], lines["supply"][t] = backlog, supply[t]
        unserved = wanted - gone
        if stock is not None:
            lines["inventory_start"][t] = stock
            stock += float(supply[t]) - gone
            lines["inventory_end"][t] = stock
    if opening is None:
        lines["inventory_start"] = lines["inventory_end"] = np.full(count, np.nan)
    return lines


def _month(
    snapshot: Snapshot, rows: Sequence[Mapping[str, Row]], t: int
) -> dict[str, float | None]:
    cell: dict[str, float | None] = {
        name: float(sum(row[name][t] for row in rows))
        for name in ("bookings", "shipments", "backlog_start", "backlog_end", "supply")
    }
    cell["backlog_adjustment"] = 0.0
    if not orders_tracked(snapshot):
        cell |= dict.fromkeys(("bookings", "backlog_start", "backlog_end", "backlog_adjustment"))
    if not snapshot.has("stock"):
        return cell
    # Places without a count ship what is due without touching the stock that is known.
    known = [row for row in rows if row["inventory_end"][t] == row["inventory_end"][t]]
    blind = [row for row in rows if row["inventory_end"][t] != row["inventory_end"][t]]
    if known:
        cell["inventory_start"] = float(sum(row["inventory_start"][t] for row in known))
        cell["inventory_end"] = float(sum(row["inventory_end"][t] for row in known))
        cell["inventory_adjustment"] = float(
            sum(row["shipments"][t] - row["supply"][t] for row in blind)
        )
    return cell


def _open_orders(snapshot: Snapshot, months: tuple[date, ...]) -> dict[Place, Row]:
    """Return what is ordered and not delivered by the month it is asked for; overdue at once.

    What is asked for after the last month is left to later plans.
    """
    found: dict[Place, Row] = {}
    if not orders_tracked(snapshot):
        return found
    rows = snapshot.rows(
        "SELECT product, coalesce(site, ''), coalesce(requested_on, promised_on)::DATE, "
        "quantity - coalesce(delivered_quantity, 0) FROM orders "
        'WHERE delivered_on IS NULL AND ordered_on <= $as_of ORDER BY "order", line',
        {"as_of": snapshot.company.as_of},
    )
    for product, site, due, quantity in rows:
        t = 0 if due is None else max(0, months_between(months[0], due))
        if t < len(months) and quantity > 0:
            found.setdefault((product, site), np.zeros(len(months)))[t] += quantity
    return found

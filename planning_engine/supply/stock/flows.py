"""What stock lies where, what is on its way, and what will be taken, month by month."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from planning_engine.data.calendars import months_between, open_share
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.capacity.routing import routes, yields
from planning_engine.supply.requirements.requirements import (
    Place,
    Quantities,
    bill_of_materials,
    explode,
    independent_demand,
)


def opening_stock(snapshot: Snapshot) -> dict[Place, tuple[float, date]]:
    """Return the latest count on or before `as_of` of each product and site, with its day."""
    rows = snapshot.rows(
        "SELECT product, coalesce(site, ''), arg_max(quantity, date), max(date)::DATE "
        "FROM stock WHERE date <= $as_of GROUP BY 1, 2",
        {"as_of": snapshot.company.as_of},
    )
    return {(product, site): (quantity, day) for product, site, quantity, day in rows}


def planned_supply(snapshot: Snapshot, months: tuple[date, ...]) -> Quantities:
    """Return supply by product and site: the latest published plan, else open receipts.

    Of a month that has begun only the part to come counts.
    """
    supply = _by_month(open_receipts(snapshot, months), months)
    for place, whole in published_supply(snapshot, months).items():
        values = to_come(snapshot, months, whole)
        row = supply.setdefault(place, np.zeros(len(months)))
        row[~np.isnan(values)] = values[~np.isnan(values)]
    return supply


def published_supply(snapshot: Snapshot, months: tuple[date, ...]) -> Quantities:
    """Return the latest published plan; NaN in months it says nothing about."""
    if not snapshot.has("plans"):
        return {}
    rows = snapshot.rows(
        "SELECT product, coalesce(site, ''), month::DATE, sum(quantity) FROM plans "
        "WHERE cycle = (SELECT max(cycle) FROM plans WHERE cycle <= $as_of) "
        "AND month >= $first AND month <= $last GROUP BY ALL",
        {"as_of": snapshot.company.as_of, "first": months[0], "last": months[-1]},
    )
    found: dict[Place, NDArray[np.float64]] = {}
    for product, site, month, quantity in rows:
        row = found.setdefault((product, site), np.full(len(months), np.nan))
        row[months_between(months[0], month)] = quantity
    return found


def published_until(snapshot: Snapshot) -> date | None:
    """Return the last month of the latest published plan; None without plans."""
    if not snapshot.has("plans"):
        return None
    (last,) = snapshot.rows(
        "SELECT max(month)::DATE FROM plans "
        "WHERE cycle = (SELECT max(cycle) FROM plans WHERE cycle <= $as_of)",
        {"as_of": snapshot.company.as_of},
    )[0]
    return last if last is None else date(last.year, last.month, 1)


def open_receipts(
    snapshot: Snapshot, months: tuple[date, ...], kinds: Sequence[str | None] | None = None
) -> list[tuple[str, str, date, float]]:
    """Return what is ordered and has not come: product, site, due day, quantity open."""
    if not snapshot.has("receipts"):
        return []
    rows = snapshot.rows(
        """
        SELECT product, coalesce(site, ''), due_on::DATE,
               quantity - coalesce(received_quantity, 0), kind
        FROM receipts WHERE received_on IS NULL
        ORDER BY due_on, receipt
        """
    )
    last = months[-1]
    return [
        (product, site, due, quantity)
        for product, site, due, quantity, kind in rows
        if quantity > 0 and months_between(last, due) <= 0 and (kinds is None or kind in kinds)
    ]


def overdue_receipts(snapshot: Snapshot) -> dict[Place, tuple[int, float]]:
    """Return how many open receipts are overdue on `as_of`, and how much, by place."""
    found: dict[Place, tuple[int, float]] = {}
    today = snapshot.company.as_of
    for product, site, due, quantity in open_receipts(snapshot, (today,)):
        if due <= today:
            count, total = found.get((product, site), (0, 0.0))
            found[(product, site)] = (count + 1, total + quantity)
    return found


def _by_month(
    receipts: Sequence[tuple[str, str, date, float]], months: tuple[date, ...]
) -> dict[Place, NDArray[np.float64]]:
    found: dict[Place, NDArray[np.float64]] = {}
    for product, site, due, quantity in receipts:
        row = found.setdefault((product, site), np.zeros(len(months)))
        row[max(0, months_between(months[0], due))] += quantity
    return found


def total_demand(snapshot: Snapshot, months: tuple[date, ...]) -> Quantities:
    """Return the demand plan plus what making the planned supply takes of components.

    Whole months, also the one that has begun; `to_come` cuts it to what is left.
    """
    demand = dict(independent_demand(snapshot, months))
    bom = bill_of_materials(snapshot)
    if bom:
        made = _planned_making(snapshot, months)
        for place, quantity in explode(made, bom, yields(snapshot)).items():
            demand[place] = demand[place] + quantity if place in demand else quantity
    return demand


def to_come(
    snapshot: Snapshot, months: tuple[date, ...], quantity: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return quantities per month less what the days up to `as_of` have had of them."""
    left = quantity.copy()
    left[0] *= open_share(snapshot.company.as_of, months[0])
    return left


def _planned_making(snapshot: Snapshot, months: tuple[date, ...]) -> Quantities:
    """Return what is to be made of each demanded product, at its preferred plant."""
    demand = independent_demand(snapshot, months)
    published = published_supply(snapshot, months)
    made: dict[str, NDArray[np.float64]] = {}
    for place in sorted(set(demand) | set(published)):
        wanted = demand.get(place, np.zeros(len(months)))
        planned = published.get(place, np.full(len(months), np.nan))
        quantity = np.where(np.isnan(planned), wanted, planned)
        product = place[0]
        made[product] = made[product] + quantity if product in made else quantity
    return {(product, making_site(snapshot, product)): q for product, q in made.items()}


def making_site(snapshot: Snapshot, product: str) -> str:
    """Return the product's preferred plant; the only plant, else '', without a routing."""
    ways = routes(snapshot) if snapshot.has("routings") and snapshot.has("resources") else {}
    if product in ways:
        return ways[product][0].site
    return _only_plant(snapshot)


@remember()
def _only_plant(snapshot: Snapshot) -> str:
    if not snapshot.has("sites"):
        return ""
    plants = snapshot.rows("SELECT site FROM sites WHERE kind = 'plant'")
    return str(plants[0][0]) if len(plants) == 1 else ""

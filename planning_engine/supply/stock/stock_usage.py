"""What each place uses in a month, and how long it takes to refill it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning_engine.data.calendars import last_year
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.capacity.routing import routes
from planning_engine.supply.policies.policy import (
    DAYS_PER_MONTH,
    lead_times_in_months,
    monthly_sales,
)
from planning_engine.supply.requirements.requirements import Place, bill_of_materials
from planning_engine.supply.stock.flows import making_site

_Months = NDArray[np.float64]


@dataclass(frozen=True)
class Usage:
    """Mean and deviation of what is used in a month, in pieces."""

    mean: float
    sd: float


@dataclass(frozen=True)
class Refill:
    """Lead time and its deviation, in days."""

    days: float
    sd_days: float


@remember()
def monthly_usage(snapshot: Snapshot) -> Mapping[Place, Usage]:
    """Return the usage of each place over the last 12 complete months.

    A product where it is sold: its sales. A component where its parents are made: their sales
    times the bill of materials, scrap included; left out where a scope of families hides some of
    the parents.
    """
    found = {place: Usage(mean, sd) for place, (mean, sd) in monthly_sales(snapshot).items()}
    if snapshot.scope.families or snapshot.scope.sites:
        return found
    taken: dict[Place, _Months] = {}
    for product, months in _sales_by_month(snapshot).items():
        _take(snapshot, product, months, taken)
    for place, months in taken.items():
        found.setdefault(place, Usage(float(months.mean()), float(months.std(ddof=1))))
    return found


def _take(snapshot: Snapshot, product: str, made: _Months, taken: dict[Place, _Months]) -> None:
    """Add what making a product takes of its components, and of theirs."""
    site = making_site(snapshot, product)
    for part in bill_of_materials(snapshot).get(product, ()):
        place = (part.component, site)
        taken[place] = taken.get(place, np.zeros(len(made))) + made * part.quantity
        _take(snapshot, part.component, made * part.quantity, taken)


def _sales_by_month(snapshot: Snapshot) -> Mapping[str, _Months]:
    first, end = last_year(snapshot.company.as_of)
    rows = snapshot.rows(
        """
        SELECT product, datediff('month', $first::DATE, date::DATE), sum(quantity)
        FROM sales WHERE date >= $first AND date < $end GROUP BY ALL ORDER BY ALL
        """,
        {"first": first, "end": end},
    )
    found: dict[str, _Months] = {}
    for product, month, quantity in rows:
        found.setdefault(product, np.zeros(12))[int(month)] += quantity
    return found


@remember()
def refills(snapshot: Snapshot) -> Mapping[Place, Refill]:
    """Return the lead time of each place: supplier, else lane, else the making where it is told."""
    found: dict[Place, Refill] = {}
    if snapshot.has("routings") and snapshot.has("resources"):
        for product, ways in routes(snapshot).items():
            if ways[0].lead_time_days > 0:
                found[(product, ways[0].site)] = Refill(ways[0].lead_time_days, 0.0)
    for place, (lead, sd) in lead_times_in_months(snapshot).items():
        found[place] = Refill(lead * DAYS_PER_MONTH, sd * DAYS_PER_MONTH)
    return found

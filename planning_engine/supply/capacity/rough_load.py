"""A company's load by the rough-cut methods, from its routings, history and lead times."""

from collections.abc import Mapping
from datetime import date
from math import ceil
from typing import Literal

import numpy as np

from planning_engine.data.calendars import last_year
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem
from planning_engine.supply.capacity.load import Loads, required_hours, to_make
from planning_engine.supply.capacity.rough_cut import (
    bill_of_resources,
    overall_factors,
    resource_profile,
)
from planning_engine.supply.capacity.routing import Lot, lots, routes, yields
from planning_engine.supply.policies.policy import DAYS_PER_MONTH
from planning_engine.supply.requirements.requirements import Place, Quantities, bill_of_materials

Method = Literal["lots", "overall_factors", "bill_of_resources", "resource_profile"]


def load_by(
    snapshot: Snapshot, months: tuple[date, ...], demand: Quantities, method: Method
) -> Loads:
    """Return the hours each product takes of each resource.

    `lots` counts run time and one set-up per whole lot in the month of demand. The bill of
    resources spreads the set-up over the lot. The resource profile puts these hours as many
    days ahead of demand as lanes and routings take. Overall factors spread the hours of a
    product over the resources by the share each had of the hours run in the last 12 months.

    Args:
        snapshot: The company's facts.
        months: Months of the demand.
        demand: Quantities wanted by product, site and month.
        method: How to count.
    """
    if method == "lots":
        return required_hours(snapshot, months, demand)
    if method == "resource_profile":
        return _by_profile(snapshot, demand)
    made = {product: row.tolist() for product, row in to_make(snapshot, demand).items()}
    bill = resource_bill(snapshot)
    if method == "overall_factors":
        return _by_factors(snapshot, made, bill)
    return {
        (resource, product): np.array(
            bill_of_resources({product: made[product]}, {(product, resource): hours})[resource]
        )
        for (product, resource), hours in bill.items()
        if product in made
    }


def months_ahead(snapshot: Snapshot, method: Method) -> int:
    """Return how many months beyond those asked about their load depends on."""
    if method != "resource_profile":
        return 0
    leads = [lead for _, _, lead in _paths(snapshot).values()]
    lanes = list(_lane_days(snapshot).values())
    return ceil((max(leads, default=0.0) + max(lanes, default=0.0)) / DAYS_PER_MONTH) + 1


@remember()
def resource_bill(snapshot: Snapshot) -> Mapping[tuple[str, str], float]:
    """Return the hours one good unit takes, by product and resource, on its preferred route.

    Run time plus the set-up spread over the declared lot, over the yield. Without a declared
    lot the set-up is left out: how many units share it is not known.
    """
    lot = lots(snapshot)
    found: dict[tuple[str, str], float] = {}
    for product, ways in routes(snapshot).items():
        size = lot.get(product, Lot(None, None)).size
        for step in ways[0].steps:
            each = step.hours_per_unit + (step.setup_hours / size if size else 0.0)
            key = (product, step.resource)
            found[key] = found.get(key, 0.0) + each / ways[0].yield_rate
    return found


def _by_factors(
    snapshot: Snapshot,
    made: Mapping[str, list[float]],
    bill: Mapping[tuple[str, str], float],
) -> Loads:
    shares = hour_shares(snapshot)
    hours: dict[str, float] = {}
    for (product, resource), each in bill.items():
        if resource in shares:
            hours[product] = hours.get(product, 0.0) + each
    found: dict[tuple[str, str], np.ndarray] = {}
    for product in sorted(hours.keys() & made.keys()):
        spread = overall_factors({product: made[product]}, hours, shares)
        found |= {(resource, product): np.array(row) for resource, row in spread.items()}
    return found


@remember()
def hour_shares(snapshot: Snapshot) -> Mapping[str, float]:
    """Return each resource's share of the hours run in the last 12 complete months.

    Raises:
        DataProblem: No hours were recorded.
    """
    snapshot.require("production", to="check capacity by overall factors")
    first, end = last_year(snapshot.company.as_of)
    rows = snapshot.rows(
        "SELECT resource, sum(hours) FROM production WHERE date >= $first AND date < $end "
        "AND resource IS NOT NULL GROUP BY 1 HAVING sum(hours) > 0 ORDER BY 1",
        {"first": first, "end": end},
    )
    total = sum(hours for _, hours in rows)
    if not rows:
        raise DataProblem(
            "No hours run were recorded in the last 12 months, so overall factors have no shares "
            "to go by. Use method bill_of_resources."
        )
    return {resource: hours / total for resource, hours in rows}


def _by_profile(snapshot: Snapshot, demand: Quantities) -> Loads:
    bill, lanes = resource_bill(snapshot), _lane_days(snapshot)
    below: dict[str, list[tuple[str, float, float]]] = {}
    for (product, part, _), (_, quantity, lead) in _paths(snapshot).items():
        below.setdefault(product, []).append((part, quantity, lead))
    found: dict[tuple[str, str], np.ndarray] = {}
    for (product, site), row in demand.items():
        ahead = lanes.get((product, site), 0.0)
        for part, quantity, lead in below.get(product, [(product, 1.0, 0.0)]):
            offset = (ahead + lead) / DAYS_PER_MONTH
            profile = {
                (product, resource, offset): hours * quantity
                for (made, resource), hours in bill.items()
                if made == part
            }
            for resource, hours_row in resource_profile({product: row.tolist()}, profile).items():
                key = (resource, part)
                found[key] = found.get(key, np.zeros(len(row))) + np.array(hours_row)
    return found


_Path = tuple[str, float, float]


@remember()
def _paths(snapshot: Snapshot) -> Mapping[tuple[str, str, int], _Path]:
    """Return what each product takes of itself and of everything below it, way by way.

    Product, part and number of the way → part, good units of it in one unit, and days from
    the start of the part until the product can be used.
    """
    bom, good = bill_of_materials(snapshot), yields(snapshot)
    days = {product: ways[0].lead_time_days for product, ways in routes(snapshot).items()}
    found: dict[tuple[str, str, int], _Path] = {}
    for product in {*days, *bom}:
        waiting = [(product, 1.0, days.get(product, 0.0))]
        while waiting:
            part, quantity, lead = waiting.pop()
            found[(product, part, len(found))] = (part, quantity, lead)
            for below in bom.get(part, ()):
                each = quantity * below.quantity / good.get(part, 1.0)
                waiting.append((below.component, each, lead + days.get(below.component, 0.0)))
    return found


@remember()
def _lane_days(snapshot: Snapshot) -> Mapping[Place, float]:
    """Return the days from the preferred plant to each site; 0 where no lane says it."""
    if not snapshot.has("lanes"):
        return {}
    home = {product: ways[0].site for product, ways in routes(snapshot).items()}
    rows = snapshot.rows(
        "SELECT product, from_site, to_site, min(coalesce(lead_time_days, 0)) FROM lanes "
        "GROUP BY ALL ORDER BY ALL"
    )
    return {
        (product, target): float(days)
        for product, origin, target, days in rows
        if home.get(product) == origin
    }

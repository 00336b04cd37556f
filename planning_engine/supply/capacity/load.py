"""The hours that making a plan takes of each resource, lot by lot on the preferred routing."""

from collections.abc import Iterable, Mapping
from datetime import date
from math import ceil

import numpy as np
from numpy.typing import NDArray

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.events.uplift import EventShare
from planning_engine.supply.capacity.routing import Lot, Route, lots, routes, yields
from planning_engine.supply.requirements.requirements import (
    Quantities,
    bill_of_materials,
    explode,
    independent_demand,
)

Loads = Mapping[tuple[str, str], NDArray[np.float64]]
"""Hours per month, by resource and product."""


def required_hours(
    snapshot: Snapshot, months: tuple[date, ...], demand: Quantities | None = None
) -> Loads:
    """Return the hours each product takes of each resource on its preferred route.

    Args:
        snapshot: The company's facts.
        months: Months of the horizon.
        demand: Quantities to make instead of the demand plan.

    Returns:
        Resource and product → hours per month.
    """
    quantities = demand if demand is not None else independent_demand(snapshot, months)
    return _hours(snapshot, to_make(snapshot, quantities))


def _hours(snapshot: Snapshot, made: Mapping[str, NDArray[np.float64]]) -> Loads:
    ways, lot = routes(snapshot), lots(snapshot)
    return {
        (resource, product): hours
        for product, quantity in sorted(made.items())
        if product in ways
        for resource, hours in route_hours(
            ways[product][0], quantity, lot.get(product, Lot(None, None))
        ).items()
    }


def to_make(snapshot: Snapshot, demand: Quantities) -> dict[str, NDArray[np.float64]]:
    """Return what must be made of each product in total: demand and the needs of parents.

    Components without a routing are bought, not made; they stay in and are not loaded.
    """
    made: dict[str, NDArray[np.float64]] = {}
    for (product, _), quantity in demand.items():
        made[product] = made[product] + quantity if product in made else quantity
    anywhere = {(product, ""): quantity for product, quantity in made.items()}
    taken = explode(anywhere, bill_of_materials(snapshot), yields(snapshot))
    for (component, _), quantity in taken.items():
        made[component] = made[component] + quantity if component in made else quantity
    return made


def route_hours(
    route: Route, quantity: NDArray[np.float64], lot: Lot
) -> dict[str, NDArray[np.float64]]:
    """Return the hours per resource that making a quantity takes, set-ups included.

    What is lost to the route's yield is made too. Lots are quantity over lot size, rounded
    up; without a declared lot one set-up a month.

    Args:
        route: The routing.
        quantity: Good pieces per month.
        lot: The product's lot.
    """
    quantity = quantity / route.yield_rate
    if lot.size is None:
        runs = (quantity > 0).astype(float)
    else:
        runs = np.array([float(ceil(q / lot.size - 1e-9)) if q > 0 else 0.0 for q in quantity])
    found: dict[str, NDArray[np.float64]] = {}
    for step in route.steps:
        hours = quantity * step.hours_per_unit + runs * step.setup_hours
        found[step.resource] = found[step.resource] + hours if step.resource in found else hours
    return found


def without(
    demand: Quantities, months: tuple[date, ...], shares: Iterable[EventShare]
) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Return the demand less what events bring."""
    place = {month: index for index, month in enumerate(months)}
    lean = {key: quantity.copy() for key, quantity in demand.items()}
    for share in shares:
        key = (share.product, share.site)
        if key in lean and share.month in place:
            lean[key][place[share.month]] /= share.factor
    return lean

"""Reads how a company buys and moves its products: suppliers, and lanes between sites."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem
from planning_engine.supply.plan.plan_problem import Lane, Row, Source, Way
from planning_engine.supply.policies.policy import DAYS_PER_MONTH
from planning_engine.supply.requirements.requirements import Part, Place

Months = tuple[date, ...]


def sources(
    snapshot: Snapshot,
    months: Months,
    ways: Sequence[Way],
    bom: Mapping[str, Sequence[Part]],
    *,
    whole_lots: bool,
) -> tuple[tuple[Source, ...], frozenset[str]]:
    """Return where each product is bought, and the components bought without limit.

    Args:
        snapshot: The company's facts.
        months: The plan's months.
        ways: How products are made.
        bom: Components by product, substitutes included.
        whole_lots: Whether smallest orders and order multiples count.
    """
    declared = _declared_sources(snapshot, months)
    if not whole_lots:
        declared = [replace(s, order_min=0.0, order_multiple=0.0) for s in declared]
    made = {way.product for way in ways}
    used = {(part.component, way.site) for way in ways for part in bom.get(way.product, ())}
    found = [s for s in declared if s.site]
    for component, site in sorted(used):
        anywhere = [s for s in declared if s.product == component and not s.site]
        found += [replace(s, site=site) for s in anywhere]
    bought = {(s.product, s.site) for s in found}
    cost = dict(snapshot.rows("SELECT product, coalesce(standard_cost, 0) FROM products"))
    # A supplier at one plant limits the component there and where a lane brings it; elsewhere
    # nothing is known.
    bought |= {(lane.product, lane.target) for lane in _declared_lanes(snapshot, months)}
    open_ended = [p for p in sorted(used) if p not in bought and p[0] not in made]
    found += [Source(c, site, "", cost.get(c, 0.0), 0, None) for c, site in open_ended]
    return tuple(found), frozenset(component for component, _ in open_ended)


def _declared_sources(snapshot: Snapshot, months: Months) -> list[Source]:
    if not snapshot.has("sourcing"):
        return []
    rows = snapshot.rows(
        """
        SELECT s.product, coalesce(s.site, ''), s.supplier,
               coalesce(s.price, p.standard_cost, 0), coalesce(s.lead_time_days, 0), s.capacity,
               coalesce(s.order_min, 0), coalesce(s.order_multiple, 0),
               s.closed_from::DATE, s.closed_until::DATE
        FROM sourcing s LEFT JOIN products p USING (product) ORDER BY 1, 2, 3
        """
    )
    found = []
    for product, site, supplier, price, days, capacity, least, multiple, *stretch in rows:
        where = f"of {product} from {supplier} in 'sourcing'"
        _check(days, capacity, where, snapshot)
        found.append(
            Source(
                product,
                site,
                supplier,
                price,
                int(days // DAYS_PER_MONTH),
                capacity,
                least,
                multiple,
                _closed(months, *stretch),
            )
        )
    return found


def lanes(
    snapshot: Snapshot,
    months: Months,
    demand: Mapping[Place, Row],
    ways: Sequence[Way],
    bought: Sequence[Source],
) -> tuple[Lane, ...]:
    """Return how products move; without a declared lane a plant serves every site at once."""
    wanted = {way.product for way in ways} | {product for product, _ in demand}
    wanted |= {source.product for source in bought}
    declared = [lane for lane in _declared_lanes(snapshot, months) if lane.product in wanted]
    has_lane = {lane.product for lane in declared}
    origins: dict[str, set[str]] = {}
    for product, site in [(w.product, w.site) for w in ways] + [
        (s.product, s.site) for s in bought
    ]:
        origins.setdefault(product, set()).add(site)
    implied = [
        Lane(product, origin, site, 0.0, 0, None)
        for product, site in demand
        if product not in has_lane
        for origin in sorted(origins.get(product, ()))
        if origin != site
    ]
    return (*declared, *implied)


def _declared_lanes(snapshot: Snapshot, months: Months) -> list[Lane]:
    if not snapshot.has("lanes"):
        return []
    rows = snapshot.rows(
        "SELECT product, from_site, to_site, coalesce(cost, 0), coalesce(lead_time_days, 0), "
        "capacity, closed_from::DATE, closed_until::DATE FROM lanes ORDER BY 1, 2, 3"
    )
    found = []
    for product, origin, target, cost, days, capacity, *stretch in rows:
        _check(days, capacity, f"of {product} from {origin} to {target} in 'lanes'", snapshot)
        closed = _closed(months, *stretch)
        lead = int(days // DAYS_PER_MONTH)
        found.append(Lane(product, origin, target, cost, lead, capacity, closed))
    return found


def _closed(months: Months, first: date | None, last: date | None) -> frozenset[int]:
    """Return the months that lie wholly in a closed stretch, counted from 0."""
    if first is None and last is None:
        return frozenset()
    first, last = first or date.min, last or date.max
    return frozenset(
        t
        for t, month in enumerate(months)
        if first <= month and add_months(month, 1) - timedelta(days=1) <= last
    )


def _check(days: float, capacity: float | None, where: str, snapshot: Snapshot) -> None:
    if days < 0:
        raise DataProblem(f"The lead time {where} is {days:g} days. It cannot be negative.")
    # Levers close a supplier or a lane by a capacity of 0; as a fact it is a mistake.
    if capacity is not None and (capacity < 0 or (capacity == 0 and not is_scenario(snapshot))):
        raise DataProblem(
            f"The capacity {where} is {capacity:g}. Give what can come in a month, or leave it "
            "empty where nothing limits it; take the row out where nothing comes."
        )


def is_scenario(snapshot: Snapshot) -> bool:
    """Tell whether levers have changed these facts."""
    return "+" in snapshot.id

"""The labour of products: hours of a unit, hours and wages of the pools."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.capacity.routing import routes


@dataclass(frozen=True)
class Labour:
    """The labour of some products, in paid hours.

    `per_unit` are hours a unit takes, `share` the part of all labour it takes; `paid`,
    `overtime` are calendar hours of a month; `wage`, `overtime_cost` cost one hour.
    """

    per_unit: float
    share: float
    paid: float
    overtime: float
    wage: float | None
    overtime_cost: float | None


@dataclass(frozen=True)
class Pool:
    """A resource of kind labour: calendar hours of an average month, and rates."""

    paid: float
    overtime: float
    efficiency: float
    wage: float | None
    overtime_cost: float | None


def labour_of(
    snapshot: Snapshot,
    months: tuple[date, ...],
    weights: Mapping[str, float],
    everything: Mapping[str, float],
) -> Labour | None:
    """Return the labour of some products; None if the data knows no labour of theirs.

    Args:
        snapshot: The company's facts.
        months: Months of the plan.
        weights: Demand over the months of the products asked about.
        everything: Demand over the months of every product.
    """
    if not all(snapshot.has(table) for table in ("resources", "routings", "calendars")):
        return None
    pools = _pools(snapshot, months)
    hours = {product: _hours_of(snapshot, product, pools) for product in everything}
    taken = sum(weights[product] * hours[product] for product in weights)
    total = sum(everything[product] * hours[product] for product in everything)
    if taken <= 0:
        return None
    used = [pools[name] for name in sorted(pools)]
    paid = sum(pool.paid for pool in used)
    wages = [pool.wage * pool.paid for pool in used if pool.wage is not None]
    extra = [pool.overtime_cost * pool.paid for pool in used if pool.overtime_cost is not None]
    return Labour(
        per_unit=taken / sum(weights.values()),
        share=taken / total,
        paid=paid,
        overtime=sum(pool.overtime for pool in used),
        wage=sum(wages) / paid if len(wages) == len(used) else None,
        overtime_cost=sum(extra) / paid if len(extra) == len(used) else None,
    )


@remember()
def _pools(snapshot: Snapshot, months: tuple[date, ...]) -> dict[str, Pool]:
    rows = snapshot.rows(
        """
        SELECT r.resource, sum(c.hours), sum(coalesce(c.overtime_hours, 0)),
               any_value(coalesce(r.efficiency, 1)), any_value(r.cost_per_hour),
               any_value(coalesce(r.overtime_cost_per_hour, 1.5 * r.cost_per_hour)),
               count(DISTINCT date_trunc('month', c.date))
        FROM resources r JOIN calendars c USING (resource)
        WHERE r.kind = 'labour' AND date_trunc('month', c.date) IN (SELECT unnest($months)::DATE)
        GROUP BY 1 HAVING sum(c.hours) > 0 ORDER BY 1
        """,
        {"months": list(months)},
    )
    return {
        name: Pool(paid / count, overtime / count, efficiency, wage, extra)
        for name, paid, overtime, efficiency, wage, extra, count in rows
    }


def _hours_of(snapshot: Snapshot, product: str, pools: Mapping[str, Pool]) -> float:
    """Return the paid labour hours of one unit on its preferred routing."""
    ways = routes(snapshot).get(product, ())
    if not ways:
        return 0.0
    return sum(
        step.hours_per_unit / ways[0].yield_rate / pools[step.resource].efficiency
        for step in ways[0].steps
        if step.resource in pools
    )

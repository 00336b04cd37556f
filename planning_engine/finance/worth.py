"""What a piece of each product sells for, costs, and costs to keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from planning_engine.data.calendars import last_year
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.plan.plan_inputs import HOLDING_RATE

Pricing = Literal["net", "list"]
COMPONENTS = "(components)"
NO_FAMILY = "(no family)"


@dataclass(frozen=True)
class Worth:
    """What one piece of a product sells for and costs, in the company's currency.

    None is not known. `family` is `(components)` for what is not sold, `(no family)` for a
    finished product that has none.
    """

    family: str
    price: float | None
    cost: float | None


@remember()
def worths(snapshot: Snapshot, pricing: Pricing = "net") -> Mapping[str, Worth]:
    """Return what a piece of each product sells for and costs.

    The net price is what the last 12 months brought a piece; a product without sales in them
    takes its list price times what its family got of list. The list price is the master's.
    """
    net = _net_prices(snapshot) if pricing == "net" else {}
    rows = snapshot.rows(
        "SELECT product, family, coalesce(stage, 'finished'), price, standard_cost FROM products"
    )
    return {
        product: Worth(
            (family or NO_FAMILY) if stage == "finished" else COMPONENTS,
            net.get(product, price),
            cost,
        )
        for product, family, stage, price, cost in rows
    }


def _net_prices(snapshot: Snapshot) -> dict[str, float]:
    first, end = last_year(snapshot.company.as_of)
    rows = snapshot.rows(
        """
        WITH sold AS (
            SELECT product, sum(quantity) AS q, sum(revenue) AS r FROM sales
            WHERE date >= $first AND date < $end AND revenue IS NOT NULL GROUP BY 1
        ), got AS (
            SELECT p.family, sum(s.r) / nullif(sum(s.q * p.price), 0) AS share
            FROM sold s JOIN products p USING (product) WHERE p.price > 0 GROUP BY 1
        )
        SELECT p.product, CASE WHEN s.q > 0 AND s.r > 0 THEN s.r / s.q ELSE p.price * g.share END
        FROM products p LEFT JOIN sold s USING (product) LEFT JOIN got g USING (family)
        """,
        {"first": first, "end": end},
    )
    return {product: price for product, price in rows if price is not None}


@remember()
def holding_rates(snapshot: Snapshot) -> Mapping[str, float]:
    """Return each product's yearly carrying cost as a share of value: its policies' mean."""
    declared: dict[str, float | None] = {}
    if snapshot.has("policies"):
        declared = dict(snapshot.rows("SELECT product, avg(holding_rate) FROM policies GROUP BY 1"))
    rates = {product: declared.get(product) for product in snapshot.names("product")}
    return {p: HOLDING_RATE if rate is None else rate for p, rate in rates.items()}

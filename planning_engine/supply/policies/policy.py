"""Inventory policy: safety stock, reorder point, fill rate and economic lot size.

Demand and lead time must share one period (days, weeks or months). Deviations are standard
deviations per period; demand is taken as normal.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from planning_engine.data.calendars import last_year
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest

_NORMAL = NormalDist()
DAYS_PER_MONTH = 30


def lead_time_deviation(
    demand: float, demand_sd: float, lead_time: float, lead_time_sd: float = 0.0
) -> float:
    """Return the standard deviation of demand during the lead time.

    `sqrt(L * sD^2 + D^2 * sLT^2)`; Chopra and Meindl, chapter 12.

    Args:
        demand: Mean demand per period, in pieces.
        demand_sd: Its standard deviation, in pieces.
        lead_time: Lead time (plus review interval for periodic review), in periods.
        lead_time_sd: Standard deviation of the lead time, in periods.
    """
    return sqrt(lead_time * demand_sd**2 + demand**2 * lead_time_sd**2)


def safety_stock(
    service_level: float,
    demand: float,
    demand_sd: float,
    lead_time: float,
    lead_time_sd: float = 0.0,
) -> float:
    """Return the safety stock of a continuous review for a cycle service level.

    Args:
        service_level: Share of cycles without a stock-out, between 0 and 1.
        demand: Mean demand per period, in pieces.
        demand_sd: Its standard deviation, in pieces.
        lead_time: Lead time, in periods.
        lead_time_sd: Standard deviation of the lead time, in periods.

    Example:
        Demand of 2,500 ± 500 a week, two weeks of lead time, nine cycles in ten:

        >>> round(safety_stock(0.90, 2500, 500, 2))
        906
    """
    if not 0 < service_level < 1:
        raise BadRequest(f"A service level lies between 0 and 1, not {service_level}.")
    deviation = lead_time_deviation(demand, demand_sd, lead_time, lead_time_sd)
    return _NORMAL.inv_cdf(service_level) * deviation


def safety_stock_periodic(
    service_level: float,
    demand: float,
    demand_sd: float,
    lead_time: float,
    review: float,
    lead_time_sd: float = 0.0,
) -> float:
    """Return the safety stock of a periodic review: the stock must last review plus lead time.

    Args:
        service_level: Share of cycles without a stock-out, between 0 and 1.
        demand: Mean demand per period, in pieces.
        demand_sd: Its standard deviation, in pieces.
        lead_time: Lead time, in periods.
        review: Time between two reviews, in periods.
        lead_time_sd: Standard deviation of the lead time, in periods.
    """
    return safety_stock(service_level, demand, demand_sd, lead_time + review, lead_time_sd)


def reorder_point(demand: float, lead_time: float, safety: float) -> float:
    """Return the stock position at which to order: `D * L + safety stock`.

    Example:
        >>> reorder_point(2500, 2, 1000)
        6000
    """
    return demand * lead_time + safety


def order_up_to(demand: float, lead_time: float, review: float, safety: float) -> float:
    """Return the level a periodic review orders up to: `D * (R + L) + safety stock`."""
    return demand * (lead_time + review) + safety


def cycle_service_level(safety: float, deviation: float) -> float:
    """Return the share of cycles without a stock-out that a safety stock gives.

    Args:
        safety: Safety stock, in pieces.
        deviation: Standard deviation of demand during the lead time, in pieces.
    """
    if deviation == 0:
        return 1.0 if safety >= 0 else 0.0
    return _NORMAL.cdf(safety / deviation)


def expected_shortage(safety: float, deviation: float) -> float:
    """Return the pieces short per replenishment cycle, on average."""
    if deviation == 0:
        return max(0.0, -safety)
    ratio = safety / deviation
    return -safety * (1 - _NORMAL.cdf(ratio)) + deviation * _NORMAL.pdf(ratio)


def fill_rate(safety: float, deviation: float, lot: float) -> float:
    """Return the share of demand met from stock: `1 - ESC / Q`.

    Args:
        safety: Safety stock, in pieces.
        deviation: Standard deviation of demand during the lead time, in pieces.
        lot: Replenishment lot Q, in pieces.
    """
    return 1 - expected_shortage(safety, deviation) / lot


def safety_stock_for_fill_rate(target: float, deviation: float, lot: float) -> float:
    """Return the least safety stock that meets a fill rate; negative if the lot alone does.

    Args:
        target: Share of demand to be met from stock, between 0 and 1.
        deviation: Standard deviation of demand during the lead time, in pieces.
        lot: Replenishment lot Q, in pieces.
    """
    if not 0 < target < 1:
        raise BadRequest(f"A fill rate lies between 0 and 1, not {target}.")
    low, high = -lot - 8 * deviation, lot + 8 * deviation
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if fill_rate(middle, deviation, lot) < target else (low, middle)
    return high


def economic_order_quantity(demand: float, order_cost: float, holding_cost: float) -> float:
    """Return the lot with the least ordering and holding cost: `sqrt(2 D K / h)`.

    Args:
        demand: Demand per period, in pieces.
        order_cost: Cost of one order or set-up.
        holding_cost: Cost of holding one piece for one period.

    Example:
        >>> round(economic_order_quantity(1300, 8, 0.225), 2)
        304.05
    """
    if holding_cost <= 0:
        raise BadRequest("An economic lot needs a holding cost above 0.")
    return sqrt(2 * demand * order_cost / holding_cost)


def lot_cost(lot: float, demand: float, order_cost: float, holding_cost: float) -> float:
    """Return ordering plus holding cost per period of a lot."""
    return order_cost * demand / lot + holding_cost * lot / 2


def newsvendor(demand: float, demand_sd: float, over_cost: float, under_cost: float) -> float:
    """Return the one-time order that balances too much against too little.

    Args:
        demand: Mean demand, in pieces.
        demand_sd: Its standard deviation, in pieces.
        over_cost: Cost of one piece left over.
        under_cost: Cost of one piece short.
    """
    return demand + demand_sd * _NORMAL.inv_cdf(under_cost / (over_cost + under_cost))


@dataclass(frozen=True)
class SafetyStock:
    """A safety stock in pieces, and whether it is declared or computed from a service level."""

    quantity: float
    declared: bool


@remember()
def safety_stocks(snapshot: Snapshot) -> dict[tuple[str, str], SafetyStock]:
    """Return the safety stock of each product and site that has a policy.

    A declared safety stock counts as it is. Where only a service level is declared, the stock
    is computed from the last 12 complete months of sales and the lead time of the lane or
    supplier (a month counts as 30 days). A policy without either, or without sales or a lead
    time to compute from, gives none: unknown is not 0.
    """
    if not snapshot.has("policies"):
        return {}
    usage = monthly_sales(snapshot)
    leads = lead_times_in_months(snapshot)
    found = {}
    for product, site, service_level, declared, review_days in snapshot.rows(
        "SELECT product, coalesce(site, ''), service_level, safety_stock, "
        "coalesce(review_days, 0) FROM policies ORDER BY ALL"
    ):
        key = (product, site)
        if declared is not None:
            found[key] = SafetyStock(declared, declared=True)
        elif service_level is not None and key in usage and key in leads:
            lead, lead_sd = leads[key]
            quantity = safety_stock_periodic(
                service_level, *usage[key], lead, review_days / DAYS_PER_MONTH, lead_sd
            )
            found[key] = SafetyStock(max(0.0, quantity), declared=False)
    return found


def monthly_sales(snapshot: Snapshot) -> dict[tuple[str, str], tuple[float, float]]:
    """Return mean and deviation of the last 12 complete months of sales, by product and site."""
    first, end = last_year(snapshot.company.as_of)
    rows = snapshot.rows(
        """
        WITH monthly AS (
            SELECT product, coalesce(site, '') AS site, date_trunc('month', date) AS month,
                   sum(quantity) AS quantity
            FROM sales
            WHERE date >= $first AND date < $end
            GROUP BY ALL
        )
        SELECT product, site, sum(quantity) / 12,
               sqrt(greatest(0, (sum(quantity * quantity) - sum(quantity) ** 2 / 12) / 11))
        FROM monthly GROUP BY ALL ORDER BY ALL
        """,
        {"first": first, "end": end},
    )
    return {(product, site): (mean, deviation) for product, site, mean, deviation in rows}


def lead_times_in_months(snapshot: Snapshot) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the lead time and its deviation, in months: by supplier, else by lane."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    if snapshot.has("lanes"):
        for product, site, days in snapshot.rows(
            "SELECT product, to_site, min(lead_time_days) FROM lanes "
            "WHERE lead_time_days IS NOT NULL GROUP BY ALL ORDER BY ALL"
        ):
            found[(product, site)] = (days / DAYS_PER_MONTH, 0.0)
    if snapshot.has("sourcing"):
        for product, site, days, deviation in snapshot.rows(
            """
            SELECT product, coalesce(site, ''),
                   arg_min(lead_time_days, (coalesce(preference, 1), supplier)),
                   arg_min(coalesce(lead_time_sd_days, 0), (coalesce(preference, 1), supplier))
            FROM sourcing WHERE lead_time_days IS NOT NULL GROUP BY ALL ORDER BY ALL
            """
        ):
            found[(product, site)] = (days / DAYS_PER_MONTH, deviation / DAYS_PER_MONTH)
    return found

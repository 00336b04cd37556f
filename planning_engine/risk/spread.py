"""How far demand, yields and deliveries have strayed from plan: what a risk range draws from."""

from collections.abc import Mapping
from dataclasses import dataclass

from planning_engine.data.calendars import last_year
from planning_engine.data.snapshot import Snapshot

LAG_MONTHS = 2
"""Forecasts are judged as published so many months before, as in the KPI's default."""
_MOST_SPREAD = 2.0


@dataclass(frozen=True)
class Spreads:
    """Standard deviations, by product; what is not named has none.

    Attributes:
        demand: Of demand over plan, as a share of plan.
        output: Of good output over planned output, as a share.
        delay_days: Of delivery, in days.
        demand_from: Where the first comes from, in words.
    """

    demand: Mapping[str, float]
    output: Mapping[str, float]
    delay_days: Mapping[str, float]
    demand_from: str


def spreads(
    snapshot: Snapshot,
    demand_error: float | None = None,
    output_sd: float | None = None,
    delay_days: float | None = None,
) -> Spreads:
    """Return how far things stray from plan, from the data or as given.

    Demand: 1.25 times the mean absolute error of the published consensus at a lag of two
    months, over the last 12 complete months, as a share of sales (1.25 mean absolute errors
    are a standard deviation). A product without published forecasts takes that of all
    products; where nothing was published, the spread of monthly sales around their mean.
    Output: the spread of actual over planned production. Delays: the spread of lead times.

    Args:
        snapshot: The company's facts, not narrowed.
        demand_error: One share for all products, 0.2 is 20 %, in place of the data's.
        output_sd: One share for all products, in place of the data's.
        delay_days: One number of days for all that is bought, in place of the data's.
    """
    products = [name for (name,) in snapshot.rows("SELECT product FROM products ORDER BY 1")]
    if demand_error is not None:
        demand, source = dict.fromkeys(products, demand_error), "as given"
    else:
        demand, source = _demand(snapshot, products)
    return Spreads(
        demand=demand,
        output=_output(snapshot) if output_sd is None else dict.fromkeys(products, output_sd),
        delay_days=_delays(snapshot) if delay_days is None else dict.fromkeys(products, delay_days),
        demand_from=source,
    )


def _demand(snapshot: Snapshot, products: list[str]) -> tuple[dict[str, float], str]:
    errors = _forecast_errors(snapshot)
    total = sum(sold for _, sold in errors.values())
    if total > 0:
        overall = 1.25 * sum(missed for missed, _ in errors.values()) / total
        shares = {p: 1.25 * missed / sold for p, (missed, sold) in errors.items() if sold > 0}
        found = {p: min(_MOST_SPREAD, shares.get(p, overall)) for p in products}
        return found, f"error of the consensus {LAG_MONTHS} months before"
    return _of_sales(snapshot), "spread of monthly sales"


def _forecast_errors(snapshot: Snapshot) -> dict[str, tuple[float, float]]:
    """Return by product the sum of absolute errors and of sales."""
    if not snapshot.has("forecasts"):
        return {}
    first, end = last_year(snapshot.company.as_of)
    rows = snapshot.rows(
        f"""
        WITH published AS (
            SELECT product, date_trunc('month', month) AS month, sum(quantity) AS forecast
            FROM forecasts
            WHERE stream = 'consensus' AND month >= $first AND month < $end
                  AND date_trunc('month', cycle) + INTERVAL {LAG_MONTHS} MONTH
                      = date_trunc('month', month)
            GROUP BY ALL
        ), sold AS (
            SELECT product, date_trunc('month', date) AS month, sum(quantity) AS actual
            FROM sales WHERE date >= $first AND date < $end GROUP BY ALL
        )
        SELECT product, sum(abs(coalesce(actual, 0) - forecast)), sum(coalesce(actual, 0))
        FROM published LEFT JOIN sold USING (product, month) GROUP BY 1 ORDER BY 1
        """,
        {"first": first, "end": end},
    )
    return {product: (missed, max(0.0, sold)) for product, missed, sold in rows}


def _of_sales(snapshot: Snapshot) -> dict[str, float]:
    first, end = last_year(snapshot.company.as_of)
    rows = snapshot.rows(
        """
        WITH monthly AS (
            SELECT product, date_trunc('month', date) AS month, sum(quantity) AS quantity
            FROM sales WHERE date >= $first AND date < $end GROUP BY ALL
        )
        SELECT product, coalesce(stddev_samp(quantity) / nullif(avg(quantity), 0), 0)
        FROM monthly GROUP BY 1 ORDER BY 1
        """,
        {"first": first, "end": end},
    )
    return {product: min(_MOST_SPREAD, max(0.0, share)) for product, share in rows}


def _output(snapshot: Snapshot) -> dict[str, float]:
    if not snapshot.has("production"):
        return {}
    first, end = last_year(snapshot.company.as_of)
    rows = snapshot.rows(
        """
        WITH monthly AS (
            SELECT product, date_trunc('month', date) AS month,
                   sum(actual_quantity) / nullif(sum(planned_quantity), 0) AS share
            FROM production WHERE date >= $first AND date < $end GROUP BY ALL
        )
        SELECT product, coalesce(stddev_samp(share), 0) FROM monthly
        WHERE share IS NOT NULL GROUP BY 1 ORDER BY 1
        """,
        {"first": first, "end": end},
    )
    return {product: min(0.5, share) for product, share in rows}


def _delays(snapshot: Snapshot) -> dict[str, float]:
    if not snapshot.has("sourcing"):
        return {}
    rows = snapshot.rows(
        "SELECT product, max(lead_time_sd_days) FROM sourcing "
        "WHERE lead_time_sd_days > 0 GROUP BY 1 ORDER BY 1"
    )
    return dict(rows)

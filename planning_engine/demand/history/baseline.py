"""Monthly sales by product, site and region, with what events did to them taken out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.periods import complete_periods
from planning_engine.demand.plan import layers

Array = NDArray[np.float64]


def monthly(snapshot: Snapshot, products: Sequence[str] | None = None) -> pd.DataFrame:
    """Return product, site, region, month, quantity and baseline of complete months.

    The baseline is the quantity over `1 + uplift` of the events of that month.

    Args:
        snapshot: The facts.
        products: Only these; all that were sold if left out.
    """
    known = complete_periods(snapshot)
    end = add_months(known[-1], 1)
    region, join = "NULL::VARCHAR", ""
    if snapshot.has("customers"):
        region, join = "c.region", "LEFT JOIN customers c ON c.customer = t.customer"
    wanted = "true" if products is None else "t.product IN (SELECT unnest($products))"
    parameters: dict[str, object] = {"first": known[0], "end": end}
    if products is not None:
        parameters["products"] = list(products)
    rows = snapshot.query(
        f"""
        SELECT t.product, t.site, {region} AS region,
               date_trunc('month', t.date)::TIMESTAMP AS month, sum(t.quantity) AS quantity
        FROM sales t {join}
        WHERE {wanted} AND t.date >= $first AND t.date < $end
        GROUP BY ALL ORDER BY ALL
        """,
        parameters,
    )
    lifts = layers.factors(snapshot, layers.events(snapshot), known[0], end)
    return rows.assign(baseline=rows["quantity"] / matched(rows, lifts))


def matched(rows: pd.DataFrame, lifts: pd.DataFrame) -> Array:
    """Return the events' factor of each row of product, region and month; 1 where none."""
    if lifts.empty:
        return np.ones(len(rows))
    keys = ["product", "month"] + (["region"] if lifts["region"].notna().any() else [])
    lifts = lifts.assign(month=pd.to_datetime(lifts["month"]).astype(rows["month"].dtype))
    left = rows[keys].merge(lifts[[*keys, "factor"]], on=keys, how="left")
    return np.asarray(left["factor"].fillna(1.0), dtype=np.float64)

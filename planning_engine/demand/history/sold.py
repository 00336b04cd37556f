"""Monthly sales by product, family and region, to take a part of and add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning_engine.data.calendars import add_months
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.periods import complete_periods

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sold:
    """What was sold of a part of the business, in complete months.

    Attributes:
        months: Month starts from the part's first sale on, without gaps.
        quantity: Sold by month; 0 in a month without a sale.
        rows: product, family, region, month, quantity behind it.
    """

    months: tuple[date, ...]
    quantity: Array
    rows: pd.DataFrame

    def of(self, product: str | None, family: str | None, region: str | None) -> "Sold":
        """Return the part that is one product's, family's or region's; None is all."""
        return _added_up(self.rows[self._inside(product, family, region)], self.months)

    def share(self, product: str | None, family: str | None, region: str | None) -> float:
        """Return how much of these sales is one product's, family's or region's, 0 to 1."""
        total = float(self.rows["quantity"].sum())
        if total <= 0:
            return 0.0
        inside = float(self.rows["quantity"][self._inside(product, family, region)].sum())
        return min(1.0, max(0.0, inside / total))

    def _inside(self, product: str | None, family: str | None, region: str | None) -> pd.Series:
        fits = pd.Series(data=True, index=self.rows.index)
        for column, wanted in (("product", product), ("family", family), ("region", region)):
            if wanted:
                fits &= (self.rows[column] == wanted).fillna(False).astype(bool)
        return fits


@remember(size=4)
def monthly_sales(snapshot: Snapshot) -> Sold:
    """Return what was sold by product, family and region in complete months."""
    known = complete_periods(snapshot)
    region, join = "NULL::VARCHAR", ""
    if snapshot.has("customers"):
        region, join = "c.region", "LEFT JOIN customers c ON c.customer = t.customer"
    rows = snapshot.query(
        f"""
        SELECT t.product, p.family, {region} AS region,
               date_trunc('month', t.date)::TIMESTAMP AS month, sum(t.quantity) AS quantity
        FROM sales t LEFT JOIN products p ON p.product = t.product {join}
        WHERE t.date >= $first AND t.date < $end GROUP BY ALL ORDER BY ALL
        """,
        {"first": known[0], "end": add_months(known[-1], 1)},
    )
    return _added_up(rows, known)


def _added_up(rows: pd.DataFrame, known: Sequence[date]) -> Sold:
    sums = rows.groupby("month")["quantity"].sum()
    if sums.empty:
        return Sold((), np.empty(0), rows)
    first = sums.index[0].date()
    months = tuple(month for month in known if month >= first)
    quantity = sums.reindex(pd.to_datetime(list(months)), fill_value=0.0)
    return Sold(months, np.asarray(quantity, dtype=float), rows)

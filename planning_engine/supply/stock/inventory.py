"""Projected stock by product and site: cover, first stock-out, below safety, excess."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from planning_engine.data.calendars import months_between
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem
from planning_engine.supply.policies.policy import SafetyStock, safety_stocks
from planning_engine.supply.requirements.requirements import Place, plan_months
from planning_engine.supply.stock.balance import (
    StockMonth,
    days_of_cover,
    first_stock_out,
    stock_months,
    with_cover,
)
from planning_engine.supply.stock.flows import (
    opening_stock,
    overdue_receipts,
    planned_supply,
    published_until,
    to_come,
    total_demand,
)
from planning_engine.supply.stock.obsolete import Obsolete, obsolete_stock

EXCESS_MONTHS = 3
"""Stock beyond the demand of so many months, plus safety stock, is excess."""


@dataclass(frozen=True)
class StockOutlook:
    """What becomes of the stock of one product at one site.

    Attributes:
        opening_on: Day of the count it starts from.
        safety_stock: In pieces; None if there is no policy to know it from.
        cover_days: Days the opening stock lasts without supply; None beyond the horizon.
        first_stock_out: Day the projection falls below 0; None if it does not.
        below_safety_from: First month that closes under the safety stock; None if none does.
        shortage: Deepest shortage, in pieces.
        excess: Pieces of the opening stock beyond three months of demand and safety stock,
            or beyond the demand left until the product's last day of sale.
        unit_cost: Standard cost of one piece; None if not known.
        stage: raw, wip or finished.
        end_on: Last day of sale; None if there is none.
        overdue: Open receipts that should have come: how many, and how many pieces.
        obsolete: What of the opening stock will never be sold; None if all of it may be.
    """

    product: str
    site: str
    months: tuple[StockMonth, ...]
    opening_on: date
    safety_stock: float | None
    cover_days: float | None
    first_stock_out: date | None
    below_safety_from: date | None
    shortage: float
    excess: float
    unit_cost: float | None
    stage: str
    end_on: date | None
    overdue: tuple[int, float] = (0, 0.0)
    obsolete: Obsolete | None = None

    @property
    def obsolete_value(self) -> float | None:
        """What is obsolete at standard cost; None where the cost is not known."""
        if self.obsolete is None or self.unit_cost is None:
            return None
        return self.obsolete.quantity * self.unit_cost

    @property
    def opening(self) -> float:
        """Stock at the start, in pieces."""
        return self.months[0].opening

    @property
    def closing(self) -> float:
        """Stock at the end of the horizon, in pieces."""
        return self.months[-1].closing

    @property
    def excess_value(self) -> float | None:
        """Excess at standard cost; None where the cost is not known."""
        return None if self.unit_cost is None else self.excess * self.unit_cost

    @property
    def is_at_risk(self) -> bool:
        """Tell whether it stocks out or falls under its safety stock."""
        return self.first_stock_out is not None or self.below_safety_from is not None

    @property
    def urgency(self) -> tuple[object, ...]:
        """Sort key: earliest stock-out first, then deepest, then earliest below safety."""
        far = date.max
        return (
            self.first_stock_out or far,
            self.below_safety_from or far,
            -self.shortage * (self.unit_cost or 1.0),
            self.product,
            self.site,
        )


@dataclass(frozen=True)
class Projection:
    """The outlook of every product and site with stock or demand.

    Attributes:
        months: Months projected.
        outlooks: One per product and site with a stock count.
        uncounted: Places with demand but no stock count: their stock is not known.
        ends_with_plan: The projection stops here, before the month asked for, because the
            published plan does: what will be supplied later is not known.
    """

    months: tuple[date, ...]
    outlooks: tuple[StockOutlook, ...]
    uncounted: tuple[Place, ...]
    ends_with_plan: date | None = None

    @property
    def at_risk(self) -> tuple[StockOutlook, ...]:
        """What stocks out or falls under its safety stock, most urgent first."""
        return tuple(sorted((o for o in self.outlooks if o.is_at_risk), key=lambda o: o.urgency))

    @property
    def stock_outs(self) -> tuple[StockOutlook, ...]:
        """What stocks out, earliest first."""
        return tuple(o for o in self.at_risk if o.first_stock_out)

    @property
    def excess(self) -> tuple[StockOutlook, ...]:
        """What has too much stock, most valuable first."""
        found = [o for o in self.outlooks if o.excess > 0.5]
        return tuple(
            sorted(found, key=lambda o: (-(o.excess_value or 0), -o.excess, o.product, o.site))
        )

    @property
    def obsolete(self) -> tuple[StockOutlook, ...]:
        """What will never be sold in part or at all, most valuable first."""
        found = [o for o in self.outlooks if o.obsolete and o.obsolete.quantity > 0.5]
        return tuple(
            sorted(found, key=lambda o: (-(o.obsolete_value or 0), -o.opening, o.product, o.site))
        )


@dataclass(frozen=True)
class _Item:
    stage: str
    unit_cost: float | None
    end_on: date | None
    shelf_life_days: float | None = None


@remember()
def project(snapshot: Snapshot, months: int = 6) -> Projection:
    """Project stock month by month: closing = opening + supply - demand.

    Opening is the latest count on or before `as_of`. Supply is the latest published plan
    where it has the month, else the open receipts due in it (overdue ones in the first
    month). Demand is the demand plan; for components, what the planned supply of their
    parents takes at the parents' preferred plant. Of a month that has begun, only the days
    after `as_of` count.

    Args:
        snapshot: The company's facts; a scope of families or sites shows their rows.
        months: Months ahead of the plan start.

    Raises:
        DataProblem: There is no stock in the data, or the published plan is all in the past.
        NotPermitted: A scope of regions: stock is kept by site, not by region.
    """
    snapshot.require("stock", to="project inventory")
    if snapshot.scope.regions:
        snapshot.require_everything(to="project inventory")
    span = plan_months(snapshot, months)
    last = published_until(snapshot) or span[-1]
    if last < span[0]:
        raise DataProblem(
            f"The latest published plan ends in {last:%B %Y}, before the projection starts. "
            "Import the plan of the current cycle."
        )
    span = tuple(month for month in span if month <= last)
    far = plan_months(snapshot, max(len(span), EXCESS_MONTHS))
    demand = total_demand(snapshot, far)
    supply = planned_supply(snapshot, far)
    opening = opening_stock(snapshot)
    items = _items(snapshot)
    safety = safety_stocks(snapshot)
    flat = np.zeros(len(far))
    overdue = overdue_receipts(snapshot)
    outlooks = [
        _outlook(
            place,
            span,
            opening[place],
            supply.get(place, flat),
            demand.get(place, flat),
            to_come(snapshot, far, demand.get(place, flat)),
            far,
            safety.get(place),
            items.get(place[0], _Item("finished", None, None)),
            overdue.get(place, (0, 0.0)),
            snapshot.company.as_of,
        )
        for place in sorted(opening)
    ]
    uncounted = tuple(place for place in sorted(demand) if place not in opening)
    ends = last if len(span) < months else None
    return Projection(span, tuple(outlooks), uncounted, ends)


@remember()
def _items(snapshot: Snapshot) -> Mapping[str, _Item]:
    rows = snapshot.rows(
        "SELECT product, coalesce(stage, 'finished'), standard_cost, end_on::DATE, "
        "shelf_life_days FROM products"
    )
    return {product: _Item(*entry) for product, *entry in rows}


def _outlook(
    place: Place,
    months: tuple[date, ...],
    opening: tuple[float, date],
    supply: NDArray[np.float64],
    demand: NDArray[np.float64],
    wanted_yet: NDArray[np.float64],
    far: tuple[date, ...],
    safety: SafetyStock | None,
    item: _Item,
    overdue: tuple[int, float],
    today: date,
) -> StockOutlook:
    rows = with_cover(stock_months(opening[0], supply, wanted_yet, months), demand)
    wanted = safety.quantity if safety else None
    under = (row.month for row in rows if wanted is not None and row.closing < wanted - 1e-9)
    return StockOutlook(
        product=place[0],
        site=place[1],
        months=rows,
        opening_on=opening[1],
        safety_stock=wanted,
        cover_days=days_of_cover(opening[0], [float(d) for d in demand[: len(months)]]),
        first_stock_out=first_stock_out(rows, today),
        below_safety_from=next(under, None),
        shortage=max(0.0, -min(row.closing for row in rows)),
        excess=_excess(opening[0], wanted_yet, wanted or 0.0, item.end_on, months[0]),
        unit_cost=item.unit_cost,
        stage=item.stage,
        end_on=item.end_on,
        overdue=overdue,
        obsolete=obsolete_stock(
            opening[0],
            [float(quantity) for quantity in wanted_yet],
            far,
            today=today,
            end_on=item.end_on,
            shelf_life_days=item.shelf_life_days,
        ),
    )


def _excess(
    opening: float, demand: NDArray[np.float64], safety: float, end_on: date | None, first: date
) -> float:
    if end_on is None:
        return max(0.0, opening - safety - float(demand[:EXCESS_MONTHS].sum()))
    # Nothing is kept in reserve for a product that ends: what is left then is excess.
    until = max(0, months_between(first, end_on) + 1)
    if until > len(demand):
        return max(0.0, opening - safety - float(demand[:EXCESS_MONTHS].sum()))
    return max(0.0, opening - float(demand[:until].sum()))

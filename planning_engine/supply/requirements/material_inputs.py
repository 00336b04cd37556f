"""Reads a company's material plan: weeks, demand, and how each place is replenished."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from math import ceil

from planning_engine.data.calendars import add_months
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem
from planning_engine.supply.capacity.routing import Lot, Route, lots, routes
from planning_engine.supply.policies.policy import safety_stocks
from planning_engine.supply.requirements.material_items import MaterialItem, Substitute, Take
from planning_engine.supply.requirements.material_plan import MaterialPlan, plan_material
from planning_engine.supply.requirements.order_rules import LotRule
from planning_engine.supply.requirements.requirements import (
    Place,
    bill_of_materials,
    independent_demand,
    plan_months,
    substitutes,
)
from planning_engine.supply.stock.flows import making_site, open_receipts, opening_stock, to_come

WEEK = 7


@dataclass(frozen=True)
class CompanyMaterialPlan:
    """A company's material plan: `starts` are the first days of its weeks."""

    plan: MaterialPlan
    starts: tuple[date, ...]

    def day(self, week: int) -> date:
        """Return the first day of a week, also of one before the plan starts."""
        return self.starts[0] + timedelta(days=WEEK * week)


@remember(4)
def plan_company_material(
    snapshot: Snapshot, months: int = 6, rule: LotRule | None = None, only: str | None = None
) -> CompanyMaterialPlan:
    """Return the unconstrained material plan of a company, by week.

    Demand is the demand plan, spread evenly over each month's days. A place is made by its
    preferred routing there, else bought from the preferred supplier there, else moved in by
    the cheapest lane. Lead times count in whole weeks, rounded up. Open receipts come when
    they are due, overdue ones in the first week.

    Args:
        snapshot: The company's facts, not narrowed.
        months: Months ahead of the plan start.
        rule: Lot rule instead of the declared lots.
        only: Product that the lot rule is for; all if left out.

    Raises:
        DataProblem: There is no stock, a lead time is negative, or the bill of materials or
            the lanes go in a circle.
    """
    snapshot.require("stock", to="plan requirements")
    snapshot.require_everything(to="plan requirements")
    reading = _Reading(snapshot, months)
    items = reading.items()
    if rule:
        items = {
            place: replace(item, rule=rule) if only in (None, place[0]) else item
            for place, item in items.items()
        }
    plan = plan_material(items, reading.demand, len(reading.starts))
    return CompanyMaterialPlan(plan, reading.starts)


@dataclass(frozen=True)
class _Supplier:
    name: str
    days: float
    minimum: float
    multiple: float


class _Reading:
    """One reading of a company: weeks, demand by week, and the items it leads to."""

    def __init__(self, snapshot: Snapshot, months: int) -> None:
        self.snapshot = snapshot
        self.months = plan_months(snapshot, months)
        first = snapshot.company.as_of + timedelta(days=1)
        days = (add_months(self.months[-1], 1) - first).days
        self.starts = tuple(first + timedelta(days=d) for d in range(0, days, WEEK))
        self.bom = bill_of_materials(snapshot)
        self.stock = opening_stock(snapshot)
        self.safety = safety_stocks(snapshot)

    @cached_property
    def demand(self) -> dict[Place, tuple[float, ...]]:
        """Return the demand plan by place and week."""
        shares = [self._weeks_of(month) for month in self.months]
        found = {}
        for place, whole in independent_demand(self.snapshot, self.months).items():
            row = [0.0] * len(self.starts)
            for quantity, weeks in zip(
                to_come(self.snapshot, self.months, whole), shares, strict=True
            ):
                for week, share in weeks.items():
                    row[week] += share * max(0.0, float(quantity))
            found[place] = tuple(row)
        return found

    def _weeks_of(self, month: date) -> Mapping[int, float]:
        """Return the share of a month's days to come that falls into each week."""
        first, end = max(month, self.starts[0]), add_months(month, 1)
        days = (end - first).days
        found: dict[int, float] = {}
        for day in range(days):
            week = (first - self.starts[0]).days + day
            found[week // WEEK] = found.get(week // WEEK, 0.0) + 1 / days
        return found

    def items(self) -> dict[Place, MaterialItem]:
        """Return an item for every demanded place and everything it takes."""
        found: dict[Place, MaterialItem] = {}
        waiting = sorted(self.demand)
        while waiting:
            place = waiting.pop()
            if place not in found:
                found[place] = self._item(place)
                waiting += [take.place for take in found[place].takes]
        return self._with_substitutes(found)

    def _with_substitutes(self, items: dict[Place, MaterialItem]) -> dict[Place, MaterialItem]:
        swaps = substitutes(self.snapshot)
        if not swaps:
            return items
        found = dict(items)
        for parent, item in items.items():
            if item.source != "make":
                continue
            for part in self.bom.get(parent[0], ()):
                place = (part.component, parent[1])
                for other in swaps.get((parent[0], part.component), ()):
                    there = (other.component, parent[1])
                    found.setdefault(there, self._item(there))
                    ratio = other.quantity / part.quantity
                    more = (*found[place].substitutes, Substitute(there, ratio, parent))
                    found[place] = replace(found[place], substitutes=more)
        for place in [place for place in found if place not in items]:
            found |= self._below(found[place], found)
        return found

    def _below(
        self, item: MaterialItem, known: Mapping[Place, MaterialItem]
    ) -> dict[Place, MaterialItem]:
        """Return the items that a substitute takes and that nothing else does."""
        found: dict[Place, MaterialItem] = {}
        waiting = [take.place for take in item.takes]
        while waiting:
            place = waiting.pop()
            if place not in known and place not in found:
                found[place] = self._item(place)
                waiting += [take.place for take in found[place].takes]
        return found

    def _item(self, place: Place) -> MaterialItem:
        held = self.stock.get(place)
        safety = self.safety.get(place)
        blank = MaterialItem(
            place,
            "none",
            on_hand=held[0] if held else 0.0,
            safety_stock=safety.quantity if safety else 0.0,
            scheduled=self.scheduled.get(place, ()),
        )
        return self._made(blank) or self._bought(blank) or self._moved(blank) or blank

    def _made(self, item: MaterialItem) -> MaterialItem | None:
        product, site = item.place
        ways = [way for way in self.ways.get(product, ()) if way.site == site]
        if not ways:
            return None
        lot = self.lots.get(product, Lot(None, None))
        takes = tuple(
            Take((part.component, site), part.quantity) for part in self.bom.get(product, ())
        )
        return replace(
            item,
            source="make",
            lead=_weeks(ways[0].lead_time_days),
            rule=LotRule(lot.minimum or 0.0, lot.multiple or 0.0),
            yield_rate=ways[0].yield_rate,
            takes=takes,
        )

    def _bought(self, item: MaterialItem) -> MaterialItem | None:
        product = item.place[0]
        supplier = self.suppliers.get(item.place)
        if supplier is None and not self.lanes.get(item.place):
            supplier = self.suppliers.get((product, ""))
        if supplier is None:
            return None
        return replace(
            item,
            source="buy",
            origin=supplier.name,
            lead=_weeks(supplier.days),
            rule=LotRule(supplier.minimum, supplier.multiple),
        )

    def _moved(self, item: MaterialItem) -> MaterialItem | None:
        product, site = item.place
        home = making_site(self.snapshot, product) if product in self.ways else None
        ways = self.lanes.get(item.place, ())
        # From the plant that makes it, if a lane leads there; else from the cheapest.
        lane = next((lane for lane in ways if lane[0] == home), ways[0] if ways else None)
        if lane is None and home is not None and home != site:
            lane = (home, 0.0)
        if lane is None:
            return None
        take = Take((product, lane[0]), 1.0)
        return replace(item, source="move", origin=lane[0], lead=_weeks(lane[1]), takes=(take,))

    @cached_property
    def scheduled(self) -> dict[Place, tuple[float, ...]]:
        """Return open receipts by place and week."""
        found: dict[Place, list[float]] = {}
        for product, site, due, quantity in open_receipts(self.snapshot, self.months):
            week = max(0, (due - self.starts[0]).days // WEEK)
            if week < len(self.starts):
                row = found.setdefault((product, site), [0.0] * len(self.starts))
                row[week] += quantity
        return {place: tuple(row) for place, row in found.items()}

    @cached_property
    def ways(self) -> Mapping[str, tuple[Route, ...]]:
        """Return the routes of each product; none without routings and resources."""
        known = self.snapshot.has("routings") and self.snapshot.has("resources")
        return routes(self.snapshot) if known else {}

    @cached_property
    def lots(self) -> Mapping[str, Lot]:
        """Return production lots."""
        return lots(self.snapshot)

    @cached_property
    def suppliers(self) -> dict[Place, _Supplier]:
        """Return the preferred supplier of each product and site."""
        if not self.snapshot.has("sourcing"):
            return {}
        rows = self.snapshot.rows(
            "SELECT product, coalesce(site, ''), supplier, coalesce(lead_time_days, 0), "
            "coalesce(order_min, 0), coalesce(order_multiple, 0) FROM sourcing "
            "ORDER BY coalesce(preference, 1) DESC, price DESC, supplier DESC"
        )
        for product, _, supplier, days, *_ in rows:
            _check_lead(days, f"{product} from {supplier}", "sourcing")
        return {(product, site): _Supplier(*entry) for product, site, *entry in rows}

    @cached_property
    def lanes(self) -> dict[Place, list[tuple[str, float]]]:
        """Return where each place can be supplied from, with days, cheapest first."""
        if not self.snapshot.has("lanes"):
            return {}
        found: dict[Place, list[tuple[str, float]]] = {}
        for product, origin, target, days in self.snapshot.rows(
            "SELECT product, from_site, to_site, coalesce(lead_time_days, 0) FROM lanes "
            "ORDER BY coalesce(cost, 0), coalesce(lead_time_days, 0), from_site"
        ):
            _check_lead(days, f"{product} from {origin} to {target}", "lanes")
            found.setdefault((product, target), []).append((origin, days))
        return found


def _check_lead(days: float, what: str, table: str) -> None:
    if days < 0:
        raise DataProblem(
            f"The lead time of {what} in '{table}' is {days:g} days. It cannot be negative."
        )


def _weeks(days: float) -> int:
    return ceil(days / WEEK - 1e-9)

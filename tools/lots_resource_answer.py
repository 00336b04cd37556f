"""The lots of one resource's products as sentences, facts, table and chart."""

from dataclasses import dataclass
from datetime import date

from planning_engine.supply.lots.lot_sizing_company import ResourceLots
from planning_engine.supply.lots.lot_sizing_problem import LotItem, LotSchedule
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names

FULL = 0.95
"""A month counts as full from this part of the regular hours on."""


@dataclass(frozen=True)
class ResourceLotsAnswer:
    """What is said and shown of the lots on a resource."""

    names: Names
    sized: ResourceLots

    def summary(self) -> str:
        """Return two to four sentences that answer."""
        name = self.names.resource(self.sized.resource)
        when = wording.period(self.sized.months[0], self.sized.months[-1])
        lots = wording.figure(self._lots, "lots")
        count = wording.figure(len(self._items), "products")
        said = (
            f"The cheapest plan of lots on {name} {when} has {lots} of {count} and costs "
            f"{self._money(self._best.cost)}: {self._money(self._best.setup_cost)} for set-ups, "
            f"{self._money(self._best.holding_cost)} for stock and "
            f"{self._money(self._best.overtime_cost)} for overtime. "
        )
        return said + self._how_good() + self._ahead() + self._whole() + self._assumed()

    def _how_good(self) -> str:
        if self._best.proven:
            return "No plan within the hours costs less."
        gap = wording.figure(100 * self._best.gap, "%")
        return f"The search was stopped by time; another plan might cost up to {gap} less."

    def _ahead(self) -> str:
        full = self._full
        if not full:
            return " No month is full."
        when = wording.listed([wording.month(month) for month in full])
        verb = "is" if len(full) == 1 else "are"
        return f" {when} {verb} full."

    def _whole(self) -> str:
        said = f" In whole lots it costs {self._money(self.sized.rounded.cost)}"
        over = [
            f"{wording.figure(hours, 'hours')} more than there are in {wording.month(month)}"
            for month, hours in self.sized.over.items()
        ]
        if not over:
            return f"{said} and fits the hours in every month."
        return f"{said} and takes {wording.listed(over)}."

    def _assumed(self) -> str:
        free = [self.names.product(product) for product in self.sized.without_setup]
        return (
            f" No set-up cost is known for {wording.listed(free)}; it counts as 0." if free else ""
        )

    def facts(self) -> tuple[Fact, ...]:
        """Return costs, then hours by month, then the lots of each product in whole lots."""
        sized, best, currency = self.sized, self._best, self.names.currency
        about = {"resource": sized.resource}
        facts = [
            Fact("first_month", sized.months[0]),
            Fact("last_month", sized.months[-1]),
            Fact("products", len(self._items), "products", about),
            Fact("lots", self._lots, "lots", about),
            Fact("cost", best.cost, currency, about),
            Fact("cost_setups", best.setup_cost, currency, about),
            Fact("cost_holding", best.holding_cost, currency, about),
            Fact("cost_overtime", best.overtime_cost, currency, about),
            Fact("cost_in_whole_lots", sized.rounded.cost, currency, about),
            Fact("gap", 100 * best.gap, "%", about),
            Fact("months_full", len(self._full), "months", about),
        ]
        facts += [Fact("full_month", month, about=about) for month in self._full]
        for product in sized.without_setup:
            facts.append(Fact("product_without_setup_cost", product))
            facts.append(Fact("setup_cost_assumed", 0, currency, {"product": product}))
        for month, hours in sized.over.items():
            facts.append(Fact("overflow", hours, "hours", about | {"month": month.isoformat()}))
        for at, month in enumerate(sized.months):
            used = about | {"month": month.isoformat()}
            facts.append(Fact("hours_used", best.hours[sized.resource][at], "hours", used))
            facts.append(Fact("hours_available", self._regular[at], "hours", used))
        for item in self._items:
            for month, lot in zip(sized.months, sized.rounded.orders[item.name], strict=True):
                if lot > 0:
                    where = {"product": item.name, "month": month.isoformat()}
                    facts.append(Fact("lot", lot, self.names.unit(item.name), where))
        return tuple(facts)

    def table(self) -> EvidenceTable:
        """Return a row per product and month with something to make, in whole lots."""
        rounded = self.sized.rounded
        rows = [
            (
                self.names.product(item.name),
                month,
                item.demand[at],
                rounded.orders[item.name][at],
                rounded.stock[item.name][at],
            )
            for item in self._items
            for at, month in enumerate(self.sized.months)
            if item.demand[at] or rounded.orders[item.name][at]
        ]
        return EvidenceTable(
            (
                TableColumn("product", "text"),
                TableColumn("month", "month"),
                TableColumn("to be made", "number"),
                TableColumn("lot", "number"),
                TableColumn("stock ahead", "number"),
            ),
            tuple(rows),
        )

    def chart(self) -> charts.Chart:
        """Draw the hours of the lots against the regular hours, by product."""
        sized = self.sized
        rows: list[charts.Row] = [
            {"month": month, "required": used, "available": there}
            for month, used, there in zip(
                sized.months, self._best.hours[sized.resource], self._regular, strict=True
            )
        ]
        causes: list[charts.Row] = [
            {"month": month, "cause": self.names.product(item.name), "hours": hours}
            for item in self._items
            for month, lot in zip(sized.months, self._best.orders[item.name], strict=True)
            if (hours := _hours(item, sized.resource, lot)) > 0
        ]
        title = f"Hours of the lots on {self.names.resource(sized.resource)}"
        return charts.load_against_hours(title, rows, causes=causes)

    def _money(self, amount: float) -> str:
        return wording.figure(amount, self.names.currency)

    @property
    def _best(self) -> LotSchedule:
        return self.sized.best

    @property
    def _items(self) -> tuple[LotItem, ...]:
        return self.sized.problem.items

    @property
    def _regular(self) -> tuple[float, ...]:
        return self.sized.problem.capacity[self.sized.resource]

    @property
    def _lots(self) -> int:
        return sum(1 for row in self._best.orders.values() for lot in row if lot > 0)

    @property
    def _full(self) -> list[date]:
        used = self._best.hours[self.sized.resource]
        rows = zip(self.sized.months, used, self._regular, strict=True)
        return [month for month, hours, there in rows if hours > 0 and hours >= FULL * there]


def _hours(item: LotItem, resource: str, lot: float) -> float:
    if lot <= 0:
        return 0.0
    return item.setup_hours.get(resource, 0.0) + lot * item.hours_per_unit[resource]

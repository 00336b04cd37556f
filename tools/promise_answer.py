"""A promise as sentences, facts, table and chart."""

from dataclasses import dataclass

from planning_engine.supply.promise.new_order import Limit, NewOrder
from planning_engine.supply.promise.order_promise import Promise, Timeline
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names

_COMES = {
    "stock": "from stock on hand",
    "receipt": "from stock and open receipts",
    "plan": "from stock, open receipts and the published plan",
}


@dataclass(frozen=True)
class PromiseAnswer:
    """What is said and shown of a promise.

    Attributes:
        names: Names and units.
        promise: The promise.
        line: Supply and promises of the product at the site.
        customer: Who orders, if said.
    """

    names: Names
    promise: Promise
    line: Timeline
    customer: str | None

    def summary(self) -> str:
        """Return one to three sentences that answer."""
        promise = self.promise
        amount = self._amount(promise.quantity)
        what = f"{amount} of {self._place}" + (f" for {self.customer}" if self.customer else "")
        if promise.promised_on is None:
            return f"{what} cannot be promised within the months planned. {self._why_not()}"
        day = wording.day(promise.promised_on)
        if promise.is_on_time and promise.wanted_on:
            said = f"{what} can be promised for {day}, as wanted"
        elif promise.wanted_on:
            late = (promise.promised_on - promise.wanted_on).days
            said = (
                f"{what} cannot be there on {wording.day(promise.wanted_on)}, but on {day}, "
                f"{wording.figure(late, 'days')} later"
            )
        else:
            said = f"{what} can be promised for {day}"
        return f"{said}, {self._from()}. {self._rest()}".rstrip()

    def _from(self) -> str:
        promise, order = self.promise, self.promise.order
        if order is None:
            return _COMES[promise.last.kind] if promise.last else _COMES["stock"]
        new = self._order(order)
        if promise.from_free < 0.5:
            return f"all of it from {new}"
        return f"{self._amount(promise.from_free)} of it not yet promised, the rest from {new}"

    def _order(self, order: NewOrder) -> str:
        amount = self._amount(order.quantity)
        if order.source == "buy":
            return f"a new order of {amount} at {order.where}"
        return f"a new order of {amount} made at {self.names.site(order.where)}"

    def _rest(self) -> str:
        promise, order = self.promise, self.promise.order
        if order is not None and order.limits:
            said = f"It waits longest for {self._limit(order.limits[0])}."
            if len(order.limits) > 1:
                said += f" Next is {self._limit(order.limits[1])}."
            return said + self._free()
        return "" if promise.is_on_time and promise.wanted_on is None else self._free().lstrip()

    def _free(self) -> str:
        when = self.promise.wanted_on or self.line.days[0]
        return f" {self._amount(self.promise.free)} are free to promise on {wording.day(when)}."

    def _limit(self, limit: Limit) -> str:
        days = wording.figure(limit.days, "days")
        if limit.kind == "material":
            source = f" from {limit.source}" if limit.source else ""
            return f"{self.names.product(limit.name)}{source}, {days}"
        if limit.kind == "hours":
            return f"free hours of {self.names.resource(limit.name)}, {days}"
        if limit.kind == "lead_time":
            source = f" of {limit.source}" if limit.source else ""
            return f"the lead time{source}, {days}"
        return f"transport from {self.names.site(limit.name)}, {days}"

    def _why_not(self) -> str:
        promise = self.promise
        why = "No new order for the rest can be ready in time. "
        if promise.ends_on:
            why = f"It is sold until {wording.day(promise.ends_on)}, too early for a new order. "
        elif not promise.has_source:
            why = "No routing and no supplier of it is known, so nothing new can be ordered. "
        last = self.line.days[-1]
        most = self._amount(self.line.free[-1])
        return f"{why}At most {most} can be promised, for {wording.day(last)}."

    def facts(self) -> tuple[Fact, ...]:
        """Return the promise, what it comes from, what it waits for, then what is free when."""
        promise, unit = self.promise, self._unit
        about = {"product": promise.product} | ({"site": promise.site} if promise.site else {})
        facts = [
            Fact("quantity", promise.quantity, unit, about),
            Fact("free_to_promise", promise.free, unit, about),
            Fact("free_on", promise.wanted_on or self.line.days[0], None, about),
            Fact("promised_before", self.line.promised, unit, about),
        ]
        if promise.promised_on:
            facts.insert(0, Fact("promised_on", promise.promised_on, None, about))
            facts.append(Fact("from_free", promise.from_free, unit, about))
            if promise.wanted_on:
                late = max(0, (promise.promised_on - promise.wanted_on).days)
                facts.append(Fact("days_late", late, "days", about))
        else:
            facts.append(Fact("most", self.line.free[-1], unit, about))
            facts.append(Fact("most_on", self.line.days[-1], None, about))
        if promise.wanted_on:
            facts.append(Fact("wanted_on", promise.wanted_on, None, about))
        if promise.ends_on:
            facts.append(Fact("last_day_of_sale", promise.ends_on, None, about))
        if promise.order:
            facts += self._order_facts(promise.order, about)
        for day, free in zip(self.line.days, self.line.free, strict=True):
            facts.append(Fact("free_to_promise", free, unit, about | {"day": day.isoformat()}))
        return tuple(facts)

    def _order_facts(self, order: NewOrder, about: dict[str, str]) -> list[Fact]:
        there = about if order.source == "buy" else about | {"site": order.where}
        found = [
            Fact("new_order", order.quantity, self._unit, there),
            Fact("new_order_starts_on", order.starts_on, None, about),
            Fact("new_order_ready_on", order.ready_on, None, about),
            Fact("new_order_from", order.where, None, there),
        ]
        for limit in order.limits:
            key = {"material": "product", "hours": "resource"}.get(limit.kind, limit.kind)
            found.append(Fact("waits_for", limit.name, None, {"limit": limit.kind}))
            found.append(Fact("waits", limit.days, "days", {key: limit.name}))
            if limit.source:
                found.append(Fact("waits_for_supplier", limit.source, None, {key: limit.name}))
        return found

    def table(self) -> EvidenceTable:
        """Return what comes, and what is free to promise, by day."""
        columns = (
            TableColumn("date", "date"),
            TableColumn("comes", "number", self._unit),
            TableColumn("from", "text"),
            TableColumn("free_to_promise", "number", self._unit),
        )
        rows = []
        for day, free in zip(self.line.days, self.line.free, strict=True):
            coming = [entry for entry in self.line.coming if entry.day == day]
            kinds = ", ".join(entry.kind for entry in coming)
            rows.append((day, sum(entry.quantity for entry in coming), kinds, free))
        return EvidenceTable(columns, tuple(rows))

    def chart(self) -> charts.Chart:
        """Return what is free to promise at the end of each month."""
        by_month: dict[object, charts.Row] = {}
        for day, free in zip(self.line.days, self.line.free, strict=True):
            month = day.replace(day=1)
            by_month[month] = {"month": month, "value": free}
        title = f"Free to promise: {self._place}"
        return charts.lines(title, list(by_month.values()), self._unit)

    @property
    def _place(self) -> str:
        return self.names.stock(self.promise.product, self.promise.site)

    @property
    def _unit(self) -> str:
        return self.names.unit(self.promise.product)

    def _amount(self, quantity: float) -> str:
        return wording.figure(quantity, self._unit)

"""A material plan as sentences, facts, table and chart."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from planning_engine.data.calendars import month_start
from planning_engine.supply.requirements.material_inputs import CompanyMaterialPlan
from planning_engine.supply.requirements.material_items import PlannedOrder
from planning_engine.supply.requirements.material_plan import MaterialLine
from planning_engine.supply.requirements.requirements import Place
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names

MOST_FACTS = 25
SAID_IN_FULL = 3
ACTIONS = {"make": "to make", "buy": "to buy", "move": "to move"}


@dataclass(frozen=True)
class RequirementsAnswer:
    """What is said and shown of a material plan: the orders that fit the question.

    Attributes:
        names: Names and units.
        found: The whole plan.
        product: Product whose orders are asked about; None for all.
        family: Family, likewise.
        site: Site, likewise.
        serving: Product whose demand the orders serve, likewise.
        only: past_due, make, buy or move; all otherwise.
        overdue: Open receipts that should have come, by place.
    """

    names: Names
    found: CompanyMaterialPlan
    product: str | None
    family: str | None
    site: str | None
    serving: str | None
    only: str
    overdue: Mapping[Place, tuple[int, float]]

    @cached_property
    def orders(self) -> tuple[PlannedOrder, ...]:
        """The orders asked about, earliest release first."""
        return tuple(order for order in self.found.plan.orders if self._fits(order))

    @cached_property
    def past_due(self) -> tuple[PlannedOrder, ...]:
        """Those of them that should have been released already."""
        return tuple(order for order in self.orders if order.is_past_due)

    @cached_property
    def lines(self) -> tuple[MaterialLine, ...]:
        """The places asked about."""
        return tuple(
            line for place, line in self.found.plan.lines.items() if self._fits_place(place)
        )

    def _fits_place(self, place: Place) -> bool:
        return (
            self.product in (None, place[0])
            and self.site in (None, place[1])
            and self.family in (None, self.names.families.get(place[0]))
        )

    def _fits(self, order: PlannedOrder) -> bool:
        if self.only == "past_due" and not order.is_past_due:
            return False
        if self.only in ACTIONS and order.source != self.only:
            return False
        if not self._fits_place(order.place):
            return False
        served = (product for product, _ in self.found.plan.ends(order)) if self.serving else ()
        return self.serving is None or self.serving in served

    def summary(self) -> str:
        """Return two to four sentences that answer."""
        said = [self._counted() if self.orders else self._nothing()]
        if self.past_due:
            said.append(self._late())
        elif self.orders and self.only != "past_due":
            said.append(f"None should have been released already. {self._next()}")
        said += self._remarks()
        return " ".join(said)

    def _counted(self) -> str:
        counts = Counter(str(order.source) for order in self.orders)
        kinds = [f"{counts[kind]:,} {words}" for kind, words in ACTIONS.items() if counts[kind]]
        total = len(self.orders)
        split = f": {wording.listed(kinds)}" if len(kinds) > 1 else f" {kinds[0].split(' ', 1)[1]}"
        late = " already past their release date" if self.only == "past_due" else ""
        verb = "takes" if self.only != "past_due" else "has"
        noun = wording.plural("order", total)
        return f"The demand plan{self._whose} {self._when} {verb} {total:,} {noun}{late}{split}."

    def _nothing(self) -> str:
        if self.only == "past_due":
            return (
                f"No order{self._whose} should have been released already to meet the demand plan "
                f"{self._when}."
            )
        kind = f" {ACTIONS[self.only]}" if self.only in ACTIONS else ""
        lines = self.lines
        if len(lines) != 1 or kind:
            return f"The demand plan{self._whose} {self._when} takes no new order{kind}."
        (line,) = lines
        held, coming = line.item.on_hand, sum(line.item.scheduled)
        return (
            f"{self._place(line.item.place)} takes no new order {self._when}: "
            f"{self._amount(line.item.place, held)} on hand and "
            f"{self._amount(line.item.place, coming)} in open receipts cover the "
            f"{self._amount(line.item.place, sum(line.gross))} it needs."
        )

    def _late(self) -> str:
        first, count = self.past_due[0], len(self.past_due)
        if self.only != "past_due":
            lead = f"{count} of them should have been released already, first"
        else:
            lead = "The first is"
        return (
            f"{lead} {self._order(first)}, due on {wording.day(self.found.day(first.due))}, to be "
            f"released by {wording.day(self.found.day(first.release))}{self._for(first)}."
        )

    def _next(self) -> str:
        order = self.orders[0]
        return (
            f"The next to release is {self._order(order)}, on "
            f"{wording.day(self.found.day(order.release))}{self._for(order)}."
        )

    def _order(self, order: PlannedOrder) -> str:
        amount = f"{self._amount(order.place, order.quantity)} of {self._place(order.place)}"
        if order.source == "buy":
            return f"{amount} from {order.origin}"
        return f"{amount} from {self.names.site(order.origin)}" if order.origin else amount

    def _for(self, order: PlannedOrder) -> str:
        parents = self._parents(order)
        if not parents:
            return ""
        shown = list(parents[:SAID_IN_FULL])
        if len(parents) > SAID_IN_FULL:
            shown.append(f"{len(parents) - SAID_IN_FULL} more")
        return f", for {wording.listed(shown)}"

    def _parents(self, order: PlannedOrder) -> tuple[str, ...]:
        """Return what an order is for, most first: parents by name, or customers' demand."""
        amounts: dict[str, float] = defaultdict(float)
        for peg in order.pegs:
            if peg.parent and peg.parent[0] == order.place[0]:
                amounts[self.names.site(peg.parent[1])] += peg.quantity
            elif peg.parent:
                amounts[self.names.product(peg.parent[0])] += peg.quantity
        return tuple(sorted(amounts, key=lambda name: -amounts[name]))

    def _remarks(self) -> list[str]:
        said = []
        swaps = [swap for swap in self.found.plan.swaps if self._fits_place(swap.place)]
        if swaps:
            swap = swaps[0]
            total = sum(s.quantity for s in swaps if s.substitute == swap.substitute)
            other = f"{self._amount(swap.substitute, total)} of {self._place(swap.substitute)}"
            main = self.names.product(swap.place[0])
            said.append(f"{other} stand in for {main}, which cannot come in time.")
        count, quantity = self._overdue()
        if count:
            amount = wording.figure(quantity, self.names.unit(self.product or ""))
            noun = "receipt" if count == 1 else "receipts"
            verb = "is" if count == 1 else "are"
            said.append(
                f"{count} open {noun} of {amount} {verb} overdue and counted in the first week."
            )
        lost = [line for line in self.lines if line.item.source == "none" and any(line.line.net)]
        if lost:
            names = sorted({self.names.product(line.item.place[0]) for line in lost})
            shown = names[:SAID_IN_FULL]
            if len(names) > SAID_IN_FULL:
                shown.append(f"{len(names) - SAID_IN_FULL} more")
            said.append(
                f"No routing, supplier or lane is known for {wording.listed(shown)}: what they "
                "need is not ordered."
            )
        return said

    def _overdue(self) -> tuple[int, float]:
        """Return how many open receipts of the one product asked about are overdue."""
        if self.product is None:
            return 0, 0.0
        late = [entry for place, entry in self.overdue.items() if self._fits_place(place)]
        return sum(count for count, _ in late), sum(quantity for _, quantity in late)

    def facts(self) -> tuple[Fact, ...]:
        """Return counts, then the first orders with their dates, then totals of a place."""
        counts = Counter(str(order.source) for order in self.orders)
        facts = [
            Fact("first_day", self.found.starts[0]),
            Fact("first_month", month_start(self.found.starts[0])),
            Fact("last_month", month_start(self.found.starts[-1])),
            Fact("orders", len(self.orders), "orders"),
            Fact("orders_past_due", len(self.past_due), "orders"),
            *(Fact(f"orders_to_{kind}", counts[kind], "orders") for kind in ACTIONS),
        ]
        count, quantity = self._overdue()
        if count:
            unit = self.names.unit(self.product or "")
            facts.append(Fact("overdue_receipts", count, "receipts"))
            facts.append(Fact("overdue_quantity", quantity, unit))
        for order in self.orders[:MOST_FACTS]:
            facts += self._order_facts(order)
        if self.product and len(self.lines) <= SAID_IN_FULL:
            for line in self.lines:
                facts += self._line_facts(line)
        for swap in self.found.plan.swaps:
            if self._fits_place(swap.place):
                about = _about(swap.substitute) | {"instead_of": swap.place[0]}
                unit = self.names.unit(swap.substitute[0])
                total = sum(
                    s.quantity for s in self.found.plan.swaps if s.substitute == swap.substitute
                )
                facts.append(Fact("substituted", total, unit, about))
        return tuple(facts)

    def _order_facts(self, order: PlannedOrder) -> list[Fact]:
        about = _about(order.place) | {"action": order.source}
        found = [
            Fact("order_quantity", order.quantity, self.names.unit(order.place[0]), about),
            Fact("release_on", self.found.day(order.release), None, about),
            Fact("due_on", self.found.day(order.due), None, about),
        ]
        if order.origin:
            found.append(Fact("order_from", order.origin, None, about))
        parents = self._parents(order)
        if len(parents) > SAID_IN_FULL:
            found.append(Fact("further_parents", len(parents) - SAID_IN_FULL, "1", about))
        return found + [Fact("order_for", name, None, about) for name in parents[:SAID_IN_FULL]]

    def _line_facts(self, line: MaterialLine) -> list[Fact]:
        about, unit = _about(line.item.place), self.names.unit(line.item.place[0])
        return [
            Fact("gross_requirement", sum(line.gross), unit, about),
            Fact("on_hand", line.item.on_hand, unit, about),
            Fact("open_receipts", sum(line.item.scheduled), unit, about),
            Fact("safety_stock", line.item.safety_stock, unit, about),
            Fact("ordered", sum(order.quantity for order in line.orders), unit, about),
        ]

    def table(self) -> EvidenceTable:
        """Return one row per order to release."""
        columns = (
            TableColumn("release_on", "date"),
            TableColumn("due_on", "date"),
            TableColumn("past_due", "text"),
            TableColumn("action", "text"),
            TableColumn("product", "text"),
            TableColumn("name", "text"),
            TableColumn("site", "text"),
            TableColumn("from", "text"),
            TableColumn("quantity", "number"),
            TableColumn("unit", "text"),
            TableColumn("for", "text"),
        )
        rows = tuple(
            (
                self.found.day(order.release),
                self.found.day(order.due),
                "yes" if order.is_past_due else "no",
                order.source,
                order.place[0],
                self.names.product(order.place[0]),
                order.place[1],
                order.origin,
                order.quantity,
                self.names.unit(order.place[0]),
                ", ".join(self._parents(order)) or "demand",
            )
            for order in self.orders
        )
        return EvidenceTable(columns, rows)

    def chart(self) -> charts.Chart | None:
        """Return how many orders are to be released by month and kind."""
        if not self.orders:
            return None
        counts = Counter(
            (month_start(self.found.day(order.release)), order.source) for order in self.orders
        )
        rows: list[charts.Row] = [
            {"month": month, "action": action, "value": count}
            for (month, action), count in sorted(counts.items())
        ]
        return charts.compare_bars("Orders to release", rows, "month", "action", "orders")

    @property
    def _when(self) -> str:
        return wording.period(month_start(self.found.starts[0]), month_start(self.found.starts[-1]))

    @property
    def _whose(self) -> str:
        said = f" for {self.names.product(self.serving)}" if self.serving else ""
        if self.product:
            said += f" of {self.names.product(self.product)}"
        elif self.family:
            said += f" of {self.family}"
        return said + (f" at {self.names.site(self.site)}" if self.site else "")

    def _place(self, place: Place) -> str:
        return self.names.stock(*place)

    def _amount(self, place: Place, quantity: float) -> str:
        return wording.figure(quantity, self.names.unit(place[0]))


def _about(place: Place) -> dict[str, str]:
    return {"product": place[0]} | ({"site": place[1]} if place[1] else {})

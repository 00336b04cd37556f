"""A placement of safety stock as sentences, facts, table and chart."""

from dataclasses import dataclass

from planning_engine.supply.placement.stock_network import CompanyPlacement, HeldStock
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names

NAMED = 3
MOST_FACTS = 30
MOST_CHARTED = 20
KINDS = {
    "bought": "of what is bought",
    "made": "of what is made, at the plants",
    "moved": "at the ends of lanes",
}
LEAST_HELD = 1e-6
PROVEN = 5e-4


@dataclass(frozen=True)
class PlacementAnswer:
    """What is said and shown of a placement."""

    names: Names
    found: CompanyPlacement
    family: str | None

    @property
    def held(self) -> tuple[HeldStock, ...]:
        """The places that hold stock, the most valuable first."""
        return tuple(stock for stock in self.found.stocks if stock.quantity > LEAST_HELD)

    def summary(self) -> str:
        """Return value, saving and where, in three or four sentences."""
        found, said, money = self.found, wording.figure, self.names.currency
        whose = f" for {self.family}" if self.family else ""
        text = f"Safety stock worth {said(found.value, money)} is enough{whose}"
        if found.saved > 0.005 * found.value:
            text += (
                f", {said(found.saved, money)} ({said(self._share(), '%')}) less than the "
                f"{said(found.at_the_end, money)} it takes when all is held at the end."
            )
        else:
            text += ", and it is best held at the end: nothing is saved further up."
        kinds = [
            f"{said(self._of(kind), money)} {words}"
            for kind, words in KINDS.items()
            if self._of(kind) > 0
        ]
        text += f" It lies at {len(self.held)} of {len(found.stocks)} places"
        text += f": {wording.listed(kinds)}." if kinds else "."
        named = [
            f"{self.names.stock(*stock.place)} ({said(stock.value, money)})"
            for stock in self.held[:NAMED]
        ]
        text += f" Most is held of {wording.listed(named)}." if named else ""
        return f"{text} {self._proof()}{self._left_out()}"

    def _share(self) -> float:
        return 100 * self.found.saved / self.found.at_the_end if self.found.at_the_end else 0.0

    def _of(self, kind: str) -> float:
        return sum(stock.value for stock in self.found.stocks if stock.kind == kind)

    def _proof(self) -> str:
        if self.found.gap < PROVEN:
            return "No other placement is cheaper."
        gap = wording.figure(100 * self.found.gap, "%")
        return f"No other placement is more than {gap} cheaper."

    def _left_out(self) -> str:
        if not self.found.left_out:
            return ""
        first = self.names.stock(*self.found.left_out[0])
        more = len(self.found.left_out) - 1
        others = f" and {more} more" if more else ""
        return f" Left out, for want of cost, varying sales or service level: {first}{others}."

    def facts(self) -> tuple[Fact, ...]:
        """Return values and counts, then each place that holds stock."""
        found, money = self.found, self.names.currency
        facts = [
            Fact("placed_value", found.value, money),
            Fact("value_at_the_end", found.at_the_end, money),
            Fact("saving", found.saved, money),
            Fact("saving_share", self._share(), "%"),
            Fact("places", len(found.stocks), "places"),
            Fact("places_holding", len(self.held), "places"),
            Fact("proven_gap", 100 * found.gap, "%"),
            Fact("places_left_out", len(found.left_out), "places"),
        ]
        facts += [Fact("placed_value", self._of(kind), money, {"kind": kind}) for kind in KINDS]
        for product, site in found.left_out[:1]:
            about = {"product": product} | ({"site": site} if site else {})
            facts.append(Fact("left_out", product, None, about))
            facts += [Fact("left_out_at", site, None, about)] if site else []
        if len(found.left_out) > 1:
            facts.append(Fact("further_places_left_out", len(found.left_out) - 1, "places"))
        for stock in self.held[:MOST_FACTS]:
            product, site = stock.place
            about = {"product": product} | ({"site": site} if site else {})
            facts.append(Fact("safety_stock", stock.quantity, self.names.unit(product), about))
            facts.append(Fact("safety_stock_value", stock.value, money, about))
            facts.append(Fact("days_covered", stock.days, "days", about))
            facts.append(Fact("stock_of", product, None, about))
            facts += [Fact("stock_at", site, None, about)] if site else []
        return tuple(facts)

    def table(self) -> EvidenceTable:
        """Return one row a place, those without stock too."""
        columns = (
            TableColumn("product", "text"),
            TableColumn("name", "text"),
            TableColumn("site", "text"),
            TableColumn("unit", "text"),
            TableColumn("kind", "text"),
            TableColumn("days_covered", "number", "days"),
            TableColumn("safety_stock", "number"),
            TableColumn("safety_stock_value", "number", self.names.currency),
            TableColumn("promised", "number", "days"),
            TableColumn("value_at_the_end", "number", self.names.currency),
        )
        rows = tuple(
            (
                stock.place[0],
                self.names.product(stock.place[0]),
                stock.place[1],
                self.names.unit(stock.place[0]),
                stock.kind,
                stock.days,
                stock.quantity,
                stock.value,
                stock.service_days,
                stock.at_the_end,
            )
            for stock in self.found.stocks
        )
        return EvidenceTable(columns, rows)

    def chart(self) -> charts.Chart | None:
        """Draw the value held at the most valuable places."""
        rows: list[charts.Row] = [
            {"stock": self.names.stock(*stock.place), "value": stock.value}
            for stock in self.held[:MOST_CHARTED]
        ]
        title = "Where safety stock is best held"
        return charts.bars(title, rows, "stock", self.names.currency) if rows else None

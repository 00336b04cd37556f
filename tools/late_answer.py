"""Why demand is late, as sentences, facts and a table of what serves it."""

from dataclasses import dataclass

from planning_engine.supply.plan.plan_problem import SupplyPlan
from planning_engine.supply.requirements.requirements import Place
from planning_engine.supply.shortfalls.lateness import Bind, Late
from planning_engine.supply.shortfalls.plan_pegging import pegs
from tools import wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names
from tools.plan_words import because, late_facts, late_words

MOST_PLACES = 40


@dataclass(frozen=True)
class LateAnswer:
    """What is said of late demand.

    Attributes:
        names: Names and units.
        plan: The whole plan.
        late: All that is late, largest first.
        products: Those asked about; None for all.
        whose: How to call them; empty for all.
        site: The site asked about; None for all.
    """

    names: Names
    plan: SupplyPlan
    late: tuple[Late, ...]
    products: frozenset[str] | None
    whose: str
    site: str | None

    def summary(self) -> str:
        """Return what is late most, why, and what is missing for it."""
        found = self._late()
        where = f" at {self.names.site(self.site)}" if self.site else ""
        whose = f" of {self.whose}" if self.whose else ""
        months = self.plan.problem.months
        when = wording.period(months[0], months[-1])
        if not self._places():
            return f"There is no demand{whose}{where} {when}."
        if not found:
            return f"Nothing{whose}{where} is late or short {when}.{self._served()}"
        top = found[0]
        said = f"{late_words(self.names, top)} is owed {because(self.names, top.binds)}."
        missing = [self._missing(bind, top) for bind in top.binds[:2]]
        said += "".join(f" {entry}" for entry in missing if entry)
        if len(found) > 1:
            said += f" In all {len(found)} deliveries{whose}{where} are late or short."
        return said + self._worth(top)

    def _missing(self, bind: Bind, late: Late) -> str:
        """Return how much more of what binds the late pieces would take."""
        match bind.kind:
            case "hours":
                amount = wording.figure(round(bind.short, 1), "hours")
                return f"It would take {amount} more of {self.names.resource(bind.name)}."
            case "component":
                amount = wording.figure(bind.short, self.names.unit(bind.name))
                supplier = f" from {bind.supplier}" if bind.supplier else ""
                return f"It would take {amount} more of {self.names.product(bind.name)}{supplier}."
            case _:
                return ""

    def _worth(self, late: Late) -> str:
        t = self.plan.problem.months.index(late.month)
        worth = self.plan.piece_worth.get(((late.product, late.site), t), 0.0)
        if worth <= 0.005:
            return ""
        money = wording.figure(worth, self.names.currency)
        return f" One more unit there would save {money}."

    def _served(self) -> str:
        """Return where most of the supply of what is asked about comes from."""
        if self.products is None or len(self.products) > 1:
            return ""
        sums: dict[tuple[str, str], float] = {}
        for place in self._places():
            for peg in pegs(self.plan, place):
                key = (peg.kind, peg.name)
                sums[key] = sums.get(key, 0.0) + peg.quantity
        if not sums:
            return ""
        (kind, name), quantity = max(sums.items(), key=lambda entry: entry[1])
        product = next(iter(self.products))
        amount = wording.figure(quantity, self.names.unit(product))
        return f" Most of it, {amount}, is {self._source(kind, name)}."

    def _source(self, kind: str, name: str) -> str:
        match kind:
            case "stock":
                return "in stock already"
            case "receipt":
                return "on its way already"
            case "made":
                on = wording.listed([self.names.resource(each) for each in name.split(" and ")])
                return f"made on {on}"
            case "bought":
                return f"bought from {name}" if name else "bought"
            case _:
                return f"brought from {self.names.site(name)}"

    def facts(self) -> tuple[Fact, ...]:
        """Return each late delivery, what binds it and how much of that is missing."""
        months, found = self.plan.problem.months, self._late()
        facts = [
            Fact("first_month", months[0]),
            Fact("last_month", months[-1]),
            Fact("late_deliveries", len(found), "1"),
        ]
        if self.site:
            facts.append(Fact("site", self.site))
        facts += late_facts(self.names, found)
        for index, late in enumerate(found[:12]):
            about = {"product": late.product, "month": late.month.isoformat()}
            if late.site:
                about["site"] = late.site
            t = months.index(late.month)
            worth = self.plan.piece_worth.get(((late.product, late.site), t), 0.0)
            facts.append(Fact("worth_of_one_more_unit", worth, self.names.currency, about))
            for bind in late.binds[:2]:
                unit = "hours" if bind.kind == "hours" else self.names.unit(bind.name)
                if bind.kind in ("hours", "component"):
                    # The summary tells of the first alone: there "of" says it all.
                    whole = about | {"of": bind.name} if index else {"of": bind.name}
                    facts.append(Fact("missing", bind.short, unit, whole))
                if bind.supplier:
                    facts.append(Fact("missing_from", bind.supplier, None, about))
        return tuple([*facts, *self._peg_facts()])

    def _peg_facts(self) -> list[Fact]:
        sums: dict[tuple[str, str, str], float] = {}
        for place in self._places()[:MOST_PLACES]:
            for peg in pegs(self.plan, place):
                key = (place[0], peg.kind, peg.name)
                sums[key] = sums.get(key, 0.0) + peg.quantity
        facts = []
        for (product, kind, name), quantity in sums.items():
            about = {"product": product}
            facts.append(Fact(f"served_{kind}", quantity, self.names.unit(product), about))
            facts += [Fact("served_from", part) for part in name.split(" and ") if part]
        return facts

    def table(self) -> EvidenceTable:
        """Return what serves each month's demand, first in, first out."""
        columns = (
            TableColumn("product", "text"),
            TableColumn("site", "text"),
            TableColumn("due", "month"),
            TableColumn("delivered", "month"),
            TableColumn("quantity", "number"),
            TableColumn("from", "text"),
            TableColumn("arrives", "month"),
        )
        rows = [
            (*place, p.due, p.served, p.quantity, self._source(p.kind, p.name), p.since)
            for place in self._places()[:MOST_PLACES]
            for p in pegs(self.plan, place)
        ]
        return EvidenceTable(columns, tuple(rows))

    def _late(self) -> tuple[Late, ...]:
        return tuple(late for late in self.late if (late.product, late.site) in self._places())

    def _places(self) -> list[Place]:
        return [
            place
            for place in self.plan.problem.demand
            if (self.products is None or place[0] in self.products)
            and (self.site is None or place[1] == self.site)
        ]

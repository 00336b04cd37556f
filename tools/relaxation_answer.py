"""What it would take to be on time, as sentences, facts and a table."""

from dataclasses import dataclass

from planning_engine.supply.shortfalls.plan_relaxation import Advice, Relaxation
from tools import wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names

MOST_SAID = 3
MOST_FACTS = 20


@dataclass(frozen=True)
class RelaxationAnswer:
    """What is said of bent limits.

    Attributes:
        names: Names and units.
        advice: What to bend.
        whose: How to call what must be on time; empty for all.
        overtime: Whether allowed overtime is free to use.
        stock: Whether safety stocks must be kept.
    """

    names: Names
    advice: Advice
    whose: str
    overtime: bool
    stock: bool

    def goal(self) -> str:
        """Return what must be met, as a clause."""
        what = f"all demand of {self.whose}" if self.whose else "all demand"
        kept = " and every safety stock is kept" if self.stock else ""
        return f"{what} is delivered in its month{kept}"

    def summary(self) -> str:
        """Return whether it can be done, with what, and for how much."""
        months = self.advice.plan.problem.months
        when = wording.period(months[0], months[-1])
        without = "" if self.overtime else " without overtime"
        found = self.advice.relaxations
        if not found and not self.advice.unmet:
            return f"Nothing more is needed{without}: {self.goal()} {when}."
        if not found:
            return f"No hours, material or freight would help.{self._unmet()}"
        said = wording.listed([self._said(entry) for entry in found[:MOST_SAID]])
        cost = wording.figure(self.advice.cost, self.names.currency)
        rest = len(found) - MOST_SAID
        more = f", besides {rest} more" if rest > 0 else ""
        head = f"So that {self.goal()} {when}{without}, it takes {said}{more}"
        return f"{head}: {cost} in all.{self._unmet()}"

    def _said(self, entry: Relaxation) -> str:
        when = wording.month(entry.month)
        if entry.kind == "hours":
            amount = wording.figure(round(entry.quantity, 1), "hours")
            return f"{amount} more of {self.names.resource(entry.name)} in {when}"
        amount = wording.figure(entry.quantity, self.names.unit(entry.name))
        what = f"{amount} more of {self.names.product(entry.name)}"
        if entry.kind == "component":
            return f"{what} in {when}"
        return f"{what} sent from {self.names.site(entry.site)} in {when}"

    def _unmet(self) -> str:
        unmet = self.advice.unmet
        if not unmet:
            return ""
        top = max(unmet, key=lambda entry: entry.quantity)
        amount = wording.figure(top.quantity, self.names.unit(top.product))
        where = self.names.stock(top.product, top.site)
        return (
            f" {where} still misses {amount} in {wording.month(top.month)}: no limit that can be "
            "bent stands in the way."
        )

    def facts(self) -> tuple[Fact, ...]:
        """Return the cost, each limit bent, and what is still missed."""
        advice, currency = self.advice, self.names.currency
        months = advice.plan.problem.months
        facts = [
            Fact("relaxation_cost", advice.cost, currency),
            Fact("relaxations", len(advice.relaxations), "1"),
            Fact("more_relaxations", max(0, len(advice.relaxations) - MOST_SAID), "1"),
            Fact("first_month", months[0]),
            Fact("last_month", months[-1]),
        ]
        service = advice.base.service
        if service is not None:
            facts.append(Fact("service_before", 100 * service, "%"))
        for entry in advice.relaxations[:MOST_FACTS]:
            about = {"of": entry.name, "month": entry.month.isoformat()}
            if entry.site:
                about["site"] = entry.site
            unit = "hours" if entry.kind == "hours" else self.names.unit(entry.name)
            kind = entry.kind.replace("component", "material")
            facts.append(Fact(f"more_{kind}", entry.quantity, unit, about))
            facts.append(Fact("relaxation_cost", entry.cost, currency, about))
            facts.append(Fact("relaxed", entry.name, None, about))
            facts.append(Fact("relaxed_month", entry.month, None, about))
            if entry.site:
                facts.append(Fact("relaxed_site", entry.site, None, about))
        for miss in advice.unmet[:MOST_FACTS]:
            about = {"product": miss.product, "month": miss.month.isoformat()}
            facts.append(Fact("unmet", miss.quantity, self.names.unit(miss.product), about))
            facts.append(Fact("unmet_product", miss.product, None, about))
            facts.append(Fact("unmet_site", miss.site, None, about))
            facts.append(Fact("unmet_month", miss.month, None, about))
        return tuple(facts)

    def table(self) -> EvidenceTable:
        """Return every limit bent, dearest first."""
        columns = (
            TableColumn("limit", "text"),
            TableColumn("of", "text"),
            TableColumn("site", "text"),
            TableColumn("to", "text"),
            TableColumn("month", "month"),
            TableColumn("quantity", "number"),
            TableColumn("cost", "number", self.names.currency),
        )
        rows = [
            (e.kind, e.name, e.site, e.target, e.month, e.quantity, e.cost)
            for e in self.advice.relaxations
        ]
        return EvidenceTable(columns, tuple(rows))

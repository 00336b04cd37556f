"""The lot rules of one product as sentences, facts, table and chart."""

from dataclasses import dataclass
from datetime import date

from planning_engine.supply.lots.lot_sizing import LotPlan
from planning_engine.supply.lots.lot_sizing_company import ProductLots
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names

RULE_WORDS = {
    "lot_for_lot": "lot for lot",
    "fixed_quantity": "the economic order quantity",
    "period_order_quantity": "the period order quantity",
    "silver_meal": "Silver-Meal",
    "least_unit_cost": "least unit cost",
    "part_period": "part-period balancing",
    "wagner_whitin": "Wagner-Whitin",
}
LOTS_SAID = 3
CENT = 0.005


@dataclass(frozen=True)
class ProductLotsAnswer:
    """What is said and shown of a product's lots by every rule."""

    names: Names
    sized: ProductLots

    def summary(self) -> str:
        """Return two to four sentences that answer."""
        sized, name = self.sized, self.names.product(self.sized.product)
        when = wording.period(sized.months[0], sized.months[-1])
        if not self.best.setups:
            return f"{name} needs no lot {when}: the stock covers the demand."
        said = [self._cheapest(name, when), self._next_lots()]
        if len(self._as_cheap) < len(sized.plans):
            said.append(self._dearest())
        return " ".join([*said, self._terms()])

    def _cheapest(self, name: str, when: str) -> str:
        rules = wording.listed([RULE_WORDS[plan.rule] for plan in self._as_cheap])
        cost = wording.figure(self.best.cost, self._currency)
        lots = wording.figure(self.best.setups, "lots")
        if len(self._as_cheap) == len(self.sized.plans):
            return f"Every lot rule costs the same for {name} {when}: {cost} with {lots}."
        verb = "sizes" if len(self._as_cheap) == 1 else "size"
        return (
            f"{_first_up(rules)} {verb} the lots of {name} most cheaply {when}: {cost} with {lots}."
        )

    def _next_lots(self) -> str:
        shown = [
            f"{wording.figure(lot, self._unit)} in {wording.month(month)}"
            for month, lot in self._lots[:LOTS_SAID]
        ]
        verb = "lot is" if len(shown) == 1 else "lots are"
        return f"The first {verb} {wording.listed(shown)}."

    def _dearest(self) -> str:
        dearest = self.sized.plans[-1]
        others = [dearest]
        single = next(plan for plan in self.sized.plans if plan.rule == "lot_for_lot")
        if single.cost > self.best.cost + CENT and single is not dearest:
            others.insert(0, single)
        shown = [
            f"{RULE_WORDS[plan.rule]} costs {wording.figure(plan.cost, self._currency)} with "
            f"{wording.figure(plan.setups, 'lots')}"
            for plan in others
        ]
        return f"{_first_up(wording.listed(shown))}."

    def _terms(self) -> str:
        setup = wording.figure(self.sized.setup_cost, self._currency)
        holding = f"{self._currency} {self.sized.holding_cost:,.3f}"
        return f"A set-up costs {setup}, {self._one} in stock for a month {holding}."

    def facts(self) -> tuple[Fact, ...]:
        """Return terms, the cost of every rule, then the lots of the cheapest one."""
        sized, product = self.sized, {"product": self.sized.product}
        facts = [
            Fact("cheapest_rule", RULE_WORDS[self.best.rule], about=product),
            Fact("first_month", sized.months[0]),
            Fact("last_month", sized.months[-1]),
            Fact("setup_cost", sized.setup_cost, self._currency, product),
            Fact("holding_cost_per_month", sized.holding_cost, self._currency, product),
        ]
        for plan in sized.plans:
            about = product | {"rule": plan.rule}
            facts += [
                Fact("cost", plan.cost, self._currency, about),
                Fact("lots", plan.setups, "lots", about),
                Fact("cost_setups", plan.setup_cost, self._currency, about),
                Fact("cost_holding", plan.holding_cost, self._currency, about),
            ]
        for month, lot in self._lots:
            facts.append(Fact("lot", lot, self._unit, product | {"month": month.isoformat()}))
        return tuple(facts)

    def table(self) -> EvidenceTable:
        """Return a row per rule, cheapest first."""
        currency = self._currency
        return EvidenceTable(
            (
                TableColumn("rule", "text"),
                TableColumn("lots", "number"),
                TableColumn("mean lot", "number", self._unit),
                TableColumn("set-ups", "number", currency),
                TableColumn("holding", "number", currency),
                TableColumn("cost", "number", currency),
            ),
            tuple(
                (
                    RULE_WORDS[plan.rule],
                    plan.setups,
                    sum(plan.orders) / plan.setups if plan.setups else None,
                    plan.setup_cost,
                    plan.holding_cost,
                    plan.cost,
                )
                for plan in self.sized.plans
            ),
        )

    def chart(self) -> charts.Chart:
        """Draw what is needed beside the lots of the cheapest rule."""
        rows: list[charts.Row] = [
            {"month": month, "what": what, "value": value}
            for month, needed, lot in zip(
                self.sized.months, self.sized.needed, self.best.orders, strict=True
            )
            for what, value in (("to be made", needed), ("lot", lot))
        ]
        title = f"Lots of {self.names.product(self.sized.product)}: {RULE_WORDS[self.best.rule]}"
        return charts.compare_bars(title, rows, "month", "what", self._unit)

    @property
    def best(self) -> LotPlan:
        """The cheapest plan."""
        return self.sized.plans[0]

    @property
    def _as_cheap(self) -> list[LotPlan]:
        return [plan for plan in self.sized.plans if plan.cost <= self.best.cost + CENT]

    @property
    def _lots(self) -> list[tuple[date, float]]:
        rows = zip(self.sized.months, self.best.orders, strict=True)
        return [(month, lot) for month, lot in rows if lot > 0]

    @property
    def _currency(self) -> str:
        return self.names.currency

    @property
    def _unit(self) -> str:
        return self.names.unit(self.sized.product)

    @property
    def _one(self) -> str:
        unit = "unit" if self._unit == "units" else self._unit
        return f"an {unit}" if unit[0] in "aeio" else f"a {unit}"


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]

"""Why a plan moved, as sentences, facts, table and waterfall."""

from collections.abc import Mapping
from dataclasses import dataclass

from planning_engine.cycles.drivers import Driver, PlanMove
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names
from tools.waterfall import waterfall

SAID = 6
MOST_PRODUCTS = 3
WORDS = {
    "sales": "sales against forecast",
    "receipts": "receipts against plan",
    "statistical forecast": "the statistical forecast",
    "consensus forecast": "the consensus forecast",
    "safety stock": "the safety stock",
    "stock kept": "stock kept beyond the safety stock",
    "shortage": "stock missing from the safety stock",
    "unit value": "standard cost",
    "other": "what neither forecast nor stock explains",
}


@dataclass(frozen=True)
class ChangeAnswer:
    """What is said and shown of a plan's move.

    Attributes:
        names: Names and units.
        move: The move and its drivers.
        people: Person id → name.
        about: The family or product asked for; empty for all.
    """

    names: Names
    move: PlanMove
    people: Mapping[str, str]
    about: Mapping[str, str]

    @property
    def unit(self) -> str:
        """Unit of every amount."""
        if self.move.measure == "value":
            return self.names.currency
        if "product" in self.about:
            return self.names.unit(self.about["product"])
        family, known = self.about.get("family"), self.names.families.items()
        return self.names.unit_of_all({p for p, own in known if own and family in (None, own)})

    def summary(self) -> str:
        """Return the change, its drivers, and where the largest one sits."""
        move = self.move
        if not move.months:
            return f"The two cycles have no month in common, so nothing of the {self._plan} moved."
        span = wording.period(move.months[0], move.months[-1])
        against = f"Against the {wording.month(move.previous)} cycle, over the months both have"
        head = f"{against} ({span}), the {self._plan} of the {wording.month(move.cycle)} cycle"
        if not move.drivers:
            return f"{head} is the same."
        if abs(move.change) < 0.5:
            head = f"{head} is as large, but not for the same reasons"
        else:
            way = "higher" if move.change > 0 else "lower"
            head = f"{head} is {self._figure(abs(move.change))} {way}"
        # The drivers stand in a sentence of their own: "lower" is not said of them.
        said = [f"{self._called(d)} {self._figure(d.amount)}" for d in self._largest]
        rest = self._rest
        if rest is not None:
            said.append(f"the others {self._figure(rest)}")
        first = wording.listed(said)
        return f"{head}. Drivers: {first}.{self._where()}"

    def facts(self) -> tuple[Fact, ...]:
        """Return cycles and totals, then every driver with where most of it sits."""
        move, about = self.move, dict(self.about)
        facts = [
            Fact("cycle", move.cycle),
            Fact("previous_cycle", move.previous),
            Fact("months_compared", len(move.months), "months"),
            Fact("moved", move.change, self.unit, about),
            Fact("after", move.after, self.unit, {**about, "cycle": move.cycle.isoformat()}),
            Fact("before", move.before, self.unit, {**about, "cycle": move.previous.isoformat()}),
        ]
        if move.months:
            facts += [Fact("first_month", move.months[0]), Fact("last_month", move.months[-1])]
        for driver in move.drivers:
            own = {**about, "driver": self._called(driver)}
            facts.append(Fact("driver", driver.amount, self.unit, own))
            if driver.author:
                facts.append(Fact("author", self._person(driver.author), None, own))
            if driver.reason:
                facts.append(Fact("reason", driver.reason, None, own))
            if driver.event:
                facts.append(Fact("event", driver.event, None, own))
            facts += [
                Fact("driver", amount, self.unit, {**own, "product": product})
                for product, amount in driver.by_product[:MOST_PRODUCTS]
            ]
        if self._rest is not None:
            facts.append(Fact("other_drivers", self._rest, self.unit, about))
        return tuple(facts)

    def table(self) -> EvidenceTable:
        """Return a row per driver and the total, with the products that make most of it."""
        columns = (
            TableColumn("driver", "text"),
            TableColumn("amount", "number", self.unit),
            TableColumn("most from", "text"),
            TableColumn("of that", "number", self.unit),
        )
        rows = [
            (
                self._called(driver),
                driver.amount,
                self.names.product(driver.by_product[0][0]),
                driver.by_product[0][1],
            )
            for driver in self.move.drivers
        ]
        return EvidenceTable(columns, (*rows, ("change in all", self.move.change, None, None)))

    def chart(self) -> charts.Chart | None:
        """Return the waterfall from the earlier cycle's plan to the later one's."""
        if not self.move.drivers:
            return None
        steps = [(self._called(driver), driver.amount) for driver in self.move.drivers]
        start = (f"{wording.month(self.move.previous)} cycle", self.move.before)
        title = f"{self._plan[0].upper()}{self._plan[1:]}: why it moved"
        return waterfall(title, start, steps, f"{wording.month(self.move.cycle)} cycle", self.unit)

    # --- words

    @property
    def _plan(self) -> str:
        named = self.about.get("family") or self.names.product(self.about.get("product", ""))
        published = "supply plan" if self.move.what == "supply" else "consensus forecast"
        return f"{published} of {named}" if named else published

    @property
    def _largest(self) -> list[Driver]:
        ranked = sorted(self.move.drivers, key=lambda driver: -abs(driver.amount))[:SAID]
        return [driver for driver in self.move.drivers if driver in ranked]

    @property
    def _rest(self) -> float | None:
        """What the drivers that are not said add up to; None if all are said."""
        rest = [driver.amount for driver in self.move.drivers if driver not in self._largest]
        return sum(rest) if rest else None

    def _where(self) -> str:
        """Say which product the largest driver is mostly about, where several are asked for."""
        largest = max(self.move.drivers, key=lambda driver: abs(driver.amount))
        if "product" in self.about or len(largest.by_product) < 2:
            return ""
        product, amount = largest.by_product[0]
        return (
            f" Of {self._called(largest)}, {self._figure(amount)} come from "
            f"{self.names.product(product)}."
        )

    def _called(self, driver: Driver) -> str:
        if driver.event:
            return f"the {self.names.event(driver.event)}"
        if driver.kind == "override":
            who = self._person(driver.author) if driver.author else "nobody named"
            why = f' ("{driver.reason}")' if driver.reason else ""
            return f"overrides by {who}{why}"
        return WORDS[driver.kind]

    def _person(self, identity: str) -> str:
        return self.people.get(identity, identity)

    def _figure(self, value: float) -> str:
        return wording.figure(value, self.unit)

"""Stock targets as sentences, facts, table and chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from planning_engine.supply.requirements.requirements import Place
from planning_engine.supply.stock.stock_targets import StockTarget
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names

NAMED = 3
MOST_FACTS = 40
MOST_CHARTED = 20


@dataclass(frozen=True)
class StockPolicyAnswer:
    """What is said and shown of the targets that fit the question.

    Attributes:
        names: Names and units.
        targets: The targets, the most valuable first.
        unsized: Places that could not be sized, and why.
        fill_rate: Fill rate asked for; None when a service level is.
        show: Which targets were asked for.
    """

    names: Names
    targets: tuple[StockTarget, ...]
    unsized: Mapping[Place, str]
    fill_rate: float | None
    show: str

    @cached_property
    def slow(self) -> tuple[StockTarget, ...]:
        """Slow movers, sized by single pieces."""
        return tuple(target for target in self.targets if target.law != "normal")

    @cached_property
    def value(self) -> float | None:
        """All safety stock at standard cost; None where a cost is not known."""
        values = [target.value for target in self.targets]
        return None if None in values else sum(value for value in values if value is not None)

    @cached_property
    def declared_value(self) -> float | None:
        """All declared safety stock at standard cost; None where one is not known."""
        values = [target.declared_value for target in self.targets]
        return None if None in values else sum(value for value in values if value is not None)

    def summary(self) -> str:
        """Return what to hold, in one to four sentences."""
        if not self.targets:
            return f"{self._nothing()}{self._unsized_words()}"
        if len(self.targets) == 1:
            return f"{self._one(self.targets[0])}{self._unsized_words()}"
        return f"{self._many()}{self._unsized_words()}"

    def _nothing(self) -> str:
        if self.show == "all":
            return "No stock that fits can be sized."
        kinds = {
            "slow": "is a slow mover",
            "above_declared": "needs more safety stock than is declared",
            "below_declared": "needs less safety stock than is declared",
        }
        return f"No stock that fits {kinds[self.show]}."

    def _one(self, target: StockTarget) -> str:
        said, unit = wording.figure, self.names.unit(target.place[0])
        held = f"Hold {said(target.safety, unit)} of {self._stock(target)} as safety stock"
        held += f" ({said(target.value, self.names.currency)})" if target.value is not None else ""
        held += (
            f" and order up to {said(target.level, unit)} at each review"
            if (target.is_periodic)
            else f" and reorder at {said(target.level, unit)}"
        )
        span = f"{said(target.refill.days, 'days')} of lead time"
        if target.is_periodic:
            span += f" and {said(target.review_days, 'days')} of review"
        protected = target.protected
        reason = (
            f": demand over {span} is {said(protected.mean, unit)} with a deviation of "
            f"{said(protected.sd, unit)}, covered {self._aim(target)}."
        )
        return f"{held}{reason}{self._extras(target, unit)}"

    def _aim(self, target: StockTarget) -> str:
        if self.fill_rate is not None:
            return f"for a fill rate of {wording.figure(100 * self.fill_rate, '%')}"
        return f"in {wording.figure(100 * (target.service_level or 0), '%')} of cycles"

    def _extras(self, target: StockTarget, unit: str) -> str:
        said, parts = wording.figure, []
        if target.law != "normal":
            parts.append(f"It is a slow mover, sized piece by piece ({target.law}).")
        if target.declared is not None:
            parts.append(f"Declared are {said(target.declared, unit)}.")
        if target.economic_lot is not None:
            lot = f"The economic lot is {said(target.economic_lot, unit)}"
            lot += f"; the declared one {said(target.lot, unit)}" if target.lot else ""
            parts.append(f"{lot}.")
        return "".join(f" {part}" for part in parts)

    def _many(self) -> str:
        said, currency, count = wording.figure, self.names.currency, len(self.targets)
        if self.value is None:
            text = f"{count} stocks are sized"
        else:
            text = f"{count} stocks need safety stock worth {said(self.value, currency)}"
            if self.declared_value is not None:
                text += f"; {said(self.declared_value, currency)} are declared"
        named = [self._named(target) for target in self.targets[:NAMED]]
        text += f". Most is {wording.listed(named)}."
        if self.slow:
            slow = len(self.slow)
            verb = "is a slow mover" if slow == 1 else "are slow movers"
            text += f" {slow} {verb}, sized piece by piece."
        return text

    def _named(self, target: StockTarget) -> str:
        unit = self.names.unit(target.place[0])
        return f"{self._stock(target)} with {wording.figure(target.safety, unit)}"

    def _unsized_words(self) -> str:
        if not self.unsized:
            return ""
        (product, site), reason = next(iter(self.unsized.items()))
        first = f"{self.names.stock(product, site)}: {reason}"
        if len(self.unsized) == 1:
            return f" Not sized is {first}."
        return f" {len(self.unsized)} stocks are not sized, e.g. {first}."

    def _stock(self, target: StockTarget) -> str:
        return self.names.stock(*target.place)

    def facts(self) -> tuple[Fact, ...]:
        """Return counts and values, then each target."""
        found = [
            Fact("stocks_sized", len(self.targets), "stocks"),
            Fact("stocks_not_sized", len(self.unsized), "stocks"),
            Fact("slow_movers", len(self.slow), "stocks"),
        ]
        for name, value in (
            ("safety_stock_value", self.value),
            ("declared_value", self.declared_value),
        ):
            if value is not None:
                found.append(Fact(name, value, self.names.currency))
        if self.fill_rate is not None:
            found.append(Fact("fill_rate_asked", 100 * self.fill_rate, "%"))
        for target in self.targets[:MOST_FACTS]:
            found += self._facts_of(target)
        for (product, site), _ in list(self.unsized.items())[:1]:
            found.append(Fact("not_sized", product))
            found += [Fact("not_sized_at", site)] if site else []
        return tuple(found)

    def _facts_of(self, target: StockTarget) -> list[Fact]:
        product, site = target.place
        about = {"product": product} | ({"site": site} if site else {})
        unit, money = self.names.unit(product), self.names.currency
        level = "order_up_to" if target.is_periodic else "reorder_point"
        figures: list[tuple[str, float | None, str]] = [
            ("safety_stock", target.safety, unit),
            (level, target.level, unit),
            ("safety_stock_value", target.value, money),
            ("declared_safety_stock", target.declared, unit),
            ("lead_time", target.refill.days, "days"),
            ("review", target.review_days if target.is_periodic else None, "days"),
            ("demand_protected", target.protected.mean, unit),
            ("deviation_protected", target.protected.sd, unit),
            ("service_level", _percent(target.service_level), "%"),
            ("expected_fill_rate", _percent(target.fill_rate), "%"),
            ("economic_lot", target.economic_lot, unit),
            ("declared_lot", target.lot, unit),
        ]
        found = [
            Fact(name, value, unit, about) for name, value, unit in figures if value is not None
        ]
        named = [Fact("stock_of", product, None, about)]
        named += [Fact("stock_at", site, None, about)] if site else []
        return [*found, *named, Fact("demand_law", target.law, None, about)]

    def table(self) -> EvidenceTable:
        """Return one row a stock."""
        columns = (
            TableColumn("product", "text"),
            TableColumn("name", "text"),
            TableColumn("site", "text"),
            TableColumn("unit", "text"),
            TableColumn("policy", "text"),
            TableColumn("demand_law", "text"),
            TableColumn("lead_time", "number", "days"),
            TableColumn("review", "number", "days"),
            TableColumn("service_level", "number", "%"),
            TableColumn("safety_stock", "number"),
            TableColumn("level", "number"),
            TableColumn("economic_lot", "number"),
            TableColumn("declared_safety_stock", "number"),
            TableColumn("safety_stock_value", "number", self.names.currency),
            TableColumn("expected_fill_rate", "number", "%"),
        )
        rows = tuple(
            (
                target.place[0],
                self.names.product(target.place[0]),
                target.place[1],
                self.names.unit(target.place[0]),
                "order up to" if target.is_periodic else "reorder point",
                target.law,
                target.refill.days,
                target.review_days,
                _percent(target.service_level),
                target.safety,
                target.level,
                target.economic_lot,
                target.declared,
                target.value,
                _percent(target.fill_rate),
            )
            for target in self.targets
        )
        return EvidenceTable(columns, rows)

    def chart(self) -> charts.Chart | None:
        """Draw the most valuable safety stocks."""
        if not self.targets:
            return None
        valued = self.value is not None
        rows: list[charts.Row] = [
            {"stock": self._stock(t), "value": t.value if valued else t.safety}
            for t in self.targets[:MOST_CHARTED]
        ]
        title = "Safety stock at standard cost" if valued else "Safety stock"
        return charts.bars(title, rows, "stock", self.names.currency if valued else None)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share

"""ABC/XYZ segments as sentences, facts, table and chart."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from planning_engine.supply.stock.segments import POLICIES, Segment, Segmentation
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names

SAID_IN_FULL = 5


@dataclass(frozen=True)
class SegmentsAnswer:
    """What is said and shown of a segmentation.

    Attributes:
        names: Names and units.
        found: All segments.
        product: The one product asked about; None for all.
        segment: Segment asked about: `AX`, `A` or `Z`; None for all.
        where: Family and site asked about, in words.
    """

    names: Names
    found: Segmentation
    product: str | None
    segment: str | None
    where: str

    @cached_property
    def rows(self) -> tuple[Segment, ...]:
        """The products asked about, largest first."""
        wanted = set(self.segment or "")
        return tuple(
            row
            for row in self.found.rows
            if self.product in (None, row.product) and wanted <= {row.abc, row.xyz}
        )

    @cached_property
    def under_served(self) -> tuple[Segment, ...]:
        """Those of them whose target service level is below the suggested one."""
        return tuple(
            row
            for row in self.rows
            if row.service_level is not None and row.service_level < row.policy.service_level - 1e-9
        )

    def summary(self) -> str:
        """Return two to four sentences that answer."""
        if self.product:
            return self._single(self.rows[0])
        if self.segment:
            return self._listed()
        return f"{self._by_value()} {self._by_steadiness()}{self._targets()}"

    def _single(self, row: Segment) -> str:
        place = self.found.rows.index(row) + 1
        said = (
            f"{self.names.product(row.product)} is {row.name}: it brings {_percent(row.share)} of "
            f"{self.found.measure}{self.where}, number {place} of {len(self.found.rows)} products"
        )
        if row.variation is None:
            said += ", and has sold for too short a time to say how steadily. "
        else:
            said += (
                f", and its monthly sales have a coefficient of variation of {row.variation:.2f}. "
            )
        return said + self._policy(row) + self._target(row)

    def _policy(self, row: Segment) -> str:
        level = _percent(row.policy.service_level)
        review = wording.figure(row.policy.review_days, "days")
        return f"{row.name} suits a service level of {level} and a review every {review}."

    def _target(self, row: Segment) -> str:
        if row.service_level is None:
            return " No policy sets its service level."
        return f" Its target is {_percent(row.service_level)}."

    def _listed(self) -> str:
        rows = self.rows
        if not rows:
            return f"No product{self.where} is {self.segment}."
        shown = [self.names.product(row.product) for row in rows[:SAID_IN_FULL]]
        if len(rows) > SAID_IN_FULL:
            shown.append(f"{len(rows) - SAID_IN_FULL} more")
        verb = "is" if len(rows) == 1 else "are"
        share = _percent(sum(row.share for row in rows))
        said = (
            f"{len(rows)} of {len(self.found.rows)} products{self.where} {verb} {self.segment} and "
            f"{'brings' if len(rows) == 1 else 'bring'} {share} of {self.found.measure}: "
            f"{wording.listed(shown)}."
        )
        if len(self.segment or "") == len("AX"):
            said += f" {self._policy(rows[0])}"
        return said + self._targets()

    def _by_value(self) -> str:
        counts = Counter(row.abc for row in self.found.rows)
        parts = []
        for abc in ("A", "B", "C"):
            share = sum(row.share for row in self.found.rows if row.abc == abc)
            verb = "is" if counts[abc] == 1 else "are"
            parts.append(f"{counts[abc]} {verb} {abc} with {_percent(share)}")
        return (
            f"Of {len(self.found.rows)} products{self.where}, by {self.found.measure}, "
            f"{wording.listed(parts)}."
        )

    def _by_steadiness(self) -> str:
        counts = Counter(row.xyz for row in self.found.rows)
        largest = max(self.found.cells, key=lambda name: (len(self.found.cells[name]), name))
        cell = self.found.cells[largest]
        return (
            f"{counts['X']} sell steadily (X), {counts['Y']} less so (Y) and {counts['Z']} "
            f"erratically (Z). Most, {len(cell)} products, are {largest}. {self._policy(cell[0])}"
        )

    def _targets(self) -> str:
        under = self.under_served
        if not under:
            return ""
        first = under[0]
        product = self.names.product(first.product)
        now, better = _percent(first.service_level or 0.0), _percent(first.policy.service_level)
        if len(under) == 1:
            return f" {product} has a lower target than that, {now} instead of {better}."
        return (
            f" {len(under)} products have a lower target than their segment suggests, the largest "
            f"{product}: {now} instead of {better}."
        )

    def facts(self) -> tuple[Fact, ...]:
        """Return counts and shares by class and segment, then the products asked about."""
        rows = self.found.rows
        facts = [
            Fact("first_month", self.found.first),
            Fact("last_month", self.found.last),
            Fact("products", len(rows), "products"),
            Fact("shown", len(self.rows), "products"),
            Fact("share_shown", 100 * sum(row.share for row in self.rows), "%"),
            Fact("below_suggested_target", len(self.under_served), "products"),
        ]
        if len(self.rows) > SAID_IN_FULL:
            facts.append(Fact("further_products", len(self.rows) - SAID_IN_FULL, "products"))
        for abc in ("A", "B", "C"):
            of = [row for row in rows if row.abc == abc]
            facts.append(Fact("products_in_class", len(of), "products", {"class": abc}))
            share = 100 * sum(row.share for row in of)
            facts.append(Fact("share_of_class", share, "%", {"class": abc}))
        for xyz in ("X", "Y", "Z"):
            count = sum(row.xyz == xyz for row in rows)
            facts.append(Fact("products_in_class", count, "products", {"class": xyz}))
        for name, cell in self.found.cells.items():
            about = {"segment": name}
            policy = POLICIES[(cell[0].abc, cell[0].xyz)]
            facts += [
                Fact("products_in_segment", len(cell), "products", about),
                Fact("suggested_service_level", 100 * policy.service_level, "%", about),
                Fact("suggested_review", policy.review_days, "days", about),
            ]
        first = [row for row in self.under_served[:1] if row not in self.rows[:SAID_IN_FULL]]
        for row in (*first, *self.rows):
            facts += self._row_facts(row)
        return tuple(facts)

    def _row_facts(self, row: Segment) -> list[Fact]:
        about = {"product": row.product}
        found = [
            Fact("product", row.product, None, about),
            Fact("segment", row.name, None, about),
            Fact("share", 100 * row.share, "%", about),
            Fact("rank", self.found.rows.index(row) + 1, "rank", about),
            Fact("suggested_service_level", 100 * row.policy.service_level, "%", about),
        ]
        if row.variation is not None:
            found.append(Fact("coefficient_of_variation", row.variation, "1", about))
        if row.service_level is not None:
            found.append(Fact("target_service_level", 100 * row.service_level, "%", about))
        return found

    def table(self) -> EvidenceTable:
        """Return one row per product asked about."""
        money = self.names.currency if self.found.measure != "quantity" else None
        columns = (
            TableColumn("product", "text"),
            TableColumn("name", "text"),
            TableColumn("segment", "text"),
            TableColumn(self.found.measure, "number", money),
            TableColumn("share", "number", "%"),
            TableColumn("cumulative_share", "number", "%"),
            TableColumn("coefficient_of_variation", "number"),
            TableColumn("target_service_level", "number", "%"),
            TableColumn("suggested_service_level", "number", "%"),
            TableColumn("suggested_review", "number", "days"),
        )
        rows = tuple(
            (
                row.product,
                self.names.product(row.product),
                row.name,
                row.value,
                100 * row.share,
                100 * row.cumulative,
                row.variation,
                None if row.service_level is None else 100 * row.service_level,
                100 * row.policy.service_level,
                row.policy.review_days,
            )
            for row in self.rows
        )
        return EvidenceTable(columns, rows)

    def chart(self) -> charts.Chart | None:
        """Return the share of each product asked about, largest first."""
        if not self.rows:
            return None
        rows: list[charts.Row] = [
            {"product": f"{self.names.product(row.product)} ({row.name})", "value": 100 * row.share}
            for row in self.rows[:40]
        ]
        return charts.bars(f"Share of {self.found.measure} by product", rows, "product", "%")


def _percent(share: float) -> str:
    return wording.figure(100 * share, "%")

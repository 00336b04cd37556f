"""The layers of demand as sentences, facts, table and lines."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.plan.demand_review import DemandReview, Layers
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn, Value

Array = NDArray[np.float64]
SAID = 3
_WORDS = {"site": "at", "region": "in region", "channel": "in channel", "customer": "from"}


class DemandAnswer:
    """What is said and shown of a slice's demand."""

    def __init__(
        self,
        snapshot: Snapshot,
        where: Mapping[str, str],
        layers: Layers,
        made: DemandReview,
        unit: str,
    ) -> None:
        """Take the review; the snapshot gives things their names."""
        self.snapshot = snapshot
        self.where = where
        self.layers = layers
        self.made = made
        self.unit = unit

    @property
    def place(self) -> str:
        """The slice in words, with a space in front; empty for the whole company."""
        parts = [
            f"{_WORDS.get(kind, 'for')} {self.snapshot.label(kind, name)}"
            for kind, name in self.where.items()
        ]
        return f" {' '.join(parts)}" if parts else ""

    def summary(self) -> str:
        """Return what demand is made of, layer by layer."""
        made = self.made
        first, last = made.months[0], made.months[-1]
        said = [
            f"Demand{self.place} {wording.period(first, last)}: statistical baseline "
            f"{self._amount(made.baseline)}{self._events()}{self._agreed()}."
        ]
        if self._counts_consensus():
            said.append(f"What counts is the consensus, {self._amount(made.demand)} in all.")
        elif made.consensus is not None:
            said.append(f"Overrides are switched off: {self._amount(made.demand)} count in all.")
        if made.approved.any():
            change = float(made.approved.sum())
            word = "add" if change >= 0 else "take away"
            said.append(
                f"Approved overrides {word} {wording.figure(abs(change), self.unit)} of that."
            )
        if made.netted is not None and made.orders is not None:
            said.append(
                f"Orders of {self._amount(made.orders)} leave "
                f"{self._amount(np.array(made.netted.left))} of it still to come{self._beyond()}."
            )
        said.append(self._cleansing())
        return " ".join(part for part in said if part)

    def facts(self) -> tuple[Fact, ...]:
        """Return each layer by month, its total, the events and the cleansed cells."""
        made = self.made
        stretch = {"start": made.months[0].isoformat(), "end": made.months[-1].isoformat()}
        facts = []
        for name, values in self._layers():
            facts.append(Fact(f"{name}_total", float(np.nansum(values)), self.unit, stretch))
            facts += [
                Fact(name, float(value), self.unit, {"month": month.isoformat()})
                for month, value in zip(made.months, values, strict=True)
                if not np.isnan(value)
            ]
        change = float((made.statistical - made.baseline).sum())
        facts.append(Fact("event_effect_total", change, self.unit, stretch))
        facts.append(Fact("event_effect_size", abs(change), self.unit, stretch))
        approved = float(made.approved.sum())
        facts.append(Fact("approved_overrides_size", abs(approved), self.unit, stretch))
        for event in made.events:
            about = {"event": event.id}
            facts.append(Fact("event", event.id, None, about))
            facts.append(Fact("uplift", 100 * event.uplift, "%", about))
        facts.append(Fact("cleansed_cells", len(made.repairs), "cells"))
        for cell in made.repairs[:20]:
            about = {"product": cell.product, "month": cell.month.isoformat()}
            about |= {"site": cell.site} if cell.site else {}
            facts += [
                Fact("was_sold", cell.was, self._unit_of(cell.product), about),
                Fact("used_instead", cell.used, self._unit_of(cell.product), about),
                Fact("product", cell.product, None, about),
                Fact("cleansed_month", cell.month, None, about),
            ]
            if cell.site:
                facts.append(Fact("site", cell.site, None, about))
        if made.netted is not None:
            facts.append(Fact("orders_beyond", sum(made.netted.beyond), self.unit, stretch))
        if made.weighted is not None:
            facts += [
                Fact("weight", 100 * weight, "%", {"stream": stream})
                for stream, weight in made.weighted.weights.items()
            ]
        if made.cycle:
            facts.append(Fact("cycle", made.cycle))
        return (*facts, Fact("first_month", made.months[0]), Fact("last_month", made.months[-1]))

    def table(self) -> EvidenceTable:
        """Return the layers by month, then the cleansed cells of the history."""
        layers = list(self._layers())
        columns = [TableColumn("month", "month"), TableColumn("kind", "text")]
        columns += [TableColumn(name, "number", self.unit) for name, _ in layers]
        columns += [TableColumn(name, "number") for name in ("was", "used")]
        columns.append(TableColumn("remark", "text"))
        rows: list[tuple[Value, ...]] = []
        for at, month in enumerate(self.made.months):
            figures = (_value(values[at]) for _, values in layers)
            rows.append((month, "demand", *figures, None, None, None))
        for cell in self.made.repairs:
            name = self.snapshot.label("product", cell.product)
            site = f" at {self.snapshot.label('site', cell.site)}" if cell.site else ""
            remark = f"{name}{site}: {cell.kind}, {cell.why}"
            empty = [None] * len(layers)
            rows.append((cell.month, "cleansed", *empty, cell.was, cell.used, remark))
        return EvidenceTable(tuple(columns), tuple(rows))

    def points(self) -> list[charts.Row]:
        """Return the layers as points of lines."""
        return [
            {"month": month, "layer": name.replace("_", " "), "value": float(value)}
            for name, values in self._layers()
            for month, value in zip(self.made.months, values, strict=True)
            if not np.isnan(value)
        ]

    def definition(self) -> str:
        """Return how the layers are made and which are switched off."""
        made = self.made
        off = [
            name
            for name, on in (
                ("cleansing", self.layers.cleansing),
                ("events", self.layers.events),
                ("overrides", self.layers.overrides),
            )
            if not on
        ]
        parts = [
            "Baseline: statistical forecast of the history without events"
            + (", outliers and stock-outs repaired." if self.layers.cleansing else "."),
            "Events multiply it by 1 + uplift.",
            "Consensus: as published in the latest cycle; it replaces the statistical forecast.",
            f"Orders use up the forecast of their month, then {self.layers.earlier} earlier and "
            f"{self.layers.later} later months.",
        ]
        if made.weighted is not None:
            parts.append("Weighted consensus: streams weighted by 1 / WMAPE at lag 2.")
        if off:
            parts.append(f"Switched off: {wording.listed(off)}.")
        return " ".join(parts)

    def _layers(self) -> Iterator[tuple[str, Array]]:
        made = self.made
        yield "baseline", made.baseline
        yield "statistical", made.statistical
        yield from made.streams.items()
        if made.weighted_by_month is not None:
            yield "weighted_consensus", made.weighted_by_month
        if made.consensus is not None:
            yield "consensus", made.consensus
        if made.approved.any():
            yield "approved_overrides", made.approved
        yield "demand", made.demand
        if made.netted is not None and made.orders is not None:
            yield "orders", made.orders
            yield "forecast_left", np.array(made.netted.left)

    def _events(self) -> str:
        made = self.made
        if not self.layers.events:
            return "; events are switched off"
        change = float((made.statistical - made.baseline).sum())
        first = made.months[0]
        named = [e for e in made.events if e.ends_on is None or e.ends_on >= first][:SAID]
        if not named:
            return ", without any event"
        words = [f"{e.name} ({wording.figure(100 * e.uplift, '%')})" for e in named]
        more = " and others" if len(made.events) > SAID else ""
        sign = "add" if change >= 0 else "take away"
        return (
            f"; events {sign} {wording.figure(abs(change), self.unit)}: "
            f"{wording.listed(words)}{more}"
        )

    def _agreed(self) -> str:
        made = self.made
        parts = [f"{stream} says {self._amount(values)}" for stream, values in made.streams.items()]
        if made.weighted_by_month is not None:
            parts.append(
                f"weighted by accuracy the streams give {self._amount(made.weighted_by_month)}"
            )
        if made.consensus is not None:
            parts.append(f"the published consensus is {self._amount(made.consensus)}")
        return f"; {wording.listed(parts)}" if parts else ""

    def _counts_consensus(self) -> bool:
        return self.made.consensus is not None and self.layers.overrides

    def _beyond(self) -> str:
        beyond = sum(self.made.netted.beyond) if self.made.netted else 0.0
        if beyond < 0.5:
            return ""
        return f"; {wording.figure(beyond, self.unit)} of orders nobody had foreseen"

    def _cleansing(self) -> str:
        if not self.layers.cleansing:
            return "Cleansing is switched off: the baseline learns from the history as it was."
        found = self.made.repairs
        if not found:
            return "Cleansing changed nothing in the history."
        words = []
        for cell in found[-SAID:]:
            site = f" at {self.snapshot.label('site', cell.site)}" if cell.site else ""
            unit = self._unit_of(cell.product)
            words.append(
                f"{self.snapshot.label('product', cell.product)}{site} in "
                f"{wording.month(cell.month)} ({cell.kind}: {wording.figure(cell.was, unit)} sold, "
                f"{wording.figure(cell.used, unit)} used)"
            )
        count = len(found)
        return (
            f"Cleansing replaced {count} {wording.plural('cell', count)} of the history: "
            f"{wording.listed(words)}."
        )

    def _amount(self, values: Array) -> str:
        return wording.figure(float(np.nansum(values)), self.unit)

    def _unit_of(self, product: str) -> str:
        found = self.snapshot.rows(
            "SELECT unit FROM products WHERE product = $product", {"product": product}
        )
        return str(found[0][0]) if found and found[0][0] else "units"


def _value(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

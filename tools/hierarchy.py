"""`reconcile_forecast`: demand by family, site and channel, adding up on every level."""

from typing import Literal

import numpy as np
from pydantic import Field

from planning_engine.demand.forecasting.hierarchy import (
    DIMENSIONS,
    HierarchyForecast,
    demand_hierarchy,
)
from planning_engine.demand.forecasting.reconciliation import incoherence
from planning_engine.demand.history.slices import unit_of
from planning_engine.errors import BadRequest
from tools import charts, wording
from tools.context import ToolContext
from tools.evidence import Evidence, EvidenceTable, Fact, TableColumn, Value
from tools.registry import tool
from tools.request import Request

MOST_LINES = 8
MOST_FACTS = 200
SAID = 5


class HierarchyRequest(Request):
    """At which level to show the demand, and how far ahead."""

    level: tuple[Literal["family", "site", "channel"], ...] = Field(
        ("family",),
        max_length=3,
        description="What to tell apart, e.g. family and site; empty for the total alone.",
    )
    months: int = Field(6, ge=1, le=12, description="Months ahead of the plan start.")


@tool
def reconcile_forecast(context: ToolContext, request: HierarchyRequest) -> Evidence:
    """Forecast demand by family, site and channel at once, so that all levels add up.

    Use it for "forecast by family and site", "does the forecast by channel add up to the
    total?", "how accurate is the forecast at each level?". For one product or slice with its
    interval use forecast_demand; the agreed consensus is in review_demand.
    """
    snapshot = context.snapshot
    made = demand_hierarchy(snapshot, request.months)
    wanted = tuple(name for name in DIMENSIONS if name in request.level)
    if wanted not in made.tree.levels:
        raise BadRequest(
            f"The sales are told apart by {wording.listed(made.tree.dimensions)} only, not by "
            f"{wording.listed([name for name in wanted if name not in made.tree.dimensions])}."
        )
    answer = _Answer(made, made.tree.levels.index(wanted), unit_of(snapshot, {}))
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=charts.lines(
            f"Demand by {answer.level_name}", answer.points(), answer.unit, series="part"
        ),
        definition=answer.definition(),
        issues=snapshot.issues_of(("sales", "events", "products", "customers")),
    )


class _Answer:
    """One level of a hierarchy as sentences, facts, table and lines."""

    def __init__(self, made: HierarchyForecast, level: int, unit: str) -> None:
        self.made = made
        self.level = level
        self.unit = unit
        self.rows = [int(at) for at in made.tree.rows_of(level)]
        self.sums = made.demand.sum(axis=1)

    @property
    def level_name(self) -> str:
        return _name(self.made.tree.levels[self.level])

    def summary(self) -> str:
        months = self.made.months
        period = wording.period(months[0], months[-1])
        said = [f"Demand {period} is forecast at {self._amount(float(self.sums[0]))} in total."]
        if self.level:
            largest = sorted(self.rows, key=lambda at: -self.sums[at])
            words = [f"{self._label(at)} {self._amount(self.sums[at])}" for at in largest[:SAID]]
            lead = "By" if len(largest) <= SAID else f"The {SAID} largest by"
            said.append(f"{lead} {self.level_name}: {wording.listed(words)}.")
        said.append(self._coherent())
        said.append(self._errors())
        return " ".join(part for part in said if part)

    def facts(self) -> tuple[Fact, ...]:
        made, months = self.made, self.made.months
        stretch = {"start": months[0].isoformat(), "end": months[-1].isoformat()}
        facts = [
            Fact("demand_total", float(self.sums[0]), self.unit, stretch),
            Fact("largest_mismatch", self._mismatch(), self.unit),
            Fact("levels", len(made.tree.levels), "levels"),
            Fact("nodes", len(made.tree.nodes), "series"),
            Fact("shown_parts", SAID),
        ]
        # The largest first: where there are more than a model can read, the small ones go.
        for at in sorted(self.rows, key=lambda row: -self.sums[row]):
            about = self._about(at)
            if self.level:
                facts.append(Fact("demand_total", float(self.sums[at]), self.unit, about | stretch))
            facts += [Fact(kind, name, None, about) for kind, name in about.items()]
            facts += [
                Fact("demand", float(value), self.unit, about | {"month": month.isoformat()})
                for month, value in zip(months, made.demand[at], strict=True)
            ]
        for one in made.tested:
            facts += [
                Fact("wmape", value, "%", {"level": _name(one.level), "method": method})
                for method, value in one.error.items()
            ]
        facts += [
            Fact("mean_wmape", value, "%", {"method": method})
            for method, value in self._means().items()
        ]
        kept = facts[:MOST_FACTS] + [fact for fact in facts[MOST_FACTS:] if "wmape" in fact.name]
        return (*kept, Fact("first_month", months[0]), Fact("last_month", months[-1]))

    def table(self) -> EvidenceTable:
        names = self.made.tree.levels[self.level]
        columns = [TableColumn("month", "month")]
        columns += [TableColumn(name, "text") for name in names or ("level",)]
        columns.append(TableColumn("demand", "number", self.unit))
        rows: list[tuple[Value, ...]] = [
            (month, *(self.made.tree.nodes[at][1] or ("total",)), float(self.made.demand[at, step]))
            for at in self.rows
            for step, month in enumerate(self.made.months)
        ]
        return EvidenceTable(tuple(columns), tuple(rows))

    def points(self) -> list[charts.Row]:
        largest = sorted(self.rows, key=lambda at: -self.sums[at])[:MOST_LINES]
        return [
            {"month": month, "part": self._label(at), "value": float(self.made.demand[at, step])}
            for at in largest
            for step, month in enumerate(self.made.months)
        ]

    def definition(self) -> str:
        ways = [f"{way} {100 * weight:.0f} %" for way, weight in self.made.forecast.weights.items()]
        return (
            "Every node is forecast by itself (Theta, season shared within the family), then the "
            "nodes are made to add up: mean of least squares (structural weights), bottom-up and "
            f"top-down, weighted by 1 / past error to the 20th ({wording.listed(ways)}). Events "
            "to come are put on the cells. Error: WMAPE on rolling origins of the history without "
            "events, six months ahead."
        )

    def _coherent(self) -> str:
        tree = self.made.tree
        return (
            f"All {len(tree.nodes)} series on {len(tree.levels)} levels add up."
            if self._mismatch() <= 1e-6 * max(1.0, float(self.sums[0]))
            else f"They differ from their parts by up to {self._amount(self._mismatch())}."
        )

    def _errors(self) -> str:
        means = self._means()
        if not means:
            return "The history is too short to test it on."
        used, up, down = (
            wording.figure(means[name], "%") for name in ("used", "bottom-up", "top-down")
        )
        return (
            f"Mean error over the levels on rolling origins: {used}, against {up} bottom-up and "
            f"{down} top-down."
        )

    def _means(self) -> dict[str, float]:
        tested = self.made.tested
        if not tested:
            return {}
        return {
            name: float(np.mean([one.error[name] for one in tested])) for name in tested[0].error
        }

    def _mismatch(self) -> float:
        return incoherence(self.made.demand, self.made.tree.summing)

    def _about(self, at: int) -> dict[str, str]:
        return dict(
            zip(self.made.tree.levels[self.level], self.made.tree.nodes[at][1], strict=True)
        )

    def _label(self, at: int) -> str:
        return " / ".join(self.made.tree.nodes[at][1]) or "total"

    def _amount(self, value: float) -> str:
        return wording.figure(float(value), self.unit)


def _name(level: tuple[str, ...]) -> str:
    return " and ".join(level) or "total"

"""`estimate_uplift`: what events did to demand, measured on the sales, with the interval."""

from typing import Literal

from pydantic import Field

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.events.event_uplift import BEFORE, LEVEL, Measured, measured_uplifts
from planning_engine.errors import DataProblem
from tools import charts, wording
from tools.context import ToolContext
from tools.evidence import Evidence, EvidenceTable, Fact, TableColumn
from tools.registry import tool
from tools.request import Request

SAID = 4
DEFINITION = (
    "Uplift = share by which demand rises while an event runs. log sales = level + trend + season "
    "+ events + drift of the level + noise, on the monthly sales of what the event was for, by "
    "restricted likelihood; events of one kind are then shrunk towards their product's and their "
    "kind's mean. Interval: {level:g} %. An event still to come gets what past ones of its kind "
    "suggest. The forecast uses the declared uplift where there is one, the estimated one where "
    "none is declared and the interval leaves no doubt about its direction."
)


class UpliftRequest(Request):
    """Which events to measure; leave all out for every event."""

    event: str | None = Field(None, description="Event id or name.")
    product: str | None = Field(None, description="Only events of this product.")
    family: str | None = Field(None, description="Only events of this family or its products.")
    kind: str | None = Field(None, description="promotion, price, launch or outage.")
    when: Literal["all", "past", "to_come"] = Field("all", description="Ended or still to come.")


@tool
def estimate_uplift(context: ToolContext, request: UpliftRequest) -> Evidence:
    """Measure what promotions and other dated events did to demand, with an interval.

    Use it for "what did the promotion bring?", "is the planned uplift realistic?", "how much
    does a promotion of X usually lift?". It shows the declared uplift beside the measured one.
    For demand with and without events by month use review_demand.
    """
    snapshot = context.snapshot
    snapshot.require("events", "sales", to="measure what events did to demand")
    found = _chosen(snapshot, request)
    shown = _Shown(snapshot, found)
    return Evidence(
        summary=shown.summary(),
        facts=shown.facts(),
        table=shown.table(),
        chart=charts.compare_bars(
            "Uplift of events: declared and measured", shown.bars(), "event", "series", "%"
        ),
        definition=DEFINITION.format(level=LEVEL),
        issues=snapshot.issues_of(("events", "sales")),
    )


def _chosen(snapshot: Snapshot, request: UpliftRequest) -> tuple[Measured, ...]:
    wanted = snapshot.find("event", request.event) if request.event else None
    product = snapshot.find("product", request.product) if request.product else None
    family = snapshot.find("family", request.family) if request.family else None
    families = dict(snapshot.rows("SELECT product, family FROM products"))
    today = snapshot.company.as_of
    found = [
        one
        for one in measured_uplifts(snapshot)
        if wanted in (None, one.event.id)
        and (product is None or one.event.product == product)
        and (family is None or family in (one.event.family, families.get(one.event.product)))
        and (request.kind is None or one.event.kind == request.kind.strip().casefold())
        and (request.when == "all" or (request.when == "to_come") == (one.event.starts_on > today))
    ]
    if not found:
        raise DataProblem(
            "The data lists no such event. Ask for all events, or add it to the table 'events'."
        )
    return tuple(found)


class _Shown:
    """Measured events as sentences, facts, table and bars."""

    def __init__(self, snapshot: Snapshot, found: tuple[Measured, ...]) -> None:
        self.snapshot = snapshot
        self.found = found
        self.own = [one for one in found if one.alone is not None]
        self.like = [one for one in found if one.alone is None and one.uplift is not None]
        self.unknown = [one for one in found if one.uplift is None]

    def summary(self) -> str:
        if len(self.found) == 1:
            return self._one(self.found[0])
        said = []
        count = len(self.found)
        said.append(
            f"{len(self.own)} of {count} {wording.plural('event', count)} can be measured on "
            "their own sales."
        )
        latest = self.own[-SAID:][::-1]
        if latest:
            words = [f"{one.event.name} {self._figure(one)}" for one in latest]
            lead = "Measured uplift" if len(latest) == len(self.own) else "The latest"
            said.append(f"{lead}: {wording.listed(words)}.")
        off = [one for one in self.found if one.is_declared_off]
        if off:
            words = [f"{one.event.name} ({self._percent(one.declared)})" for one in off[-SAID:]]
            said.append(
                f"The declared uplift lies outside the interval for {wording.listed(words)}."
            )
        if self.like:
            words = [f"{one.event.name} {self._figure(one)}" for one in self.like[-SAID:]]
            said.append(f"Their like suggest for {wording.listed(words)}.")
        return " ".join(said)

    def facts(self) -> tuple[Fact, ...]:
        facts = [
            Fact("measured", len(self.own), "events"),
            Fact("events", len(self.found), "events"),
            Fact("interval_level", LEVEL, "%"),
            Fact("months_needed_before", BEFORE, "months"),
        ]
        for one in self.found:
            about = {"event": one.event.id}
            facts.append(Fact("event", one.event.id, None, about))
            for kind in ("product", "family", "region"):
                if named := getattr(one.event, kind):
                    facts.append(Fact(kind, named, None, about))
            figures = (
                ("uplift", one.uplift),
                ("uplift_low", one.low),
                ("uplift_high", one.high),
                ("declared_uplift", one.declared),
                ("uplift_alone", one.alone),
            )
            facts += [
                Fact(name, 100 * value, "%", about) for name, value in figures if value is not None
            ]
            facts.append(Fact("starts_on", one.event.starts_on, None, about))
        return tuple(facts)

    def table(self) -> EvidenceTable:
        columns = [TableColumn(name, "text") for name in ("event", "name", "kind", "for")]
        columns += [TableColumn(name, "date") for name in ("starts_on", "ends_on")]
        columns += [
            TableColumn(name, "number", "%")
            for name in ("declared", "measured", "low", "high", "own months alone")
        ]
        columns.append(TableColumn("remark", "text"))
        rows = []
        for one in self.found:
            figures = (one.declared, one.uplift, one.low, one.high, one.alone)
            rows.append(
                (
                    one.event.id,
                    one.event.name,
                    one.event.kind,
                    self._target(one),
                    one.event.starts_on,
                    one.event.ends_on,
                    *(None if value is None else 100 * value for value in figures),
                    self._remark(one),
                )
            )
        return EvidenceTable(tuple(columns), tuple(rows))

    def bars(self) -> list[charts.Row]:
        return [
            {"event": one.event.name, "series": series, "value": 100 * value}
            for one in self.found
            for series, value in (("declared", one.declared), ("measured", one.uplift))
            if value is not None
        ]

    def _one(self, one: Measured) -> str:
        name, held = one.event.name, self._target(one)
        when = wording.day(one.event.starts_on)
        if one.uplift is None:
            why = one.why_not or "no event of its kind could be measured"
            return f"What {name} (from {when}, {held}) did to demand cannot be estimated: {why}."
        if one.alone is None:
            text = (
                f"{name} (from {when}, {held}) cannot be measured on its own sales: {one.why_not}. "
                f"Past ones of its kind suggest {self._figure(one)}"
            )
        else:
            text = f"{name} (from {when}, {held}) changed demand by {self._figure(one)}"
        if one.declared is None:
            return f"{text}; no uplift was declared."
        return f"{text}; the declared uplift is {self._percent(one.declared)}. {self._verdict(one)}"

    def _verdict(self, one: Measured) -> str:
        declared, low, high = one.declared or 0.0, one.low or 0.0, one.high or 0.0
        if declared > high:
            return "That is more than the sales support."
        if declared < low:
            return "That is less than the sales show."
        return "The sales agree with that."

    def _remark(self, one: Measured) -> str:
        if one.uplift is None:
            return f"not estimated: {one.why_not or 'no event of its kind was measured'}"
        if one.alone is None:
            return f"from its like: {one.why_not}"
        return "declared lies outside the interval" if one.is_declared_off else ""

    def _figure(self, one: Measured) -> str:
        low, high = self._percent(one.low), self._percent(one.high)
        return f"{self._percent(one.uplift)} ({LEVEL:g} % interval {low} to {high})"

    def _percent(self, value: float | None) -> str:
        return wording.figure(100 * (value or 0.0), "%")

    def _target(self, one: Measured) -> str:
        event = one.event
        held = "everything"
        if event.product:
            held = self.snapshot.label("product", event.product)
        elif event.family:
            held = event.family
        return f"{held} in {event.region}" if event.region else held

"""Ranked exceptions as sentences, facts, table and chart."""

from collections.abc import Mapping
from dataclasses import dataclass

from planning_engine.data.issue import Issue
from planning_engine.exceptions.exception import Alert, Ranking
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn, Value
from tools.names import Names

SAID = 5


@dataclass(frozen=True)
class ExceptionsAnswer:
    """What is said and shown of a ranking.

    Attributes:
        names: Names and units.
        ranking: Every exception found.
        top: How many are named.
        people: Person id → name.
        titles: Decision id → title.
    """

    names: Names
    ranking: Ranking
    top: int
    people: Mapping[str, str]
    titles: Mapping[str, str]

    @property
    def shown(self) -> tuple[Alert, ...]:
        """The first ones."""
        return self.ranking.alerts[: self.top]

    def summary(self) -> str:
        """Return how many there are, and the first few, each a sentence."""
        count = len(self.ranking.alerts)
        if not count:
            return " ".join(["Nothing lies beyond its threshold.", *self._unchecked()])
        head = f"{count} exceptions, most money at stake first."
        if count == 1:
            head = "There is 1 exception."
        said = [f"{self._said(alert)}." for alert in self.shown[:SAID]]
        return " ".join([head, *said, *self._unchecked()])

    def facts(self) -> tuple[Fact, ...]:
        """Return the count, then each exception: measure, quantity, money, day and owner."""
        facts = [Fact("exceptions", len(self.ranking.alerts), "exceptions")]
        for place, alert in enumerate(self.shown, 1):
            about = dict(alert.about)
            facts.append(Fact("exception", alert.kind, None, about))
            facts.append(Fact("place", place, "rank", about))
            facts += [Fact(kind, name, None, about) for kind, name in about.items()]
            facts += self._figures(alert, about)
            if alert.when:
                facts.append(Fact("strikes", alert.when, None, about))
            if alert.owner:
                facts.append(Fact("owner", self._person(alert.owner), None, about))
            if "author" in about:
                facts.append(Fact("forecaster", self._person(about["author"]), None, about))
        return tuple(facts)

    def table(self) -> EvidenceTable:
        """Return a row per exception, most money first."""
        columns = (
            TableColumn("rank", "number"),
            TableColumn("exception", "text"),
            TableColumn("what", "text"),
            TableColumn("at_stake", "number", self.names.currency),
            TableColumn("owner", "text"),
            TableColumn("quantity", "number"),
            TableColumn("unit", "text"),
            TableColumn("measured", "number"),
            TableColumn("threshold", "number"),
            TableColumn("measured in", "text"),
            TableColumn("strikes", "date"),
            TableColumn("look with", "text"),
        )
        rows: list[tuple[Value, ...]] = [
            (
                place,
                alert.kind,
                self._what(alert),
                alert.money,
                self._person(alert.owner) if alert.owner else None,
                alert.quantity,
                self._unit(alert, alert.unit),
                alert.measured,
                alert.threshold,
                self._unit(alert, alert.threshold_unit),
                alert.when,
                alert.tool,
            )
            for place, alert in enumerate(self.shown, 1)
        ]
        return EvidenceTable(columns, tuple(rows))

    def chart(self) -> charts.Chart | None:
        """Return the money at stake, one bar an exception."""
        bars: list[charts.Row] = [
            {"exception": f"{alert.kind}: {self._what(alert)}", "value": alert.money}
            for alert in self.shown
            if alert.money is not None
        ]
        if len(bars) < 2:
            return None
        return charts.bars("Money at stake", bars, "exception", self.names.currency)

    def issues(self) -> tuple[Issue, ...]:
        """Return what could not be looked for."""
        return tuple(
            Issue(
                "exceptions",
                "not looked for",
                "warning",
                len(gap.kinds),
                f"{wording.listed(gap.kinds).capitalize()}: {gap.reason}",
            )
            for gap in self.ranking.unchecked
        )

    # --- one exception

    def _said(self, alert: Alert) -> str:
        text = self._finding(alert)
        if alert.money is not None:
            text += f", with {wording.figure(alert.money, self.names.currency)} at stake"
        if alert.owner and alert.owner != alert.about.get("author"):
            text += f" (owner {self._person(alert.owner)})"
        return text

    def _finding(self, alert: Alert) -> str:
        what, quantity = self._what(alert), self._quantity(alert)
        measured = wording.figure(abs(alert.measured), self._unit(alert, alert.threshold_unit))
        match alert.kind:
            case "stock-out":
                day = f" on {wording.day(alert.when)}" if alert.when else ""
                return f"Stock-out: {what} runs out{day}, {quantity} short"
            case "overload":
                month = f" in {wording.month(alert.when)}" if alert.when else ""
                return (
                    f"Overload: {what} lacks {quantity} in all and has a load of {measured}{month}"
                )
            case "late supplier":
                return f"Late supplier: {what} comes {measured} late, {quantity} overdue"
            case "excess":
                return f"Excess: {quantity} of {what} more than needed"
            case "obsolete":
                return f"Obsolete: {quantity} of {what} can no longer be sold"
            case "forecast bias":
                way = "over" if alert.measured > 0 else "under"
                return f"Forecast bias: {what} {way}-forecast by {measured}"
            case "overdue orders":
                return f"Overdue orders: {what} waits for {quantity}, the oldest {measured} overdue"
            case "budget gap":
                return f"Budget gap: {what} is planned {measured} below budget"
            case "plan change":
                return f"Plan change: {what} moved by {quantity} inside the planning fence"
            case "decision not carried out":
                return f"Decision not carried out: {what}"

    def _what(self, alert: Alert) -> str:
        about, names = alert.about, self.names
        if "supplier" in about:
            return f"{about['supplier']} with {names.product(about['product'])}"
        if "product" in about:
            return names.stock(about["product"], about.get("site", ""))
        if "resource" in about:
            return names.resource(about["resource"])
        if "author" in about:
            return self._person(about["author"])
        if "decision" in about:
            title = self.titles.get(about["decision"])
            return f'{about["decision"]} "{title}"' if title else about["decision"]
        return next(iter(about.values()))

    def _figures(self, alert: Alert, about: dict[str, str]) -> list[Fact]:
        measured = "bias" if alert.kind == "forecast bias" else "measured"
        facts = [
            Fact(measured, alert.measured, self._unit(alert, alert.threshold_unit), about),
            Fact("quantity", alert.quantity, self._unit(alert, alert.unit), about),
        ]
        if alert.money is not None:
            facts.append(Fact("at_stake", alert.money, self.names.currency, about))
        if alert.kind == "decision not carried out":
            facts.append(Fact("title", self.titles.get(about["decision"], ""), None, about))
        return facts

    def _quantity(self, alert: Alert) -> str:
        return wording.figure(abs(alert.quantity), self._unit(alert, alert.unit))

    def _unit(self, alert: Alert, unit: str) -> str:
        if unit == "currency":
            return self.names.currency
        if unit != "product unit":
            return unit
        if "product" in alert.about:
            return self.names.unit(alert.about["product"])
        family = alert.about.get("family")
        known = self.names.families
        return self.names.unit_of_all(
            {p for p, own in known.items() if own and family in (None, own)}
        )

    def _person(self, identity: str) -> str:
        return self.people.get(identity, identity)

    def _unchecked(self) -> list[str]:
        kinds = [kind for gap in self.ranking.unchecked for kind in gap.kinds]
        return [f"Not looked for: {wording.listed(kinds)}."] if kinds else []

"""A capacity check as sentences, facts, table and chart."""

from dataclasses import dataclass

from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.capacity.capacity import CapacityCheck, Cause, MonthLoad
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn

SAID_IN_FULL = 4
CAUSES_KEPT = 5


@dataclass(frozen=True)
class CapacityAnswer:
    """What is said and shown of a capacity check."""

    snapshot: Snapshot
    check: CapacityCheck

    def summary(self) -> str:
        """Return one to three sentences that answer."""
        resources = self.check.resources
        said = [self._one(resources[0]) if len(resources) == 1 else self._many()]
        worst = self._worst_overflow()
        if worst:
            said.append(self._cause(worst) + self._overtime(worst))
        if self.check.unknown:
            row = self.check.unknown[0]
            said.append(
                f"The calendar of {self._named(row.resource)} does not say its hours in "
                f"{wording.month(row.month)}."
            )
        return " ".join(said)

    def _one(self, resource: str) -> str:
        check, name = self.check, self._named(resource)
        over = check.over
        if len(check.months) == 1:
            return self._single_month(check.rows[0], name)
        when = wording.period(check.months[0], check.months[-1])
        if not over:
            peak = self._peak()
            known = len(check.months) - len(check.unknown)
            those = "all" if not check.unknown else "the"
            covered = " that its calendar covers" if check.unknown else ""
            return f"{name} stays within its hours in {those} {known} months{covered} {when}{peak}."
        return (
            f"{name} is over its hours in {len(over)} of {len(check.months)} months, {when}: "
            f"{wording.listed([self._load(row) for row in over])}."
        )

    def _single_month(self, row: MonthLoad, name: str) -> str:
        when = wording.month(row.month)
        if row.percent is None or row.available is None:
            needed = wording.figure(row.required, "hours")
            there = "it has none" if row.available == 0 else "the hours it has are not known"
            return f"{name} needs {needed} in {when}; {there}."
        needed, there = wording.figure(row.required, "hours"), _hours(row.available)
        how = f"{wording.figure(row.percent, '%')}, {needed} required of {there} available"
        if row.is_over:
            return f"{name} is over its hours in {when}: {how}."
        return f"{name} stays within its hours in {when}: {how}, {_hours(row.free or 0.0)} free."

    def _many(self) -> str:
        check = self.check
        when = wording.period(check.months[0], check.months[-1])
        overloaded = sorted({row.resource for row in check.over})
        count = len(check.resources)
        if not overloaded:
            return f"None of the {count} resources is over its hours {when}{self._peak()}."
        verb = "is over its" if len(overloaded) == 1 else "are over their"
        shown = [self._overloaded(name) for name in overloaded[:SAID_IN_FULL]]
        head = f"{len(overloaded)} of {count} resources {verb} hours {when}"
        return f"{head}: {'; '.join(shown)}."

    def _overloaded(self, resource: str) -> str:
        over = [row for row in self.check.of(resource) if row.is_over]
        if len(over) > 1 and not any(row.available for row in over):
            return f"{self._named(resource)} has no hours in {len(over)} months"
        return f"{self._named(resource)} in {wording.listed([self._load(row) for row in over])}"

    def _peak(self) -> str:
        worst = self.check.worst
        if worst is None or worst.percent is None:
            return ""
        of = f" of {worst.resource}" if len(self.check.resources) > 1 else ""
        load = wording.figure(worst.percent, "%")
        return f"; the highest load is {load}{of} in {wording.month(worst.month)}"

    def _load(self, row: MonthLoad) -> str:
        if not row.available:
            return f"{wording.month(row.month)} without any hours"
        return f"{wording.month(row.month)} at {wording.figure(row.percent or 0, '%')}"

    def _cause(self, row: MonthLoad) -> str:
        where = f" of {row.resource}" if len(self.check.resources) > 1 else ""
        said = f"The overflow{where} in {wording.month(row.month)} is {_hours(row.overflow)}"
        cause = self.check.main_cause(row)
        if cause is None:
            return f"{said}."
        product = self.snapshot.label("product", cause.product)
        if row.is_because_of(cause):
            kind, event = self._event(cause.event or "")
            return f"{said}; {product} causes most of it, because of the {kind} '{event}'."
        share = wording.figure(_share(row, cause), "%")
        return f"{said}; {product} takes most of the hours, {share}."

    def _overtime(self, row: MonthLoad) -> str:
        if row.overtime <= 0:
            return ""
        allowed = f"The overtime allowed, {_hours(row.overtime)},"
        if row.overtime >= row.overflow:
            return f" {allowed} would cover it."
        return f" {allowed} would not cover it."

    def facts(self) -> tuple[Fact, ...]:
        """Return counts, period, overloads with their causes, then every month's load."""
        check = self.check
        facts = [
            Fact("first_month", check.months[0]),
            Fact("last_month", check.months[-1]),
            Fact("months_checked", len(check.months), "months"),
            Fact("months_known", len(check.months) - len(check.unknown), "months"),
            Fact("resources_checked", len(check.resources), "resources"),
            Fact("resources_over", len({row.resource for row in check.over}), "resources"),
        ]
        for name in check.resources:
            over = sum(row.is_over for row in check.of(name))
            facts.append(Fact("months_over", over, "months", {"resource": name}))
        worst = check.worst
        if worst and worst.percent is not None:
            facts.append(Fact("highest_load", worst.percent, "%", _about(worst)))
            facts.append(Fact("worst_month", worst.month, None, {"resource": worst.resource}))
        for row in sorted(check.over, key=lambda row: -row.overflow):
            facts += self._cause_facts(row)
        for row in (*check.unknown, *(row for row in check.over if not row.available)):
            name = "hours_unknown" if row.available is None else "without_hours"
            facts.append(Fact(name, row.resource, None, _about(row)))
            facts.append(Fact(f"{name}_in", row.month, None, _about(row)))
        ordered = [*check.over, *(row for row in check.rows if not row.is_over)]
        for row in ordered:
            facts += _load_facts(row)
        return tuple(facts)

    def _cause_facts(self, row: MonthLoad) -> list[Fact]:
        about = _about(row)
        facts = [Fact("overflow", row.overflow, "hours", about)]
        if row.overtime > 0:
            facts.append(Fact("overtime_allowed", row.overtime, "hours", about))
        cause = self.check.main_cause(row)
        if cause is None:
            return facts
        of_product = about | {"product": cause.product}
        facts.append(Fact("main_cause", cause.product, None, of_product))
        if row.is_because_of(cause):
            name = cause.event or ""
            kind, event = self._event(name)
            with_event = of_product | {"event": name}
            facts.append(Fact("cause_event", event, None, with_event))
            facts.append(Fact("cause_kind", kind, None, with_event))
            facts.append(Fact("event_hours", cause.event_hours, "hours", with_event))
        facts += [
            Fact("share_of_hours", _share(row, c), "%", about | {"product": c.product})
            for c in self.check.causes_of(row)[:CAUSES_KEPT]
        ]
        return facts

    def table(self) -> EvidenceTable:
        """Return one row per resource and month."""
        columns = (
            TableColumn("resource", "text"),
            TableColumn("name", "text"),
            TableColumn("month", "month"),
            TableColumn("required", "number", "hours"),
            TableColumn("available", "number", "hours"),
            TableColumn("load", "number", "%"),
            TableColumn("overflow", "number", "hours"),
            TableColumn("main_cause", "text"),
        )
        labels = self.snapshot.labels("resource")
        products = self.snapshot.labels("product")
        rows = []
        for row in self.check.rows:
            cause = self.check.main_cause(row)
            rows.append(
                (
                    row.resource,
                    labels.get(row.resource, row.resource),
                    row.month,
                    row.required,
                    row.available,
                    row.percent,
                    row.overflow if row.available is not None else None,
                    products.get(cause.product, cause.product) if cause else None,
                )
            )
        return EvidenceTable(columns, tuple(rows))

    def chart(self) -> charts.Chart:
        """Return hours by month for one resource, the highest loads for several."""
        check = self.check
        if len(check.resources) == 1:
            rows = [
                {"month": r.month, "required": r.required, "available": r.available}
                for r in check.rows
            ]
            return charts.load_against_hours(f"Load of {check.resources[0]}", rows)
        peaks: list[charts.Row] = []
        for name in check.resources:
            loads = [row.percent for row in check.of(name) if row.percent is not None]
            if loads:
                peaks.append({"resource": name, "value": max(loads)})
        peaks.sort(key=lambda row: -float(str(row["value"])))
        title = f"Highest load {wording.period(check.months[0], check.months[-1])}"
        return charts.bars(title, peaks, "resource", "%", limit=100, limit_label="all hours used")

    def _worst_overflow(self) -> MonthLoad | None:
        return max(self.check.over, key=lambda row: row.overflow, default=None)

    def _event(self, event: str) -> tuple[str, str]:
        rows = self.snapshot.rows(
            "SELECT coalesce(kind, 'event'), coalesce(name, event) FROM events WHERE event = $e",
            {"e": event},
        )
        return rows[0] if rows else ("event", event)

    def _named(self, resource: str) -> str:
        label = self.snapshot.label("resource", resource)
        return resource if label == resource else f"{resource} ({label})"


def _hours(value: float) -> str:
    return wording.figure(value, "hours")


def _share(row: MonthLoad, cause: Cause) -> float:
    return 100 * cause.hours / row.required if row.required else 0.0


def _about(row: MonthLoad) -> dict[str, str]:
    return {"resource": row.resource, "month": row.month.isoformat()}


def _load_facts(row: MonthLoad) -> list[Fact]:
    about = _about(row)
    facts = [] if row.percent is None else [Fact("load", row.percent, "%", about)]
    facts.append(Fact("required", row.required, "hours", about))
    if row.available is not None:
        facts.append(Fact("available", row.available, "hours", about))
        facts.append(Fact("free", row.free or 0.0, "hours", about))
    return facts

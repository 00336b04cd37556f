"""A plan drafted or recorded, as sentences, facts, and figures to approve."""

from collections.abc import Sequence
from dataclasses import dataclass

from planning_engine.data.snapshot import Snapshot
from planning_engine.levers import Lever
from planning_engine.levers.difference import difference
from planning_engine.plan import Figure, Plan, compare
from planning_engine.plan_of_record import PlanOfRecord
from tools import wording
from tools.decision_answer import quotable
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.figure_words import LABELS

_LED = ("service", "plan_cost", "margin")


@dataclass(frozen=True)
class DraftedPlan:
    """A plan put forward, beside the base."""

    currency: str
    title: str
    base: Plan
    plan: Plan
    levers: Sequence[Lever]

    def summary(self) -> str:
        """Return what is drafted, with the figures an approver looks at first."""
        count = len(self.levers)
        changes = f"{count} {wording.plural('lever', count)}"
        what = f"with {changes}" if self.levers else "without any lever"
        deltas = {delta.name: delta for delta in compare(self.base, self.plan)}
        said = []
        for name in _LED:
            delta = deltas[name]
            if delta.unit == self.currency and not (delta.base or delta.other):
                continue
            before, after = (_shown(delta.unit, v) for v in (delta.base, delta.other))
            label = LABELS[name].lower()
            same = before == after
            said.append(f"{label} {after}" if same else f"{label} {after} (base {before})")
        return (
            f"Drafted for approval as the plan of record, {what}: “{quotable(self.title)}”. "
            f"{_upper(wording.listed(said))}."
        )

    def facts(self) -> list[Fact]:
        """Return every figure of the plan and of the base, and the change."""
        facts = [
            Fact("plan_of_record", quotable(self.title)),
            Fact("levers", len(self.levers), "levers"),
        ]
        for delta in compare(self.base, self.plan):
            change = "pp" if delta.unit == "%" else delta.unit
            facts += [
                Fact(delta.name, delta.other, delta.unit, {"scenario": "plan of record"}),
                Fact(delta.name, delta.base, delta.unit, {"scenario": "base"}),
                Fact(f"{delta.name}_change", delta.change, change),
            ]
        return facts

    def figures(self) -> dict[str, str]:
        """Return the figures as an approver reads them."""
        return {
            LABELS[delta.name]: _beside(
                _shown(delta.unit, delta.other), _shown(delta.unit, delta.base)
            )
            for delta in compare(self.base, self.plan)
        }

    def table(self) -> EvidenceTable:
        """Return a row per figure: base, plan, change."""
        columns = (
            TableColumn("figure", "text"),
            TableColumn("unit", "text"),
            TableColumn("base", "number"),
            TableColumn("plan of record", "number"),
            TableColumn("change", "number"),
        )
        rows = tuple(
            (LABELS[d.name], "" if d.unit == "1" else d.unit, d.base, d.other, d.change)
            for d in compare(self.base, self.plan)
        )
        return EvidenceTable(columns, rows)


@dataclass(frozen=True)
class RecordedPlans:
    """Plans of record, earliest first: those shown, and all up to the last one shown."""

    snapshot: Snapshot
    shown: Sequence[PlanOfRecord]
    known: Sequence[PlanOfRecord]

    def summary(self) -> str:
        """Return which plan counts, since when and by whom, and what it changed."""
        if not self.known:
            return "No plan of record has been approved yet."
        plan = self.known[-1]
        who, day = self._person(plan), wording.day(plan.approved_on)
        text = f"The plan of record is “{quotable(plan.title)}”, approved by {who} on {day}"
        figures = [figure for name in _LED if (figure := plan.figure(name)) is not None]
        said = [f"{LABELS[f.name].lower()} {_shown(f.unit, f.value)}" for f in figures]
        text += f": {wording.listed(said)}." if said else "."
        if plan.snapshot != self.snapshot.id:
            text += " It was made on earlier data than today's."
        return text + self._since()

    def _since(self) -> str:
        if len(self.known) < 2:
            return ""
        before, after = self.known[-2:]
        count = len(difference(before.levers, after.levers))
        many = f"{count} {wording.plural('lever', count)} {'differs' if count == 1 else 'differ'}"
        return f" Against the plan before, “{quotable(before.title)}”, {many}."

    def _person(self, plan: PlanOfRecord) -> str:
        people = {person.id: person.name for person in self.snapshot.company.people}
        return people.get(plan.approved_by, plan.approved_by)

    def facts(self) -> list[Fact]:
        """Return who approved what and when, its figures, and how many levers changed."""
        facts = []
        for plan in self.shown:
            about = {"plan": plan.id}
            facts += [
                Fact("plan_of_record", quotable(plan.title), None, about),
                Fact("approved_by", self._person(plan), None, about),
                Fact("approved_on", plan.approved_on, None, about),
                Fact("levers", len(plan.levers), "levers", about),
                *(Fact(f.name, f.value, f.unit, about) for f in plan.figures),
            ]
        if len(self.known) > 1:
            before, after = self.known[-2:]
            count = len(difference(before.levers, after.levers))
            facts.append(Fact("levers_changed", count, "levers"))
            facts.append(Fact("plan_before", quotable(before.title)))
        return facts

    def table(self) -> EvidenceTable:
        """Return a row per plan, the latest first, with its figures."""
        named: dict[str, Figure] = {f.name: f for plan in self.shown for f in plan.figures}
        columns = (
            *(TableColumn(name, "text") for name in ("plan", "title", "approved by")),
            TableColumn("approved on", "date"),
            *(
                TableColumn(LABELS.get(name, name), "number", None if f.unit == "1" else f.unit)
                for name, f in named.items()
            ),
        )
        rows = []
        for plan in reversed(self.shown):
            values = [f.value if (f := plan.figure(name)) else None for name in named]
            head = (plan.id, plan.title, self._person(plan), plan.approved_on)
            rows.append((*head, *values))
        return EvidenceTable(columns, tuple(rows))


def _shown(unit: str, value: float) -> str:
    if unit == "1":
        return f"{value:,.0f}"
    return wording.figure(round(value, 1) if unit == "hours" else value, unit)


def _beside(figure: str, base: str) -> str:
    return f"{figure}, as in the base" if figure == base else f"{figure} (base {base})"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]

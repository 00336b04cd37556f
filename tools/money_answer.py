"""A plan in money as sentences, facts, table and chart."""

from dataclasses import dataclass
from typing import Literal

from planning_engine.finance.bridge import PARTS, Bridge
from planning_engine.finance.cash import CashMonth
from planning_engine.finance.statement import Statement
from planning_engine.finance.worth import COMPONENTS, NO_FAMILY
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn, Value
from tools.names import Names
from tools.waterfall import waterfall

Planned = Literal["constrained", "demand", "booked"]
TOTALS = ("revenue", "cost_of_goods", "margin", "carrying")
CASH = ("receipts", "purchases", "conversion", "transport", "net")


@dataclass(frozen=True)
class MoneyAnswer:
    """What is said and shown of a plan in money.

    Attributes:
        names: Names and units.
        statement: The months and families asked for.
        planned: How the pieces were planned.
        gap: The gap to budget; None without one.
        cash: Cash by month; empty where it is not known.
        focus: What to lead with.
        family: The family asked for; empty for all.
    """

    names: Names
    statement: Statement
    planned: Planned
    gap: Bridge | None
    cash: tuple[CashMonth, ...]
    focus: str
    family: str

    def summary(self) -> str:
        """Return two or three sentences that answer."""
        if self.focus == "cash":
            return " ".join([*self._cash(), self._plan()])
        budget = [self._budget()] if self.gap else []
        if self.focus == "budget":
            return " ".join([*budget, *self._worst_family()])
        return " ".join([self._plan(), *self._kept(), *budget])

    def facts(self) -> tuple[Fact, ...]:
        """Return totals, then families, then the gap and its parts, then cash."""
        months = self.statement.months
        facts = [Fact("first_month", months[0]), Fact("last_month", months[-1])]
        facts += self._totals(self.statement, {"family": self.family} if self.family else {})
        if not self.family:
            for family in self.statement.families:
                if family not in (COMPONENTS, NO_FAMILY):
                    one = self.statement.of(family=family)
                    facts += self._totals(one, {"family": family})
        return (*facts, *self._gap_facts(), *self._cash_facts())

    def table(self) -> EvidenceTable:
        """Return a row per month and family; cash by month when that was asked for."""
        currency = self.names.currency
        if self.focus == "cash":
            names = ("receipts", "purchases", "conversion", "transport", "payments", "net")
            columns = [TableColumn(name, "number", currency) for name in names]
            rows = [(row.month, *(getattr(row, n) for n in names)) for row in self.cash]
            return EvidenceTable((TableColumn("month", "month"), *columns), tuple(rows))
        gaps = {(g.month, g.family): g for g in self.gap.gaps} if self.gap else {}
        money = ("revenue", "cost_of_goods", "premium", "margin", "inventory_value", "carrying")
        parts = ("budget", "gap", *PARTS) if self.gap else ()
        columns = [
            TableColumn("month", "month"),
            TableColumn("family", "text"),
            TableColumn("quantity", "number", self._unit()),
            *(TableColumn(name, "number", currency) for name in (*money, *parts)),
        ]
        cells = {(row.month, row.family): row for row in self.statement.rows}
        lines: list[tuple[Value, ...]] = []
        for key in sorted({*cells, *gaps}):
            row, gap = cells.get(key), gaps.get(key)
            premium = row.premium.total if row and row.premium else None
            known: list[Value] = [None] * (1 + len(money))
            if row:
                margin = row.margin if self.statement.has_margin else None
                known = [row.quantity, row.revenue, row.cost_of_goods, premium, margin]
                known += [row.inventory_value, row.carrying]
            lines.append((*key, *known, *(getattr(gap, n) if gap else None for n in parts)))
        return EvidenceTable(tuple(columns), tuple(lines))

    def chart(self) -> charts.Chart:
        """Return the bridge from budget to plan, cash by month, or revenue by month and family."""
        currency = self.names.currency
        whose = f" of {self.family}" if self.family else ""
        if self.focus == "cash":
            rows: list[charts.Row] = [
                {"month": row.month, "flow": name, "value": value}
                for row in self.cash
                for name, value in (("receipts", row.receipts), ("payments", row.payments))
            ]
            return charts.compare_bars("Cash by month", rows, "month", "flow", currency)
        if self.gap and self.focus == "budget":
            steps = [(part, self.gap.total(part)) for part in self._parts()]
            start = ("budget", self.gap.total("budget"))
            title = f"{self.gap.measure.capitalize()}{whose}: from budget to {self._called()}"
            return waterfall(title, start, steps, self._called(), currency)
        shown = "margin" if self.statement.has_margin else "revenue"
        rows = [
            {"month": row.month, "family": row.family, "value": getattr(row, shown)}
            for row in self.statement.rows
            if row.family != COMPONENTS
        ]
        title = f"{shown.capitalize()}{whose} by month"
        return charts.lines(title, rows, currency, series="family")

    # --- sentences

    def _plan(self) -> str:
        one = self.statement
        subject = {
            "constrained": "the least-cost plan",
            "demand": "the demand plan",
            "booked": "what was sold",
        }[self.planned]
        if any(row.actual for row in one.rows) and self.planned != "booked":
            subject = "the year, booked months and plan together,"
        whose = f" for {self.family}" if self.family else ""
        verb = "brought" if self.planned == "booked" else "brings"
        premium = one.premium()
        extra = ""
        if premium is not None:
            extra = ", with nothing extra for overtime, subcontracting or dearer suppliers"
            if abs(premium) >= 0.5:
                paid = self._money(premium)
                extra = f", after {paid} for overtime, subcontracting and dearer suppliers"
        margin = f"a margin of {self._money(one.sum('margin'))}{extra}"
        if not one.has_margin:
            margin = "a margin that is not known, as nothing sold has a standard cost"
        return (
            f"{_begun(wording.period(one.months[0], one.months[-1]))} {subject} {verb} "
            f"revenue of {self._money(one.sum('revenue'))}{whose} and {margin}."
        )

    def _kept(self) -> list[str]:
        value, carrying = self.statement.closing_value, self.statement.sum("carrying")
        if value is None:
            return []
        kept = f"Stock is worth {self._money(value)} at the end"
        if carrying is None:
            return [f"{kept}."]
        return [f"{kept}; carrying it costs {self._money(carrying)} over these months."]

    def _budget(self) -> str:
        if self.gap is None:
            return ""
        gap = self.gap.total("gap")
        parts = [f"{part} {self._money(self.gap.total(part))}" for part in self._parts()]
        whose = f" of {self.family}" if self.family else ""
        way = "above" if gap >= 0 else "below"
        months = sorted({g.month for g in self.gap.gaps})
        return (
            f"{_begun(wording.period(months[0], months[-1]))} the {self.gap.measure}{whose} "
            f"{self._is()} {self._money(abs(gap))} {way} the budget of "
            f"{self._money(self.gap.total('budget'))}: {wording.listed(parts)}."
        )

    def _worst_family(self) -> list[str]:
        if self.gap is None or self.family:
            return []
        family, worst = min(self.gap.by("family"), key=lambda entry: entry[1].total("gap"))
        if worst.total("gap") >= 0:
            return ["No family is below its budget."]
        return [f"Most is missing at {family}: {self._money(worst.total('gap'))}."]

    def _cash(self) -> list[str]:
        known = [row for row in self.cash if row.net is not None]
        if not known:
            return ["Cash is not known: it rests on revenue or purchases that the data lacks."]
        net = sum(row.net or 0.0 for row in known)
        lowest = min(known, key=lambda row: row.net or 0.0)
        when = _begun(wording.period(known[0].month, known[-1].month))
        return [
            f"{when} the plan takes in {self._money(sum(r.receipts or 0.0 for r in known))} and "
            f"pays {self._money(sum(r.payments or 0.0 for r in known))}, a net cash flow of "
            f"{self._money(net)}; the lowest month is {wording.month(lowest.month)} with "
            f"{self._money(lowest.net or 0.0)}."
        ]

    # --- facts

    def _totals(self, one: Statement, about: dict[str, str]) -> list[Fact]:
        currency = self.names.currency
        costed = TOTALS if one.has_margin else ("revenue", "carrying")
        figures = [(name, one.sum(name)) for name in costed]
        figures += [("inventory_value", one.closing_value), ("premium", one.premium())]
        figures += [
            (f"premium_{n}", one.premium(n)) for n in ("overtime", "subcontract", "expedite")
        ]
        facts = [Fact("quantity", one.sum("quantity") or 0.0, self._unit(), about)]
        return facts + [Fact(n, v, currency, about) for n, v in figures if v is not None]

    def _gap_facts(self) -> list[Fact]:
        if self.gap is None:
            return []
        currency, measure = self.names.currency, self.gap.measure
        whole = {"family": self.family} if self.family else {}
        scopes = [(whole, self.gap)]
        if not self.family:
            scopes += [({"family": name}, one) for name, one in self.gap.by("family")]
        facts = [Fact("gap_measure", measure)]
        for about, one in scopes:
            facts.append(Fact("budget_gap", one.total("gap"), currency, about))
            facts.append(Fact("budget", one.total("budget"), currency, about))
            facts += [Fact(f"budget_{p}", one.total(p), currency, about) for p in self._parts()]
        months = sorted({gap.month for gap in self.gap.gaps})
        return [*facts, Fact("budget_from", months[0]), Fact("budget_until", months[-1])]

    def _cash_facts(self) -> list[Fact]:
        currency = self.names.currency
        known = [row for row in self.cash if row.net is not None]
        facts = []
        if known:
            lowest = min(known, key=lambda row: row.net or 0.0)
            facts += [
                Fact("cash_from", known[0].month),
                Fact("cash_until", known[-1].month),
                Fact("cash_lowest_month", lowest.month),
            ]
            totals = (
                ("cash_in", sum(row.receipts or 0.0 for row in known)),
                ("cash_out", sum(row.payments or 0.0 for row in known)),
                ("cash_net", sum(row.net or 0.0 for row in known)),
            )
            facts += [Fact(name, value, currency) for name, value in totals]
        for row in known:
            about = {"month": row.month.isoformat()}
            for name in CASH:
                value = getattr(row, name)
                if value is not None:
                    facts.append(Fact(f"cash_{name}", value, currency, about))
        return facts

    def _parts(self) -> tuple[str, ...]:
        return PARTS if self.gap and self.gap.measure == "margin" else PARTS[:3]

    def _called(self) -> str:
        return "actual" if self.planned == "booked" else "plan"

    def _is(self) -> str:
        return "was" if self.planned == "booked" else "is"

    def _unit(self) -> str:
        families = {row.family for row in self.statement.rows}
        sold = {p for p, f in self.names.families.items() if f in families}
        return self.names.unit_of_all(sold)

    def _money(self, value: float | None) -> str:
        return wording.figure(value or 0.0, self.names.currency)


def _begun(text: str) -> str:
    """Return a text with a capital at its start; months keep theirs."""
    return text[:1].upper() + text[1:]

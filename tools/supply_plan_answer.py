"""A supply plan as sentences, facts, table and chart."""

from dataclasses import dataclass

from planning_engine.cycles.explain import Relief, bottlenecks
from planning_engine.supply.plan.plan_problem import SupplyPlan
from planning_engine.supply.plan.plan_rules import LEAST_COST, PlanRules
from planning_engine.supply.shortfalls.lateness import Late
from tools import charts, wording
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.names import Names
from tools.plan_words import because, late_facts, late_words

MOST_RELIEFS = 6
COST_PARTS = ("regular_hours", "overtime", "setups", "material", "transport", "holding")


@dataclass(frozen=True)
class SupplyPlanAnswer:
    """What is said and shown of a plan.

    Attributes:
        names: Names and units.
        plan: The whole plan.
        late: All that is late, largest first.
        products: Those to report; None for all.
        whose: How to call them; empty for all.
        rules: What the plan keeps to beyond cost.
        free: The plan without a fence or limit on changes; None where it has none.
    """

    names: Names
    plan: SupplyPlan
    late: tuple[Late, ...]
    products: frozenset[str] | None
    whose: str
    rules: PlanRules = LEAST_COST
    free: SupplyPlan | None = None

    def summary(self) -> str:
        """Return one to three sentences that answer."""
        said = [self._service()]
        late = self._late()
        if late:
            most, why = late_words(self.names, late[0]), because(self.names, late[0].binds)
            said.append(f"Most is owed of {most}, {why}.")
        said.append(self._cost())
        if self.free is not None:
            said.append(self._stability(self.free))
        return " ".join(said)

    def _service(self) -> str:
        whose = f" of {self.whose}" if self.whose else ""
        share = self.plan.service_of(self.products)
        if share is None:
            return f"There is no demand{whose} to plan {self._when()}."
        kind = "plan by order priority" if self.rules.mode == "priority" else "least-cost plan"
        head = f"The {kind} {self._when()}"
        if not self._late():
            return f"{head} delivers all demand{whose} in its month ({self._percent(share)})."
        amount = wording.figure(self.plan.late_of(self.products), self._unit())
        return (
            f"{head} delivers {self._percent(share)} of demand{whose} in its month; {amount} come "
            "late."
        )

    def _cost(self) -> str:
        currency = self.names.currency
        overtime = self.plan.overtime_hours
        if self.plan.cost.paid <= 0:
            return "The data has no costs to value the plan with."
        cost = wording.figure(self.plan.cost.paid, currency)
        extra = (
            f"with {wording.figure(round(overtime, 1), 'hours')} of overtime"
            if overtime >= 0.05
            else "without overtime"
        )
        said = f"It costs {cost} {extra}"
        reliefs = bottlenecks(self.plan)
        if not reliefs:
            return f"{said}; no resource is short of hours."
        top = reliefs[0]
        return (
            f"{said}; one more hour of {self.names.resource(top.resource)} in "
            f"{wording.month(top.month)} would save {wording.figure(top.worth, currency)}."
        )

    def _stability(self, free: SupplyPlan) -> str:
        price = wording.figure(self._price(free), self.names.currency)
        limit = (
            "Following the published plan inside the fence"
            if self.rules.change_percent is None
            else f"Changing the published plan by {self.rules.change_percent:g} % at most"
        )
        said = f"{limit} costs {price} more than planning freely"
        if self.plan.change_worth <= 0.005:
            return f"{said}."
        worth = wording.figure(self.plan.change_worth, self.names.currency)
        return f"{said}; one more unit of change would save {worth}."

    def _price(self, free: SupplyPlan) -> float:
        # What cannot be followed at all is no price of stability.
        return (self.plan.cost.total - self.plan.cost.changes) - free.cost.total

    def _rule_facts(self) -> list[Fact]:
        facts = []
        if self.plan.gap is not None:
            facts.append(Fact("proven_gap", 100 * self.plan.gap, "%"))
        if self.free is not None:
            facts.append(Fact("price_of_stability", self._price(self.free), self.names.currency))
            worth = self.plan.change_worth
            facts.append(Fact("worth_of_one_more_unit_of_change", worth, self.names.currency))
        if self.rules.change_percent is not None:
            facts.append(Fact("change_limit", self.rules.change_percent, "%"))
        return facts

    def facts(self) -> tuple[Fact, ...]:
        """Return service and cost, then what is late, where an hour helps, and overtime."""
        plan, currency = self.plan, self.names.currency
        months = plan.problem.months
        share = plan.service_of(self.products)
        facts = [
            Fact("first_month", months[0]),
            Fact("last_month", months[-1]),
            Fact("late_quantity", plan.late_of(self.products), self._unit()),
            Fact("demand", plan.demanded_of(self.products), self._unit()),
            Fact("plan_cost", plan.cost.paid, currency),
            Fact("overtime", plan.overtime_hours, "hours"),
            Fact("late_deliveries", len(self._late()), "1"),
            Fact("solver_status", plan.status),
        ]
        if share is not None:
            facts.insert(0, Fact("service", 100 * share, "%"))
        facts += self._rule_facts()
        facts += late_facts(self.names, self._late())
        facts += [self._relief(relief) for relief in bottlenecks(plan)[:MOST_RELIEFS]]
        facts += [Fact(f"cost_{part}", getattr(plan.cost, part), currency) for part in COST_PARTS]
        for name, row in plan.overtime.items():
            for month, hours in zip(months, row, strict=True):
                if hours >= 0.05:
                    about = {"resource": name, "month": month.isoformat()}
                    facts.append(Fact("overtime", hours, "hours", about))
        return tuple(facts)

    def _relief(self, relief: Relief) -> Fact:
        about = {"resource": relief.resource, "month": relief.month.isoformat()}
        return Fact("worth_of_one_more_hour", relief.worth, self.names.currency, about)

    def table(self) -> EvidenceTable:
        """Return demand, supply, stock and what is late, by product, site and month."""
        columns = (
            TableColumn("product", "text"),
            TableColumn("name", "text"),
            TableColumn("site", "text"),
            TableColumn("month", "month"),
            TableColumn("demand", "number", self._unit()),
            TableColumn("supply", "number", self._unit()),
            TableColumn("closing_stock", "number", self._unit()),
            TableColumn("late", "number", self._unit()),
        )
        rows = []
        for place, demand in self.plan.problem.demand.items():
            if self.products is not None and place[0] not in self.products:
                continue
            supply = self.plan.arriving(place)
            for t, month in enumerate(self.plan.problem.months):
                stock, late = self.plan.stock[place][t], self.plan.late[place][t]
                name = self.names.product(place[0])
                rows.append((place[0], name, place[1], month, demand[t], supply[t], stock, late))
        return EvidenceTable(columns, tuple(rows))

    def chart(self) -> charts.Chart | None:
        """Return hours run against hours there are, on the resource that binds most."""
        resource = self._tightest()
        if resource is None:
            return None
        hours, months = self.plan.problem.hours, self.plan.problem.months
        rows: list[charts.Row] = [
            {
                "month": month,
                "required": used,
                "available": hours[(resource, t)].regular + hours[(resource, t)].overtime,
            }
            for t, (month, used) in enumerate(
                zip(months, self.plan.used_hours(resource), strict=True)
            )
        ]
        return charts.load_against_hours(f"Planned hours of {resource}, overtime included", rows)

    def _tightest(self) -> str | None:
        reliefs = bottlenecks(self.plan)
        if reliefs:
            return reliefs[0].resource
        return max(self.plan.problem.resources, key=self._peak, default=None)

    def _peak(self, resource: str) -> float:
        hours = self.plan.problem.hours
        used = self.plan.used_hours(resource)
        there = [hours[(resource, t)].regular for t in range(len(used))]
        return max((u / h for u, h in zip(used, there, strict=True) if h > 0), default=0.0)

    def _late(self) -> tuple[Late, ...]:
        wanted = self.products
        return tuple(late for late in self.late if wanted is None or late.product in wanted)

    def _when(self) -> str:
        months = self.plan.problem.months
        return wording.period(months[0], months[-1])

    def _percent(self, share: float) -> str:
        return wording.figure(100 * share, "%")

    def _unit(self) -> str:
        products = {product for product, _ in self.plan.problem.demand}
        return self.names.unit_of_all(products if self.products is None else set(self.products))

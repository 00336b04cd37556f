"""The program behind a plan in full: variables, balances, and each limit as a row of its own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planning_engine.supply.plan.plan_problem import Row, SupplyProblem
from planning_engine.supply.requirements.requirements import Place
from planning_engine.supply.shortfalls.full_plan_terms import Limit, Need, limits_of, needs_of

NOTHING = 1e-6
Term = tuple[Any, float]  # Any: PuLP's variable, whose class differs between its versions


@dataclass(frozen=True)
class FullPlan:
    """A plan that meets all demand, as in `SupplyPlan`: by way, lane and source, and what it costs.

    `gap` is the share by which a cheaper plan may exist at most.
    """

    made: tuple[Row, ...]
    moved: tuple[Row, ...]
    bought: tuple[Row, ...]
    stock: Mapping[Place, Row]
    cost: float
    gap: float


class FullModel:
    """The program: variables, balances, and each limit as a row of its own.

    Elastic, demand may stay unmet. With `needs` and `limits` only those count.
    """

    def __init__(
        self,
        problem: SupplyProblem,
        *,
        whole: bool,
        elastic: bool = False,
        needs: Sequence[Need] | None = None,
        limits: Sequence[Limit] | None = None,
    ) -> None:
        import pulp  # half a second: only when a plan is asked for

        self.pulp = pulp
        self.problem = problem
        self.span = range(len(problem.months))
        self.program = pulp.LpProblem("full_plan", pulp.LpMinimize)
        self.category = pulp.LpInteger if whole else pulp.LpContinuous
        self.wanted = needs_of(problem) if needs is None else list(needs)
        self.limits = limits_of(problem) if limits is None else list(limits)
        self.found = False
        self._declare(elastic=elastic)
        self._balance()
        self._limit()

    def _declare(self, *, elastic: bool) -> None:
        problem = self.problem
        self.make = [self._row(f"make_{i}") for i, _ in enumerate(problem.ways)]
        self.move = [self._row(f"move_{i}") for i, _ in enumerate(problem.lanes)]
        # What was not ordered in time cannot arrive.
        self.buy = [
            self._row(f"buy_{i}", source.lead_months) for i, source in enumerate(problem.sources)
        ]
        self.stock = {
            place: [self.program.add_variable(f"stock_{i}_{t}", 0) for t in self.span]
            for i, place in enumerate(problem.places)
        }
        self.extra = {
            name: [
                self.program.add_variable(f"extra_{i}_{t}", 0, problem.hours[(name, t)].overtime)
                for t in self.span
            ]
            for i, name in enumerate(problem.resources)
        }
        self.unmet_of = (
            {
                (need.place, need.month): self.program.add_variable(f"unmet_{i}", 0, need.quantity)
                for i, need in enumerate(self.wanted)
            }
            if elastic
            else {}
        )

    def _row(self, name: str, first: int = 0) -> list[Any]:  # Any: PuLP's variable
        return [
            self.program.add_variable(f"{name}_{t}", 0, None if t >= first else 0, self.category)
            for t in self.span
        ]

    def _balance(self) -> None:
        """Let each place end a month with what it had, plus what came, less what went."""
        flows = self._flows()
        problem = self.problem
        wanted = {(need.place, need.month): need.quantity for need in self.wanted}
        for i, place in enumerate(problem.places):
            receipts = problem.receipts.get(place)
            for t in self.span:
                terms = [*flows[(place, t)], (self.stock[place][t], -1.0)]
                known = (receipts[t] if receipts else 0.0) - wanted.get((place, t), 0.0)
                if t:
                    terms.append((self.stock[place][t - 1], 1.0))
                else:
                    known += problem.opening.get(place, 0.0)
                if (place, t) in self.unmet_of:
                    terms.append((self.unmet_of[(place, t)], 1.0))
                self.program += self._sum(terms) == -known, f"balance_{i}_{t}"

    def _flows(self) -> dict[tuple[Place, int], list[Term]]:
        flows: dict[tuple[Place, int], list[Term]] = defaultdict(list)
        problem = self.problem
        for way, row in zip(problem.ways, self.make, strict=True):
            self._arrive(flows, (way.product, way.site), row, way.lead_months)
            for part in problem.parts.get(way.product, ()):
                used = part.quantity / way.yield_rate
                for t in self.span:
                    flows[((part.component, way.site), t)].append((row[t], -used))
        for source, row in zip(problem.sources, self.buy, strict=True):
            self._arrive(flows, (source.product, source.site), row, 0)
        for lane, row in zip(problem.lanes, self.move, strict=True):
            self._arrive(flows, (lane.product, lane.target), row, lane.lead_months)
            for t in self.span:
                flows[((lane.product, lane.origin), t)].append((row[t], -1.0))
        self._substitute(flows)
        return flows

    def _arrive(
        self,
        flows: dict[tuple[Place, int], list[Term]],
        place: Place,
        row: Sequence[Any],  # Any: PuLP's variable
        lead: int,
    ) -> None:
        for t in self.span[lead:]:
            flows[(place, t)].append((row[t - lead], 1.0))

    def _substitute(self, flows: dict[tuple[Place, int], list[Term]]) -> None:
        """Let pieces be made with a substitute in place of a component, all of them at most."""
        problem = self.problem
        used: dict[tuple[int, str, int], list[Term]] = defaultdict(list)
        for i, swap in enumerate(problem.swaps):
            way, row = problem.ways[swap.way], self._row(f"swap_{i}")
            parts = problem.parts.get(way.product, ())
            old = sum(p.quantity for p in parts if p.component == swap.instead_of)
            for t in self.span:
                new, saved = swap.quantity / way.yield_rate, old / way.yield_rate
                flows[((swap.component, way.site), t)].append((row[t], -new))
                flows[((swap.instead_of, way.site), t)].append((row[t], saved))
                used[(swap.way, swap.instead_of, t)].append((row[t], 1.0))
        for i, ((way_index, _, t), terms) in enumerate(used.items()):
            made = (self.make[way_index][t], -1.0)
            self.program += self._sum([*terms, made]) <= 0, f"swapped_{i}"

    def _limit(self) -> None:
        """Keep to the capacity of sources and lanes, and to hours with overtime."""
        takes: dict[str, list[tuple[list[Any], float]]] = defaultdict(list)
        for way, row in zip(self.problem.ways, self.make, strict=True):
            for name, hours in way.hours.items():
                takes[name].append((row, hours))
        for place, limit in enumerate(self.limits):
            terms: list[Term]
            if limit.kind == "hours":
                terms = [(row[limit.month], hours) for row, hours in takes[limit.name]]
                terms.append((self.extra[limit.name][limit.month], -1.0))
            else:
                rows = self.buy if limit.kind == "source" else self.move
                terms = [(rows[limit.index or 0][limit.month], 1.0)]
            self.program += self._sum(terms) <= limit.capacity, f"limit_{place}"

    def cost(self) -> list[Term]:
        """Return what is paid: hours, set-ups, material, transport and stock."""
        problem, terms = self.problem, []
        for way, row in zip(problem.ways, self.make, strict=True):
            wage = sum(problem.wages[name][0] * hours for name, hours in way.hours.items())
            terms += [(x, wage + way.setup_cost) for x in row]
        for name, row in self.extra.items():
            regular, premium = problem.wages[name]
            terms += [(x, premium - regular) for x in row]
        for source, row in zip(problem.sources, self.buy, strict=True):
            terms += [(x, source.price) for x in row]
        for lane, row in zip(problem.lanes, self.move, strict=True):
            terms += [(x, lane.cost) for x in row]
        for (product, _), row in self.stock.items():
            terms += [(x, problem.costs[product].holding) for x in row]
        return terms

    def unmet(self) -> list[Term]:
        """Return the demand that is not met."""
        return [(variable, 1.0) for variable in self.unmet_of.values()]

    def minimise(self, terms: Sequence[Term], time_limit_s: float) -> str:
        """Solve for the least of a sum, and return the solver's own word for the outcome."""
        self.program += self._sum(terms)
        # The default gap of 0.01 % would leave a few units on the table.
        self.program.solve(self.pulp.HiGHS(msg=False, timeLimit=time_limit_s, threads=1, gapRel=0))
        solver = self.program.solverModel
        info = solver.getInfo()
        self.found = info.primal_solution_status == 2
        self.gap = max(0.0, float(info.mip_gap)) if self.category != "Continuous" else 0.0
        status = str(solver.modelStatusToString(solver.getModelStatus()))
        # Costs are not negative, so a program without a bound cannot be.
        return "Infeasible" if "nfeasible" in status else status

    def value(self, terms: Sequence[Term]) -> float:
        """Return what a sum came to."""
        return sum(coefficient * float(x.varValue or 0.0) for x, coefficient in terms)

    def priced(self) -> tuple[list[Need], list[Limit]]:
        """Return the demands and limits that the solution puts a price on."""
        places = {place: i for i, place in enumerate(self.problem.places)}
        needs = [
            need
            for need in self.wanted
            if abs(self._dual(f"balance_{places[need.place]}_{need.month}")) > NOTHING
        ]
        limits = [
            limit for i, limit in enumerate(self.limits) if abs(self._dual(f"limit_{i}")) > NOTHING
        ]
        return needs, limits

    def plan(self) -> FullPlan:
        """Return the solution."""
        return FullPlan(
            made=tuple(map(self._values, self.make)),
            moved=tuple(map(self._values, self.move)),
            bought=tuple(map(self._values, self.buy)),
            stock={place: self._values(row) for place, row in self.stock.items()},
            cost=self.value(self.cost()),
            gap=self.gap,
        )

    def _values(self, row: Sequence[Any]) -> Row:  # Any: PuLP's variable
        values = (float(x.varValue or 0.0) for x in row)
        return tuple(value if value > NOTHING else 0.0 for value in values)

    def _dual(self, name: str) -> float:
        return float(self.program.get_constraint_by_name(name).pi or 0.0)

    def _sum(self, terms: Sequence[Term]) -> Any:  # Any: PuLP's expression
        return self.pulp.lpSum(coefficient * variable for variable, coefficient in terms)

"""The constrained plan: least cost within hours, material, suppliers and lanes.

A linear program on HiGHS. Demand may be met late at a cost, so that there is always a plan;
what is late, and why, is the answer.
"""

from collections import defaultdict
from typing import Any

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import NoFeasiblePlan
from planning_engine.supply.plan_inputs import read_problem
from planning_engine.supply.plan_problem import PlanCost, Row, SupplyPlan, SupplyProblem
from planning_engine.supply.requirements import Place

TIME_LIMIT_S = 20.0
Term = tuple[Any, float]  # Any: PuLP's variable, whose class differs between its versions


@remember(4)
def plan_supply(snapshot: Snapshot, months: int = 6, *, overtime: bool = True) -> SupplyPlan:
    """Return the least-cost plan of a company.

    Args:
        snapshot: The company's facts, not narrowed.
        months: Months ahead of the plan start.
        overtime: Whether allowed overtime may be used.
    """
    return solve(read_problem(snapshot, months, overtime=overtime))


def solve(problem: SupplyProblem, time_limit_s: float = TIME_LIMIT_S) -> SupplyPlan:
    """Return the least-cost plan of a problem.

    Args:
        problem: What to plan.
        time_limit_s: Seconds the solver may take.

    Raises:
        NoFeasiblePlan: The solver found no plan in time.
    """
    return _Model(problem).solve(time_limit_s)


class _Model:
    """The linear program: variables, one method per constraint, and the way back."""

    def __init__(self, problem: SupplyProblem) -> None:
        import pulp  # half a second: only when a plan is asked for

        self.pulp = pulp
        self.problem = problem
        self.span = range(len(problem.months))
        self.program = pulp.LpProblem("supply_plan", pulp.LpMinimize)
        self.parts: dict[str, list[Term]] = defaultdict(list)
        self.balance_names: dict[tuple[Place, int], str] = {}
        self._declare()
        self._material_balance()
        self._resource_hours()
        self._safety_stock()
        self.program += self._sum([term for terms in self.parts.values() for term in terms])

    def solve(self, time_limit_s: float) -> SupplyPlan:
        self.program.solve(self.pulp.HiGHS(msg=False, timeLimit=time_limit_s, threads=1))
        solver = self.program.solverModel
        info = solver.getInfo()
        status = solver.modelStatusToString(solver.getModelStatus())
        if info.primal_solution_status != 2:
            raise NoFeasiblePlan(
                f"The solver found no plan within {time_limit_s:.0f} s ({status}). Ask for fewer "
                "months."
            )
        return self._read(status, float(info.objective_function_value))

    # --- variables

    def _declare(self) -> None:
        problem = self.problem
        self.make = [self._row(f"make_{i}", "ways") for i, _ in enumerate(problem.ways)]
        self.move = [
            self._row(f"move_{i}", "lanes", lane.capacity) for i, lane in enumerate(problem.lanes)
        ]
        # What was not ordered in time cannot arrive: no variable before the lead time.
        self.buy = [
            self._row(f"buy_{i}", "sources", source.capacity, source.lead_months)
            for i, source in enumerate(problem.sources)
        ]
        self.stock = {p: self._row(f"stock_{i}", "stock") for i, p in enumerate(problem.places)}
        self.late = {p: self._row(f"late_{i}", "late") for i, p in enumerate(problem.demand)}
        self.below = {p: self._row(f"below_{i}", "below") for i, p in enumerate(problem.safety)}
        self.extra = {
            name: [
                self.program.add_variable(f"extra_{i}_{t}", 0, problem.hours[(name, t)].overtime)
                for t in self.span
            ]
            for i, name in enumerate(problem.resources)
        }
        self._price()

    def _row(
        self, name: str, kind: str, most: float | None = None, first: int = 0
    ) -> list[Any]:  # Any: PuLP's variable
        return [
            self.program.add_variable(f"{name}_{t}", 0, most if t >= first else 0)
            for t in self.span
        ]

    def _price(self) -> None:
        problem, parts, last = self.problem, self.parts, self.span[-1]
        for way, row in zip(problem.ways, self.make, strict=True):
            wage = sum(problem.wages[name][0] * hours for name, hours in way.hours.items())
            parts["regular_hours"] += [(x, wage) for x in row]
            parts["setups"] += [(x, way.setup_cost) for x in row]
        for name, row in self.extra.items():
            regular, premium = problem.wages[name]
            # Overtime hours are counted as regular ones above; the difference comes on top.
            parts["regular_hours"] += [(x, -regular) for x in row]
            parts["overtime"] += [(x, premium) for x in row]
        for source, row in zip(problem.sources, self.buy, strict=True):
            parts["material"] += [(x, source.price) for x in row]
        for lane, row in zip(problem.lanes, self.move, strict=True):
            parts["transport"] += [(x, lane.cost) for x in row]
        for place, row in self.stock.items():
            parts["holding"] += [(x, problem.costs[place[0]].holding) for x in row]
        for place, row in self.late.items():
            parts["late"] += [(x, problem.costs[place[0]].late) for x in row]
            parts["end_of_plan"].append((row[last], problem.costs[place[0]].lost))
        for place, row in self.below.items():
            parts["below_safety"] += [(x, problem.costs[place[0]].below_safety) for x in row]
            parts["end_of_plan"].append((row[last], problem.costs[place[0]].refill))

    # --- constraints

    def _material_balance(self) -> None:
        """Let each product and site end with what it had, plus what came, less what went."""
        flows = self._flows()
        problem = self.problem
        for i, place in enumerate(problem.places):
            wanted = problem.demand.get(place)
            receipts = problem.receipts.get(place)
            for t in self.span:
                terms = [*flows[(place, t)], (self.stock[place][t], -1.0)]
                known = (receipts[t] if receipts else 0.0) - (wanted[t] if wanted else 0.0)
                if t:
                    terms.append((self.stock[place][t - 1], 1.0))
                else:
                    known += problem.opening.get(place, 0.0)
                if wanted:
                    terms.append((self.late[place][t], 1.0))
                    if t:
                        terms.append((self.late[place][t - 1], -1.0))
                name = f"balance_{i}_{t}"
                self.balance_names[(place, t)] = name
                self.program += self._sum(terms) == -known, name

    def _flows(self) -> dict[tuple[Place, int], list[Term]]:
        """Return what is made, bought, moved and taken by parents, by place and month."""
        flows: dict[tuple[Place, int], list[Term]] = defaultdict(list)
        problem = self.problem
        for way, row in zip(problem.ways, self.make, strict=True):
            for t in self.span:
                flows[((way.product, way.site), t)].append((row[t], 1.0))
                for part in problem.parts.get(way.product, ()):
                    flows[((part.component, way.site), t)].append((row[t], -part.quantity))
        for source, row in zip(problem.sources, self.buy, strict=True):
            for t in self.span:
                flows[((source.product, source.site), t)].append((row[t], 1.0))
        for lane, row in zip(problem.lanes, self.move, strict=True):
            for t in self.span:
                flows[((lane.product, lane.origin), t)].append((row[t], -1.0))
                if t + lane.lead_months in self.span:
                    arrival = ((lane.product, lane.target), t + lane.lead_months)
                    flows[arrival].append((row[t], 1.0))
        return flows

    def _resource_hours(self) -> None:
        """Keep what is made within regular hours plus overtime."""
        takes: dict[str, list[tuple[list[Any], float]]] = defaultdict(list)
        for way, row in zip(self.problem.ways, self.make, strict=True):
            for name, hours in way.hours.items():
                takes[name].append((row, hours))
        for i, name in enumerate(self.problem.resources):
            for t in self.span:
                terms = [(row[t], hours) for row, hours in takes[name]]
                terms.append((self.extra[name][t], -1.0))
                there = self.problem.hours[(name, t)].regular
                self.program += self._sum(terms) <= there, f"hours_{i}_{t}"

    def _safety_stock(self) -> None:
        """Count what is missing from the safety stock."""
        for i, (place, wanted) in enumerate(self.problem.safety.items()):
            for t in self.span:
                terms = [(self.stock[place][t], 1.0), (self.below[place][t], 1.0)]
                self.program += self._sum(terms) >= wanted, f"safety_{i}_{t}"

    def _sum(self, terms: list[Term]) -> Any:  # Any: PuLP's expression
        expression = self.pulp.LpAffineExpression
        if issubclass(expression, dict):  # PuLP 3: term lists build three times faster
            merged: dict[Any, float] = defaultdict(float)
            for variable, coefficient in terms:
                merged[variable] += coefficient
            return expression(list(merged.items()))
        return self.pulp.lpSum(coefficient * variable for variable, coefficient in terms)

    # --- the way back

    def _read(self, status: str, objective: float) -> SupplyPlan:
        cost = {
            part: sum(coefficient * _value(x) for x, coefficient in terms)
            for part, terms in self.parts.items()
        }
        return SupplyPlan(
            problem=self.problem,
            made=tuple(map(_values, self.make)),
            moved=tuple(map(_values, self.move)),
            bought=tuple(map(_values, self.buy)),
            stock={place: _values(row) for place, row in self.stock.items()},
            late={place: _values(row) for place, row in self.late.items()},
            below={place: _values(row) for place, row in self.below.items()},
            overtime={name: _values(row) for name, row in self.extra.items()},
            cost=PlanCost(**cost),
            status=status,
            objective=objective,
            hour_worth={
                (name, t): max(0.0, -self._dual(f"hours_{i}_{t}"))
                for i, name in enumerate(self.problem.resources)
                for t in self.span
            },
            piece_worth={
                (place, t): self._dual(self.balance_names[(place, t)])
                for place in self.problem.places
                for t in self.span
            },
        )

    def _dual(self, name: str) -> float:
        return float(self.program.get_constraint_by_name(name).pi or 0.0)


def _value(variable: Any) -> float:  # Any: PuLP's variable
    value = float(variable.varValue or 0.0)
    return value if value > 1e-7 else 0.0


def _values(row: list[Any]) -> Row:  # Any: PuLP's variable
    return tuple(_value(variable) for variable in row)

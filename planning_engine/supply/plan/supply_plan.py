"""The constrained plan: least cost within hours, material, suppliers and lanes.

A linear program on HiGHS, or one with whole lots. Demand may be met late at a cost, so that
there is always a plan; what is late, and why, is the answer. Every plan is checked by
`plan_audit`, which shares no code with the model, before it is returned.
"""

from time import monotonic

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import NoFeasiblePlan
from planning_engine.supply.plan.plan_audit import verify
from planning_engine.supply.plan.plan_constraints import add_rows, keep_delivered, taken_back
from planning_engine.supply.plan.plan_inputs import read_problem
from planning_engine.supply.plan.plan_model import Columns, PlanModel
from planning_engine.supply.plan.plan_problem import Row, SupplyPlan, SupplyProblem
from planning_engine.supply.plan.plan_program import Basis, Solved
from planning_engine.supply.plan.plan_rules import LEAST_COST, PlanRules
from planning_engine.supply.plan.plan_start import start_from_rounded
from planning_engine.supply.plan.plan_terms import PlanCost

TIME_LIMIT_S = 60.0
LOTS_TIME_LIMIT_S = 120.0
"""… and with whole lots: long enough to stop at the gap, so that asking again gives the same."""
GAP = 0.02
"""Gap at which a plan of whole lots is good enough."""
LARGE_PLAN = 10_000
"""Products, sites and months from which on a scenario starts from the plan it changes."""
HELD = 1e-5
"""Share by which a class already served may give way to the next: the solver's rounding."""


def plan_supply(
    snapshot: Snapshot,
    months: int = 6,
    *,
    overtime: bool = True,
    rules: PlanRules = LEAST_COST,
) -> SupplyPlan:
    """Return the best plan of a company: least cost, or orders first.

    The plan of a large scenario starts from where the solver of the plan without its levers
    stood; the cost is the same, and so is the plan each time it is asked for.

    Args:
        snapshot: The company's facts, not narrowed.
        months: Months ahead of the plan start.
        overtime: Whether allowed overtime may be used.
        rules: What the plan keeps to beyond cost.
    """
    return _planned(snapshot, months, overtime, rules)


@remember(8)
def _planned(snapshot: Snapshot, months: int, overtime: bool, rules: PlanRules) -> SupplyPlan:
    problem = read_problem(snapshot, months, overtime=overtime, rules=rules)
    start = None
    if snapshot.origin is not None and len(problem.places) * months >= LARGE_PLAN:
        start = _planned(snapshot.origin, months, overtime, rules).basis
    limit = LOTS_TIME_LIMIT_S if rules.whole_lots else TIME_LIMIT_S
    return solve(problem, limit, start=start)


def solve(
    problem: SupplyProblem,
    time_limit_s: float = TIME_LIMIT_S,
    *,
    gap: float = GAP,
    start: Basis | None = None,
) -> SupplyPlan:
    """Return the best plan of a problem: by order class where it has some, then by cost.

    Args:
        problem: What to plan.
        time_limit_s: Seconds the solver may take.
        gap: Share by which a cheaper plan of whole lots may exist at most.
        start: Where the solver of a similar plan stood: it starts from there.

    Raises:
        NoFeasiblePlan: The solver found no plan in time.
    """
    model = model_of(problem)
    ends = monotonic() + time_limit_s
    model.program.hand_over(time_limit_s, gap=gap, start=start)
    start_from_rounded(model, time_limit_s / 4)
    solved = run(model, ends)
    if solved is not None and problem.orders:
        solved = _by_class(model, ends)
    if solved is None:
        raise NoFeasiblePlan(
            f"The solver found no plan within {time_limit_s:.0f} s ({model.program.failure()}). "
            "Ask for fewer months."
        )
    solved = model.program.price(solved, max(1.0, ends - monotonic()))
    plan = read(model, solved)
    broken = verify(plan)
    if broken:
        raise RuntimeError(f"The plan breaks its own rules: {' '.join(broken[:3])}")
    return plan


def model_of(problem: SupplyProblem) -> PlanModel:
    """Return the whole program of a problem, ready to be handed over."""
    model = PlanModel(problem)
    add_rows(model)
    model.program.minimise([term for terms in model.parts.values() for term in terms])
    return model


def run(model: PlanModel, ends: float) -> Solved | None:
    """Run the solver until nothing that was delivered is taken back.

    Args:
        model: What was handed over to the solver.
        ends: When to stop, by the monotonic clock.
    """
    solved = model.program.more(max(0.0, ends - monotonic()))
    while solved is not None:
        back = taken_back(model, solved.values.tolist())
        if not back:
            break
        for place in dict.fromkeys(place for place, _ in back):
            keep_delivered(model, place)
        solved = model.program.more(max(0.0, ends - monotonic()))
    return solved


def _by_class(model: PlanModel, ends: float) -> Solved | None:
    """Serve one class of demand after the other, then plan at least cost what is left open.

    Each class is owed as little as the classes before it allow, in piece-months.
    """
    program = model.program
    for number, by_place in enumerate(model.owed):
        owed = {column: 1.0 for columns in by_place.values() for column in columns.values()}
        solved = program.again(owed, max(0.0, ends - monotonic()))
        if solved is None:
            return None
        least = sum(solved.values[column] for column in owed)
        program.tighten(("class", number), list(owed.items()), least + HELD * max(1.0, least))
    costs: dict[int, float] = {}
    for terms in model.parts.values():
        for column, cost in terms:
            costs[column] = costs.get(column, 0.0) + cost
    return program.again(costs, max(0.0, ends - monotonic()))


# --- the way back


def read(model: PlanModel, solved: Solved) -> SupplyPlan:
    """Return the plan that a solution stands for."""
    problem = model.problem
    values = solved.values

    def row(columns: Columns) -> Row:
        return tuple(float(values[x]) if values[x] > 1e-7 else 0.0 for x in columns)

    def worth(key: tuple[object, ...]) -> float:
        return float(solved.duals[model.program.rows[key]])

    cost = {
        part: sum(coefficient * max(0.0, float(values[x])) for x, coefficient in terms)
        for part, terms in model.parts.items()
    }
    cost["holding"] = cost.get("holding", 0.0) + model.fixed_holding
    missing = {place: row(columns) for place, columns in model.below.items()}
    budget = ("change budget",)
    return SupplyPlan(
        problem=problem,
        made=tuple(map(row, model.make)),
        moved=tuple(map(row, model.move)),
        bought=tuple(map(row, model.buy)),
        stock={
            place: _stock(problem.safety.get(place, 0.0), row(columns), missing.get(place))
            for place, columns in model.above.items()
        },
        late={place: row(columns) for place, columns in model.late.items()},
        below=missing,
        overtime={name: row(columns) for name, columns in model.extra.items()},
        cost=PlanCost(**cost),
        status=solved.status,
        objective=solved.objective + model.fixed_holding,
        hour_worth={
            (name, t): max(0.0, -worth(("hours", name, t)))
            for name in problem.resources
            for t in model.span
        },
        piece_worth={
            (place, t): worth(("balance", *place, t))
            for place in problem.places
            for t in model.span
        },
        gap=solved.gap,
        setups=tuple(map(row, model.set_up)),
        swapped=tuple(map(row, model.swap)),
        lost={place: row(columns) for place, columns in model.lost.items()},
        wasted={place: row(columns) for place, columns in model.waste.items()},
        owed=tuple(
            {
                place: (0.0,) * entry.due + row(list(columns.values()))
                for place, columns in by_place.items()
            }
            for entry, by_place in zip(problem.orders, model.owed, strict=True)
        ),
        hired={name: row(columns) for name, columns in model.hire.items()},
        change_worth=(max(0.0, -worth(budget)) if budget in model.program.rows else 0.0),
        basis=model.program.basis(),
    )


def _stock(safety: float, above: Row, missing: Row | None) -> Row:
    if missing is None:
        return above
    return tuple(
        max(0.0, safety + over - under) for over, under in zip(above, missing, strict=True)
    )

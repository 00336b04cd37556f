"""Random small problems: every plan keeps every rule, and an independent model finds no better."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from random import Random

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from planning_engine.supply.capacity.routing import Hours
from planning_engine.supply.plan.plan_audit import verify
from planning_engine.supply.plan.plan_problem import Lane, Source, SupplyProblem, Way, rates
from planning_engine.supply.plan.plan_terms import FORECAST_RANK, OrderClass, Published, Setup, Swap
from planning_engine.supply.plan.supply_plan import solve
from planning_engine.supply.requirements.requirements import Part
from planning_engine.supply.shortfalls.lateness import why_late

MONTHS = tuple(date(2027, month, 1) for month in range(1, 5))


def draw(seed, *, whole=None, orders=False, published=False):
    """Draw a problem: X from A and B (which C may replace), Y bought or made, two depots."""
    random = Random(seed)
    span = random.randint(2, 4)
    whole = random.random() < 0.3 if whole is None else whole

    def some(most):
        return float(random.randint(0, most))

    def row(most):
        return tuple(some(most) for _ in range(span))

    def setup():
        if not whole:
            return None
        lot = (random.choice([0.0, 3.0]), random.choice([0.0, 2.0]))
        return Setup({"L": some(1)}, some(6), *lot)

    def way(product, site, preference, hours):
        rate, lead = random.choice([1.0, 1.0, 0.8, 0.5]), random.choice([0, 0, 0, 1])
        return Way(product, site, preference, hours, some(1), rate, lead, setup())

    ways = [way("X", "P", 1, {"L": 1.0, "M": 0.5}), way("Y", "P", 1, {"L": 2.0})]
    if random.random() < 0.5:
        ways.append(way("X", "Q", 2, {"M": 1.5}))
    if random.random() < 0.4:
        ways.append(way("A", "P", 1, {"M": 0.25}))
    lots = random.choice([(0.0, 0.0), (4.0, 0.0), (0.0, 3.0)]) if whole else (0.0, 0.0)
    sources = [
        Source("A", "P", "S1", 1.0, random.randint(0, 1), random.choice([None, some(12)]), *lots),
        Source("B", "P", "S2", 2.0, 0, some(8)),
    ]
    if random.random() < 0.5:
        sources += [Source("C", "P", "S3", 4.0, 0, None), Source("B", "Q", "S2", 2.5, 1, None)]
        sources.append(Source("A", "Q", "S1", 1.5, 0, None))
    lanes = [
        Lane(
            product, origin, site, some(2), random.choice([0, 0, 1]), random.choice([None, some(9)])
        )
        for product, origin in (("X", "P"), ("X", "Q"), ("Y", "P"))
        for site in ("D", "E")
        if random.random() < 0.8
    ]
    demand = {
        place: row(6) for place in (("X", "D"), ("X", "E"), ("Y", "D")) if random.random() < 0.8
    }
    swaps = (Swap(0, "C", "B", 1.5),) if random.random() < 0.4 else ()
    lost, late = random.choice([(None, None), (None, None), (3.0, None), (1.0, 0.5)])
    costs = {name: rates(2 + some(3), 10 + some(9), 0.12) for name in "ABC"}
    costs |= {name: rates(5, 12 + some(9), 0.24, late, lost) for name in "XY"}
    problem = SupplyProblem(
        months=MONTHS[:span],
        demand=demand,
        opening={("X", "D"): some(8), ("B", "P"): some(9), ("Y", "D"): some(3)},
        receipts={("A", "P"): row(4), ("X", "E"): row(2)},
        safety={place: some(4) for place in demand if random.random() < 0.5},
        ways=tuple(ways),
        lanes=tuple(lanes),
        sources=tuple(sources),
        parts={"X": (Part("A", 1.0), Part("B", 2.0))},
        hours={(name, t): Hours(some(9), some(3)) for name in "LM" for t in range(span)},
        wages={"L": (1.0, 3.0), "M": (2.0, 2.5)},
        costs=costs,
        swaps=swaps,
        shelf={name: random.randint(1, 3) for name in "XYB" if random.random() < 0.3},
    )
    if orders:
        problem = replace(problem, orders=classes(random, problem))
    if published:
        supply = {
            place: tuple(random.choice([None, some(6)]) for _ in range(span)) for place in demand
        }
        budget = random.choice([None, some(12)])
        problem = replace(problem, published=Published(supply, random.randint(0, 2), budget, 1e4))
    return problem


def classes(random, problem):
    """Split each month's demand at random over two ranks of orders and the forecast."""
    found = defaultdict(dict)
    for place, row in problem.demand.items():
        for due, quantity in enumerate(row):
            first = float(random.randint(0, int(quantity)))
            second = float(random.randint(0, int(quantity - first)))
            for rank, part in ((1, first), (2, second), (FORECAST_RANK, quantity - first - second)):
                found[(rank, due)][place] = part
    return tuple(OrderClass(rank, due, wanted) for (rank, due), wanted in sorted(found.items()))


@pytest.mark.parametrize("part", range(10))
def test_a_thousand_random_plans_keep_every_rule(part):
    for number in range(100):
        seed = 100 * part + number
        problem = draw(seed, orders=number % 5 == 3, published=number % 5 == 4)
        plan = solve(problem, gap=1e-3)
        assert verify(plan) == (), seed
        assert plan.status == "Optimal", seed
        assert plan.gap is not None, seed
        assert plan.gap <= 1e-3 + 1e-9, seed
        for late in why_late(plan):
            assert late.binds, seed


class Oracle:
    """The same problem in another shape: scipy's solver, and balances as running totals."""

    def __init__(self, problem):
        self.problem, self.span = problem, range(len(problem.months))
        self.cost, self.high, self.whole = [], [], []
        self.rows, self.low_row, self.high_row = [], [], []

    def new(self, cost=0.0, high=np.inf, whole=0):
        self.cost.append(cost)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.cost) - 1

    def add(self, terms, low=-np.inf, high=np.inf):
        self.rows.append(terms)
        self.low_row.append(low)
        self.high_row.append(high)

    def best(self):
        self.flow = defaultdict(list)  # (place, t) → terms of what comes (+) and goes (-)
        self.out = defaultdict(list)  # the same, of what leaves for good
        self.inside = defaultdict(list)  # product, t → what is under way
        hours = defaultdict(list)
        self.make(hours)
        self.trade()
        for (name, t), there in self.problem.hours.items():
            regular, premium = self.problem.wages[name]
            extra = self.new(premium - regular, there.overtime)
            self.add([*hours[(name, t)], (extra, -1.0)], high=there.regular)
        for place in self.problem.places:
            self.keep(place)
        for product, keeps in self.problem.shelf.items():
            self.age(product, keeps)
        matrix = np.zeros((len(self.rows), len(self.cost)))
        for number, terms in enumerate(self.rows):
            for column, coefficient in terms:
                matrix[number, column] += coefficient
        result = milp(
            self.cost,
            integrality=self.whole,
            bounds=Bounds(0, self.high),
            constraints=LinearConstraint(matrix, self.low_row, self.high_row),
            options={"mip_rel_gap": 0},
        )
        assert result.success, result.message
        return result.fun

    def make(self, hours):
        problem = self.problem
        for index, way in enumerate(problem.ways):
            wage = sum(problem.wages[name][0] * each for name, each in way.hours.items())
            for t in self.span:
                made = self.new(wage + way.setup_cost)
                self.lots(made, way.setup, hours, t)
                for name, each in way.hours.items():
                    hours[(name, t)].append((made, each))
                if t + way.lead_months in self.span:
                    self.flow[(way.product, way.site, t + way.lead_months)].append((made, 1.0))
                kept = {
                    part.component: [(made, 1.0)] for part in problem.parts.get(way.product, ())
                }
                for swap in problem.swaps:
                    if swap.way == index:
                        used = self.new()
                        kept[swap.instead_of].append((used, -1.0))
                        self.add([(made, 1.0), (used, -1.0)], low=0)
                        self.take(swap.component, way, t, [(used, 1.0)], swap.quantity)
                for part in problem.parts.get(way.product, ()):
                    self.take(part.component, way, t, kept[part.component], part.quantity)

    def take(self, component, way, t, terms, quantity):
        for column, sign in terms:
            term = (column, -sign * quantity / way.yield_rate)
            self.flow[(component, way.site, t)].append(term)
            self.out[(component, way.site, t)].append((column, -term[1]))

    def lots(self, made, setup, hours, t):
        if setup is None:
            return
        wage = sum(self.problem.wages[name][0] * each for name, each in setup.hours.items())
        on = self.new(wage + setup.cost, 1, 1)
        for name, each in setup.hours.items():
            hours[(name, t)].append((on, each))
        self.add([(made, 1.0), (on, -500.0)], high=0)
        self.add([(made, 1.0), (on, -setup.lot_min)], low=0)
        if setup.lot_multiple:
            self.add([(made, 1.0), (self.new(whole=1), -setup.lot_multiple)], 0, 0)

    def trade(self):
        for source in self.problem.sources:
            most = np.inf if source.capacity is None else source.capacity
            for t in self.span:
                bought = self.new(source.price, most if t >= source.lead_months else 0)
                self.flow[(source.product, source.site, t)].append((bought, 1.0))
                if source.order_min:
                    on = self.new(high=1, whole=1)
                    self.add([(bought, 1.0), (on, -500.0)], high=0)
                    self.add([(bought, 1.0), (on, -source.order_min)], low=0)
                if source.order_multiple:
                    self.add([(bought, 1.0), (self.new(whole=1), -source.order_multiple)], 0, 0)
        for lane in self.problem.lanes:
            for t in self.span:
                moved = self.new(lane.cost, np.inf if lane.capacity is None else lane.capacity)
                self.flow[(lane.product, lane.origin, t)].append((moved, -1.0))
                for s in range(t, min(t + lane.lead_months, len(self.span))):
                    self.inside[(lane.product, s)].append((moved, 1.0))
                if t + lane.lead_months in self.span:
                    self.flow[(lane.product, lane.target, t + lane.lead_months)].append(
                        (moved, 1.0)
                    )

    def keep(self, place):
        """Let stock be what came less what went up to then, demand served in any month."""
        problem, last = self.problem, self.span[-1]
        rate = problem.costs[place[0]]
        came, terms, owed = problem.opening.get(place, 0.0), [], 0.0
        served_before = None
        for t in self.span:
            wanted = problem.demand.get(place, [0.0] * len(self.span))[t]
            came += problem.receipts.get(place, [0.0] * len(self.span))[t]
            owed += wanted
            terms = terms + self.flow[(*place, t)]
            if place[0] in problem.shelf:
                waste = self.new(rate.waste)
                terms = [*terms, (waste, -1.0)]
                self.out[(*place, t)].append((waste, 1.0))
            if place in problem.demand:
                served = self.new()  # in month t
                terms = [*terms, (served, -1.0)]
                self.out[(*place, t)].append((served, 1.0))
                open_ = [(served, 1.0), *(served_before or [])]
                if rate.lost_sale is not None:
                    open_ = [*open_, (self.new(rate.lost_sale, wanted), 1.0)]
                late = self.new(rate.late + (rate.lost if t == last else 0.0))
                if not rate.waits:
                    self.high[late] = 0
                self.add([*open_, (late, 1.0)], owed, owed)
                served_before = open_
            stock = self.new(rate.holding)
            self.flow[("stock", place, t)] = [(stock, 1.0)]
            self.add([*terms, (stock, -1.0)], -came, -came)
            if place in problem.safety:
                below = self.new(rate.below_safety + (rate.refill if t == last else 0.0))
                self.add([(stock, 1.0), (below, 1.0)], low=problem.safety[place])

    def age(self, product, keeps):
        places = [place for place in self.problem.places if place[0] == product]
        groups = [[place] for place in places] + ([places] if len(places) > 1 else [])
        for group in groups:
            for t in range(-1, len(self.span) - keeps):
                terms, right = [], 0.0
                for place in group:
                    if t < 0:
                        right += self.problem.opening.get(place, 0.0)
                    else:
                        terms += [(c, -a) for c, a in self.flow[("stock", place, t)]]
                    for s in range(t + 1, t + keeps + 1):
                        terms += self.out[(*place, s)]
                        if len(group) == 1:
                            away = self.flow[(*place, s)]
                            terms += [(c, -a) for c, a in away if (c, a) in self.sent(place, s)]
                if len(group) > 1 and t >= 0:
                    terms += [(c, -a) for c, a in self.inside[(product, t)]]
                self.add(terms, low=right)

    def sent(self, place, t):
        """Return what lanes take away: goes from the place and is used up nowhere."""
        used = {column for column, _ in self.out[(*place, t)]}
        return {(c, a) for c, a in self.flow[(*place, t)] if a < 0 and c not in used}


@pytest.mark.parametrize("part", range(4))
def test_an_independent_model_finds_the_same_cost_two_hundred_times(part):
    for number in range(50):
        seed = 10_000 + 50 * part + number
        problem = draw(seed)
        assert solve(problem, gap=0).objective == pytest.approx(Oracle(problem).best(), abs=1e-4), (
            seed
        )

"""Ranges around a plan: what it comes to when demand, yields and deliveries stray."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest
from planning_engine.plan import Better, Plan, build
from planning_engine.risk.futures import Draws, Futures, Outcome, Play
from planning_engine.risk.spread import Spreads, spreads
from planning_engine.supply.plan.plan_problem import SupplyPlan
from planning_engine.supply.policies.policy import DAYS_PER_MONTH
from planning_engine.supply.requirements.requirements import Place

COMMON = 0.3
"""Part of the variance of demand that all products share in a month."""
SHARES = (10, 50, 90)


@dataclass(frozen=True)
class Range:
    """A figure over the futures: the plan's own value, and percentiles 10, 50 and 90."""

    name: str
    unit: str
    better: Better
    planned: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Risk:
    """Ranges of a plan.

    Attributes:
        plan: The plan as it is.
        ranges: Service, plan cost, margin and stocks that run short.
        short: Per cent of the futures in which a product runs short at a site, most first;
            only those above 0.
        spreads: What was drawn from.
        runs: How many futures.
        seed: Where the draws start: the same seed gives the same ranges.
    """

    plan: Plan
    ranges: tuple[Range, ...]
    short: tuple[tuple[Place, float], ...]
    spreads: Spreads
    runs: int
    seed: int

    def range(self, name: str) -> Range:
        """Return a range by name."""
        return next(entry for entry in self.ranges if entry.name == name)


@remember(8)
def assess(
    snapshot: Snapshot,
    months: int = 6,
    *,
    runs: int = 500,
    seed: int = 1,
    demand_error: float | None = None,
    output_sd: float | None = None,
    delay_days: float | None = None,
) -> Risk:
    """Return the ranges of a company's plan by Monte Carlo.

    The plan is made once and then played through each future as it stands, without a new plan
    when things go wrong: the ranges are those of doing nothing about it.

    Args:
        snapshot: The company's facts, not narrowed; a scenario's as well.
        months: Months ahead of the plan start.
        runs: How many futures.
        seed: Where the draws start.
        demand_error: Standard deviation of demand as a share of plan, in place of the data's.
        output_sd: Standard deviation of output as a share of plan, in place of the data's.
        delay_days: Standard deviation of deliveries in days, in place of the data's.

    Raises:
        BadRequest: A spread is negative, or there are too few or too many futures.
    """
    if not 50 <= runs <= 5000:
        raise BadRequest(f"Between 50 and 5,000 futures can be played, not {runs:,}.")
    given = [value for value in (demand_error, output_sd, delay_days) if value is not None]
    if any(value < 0 for value in given):
        raise BadRequest("A spread cannot be negative.")
    plan = build(snapshot, months)
    known = spreads(snapshot, demand_error, output_sd, delay_days)
    draws = drawn(plan.supply, known, runs, seed)
    outcome = Play(plan.supply, draws, runs).run()
    return Risk(
        plan,
        _ranges(snapshot, plan, outcome),
        _short(outcome),
        known,
        runs,
        seed,
    )


def drawn(plan: SupplyPlan, known: Spreads, runs: int, seed: int) -> Draws:
    """Return what comes true in each future.

    Demand is lognormal around plan: products share part of their luck in a month. Output is
    normal around plan, at least 0 and at most twice it. A delivery is late by the positive
    part of a normal delay; early ones come when planned.
    """
    lots = np.random.default_rng(seed)
    problem, span = plan.problem, range(len(plan.problem.months))
    shared = lots.standard_normal((len(span), runs))
    demand: dict[tuple[str, int], Futures] = {}
    for product in sorted({product for product, _ in problem.demand}):
        sd = known.demand.get(product, 0.0)
        own = lots.standard_normal((len(span), runs))
        width = np.sqrt(np.log1p(sd**2))
        for t in span:
            luck = np.sqrt(COMMON) * shared[t] + np.sqrt(1 - COMMON) * own[t]
            demand[(product, t)] = np.exp(width * luck - width**2 / 2)
    output: dict[tuple[int, int], Futures] = {}
    for index, way in enumerate(problem.ways):
        sd = known.output.get(way.product, 0.0)
        for t in span:
            strayed = 1 + sd * lots.standard_normal(runs)
            output[(index, t)] = np.clip(strayed, 0.0, 2.0)
    delay: dict[tuple[str, int], Futures] = {}
    bought = {source.product for source in problem.sources} | {p for p, _ in problem.receipts}
    for product in sorted(bought & known.delay_days.keys()):
        sd = known.delay_days[product] / DAYS_PER_MONTH
        for t in span:
            delay[(product, t)] = np.maximum(0.0, sd * lots.standard_normal(runs))
    return Draws(demand, output, delay)


def _ranges(snapshot: Snapshot, plan: Plan, outcome: Outcome) -> tuple[Range, ...]:
    currency = snapshot.company.currency
    late = outcome.late / np.maximum(outcome.demanded, 1e-12)
    service = np.where(outcome.demanded > 0, 100 * (1 - late), 100.0)
    margin = _margin(snapshot, plan, outcome.delivered)
    gone_short = [(short > 0.5).astype(float) for short in outcome.short.values()]
    stock_outs = np.sum(gone_short, axis=0) if gone_short else np.zeros_like(service)
    supply = plan.supply
    late_places = sum(
        any(min(w, o) > 0.5 for w, o in zip(row, supply.late[place], strict=True))
        for place, row in supply.problem.demand.items()
    )
    return (
        _range("service", "%", "higher", plan.figure("service").value, service),
        _range("plan_cost", currency, "lower", plan.figure("plan_cost").value, outcome.cost),
        _range("margin", currency, "higher", plan.figure("margin").value, margin),
        _range("stocks_short", "1", "lower", float(late_places), stock_outs),
    )


def _range(name: str, unit: str, better: Better, planned: float, values: Futures) -> Range:
    low, middle, high = (float(value) for value in np.percentile(values, SHARES))
    return Range(name, unit, better, planned, low, middle, high)


def _margin(snapshot: Snapshot, plan: Plan, delivered: Mapping[str, Futures]) -> Futures:
    """Return margin as the plan's: list price less standard cost, less the overtime premium."""
    rows = snapshot.rows(
        "SELECT product, coalesce(price, 0) - coalesce(standard_cost, 0) FROM products"
    )
    gain = dict(rows)
    premium = plan.money.premium
    parts = [pieces * gain.get(product, 0.0) for product, pieces in delivered.items()]
    return np.asarray(np.sum(parts, axis=0) - premium, dtype=np.float64)


def _short(outcome: Outcome) -> tuple[tuple[Place, float], ...]:
    shares = {place: 100 * float((short > 0.5).mean()) for place, short in outcome.short.items()}
    found = [(place, share) for place, share in shares.items() if share > 0]
    return tuple(sorted(found, key=lambda entry: (-entry[1], entry[0])))

"""Which function of the engine answers which kind of textbook problem."""

from collections.abc import Callable
from pathlib import Path

from evals import golden_networks
from evals.golden_checks import Check, Figures, Golden, compare
from evals.golden_terms import Json, Terms, instance_of, terms_of
from planning_engine.supply.lots import priced_lots
from planning_engine.supply.policies import (
    economic_lot,
    horizon_policy,
    min_max,
    newsvendor,
    policy,
    reorder_lot,
    unreliable_supply,
)
from planning_engine.supply.policies.demand_laws import Normal, Poisson, Uniform
from planning_engine.supply.policies.horizon_policy import PeriodTerms
from planning_engine.supply.policies.reorder_lot import LotTerms, ReorderLot

Solver = Callable[[str, Terms], Figures]


def golden(problem: Json, folder: Path) -> Golden:
    """Return a problem of answers.json with the function that solves it, None if there is none."""
    kind = str(problem.get("kind", "")).lower()
    name = f"{problem.get('id')} ({problem.get('kind')})"
    solver = _solver(kind)
    printed = problem.get("answer") or {}
    if "guaranteed" in kind or "gsm" in kind:
        return Golden(name, lambda: _of_network(kind, problem, folder))
    if any(word in kind for word in ("serial", "assembly", "ssm", "chain")):
        return Golden(name, lambda: _of_network(kind, problem, folder))
    if solver is None:
        return Golden(name)
    return Golden(name, lambda: compare(printed, solver(kind, terms_of(problem, folder))))


def _of_network(kind: str, problem: Json, folder: Path) -> list[Check]:
    terms, network = terms_of(problem, folder), instance_of(problem, folder)
    printed = problem.get("answer") or {}
    if "guaranteed" in kind or "gsm" in kind:
        return compare(printed, golden_networks.guaranteed(terms, network, printed))
    return compare(printed, golden_networks.chain(kind, terms, network))


def _solver(kind: str) -> Solver | None:
    for words, solver in _SOLVERS:
        if any(all(part in kind for part in word.split("+")) for word in words):
            return solver
    return None


def _eoq(kind: str, terms: Terms) -> Figures:
    basic = terms.number("demand"), terms.number("order_cost"), terms.number("holding")
    given = terms.find("order_quantity")
    lot = float(given) if given else policy.economic_order_quantity(*basic)
    return {"order_quantity": lot, "cost": policy.lot_cost(lot, *basic)}


def _eoq_late(kind: str, terms: Terms) -> Figures:
    found = economic_lot.with_backorders(
        terms.number("demand"),
        terms.number("order_cost"),
        terms.number("holding"),
        terms.number("stockout"),
    )
    return {
        "order_quantity": found.lot,
        "stockout_fraction": found.stockout_fraction,
        "cost": found.cost,
    }


def _epq(kind: str, terms: Terms) -> Figures:
    found = economic_lot.production_lot(
        terms.number("demand"),
        terms.number("order_cost"),
        terms.number("holding"),
        terms.number("production"),
    )
    return {"order_quantity": found.lot, "cost": found.cost}


def _discounts(kind: str, terms: Terms) -> Figures:
    rule = (
        economic_lot.with_incremental_discounts
        if "incremental" in kind
        else economic_lot.with_all_units_discounts
    )
    found = rule(
        terms.number("demand"),
        terms.number("order_cost"),
        terms.number("rate"),
        terms.row("breakpoints"),
        terms.row("unit_costs"),
    )
    return {"order_quantity": found.lot, "region": found.region, "cost": found.cost}


def _joint(kind: str, terms: Terms) -> Figures:
    found = economic_lot.joint_lots(
        terms.number("shared_fixed_cost"),
        terms.row("individual_fixed_costs"),
        terms.row("holding_costs"),
        terms.row("demand_rates"),
    )
    return {
        "order_quantities": list(found.lots),
        "base_cycle_time": found.cycle,
        "order_multiples": list(found.multiples),
        "cost": found.cost,
    }


def _wagner_whitin(kind: str, terms: Terms) -> Figures:
    demand = terms.row("demand", int(terms.number("periods", 0)) or None)
    count = len(demand)
    prices = terms.row("purchase", count) if terms.find("purchase") is not None else [0.0] * count
    found = priced_lots.best_orders(
        demand, terms.row("order_cost", count), terms.row("holding", count), prices
    )
    return {"quantities": list(found.orders), "cost": found.cost}


def _newsvendor(kind: str, terms: Terms) -> Figures:
    law = terms.law(kind)
    lead = terms.number("lead_time", 0.0)
    if lead and isinstance(law, Normal | Poisson):
        law = law.over(lead + 1)
    if "profit" in kind or "explicit" in kind or terms.find("revenue") is not None:
        best = newsvendor.best_profit(
            law,
            terms.number("revenue"),
            terms.number("purchase"),
            terms.number("salvage", 0.0),
            terms.number("holding", 0.0),
            terms.number("stockout", 0.0),
        )
        return {"base_stock": best.stock, "profit": best.profit}
    over, under = terms.number("holding"), terms.number("stockout")
    if "myopic" in kind and isinstance(law, Normal):
        later = terms.number("purchase_cost_next_per", terms.number("purchase"))
        discount = terms.number("discount_factor", 1.0)
        found = newsvendor.myopic_stock(law, over, under, terms.number("purchase"), later, discount)
        return {"base_stock": found.stock, "cost": found.cost}
    given = terms.given.get("base_stock_level", terms.given.get("base_stock"))
    if given is not None:
        return {"base_stock": given, "cost": newsvendor.stock_cost(given, law, over, under)}
    found = newsvendor.best_stock(law, over, under)
    return {"base_stock": found.stock, "cost": found.cost}


def _newsvendor_yield(kind: str, terms: Terms) -> Figures:
    low, high = terms.find("yield_lo"), terms.find("yield_hi")
    surplus = (
        Uniform(float(low), float(high))
        if low is not None and high is not None
        else Normal(terms.number("yield_mean"), terms.number("yield_sd"))
    )
    found = unreliable_supply.stock_with_additive_yield(
        terms.number("demand"), terms.number("holding"), terms.number("stockout"), surplus
    )
    return {"base_stock": found.stock, "cost": found.cost}


def _disrupted_stock(kind: str, terms: Terms) -> Figures:
    found = unreliable_supply.stock_with_disruptions(
        terms.number("demand"),
        terms.number("holding"),
        terms.number("stockout"),
        terms.number("failures"),
        terms.number("recoveries"),
    )
    return {"base_stock": found.stock, "cost": found.cost}


def _disrupted_lot(kind: str, terms: Terms) -> Figures:
    rule = (
        unreliable_supply.lot_with_disruptions_approximately
        if "approx" in kind
        else unreliable_supply.lot_with_disruptions
    )
    found = rule(
        terms.number("demand"),
        terms.number("order_cost"),
        terms.number("holding"),
        terms.number("stockout"),
        terms.number("failures"),
        terms.number("recoveries"),
    )
    return {"order_quantity": found.lot, "cost": found.cost}


def _yield_lot(kind: str, terms: Terms) -> Figures:
    rule = (
        unreliable_supply.lot_with_multiplicative_yield
        if "multiplicative" in kind
        else unreliable_supply.lot_with_additive_yield
    )
    found = rule(
        terms.number("demand"),
        terms.number("order_cost"),
        terms.number("holding"),
        terms.number("yield_mean"),
        terms.number("yield_sd"),
    )
    return {"order_quantity": found.lot, "cost": found.cost}


def _min_max(kind: str, terms: Terms) -> Figures:
    costs = terms.number("order_cost"), terms.number("holding"), terms.number("stockout")
    law = terms.law(kind)
    low, high = terms.given.get("s"), terms.given.get("S")
    if low is not None and high is not None:
        total = min_max.policy_cost(round(low), round(high), law, *costs)
        return {"s": low, "S": high, "cost": total}
    if isinstance(law, Normal):
        found = min_max.power_approximation(law.mean, law.sd, *costs)
    else:
        found = min_max.exact(law, *costs)
    figures: dict[str, float] = {"s": found.low, "S": found.high}
    return figures if found.cost is None else {**figures, "cost": found.cost}


_LOT_RULES: tuple[tuple[str, Callable[[LotTerms], ReorderLot]], ...] = (
    ("loss", reorder_lot.by_loss),
    ("eoqb", reorder_lot.by_backordered_lot),
    ("backorder", reorder_lot.by_backordered_lot),
    ("safety", reorder_lot.by_lot_and_safety),
    ("eoq+ss", reorder_lot.by_lot_and_safety),
    ("eoqss", reorder_lot.by_lot_and_safety),
    ("exact", reorder_lot.exact),
    ("optimal", reorder_lot.exact),
)


def _reorder_lot(kind: str, terms: Terms) -> Figures:
    demand, lead = terms.number("demand"), terms.number("lead_time")
    costs = terms.number("order_cost"), terms.number("holding"), terms.number("stockout")
    if "poisson" in kind:
        found = reorder_lot.exact_poisson(demand, lead, *costs)
        return {"r": found.reorder_point, "Q": found.lot, "cost": found.cost}
    model = LotTerms(demand, terms.number("sd"), lead, *costs)
    point, lot = terms.find("reorder_point"), terms.find("order_quantity")
    if lot is not None:
        point = reorder_lot.best_reorder_point(lot, model) if point is None else point
        return {"r": point, "Q": lot, "cost": reorder_lot.policy_cost(point, lot, model)}
    text = kind.replace(" ", "")
    rule = next((rule for word, rule in _LOT_RULES if word in text), reorder_lot.by_expected_level)
    found = rule(model)
    return {"r": found.reorder_point, "Q": found.lot, "cost": found.cost}


def _safety_stock(kind: str, terms: Terms) -> Figures:
    level, review = terms.number("service_level csl"), terms.number("review_period review", 0.0)
    mean, sd, lead = terms.number("mean"), terms.number("sd"), terms.number("lead_time")
    lead_sd = terms.number("lead_time_sd", 0.0)
    safety = policy.safety_stock_periodic(level, mean, sd, lead, review, lead_sd)
    point = "order_up_to" if review else "reorder_point"
    return {"safety_stock": safety, point: policy.order_up_to(mean, lead, review, safety)}


def _horizon(kind: str, terms: Terms) -> Figures:
    count = int(terms.number("periods"))

    def by_period(meaning: str, missing: float) -> list[float]:
        return [missing] * count if terms.find(meaning) is None else terms.row(meaning, count)

    rows = zip(
        by_period("mean", 0.0),
        by_period("sd", 0.0),
        by_period("holding", 0.0),
        by_period("stockout", 0.0),
        by_period("purchase", 0.0),
        by_period("order_cost", 0.0),
        by_period("discount_factor", 1.0),
        strict=True,
    )
    found = horizon_policy.best_policy(
        [PeriodTerms(Normal(mean, sd), *costs) for mean, sd, *costs in rows],
        round(terms.number("initial_inventory_level", 0.0)),
        terms.number("terminal_holding_cost", 0.0),
        terms.number("terminal_stockout_cost", 0.0),
        spread=4,  # as the book computes
    )
    return {
        "reorder_points": list(found.reorder_points),
        "order_up_to_levels": list(found.order_up_to),
        "cost": found.cost,
    }


_SOLVERS: tuple[tuple[tuple[str, ...], Solver], ...] = (
    (("safety stock+continuous", "safety stock+periodic", "safety stock+service"), _safety_stock),
    (("joint", "jrp"), _joint),
    (("wagner", "dynamic lot", "lot sizing"), _wagner_whitin),
    (("finite",), _horizon),
    (("(s,s)", "(s, s)", "s,s policy"), _min_max),
    (("(r,q)", "(r, q)", "(q,r)"), _reorder_lot),
    (("newsvendor+yield", "newsboy+yield"), _newsvendor_yield),
    (("newsvendor+disrupt", "base-stock+disrupt", "base stock+disrupt"), _disrupted_stock),
    (("newsvendor", "newsboy", "base-stock", "base stock"), _newsvendor),
    (("eoq+disrupt", "eoqd"), _disrupted_lot),
    (("eoq+yield", "yield"), _yield_lot),
    (("all-units", "all units", "incremental", "discount"), _discounts),
    (("epq", "production quantity", "production lot"), _epq),
    (("eoq+backorder", "eoqb"), _eoq_late),
    (("eoq", "economic order"), _eoq),
)
"""Words of a kind (`+`: all of them) and what solves it; the first that fits counts."""

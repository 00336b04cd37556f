"""Safety stock, reorder point, order-up-to level and economic lot of each product and site."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest
from planning_engine.supply.capacity.routing import Lot, lots, routes
from planning_engine.supply.policies.demand_laws import NegativeBinomial, Normal, Poisson, fitted
from planning_engine.supply.policies.newsvendor import fitting_stock
from planning_engine.supply.policies.policy import DAYS_PER_MONTH, economic_order_quantity
from planning_engine.supply.requirements.requirements import Place
from planning_engine.supply.stock.stock_usage import Refill, Usage, monthly_usage, refills

Law = Literal["normal", "Poisson", "negative binomial"]


@dataclass(frozen=True)
class TargetTerms:
    """What targets are asked for; None takes what the policies say.

    Attributes:
        service_level: Share of cycles without a stock-out.
        fill_rate: Share of demand met from stock, instead of a service level.
        review_days: Days between reviews; 0 for continuous review.
        order_cost: Cost of one order, where no set-up cost is known.
    """

    service_level: float | None = None
    fill_rate: float | None = None
    review_days: float | None = None
    order_cost: float | None = None


@dataclass(frozen=True)
class StockTarget:
    """What to hold of one product at one site, and why.

    Attributes:
        usage: Mean and deviation of a month.
        refill: Lead time.
        review_days: 0 for continuous review.
        service_level: Asked for; None when a fill rate is.
        law: How demand over review and lead time is taken to fall.
        protected: Mean and deviation of that demand, in pieces.
        safety: Safety stock.
        level: Reorder point under continuous review, else order-up-to level.
        fill_rate: Share of demand met from stock, expected; None without a lot or review.
        economic_lot: Lot of least set-up and holding cost; None where a cost is unknown.
        lot: Declared lot; None where there is none.
        declared: Declared safety stock; None where there is none.
        unit_cost: Standard cost; None where not known.
    """

    place: Place
    usage: Usage
    refill: Refill
    review_days: float
    service_level: float | None
    law: Law
    protected: Usage
    safety: float
    level: float
    fill_rate: float | None
    economic_lot: float | None
    lot: float | None
    declared: float | None
    unit_cost: float | None

    @property
    def is_periodic(self) -> bool:
        """Tell whether it is reviewed at intervals and ordered up to a level."""
        return self.review_days > 0

    @property
    def value(self) -> float | None:
        """Safety stock at standard cost; None where the cost is not known."""
        return None if self.unit_cost is None else self.safety * self.unit_cost

    @property
    def declared_value(self) -> float | None:
        """Declared safety stock at standard cost; None where either is not known."""
        if self.unit_cost is None or self.declared is None:
            return None
        return self.declared * self.unit_cost


@dataclass(frozen=True)
class StockTargets:
    """The targets, the most valuable first, and what could not be sized, with the reason."""

    targets: tuple[StockTarget, ...]
    unsized: Mapping[Place, str]


@dataclass(frozen=True)
class _Policy:
    service_level: float | None
    declared: float | None
    review_days: float | None
    holding_rate: float | None


@remember()
def stock_targets(snapshot: Snapshot, terms: TargetTerms | None = None) -> StockTargets:
    """Size the stock of every product and site that has a policy or is sold or used.

    Demand over lead time and review is sized by a normal law, for slow movers (mean under about
    9 pieces) by Poisson, or negative binomial where it varies more than Poisson. Its variance is
    (R + L) sD^2 + D^2 sLT^2. A month counts as 30 days.

    Args:
        snapshot: The company's facts; a scope of regions sees only part of the demand.
        terms: What is asked for.

    Raises:
        NotPermitted: A scope of regions.
    """
    terms = terms or TargetTerms()
    snapshot.require("sales", to="size stock")
    if snapshot.scope.regions:
        snapshot.require_everything(to="size stock")
    _check(terms)
    usage, leads, policies = monthly_usage(snapshot), refills(snapshot), _policies(snapshot)
    lots_of, costs, setups = lots(snapshot), _costs(snapshot), _setups(snapshot)
    totals = _totals(usage)
    targets, unsized = [], {}
    for place in sorted({*usage, *policies}):
        policy = policies.get(place, _Policy(None, None, None, None))
        reason = _missing(place, usage, leads, policy, terms)
        if reason:
            unsized[place] = reason
            continue
        lot = _economic_lot(place, usage, totals, costs, setups, policy, terms)
        declared_lot = lots_of.get(place[0], Lot(None, None)).size
        found = _sized(place, usage[place], leads[place], policy, terms, lot, declared_lot)
        if found is None:
            unsized[place] = "a fill rate needs a lot or a review interval"
            continue
        targets.append(replace(found, unit_cost=costs.get(place[0])))
    targets.sort(key=lambda target: (-(target.value or 0.0), target.place))
    return StockTargets(tuple(targets), unsized)


def _check(terms: TargetTerms) -> None:
    if terms.service_level is not None and terms.fill_rate is not None:
        raise BadRequest("Ask for a service level or for a fill rate, not for both.")
    for what, share in (("service level", terms.service_level), ("fill rate", terms.fill_rate)):
        if share is not None and not 0 < share < 1:
            raise BadRequest(f"A {what} lies between 0 and 1, not {share:g}.")


def _missing(
    place: Place,
    usage: Mapping[Place, Usage],
    leads: Mapping[Place, Refill],
    policy: _Policy,
    terms: TargetTerms,
) -> str | None:
    """Return why a place cannot be sized, None if it can."""
    if place not in usage or usage[place].mean <= 0:
        return "nothing was sold or used in the last 12 months"
    if place not in leads:
        return "no lead time is known"
    if leads[place].days < 0:
        return "its lead time is negative"
    if policy.service_level is None and terms.service_level is None and terms.fill_rate is None:
        return "no service level is declared"
    return None


def _sized(
    place: Place,
    usage: Usage,
    refill: Refill,
    policy: _Policy,
    terms: TargetTerms,
    economic_lot: float | None,
    declared_lot: float | None,
) -> StockTarget | None:
    review = terms.review_days if terms.review_days is not None else policy.review_days or 0.0
    months = (refill.days + review) / DAYS_PER_MONTH
    spread = usage.mean * refill.sd_days / DAYS_PER_MONTH
    protected = Usage(usage.mean * months, sqrt(months * usage.sd**2 + spread**2))
    law = fitted(protected.mean, protected.sd)
    refilled = usage.mean * review / DAYS_PER_MONTH or economic_lot or declared_lot
    level = terms.service_level or (policy.service_level if terms.fill_rate is None else None)
    if terms.fill_rate is not None:
        if not refilled:
            return None
        stock = fitting_stock(law, terms.fill_rate, refilled)
    else:
        stock = law.quantile(level or 0.5)
    safety = max(0.0, stock - protected.mean)
    stock = protected.mean + safety
    return StockTarget(
        place=place,
        usage=usage,
        refill=refill,
        review_days=review,
        service_level=level,
        law=_name(law),
        protected=protected,
        safety=safety,
        level=stock,
        fill_rate=1 - law.shortage(stock) / refilled if refilled else None,
        economic_lot=economic_lot,
        lot=declared_lot,
        declared=policy.declared,
        unit_cost=None,
    )


def _name(law: Normal | Poisson | NegativeBinomial) -> Law:
    if isinstance(law, Normal):
        return "normal"
    return "Poisson" if isinstance(law, Poisson) else "negative binomial"


def _economic_lot(
    place: Place,
    usage: Mapping[Place, Usage],
    totals: Mapping[str, float],
    costs: Mapping[str, float],
    setups: Mapping[str, float],
    policy: _Policy,
    terms: TargetTerms,
) -> float | None:
    """Return the lot of a year's demand: of all sites for what is made, else of the place."""
    cost, rate = costs.get(place[0]), policy.holding_rate
    if not cost or not rate:
        return None
    if terms.order_cost is not None:
        return economic_order_quantity(12 * usage[place].mean, terms.order_cost, rate * cost)
    setup = setups.get(place[0])
    if not setup:
        return None
    return economic_order_quantity(12 * totals[place[0]], setup, rate * cost)


def _totals(usage: Mapping[Place, Usage]) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for (product, _), used in usage.items():
        found[product] = found.get(product, 0.0) + used.mean
    return found


def _policies(snapshot: Snapshot) -> Mapping[Place, _Policy]:
    if not snapshot.has("policies"):
        return {}
    rows = snapshot.rows(
        "SELECT product, coalesce(site, ''), CASE WHEN service_level > 0 AND service_level < 1 "
        "THEN service_level END, safety_stock, review_days, holding_rate FROM policies ORDER BY ALL"
    )
    return {(product, site): _Policy(*entry) for product, site, *entry in rows}


def _costs(snapshot: Snapshot) -> Mapping[str, float]:
    rows = snapshot.rows("SELECT product, standard_cost FROM products WHERE standard_cost > 0")
    return {str(product): float(cost) for product, cost in rows}


def _setups(snapshot: Snapshot) -> Mapping[str, float]:
    """Return the set-up cost of a lot on the preferred route of each product."""
    if not (snapshot.has("routings") and snapshot.has("resources")):
        return {}
    return {
        product: sum(step.setup_cost for step in ways[0].steps)
        for product, ways in routes(snapshot).items()
    }

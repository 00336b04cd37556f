"""What levers on the rules of planning do: safety stocks, service levels, fences."""

from dataclasses import replace

import numpy as np
import pandas as pd

from planning_engine.data.columns import conform
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot
from planning_engine.lever_effects.demand import of_products
from planning_engine.lever_effects.effect import Effect, Pull, Span, matching, mean
from planning_engine.levers import FenceLever, SafetyStockLever, ServiceLevelLever
from planning_engine.supply.policies.policy import safety_stocks
from planning_engine.supply.requirements.requirements import independent_demand, plan_months


def safety_stock(snapshot: Snapshot, lever: SafetyStockLever, span: Span) -> Pull:
    """Set or scale safety stocks; scaling keeps to places where one is known."""
    known = {place: entry.quantity for place, entry in safety_stocks(snapshot).items()}
    policies = _policies(snapshot, lever, widened=lever.quantity is not None)
    places = list(zip(policies["product"], policies["site"].fillna(""), strict=True))
    old = pd.Series([known.get(place, np.nan) for place in places], index=policies.index)
    hit = _chosen(snapshot, policies, lever)
    if lever.percent is not None:
        hit &= old.notna()
        new = old * (1 + lever.percent / 100)
    else:
        new = pd.Series(lever.quantity, index=old.index)
    policies["safety_stock"] = policies["safety_stock"].where(~hit, new)
    effect = Effect(
        lever, "safety_stock", float(old[hit].sum()), float(new[hit].sum()), int(hit.sum())
    )
    return Pull(effect, {"policies": policies} if hit.any() else {})


def service_level(snapshot: Snapshot, lever: ServiceLevelLever, span: Span) -> Pull:
    """Set target service levels; declared safety stocks give way to computed ones."""
    policies = _policies(snapshot, lever, widened=True)
    hit = _chosen(snapshot, policies, lever)
    before = 100 * mean(policies["service_level"][hit])
    policies.loc[hit, "service_level"] = lever.percent / 100
    policies.loc[hit, "safety_stock"] = np.nan
    old = safety_stocks(snapshot)
    changed = snapshot.with_tables({"policies": policies}, lever.model_dump_json())
    new = safety_stocks(changed)
    places = set(zip(policies["product"][hit], policies["site"][hit].fillna(""), strict=True))
    sums = [sum(s.quantity for p, s in found.items() if p in places) for found in (old, new)]
    also = Effect(lever, "safety_stock", sums[0], sums[1], len(places))
    effect = Effect(
        lever, "service_level", before, lever.percent, int(hit.sum()), also=also if places else None
    )
    return Pull(effect, {"policies": policies} if hit.any() else {})


def _policies(
    snapshot: Snapshot, lever: SafetyStockLever | ServiceLevelLever, *, widened: bool
) -> pd.DataFrame:
    """Return the policies, widened by a row for each place with demand and none."""
    table = TABLES["policies"]
    known = snapshot.frame("policies") if snapshot.has("policies") else pd.DataFrame([])
    frame = conform(table, known)
    if not widened:
        return frame
    have = set(zip(frame["product"], frame["site"].fillna(""), strict=True))
    demanded = independent_demand(snapshot, plan_months(snapshot, 1))
    missing = [
        {"product": product, "site": site or None}
        for product, site in demanded
        if (product, site) not in have
    ]
    if not missing:
        return frame
    rows = conform(table, pd.DataFrame(missing))
    rows = rows[_chosen(snapshot, rows, lever)]
    return pd.concat([frame, rows], ignore_index=True) if len(rows) else frame


def _chosen(
    snapshot: Snapshot, frame: pd.DataFrame, lever: SafetyStockLever | ServiceLevelLever
) -> pd.Series:
    hit = of_products(snapshot, frame, lever.product, lever.family)
    return hit & matching(frame, site=lever.site)


def fence(snapshot: Snapshot, lever: FenceLever, span: Span) -> Pull:
    """Set the company's fences."""
    company = snapshot.company
    plan, demand = lever.planning_days, lever.demand_days
    changed = replace(
        company,
        planning_fence_days=company.planning_fence_days if plan is None else plan,
        demand_fence_days=company.demand_fence_days if demand is None else demand,
    )
    old = company.demand_fence_days if plan is None else company.planning_fence_days
    new = changed.demand_fence_days if plan is None else changed.planning_fence_days
    if changed == company:
        return Pull(Effect(lever, "fence", old, new, 0), {})
    return Pull(Effect(lever, "fence", old, new, 1), {}, changed)

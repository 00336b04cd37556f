"""What demand levers do: the plan scaled, added to, published as the new consensus."""

import pandas as pd

from planning_engine.data.calendars import last_year, months_between
from planning_engine.data.columns import conform
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.plan.demand_plan import demand_plan
from planning_engine.lever_effects.effect import Effect, Frames, Pull, Span, matching
from planning_engine.levers import DemandLever
from planning_engine.supply.requirements.requirements import plan_months


def demand(snapshot: Snapshot, lever: DemandLever, span: Span) -> Pull:
    """Scale demand, or add units, as the new consensus."""
    plan = plan_frame(snapshot, span)
    chosen = _chosen(snapshot, plan, lever, span)
    weight = _region_share(snapshot, plan, lever.region) * chosen
    base = plan["quantity"]
    if lever.percent is not None:
        changed = base * (1 + lever.percent / 100 * weight)
    else:
        changed = base + _spread(plan, weight, lever.quantity or 0.0)
    changed = changed.clip(lower=0)
    touched = int((weight > 0).sum())
    before = float((base * weight).sum())
    effect = Effect(lever, "demand", before, before + float((changed - base).sum()), touched)
    frames = as_forecasts(snapshot, plan.assign(quantity=changed)) if touched else {}
    return Pull(effect, frames)


def of_products(
    snapshot: Snapshot, plan: pd.DataFrame, product: str | None, family: str | None
) -> pd.Series:
    """Return which rows of a plan are of a product and of a family; of all for None."""
    wanted = matching(plan, product=product)
    if family:
        rows = snapshot.rows("SELECT product FROM products WHERE family = $f", {"f": family})
        wanted &= plan["product"].isin([name for (name,) in rows])
    return wanted


def _spread(plan: pd.DataFrame, weight: pd.Series, quantity: float) -> pd.Series:
    """Return units to add to each row: a month's quantity by usual share of the demand."""
    share = plan["quantity"] * weight
    even = (weight > 0).astype(float)
    total = share.groupby(plan["month"]).transform("sum")
    rows = even.groupby(plan["month"]).transform("sum")
    by_share = (share / total.where(total > 0)).fillna(even / rows.where(rows > 0))
    return by_share.fillna(0.0) * quantity


def _chosen(snapshot: Snapshot, plan: pd.DataFrame, lever: DemandLever, span: Span) -> pd.Series:
    wanted = plan["month"].isin([pd.Timestamp(month) for month in span])
    wanted &= of_products(snapshot, plan, lever.product, lever.family)
    return (wanted & matching(plan, site=lever.site)).astype(float)


def _region_share(snapshot: Snapshot, plan: pd.DataFrame, region: str | None) -> pd.Series:
    """Return the region's part of each row: its share of the last 12 months' sales there."""
    if region is None:
        return pd.Series(1.0, index=plan.index)
    snapshot.require("customers", to="change the demand of a region")
    first, end = last_year(snapshot.company.as_of)
    rows = snapshot.rows(
        """
        SELECT s.product, coalesce(s.site, ''),
               sum(CASE WHEN c.region = $region THEN s.quantity ELSE 0 END)
               / nullif(sum(s.quantity), 0)
        FROM sales s LEFT JOIN customers c USING (customer)
        WHERE s.date >= $first AND s.date < $end GROUP BY ALL
        """,
        {"region": region, "first": first, "end": end},
    )
    share = {(product, site): part or 0.0 for product, site, part in rows}
    places = zip(plan["product"], plan["site"].fillna(""), strict=True)
    return pd.Series([share.get(place, 0.0) for place in places], index=plan.index)


def plan_frame(snapshot: Snapshot, span: Span) -> pd.DataFrame:
    """Return the demand plan from its first month to the last of a span."""
    first = plan_months(snapshot, 1)[0]
    plan = demand_plan(snapshot, months_between(first, span[-1]) + 1).frame
    return plan[["product", "site", "month", "quantity"]].reset_index(drop=True)


def as_forecasts(snapshot: Snapshot, plan: pd.DataFrame) -> Frames:
    """Return `forecasts` with the plan as the consensus of its latest cycle.

    Without published cycles the plan becomes the first one. Months of the cycle that the
    plan does not reach stay as they were.
    """
    months = plan["month"].dt.date
    before = snapshot.frame("forecasts") if snapshot.has("forecasts") else None
    cycle = plan_months(snapshot, 1)[0]
    if before is not None:
        (latest,) = snapshot.rows(
            "SELECT max(cycle)::DATE FROM forecasts WHERE stream = 'consensus' AND cycle <= $as_of",
            {"as_of": snapshot.company.as_of},
        )[0]
        cycle = latest or snapshot.company.as_of.replace(day=1)
        replaced = (
            (before["stream"] == "consensus")
            & (pd.to_datetime(before["cycle"]) == pd.Timestamp(cycle))
            & pd.to_datetime(before["month"]).dt.date.isin(set(months))
        )
        before = before[~replaced]
    elif cycle > snapshot.company.as_of:
        cycle = snapshot.company.as_of.replace(day=1)
    published = plan.assign(cycle=pd.Timestamp(cycle), stream="consensus")
    # Conformed first: pandas guesses the type of columns that one part lacks.
    table = TABLES["forecasts"]
    parts = [part for part in (before, published) if part is not None]
    return {"forecasts": pd.concat([conform(table, part) for part in parts], ignore_index=True)}

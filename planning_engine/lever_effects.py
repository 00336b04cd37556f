"""What each kind of lever does to the tables of a company."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planning_engine.data.calendars import add_months, last_year, months_between
from planning_engine.data.columns import conform
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.demand_plan import demand_plan
from planning_engine.levers import (
    CapacityLever,
    DemandLever,
    EventLever,
    LeadTimeLever,
    Lever,
    ResourceOutLever,
)
from planning_engine.supply.requirements import plan_months
from planning_engine.supply.uplift import event_shares

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Effect:
    """What one lever did.

    `measure` says in what: `demand` and `hours` are sums over the months it touches, before
    and after; `days` are days of lead time added, and `touched` counts rows of the table.
    """

    lever: Lever
    measure: str
    before: float
    after: float
    touched: int

    @property
    def is_empty(self) -> bool:
        """Tell whether the lever hit nothing that could change."""
        return self.touched == 0

    @property
    def change(self) -> float:
        """What the lever adds."""
        return self.after - self.before


# --- demand


def demand(snapshot: Snapshot, lever: DemandLever, span: tuple[date, ...]) -> tuple[Frames, Effect]:
    """Scale demand, or add units, as the new consensus."""
    plan = _plan_frame(snapshot, span)
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
    return (_as_forecasts(snapshot, plan.assign(quantity=changed)) if touched else {}), effect


def _spread(plan: pd.DataFrame, weight: pd.Series, quantity: float) -> pd.Series:
    """Return units to add to each row: a month's quantity by usual share of the demand."""
    share = plan["quantity"] * weight
    even = (weight > 0).astype(float)
    total = share.groupby(plan["month"]).transform("sum")
    rows = even.groupby(plan["month"]).transform("sum")
    by_share = (share / total.where(total > 0)).fillna(even / rows.where(rows > 0))
    return by_share.fillna(0.0) * quantity


def _chosen(
    snapshot: Snapshot, plan: pd.DataFrame, lever: DemandLever, span: tuple[date, ...]
) -> pd.Series:
    wanted = plan["month"].isin([pd.Timestamp(month) for month in span])
    if lever.product:
        wanted &= plan["product"] == lever.product
    if lever.family:
        rows = snapshot.rows("SELECT product FROM products WHERE family = $f", {"f": lever.family})
        wanted &= plan["product"].isin([product for (product,) in rows])
    return wanted.astype(float)


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


def _plan_frame(snapshot: Snapshot, span: tuple[date, ...]) -> pd.DataFrame:
    first = plan_months(snapshot, 1)[0]
    plan = demand_plan(snapshot, months_between(first, span[-1]) + 1).frame
    return plan[["product", "site", "month", "quantity"]].reset_index(drop=True)


def _as_forecasts(snapshot: Snapshot, plan: pd.DataFrame) -> Frames:
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


# --- capacity


def capacity(
    snapshot: Snapshot, lever: CapacityLever, span: tuple[date, ...]
) -> tuple[Frames, Effect]:
    """Scale or add regular hours."""

    def change(hours: pd.Series) -> pd.Series:
        if lever.percent is not None:
            return hours * (1 + lever.percent / 100)
        total = float(hours.sum())
        if total > 0:
            return (hours * (1 + (lever.hours or 0.0) / total)).clip(lower=0)
        # No working day in the month: the hours are put on its first day.
        added = pd.Series(0.0, index=hours.index)
        added.iloc[0] = max(0.0, lever.hours or 0.0)
        return added

    return _calendar(snapshot, lever, span, change, overtime=False)


def resource_out(
    snapshot: Snapshot, lever: ResourceOutLever, span: tuple[date, ...]
) -> tuple[Frames, Effect]:
    """Take all hours and overtime away."""
    return _calendar(snapshot, lever, span, lambda hours: hours * 0.0, overtime=True)


def _calendar(
    snapshot: Snapshot,
    lever: CapacityLever | ResourceOutLever,
    span: tuple[date, ...],
    change: Callable[[pd.Series], pd.Series],
    *,
    overtime: bool,
) -> tuple[Frames, Effect]:
    snapshot.require("calendars", "resources", to="change capacity")
    days = snapshot.frame("calendars")
    dates = pd.to_datetime(days["date"])
    before = after = 0.0
    touched = 0
    for month in span:
        inside = (
            (days["resource"] == lever.resource)
            & (dates >= pd.Timestamp(month))
            & (dates < pd.Timestamp(add_months(month, 1)))
        )
        if not inside.any():
            continue
        touched += int(inside.sum())
        before += float(days.loc[inside, "hours"].sum())
        days.loc[inside, "hours"] = change(days.loc[inside, "hours"])
        after += float(days.loc[inside, "hours"].sum())
        if overtime:
            days.loc[inside, "overtime_hours"] = change(days.loc[inside, "overtime_hours"])
    effect = Effect(lever, "hours", before, after, touched)
    return ({"calendars": days} if touched else {}), effect


# --- lead times


def lead_time(snapshot: Snapshot, lever: LeadTimeLever) -> tuple[Frames, Effect]:
    """Lengthen lead times, and shift open receipts; a window keeps to receipts due in it."""
    if not snapshot.has("sourcing"):
        snapshot.require("receipts", to="change a lead time")
    frames: Frames = {}
    touched = 0
    if snapshot.has("sourcing"):
        sourcing = snapshot.frame("sourcing")
        hit = _bought(sourcing, lever)
        longer = (sourcing.loc[hit, "lead_time_days"] + lever.days).clip(lower=0)
        sourcing.loc[hit, "lead_time_days"] = longer
        touched += int(hit.sum())
        frames["sourcing"] = sourcing
    if snapshot.has("receipts"):
        receipts = snapshot.frame("receipts")
        due = pd.to_datetime(receipts["due_on"])
        hit = _bought(receipts, lever) & receipts["received_on"].isna()
        hit &= receipts["kind"].fillna("purchase") == "purchase"
        hit &= due >= pd.Timestamp(lever.start or date(1900, 1, 1))
        hit &= due < pd.Timestamp(add_months(lever.end, 1) if lever.end else date(2200, 1, 1))
        receipts["due_on"] = due.where(~hit, due + pd.Timedelta(days=lever.days))
        touched += int(hit.sum())
        frames["receipts"] = receipts
    effect = Effect(lever, "days", 0.0, float(lever.days), touched)
    return (frames if touched else {}), effect


def _bought(frame: pd.DataFrame, lever: LeadTimeLever) -> pd.Series:
    hit = pd.Series(data=True, index=frame.index)
    if lever.supplier:
        hit &= (frame["supplier"] == lever.supplier).fillna(value=False).astype(bool)
    if lever.product:
        hit &= (frame["product"] == lever.product).fillna(value=False).astype(bool)
    return hit


# --- events


def event_off(
    snapshot: Snapshot, lever: EventLever, span: tuple[date, ...]
) -> tuple[Frames, Effect]:
    """Take what an event brings out of the demand plan, and the event out of the calendar."""
    plan = _plan_frame(snapshot, span)
    factors: Mapping[tuple[str, str, date], float] = {
        (share.product, share.site, share.month): share.factor
        for share in event_shares(snapshot, span)
        if share.event == lever.event
    }
    keys = zip(plan["product"], plan["site"].fillna(""), plan["month"].dt.date, strict=True)
    factor = pd.Series([factors.get(key, 1.0) for key in keys], index=plan.index)
    hit = factor != 1
    lean = plan["quantity"] / factor
    effect = Effect(
        lever, "demand", float(plan["quantity"][hit].sum()), float(lean[hit].sum()), int(hit.sum())
    )
    if effect.is_empty:
        return {}, effect
    events = snapshot.frame("events")
    return {
        **_as_forecasts(snapshot, plan.assign(quantity=lean)),
        "events": events[events["event"] != lever.event],
    }, effect

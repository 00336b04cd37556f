"""What levers on suppliers do to sourcing and open orders."""

from datetime import date

import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest
from planning_engine.lever_effects.effect import Effect, Frames, Pull, Span, matching
from planning_engine.levers import LeadTimeLever, SupplierCapacityLever, SupplierOutLever
from planning_engine.levers.window import Windowed


def lead_time(snapshot: Snapshot, lever: LeadTimeLever, span: Span) -> Pull:
    """Lengthen lead times, and shift open receipts; a window keeps to receipts due in it."""
    if not snapshot.has("sourcing"):
        snapshot.require("receipts", to="change a lead time")
    frames: Frames = {}
    touched = 0
    if snapshot.has("sourcing"):
        sourcing = snapshot.frame("sourcing")
        hit = matching(sourcing, supplier=lever.supplier, product=lever.product)
        longer = (sourcing.loc[hit, "lead_time_days"] + lever.days).clip(lower=0)
        sourcing.loc[hit, "lead_time_days"] = longer
        touched += int(hit.sum())
        frames["sourcing"] = sourcing
    if snapshot.has("receipts"):
        receipts = snapshot.frame("receipts")
        due = pd.to_datetime(receipts["due_on"])
        hit = _open_orders(receipts, lever)
        receipts["due_on"] = due.where(~hit, due + pd.Timedelta(days=lever.days))
        touched += int(hit.sum())
        frames["receipts"] = receipts
    effect = Effect(lever, "days", 0.0, float(lever.days), touched)
    return Pull(effect, frames if touched else {})


def supplier_out(snapshot: Snapshot, lever: SupplierOutLever, span: Span) -> Pull:
    """Let a supplier deliver nothing in the window, or at all; its open orders wait or are lost."""
    if not snapshot.has("sourcing"):
        snapshot.require("receipts", to="take a supplier out")
    frames: Frames = {}
    effect = Effect(lever, "sources", 0.0, 0.0, 0)
    if snapshot.has("sourcing"):
        sourcing = snapshot.frame("sourcing")
        hit = matching(sourcing, supplier=lever.supplier, product=lever.product)
        frames["sourcing"] = closed(sourcing, hit, lever)
        effect = Effect(lever, "sources", float(hit.sum()), 0.0, int(hit.sum()))
    if snapshot.has("receipts"):
        receipts = snapshot.frame("receipts")
        hit = _open_orders(receipts, lever)
        if hit.any():
            waiting = float(receipts["quantity"][hit].sum())
            also = Effect(lever, "orders", waiting, 0.0, int(hit.sum()))
            effect = Effect(**{**vars(effect), "also": also})
            if lever.end:
                receipts["due_on"] = pd.to_datetime(receipts["due_on"])
                receipts.loc[hit, "due_on"] = pd.Timestamp(add_months(lever.end, 1))
            else:
                receipts = receipts[~hit]
            frames["receipts"] = receipts
    return Pull(effect, {} if effect.is_empty else frames)


def closed(frame: pd.DataFrame, hit: pd.Series, lever: Windowed) -> pd.DataFrame:
    """Return rows of sourcing or lanes closed in a lever's window, or for good without one.

    A row is kept with capacity 0 rather than taken out: a product without any declared source
    or lane would count as supplied without limit.
    """
    if lever.start is None and lever.end is None:
        return frame.assign(capacity=frame["capacity"].where(~hit, 0.0))
    first = pd.Timestamp(lever.start or date(1900, 1, 1))
    last = pd.Timestamp(add_months(lever.end, 1) if lever.end else date(2200, 1, 1))
    frame = frame.copy()
    for column, day in (("closed_from", first), ("closed_until", last - pd.Timedelta(days=1))):
        frame[column] = pd.to_datetime(frame[column])
        frame.loc[hit, column] = day
    return frame


def supplier_capacity(snapshot: Snapshot, lever: SupplierCapacityLever, span: Span) -> Pull:
    """Scale or set what a supplier delivers of each product in a month."""
    snapshot.require("sourcing", to="change a supplier's capacity")
    sourcing = snapshot.frame("sourcing")
    hit = matching(sourcing, supplier=lever.supplier, product=lever.product)
    old = sourcing["capacity"].copy()
    if lever.percent is not None:
        if hit.any() and old[hit].isna().all():
            raise BadRequest(
                f"The data has no capacity of supplier {lever.supplier} to change by per cent. "
                "Give the quantity a month."
            )
        hit &= old.notna()
        new = old * (1 + lever.percent / 100)
    else:
        new = pd.Series(lever.quantity, index=old.index)
    sourcing["capacity"] = old.where(~hit, new)
    effect = Effect(
        lever,
        "capacity",
        float(old[hit].sum()),
        float(sourcing["capacity"][hit].sum()),
        int(hit.sum()),
    )
    return Pull(effect, {"sourcing": sourcing} if hit.any() else {})


def _open_orders(receipts: pd.DataFrame, lever: LeadTimeLever | SupplierOutLever) -> pd.Series:
    """Return which rows are open purchases of a lever's supplier and product, due in its window."""
    due = pd.to_datetime(receipts["due_on"])
    hit = matching(receipts, supplier=lever.supplier, product=lever.product)
    hit &= receipts["received_on"].isna() & (receipts["kind"].fillna("purchase") == "purchase")
    hit &= due >= pd.Timestamp(lever.start or date(1900, 1, 1))
    return hit & (due < pd.Timestamp(add_months(lever.end, 1) if lever.end else date(2200, 1, 1)))

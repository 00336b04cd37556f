"""What levers on lanes do: closed, dearer, or kept for one source and target."""

import pandas as pd

from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest
from planning_engine.lever_effects.effect import Effect, Pull, Span, matching, mean
from planning_engine.lever_effects.supply import closed
from planning_engine.levers import ExclusiveSourceLever, LaneClosedLever, LaneCostLever


def lane_closed(snapshot: Snapshot, lever: LaneClosedLever, span: Span) -> Pull:
    """Let nothing move on the lanes named, in the window or at all."""
    snapshot.require("lanes", to="close a lane")
    lanes = snapshot.frame("lanes")
    hit = matching(lanes, from_site=lever.from_site, to_site=lever.to_site, product=lever.product)
    hit &= _is_open(lanes)
    effect = Effect(lever, "lanes", float(hit.sum()), 0.0, int(hit.sum()))
    return Pull(effect, {"lanes": closed(lanes, hit, lever)} if hit.any() else {})


def lane_cost(snapshot: Snapshot, lever: LaneCostLever, span: Span) -> Pull:
    """Change the cost of moving one unit; an unknown cost was 0."""
    snapshot.require("lanes", to="change the cost of a lane")
    lanes = snapshot.frame("lanes")
    hit = matching(lanes, from_site=lever.from_site, to_site=lever.to_site, product=lever.product)
    old = lanes["cost"].copy()
    known = old.fillna(0.0)
    new = lever.cost if lever.cost is not None else known * (1 + (lever.percent or 0.0) / 100)
    lanes["cost"] = old.where(~hit, new)
    effect = Effect(lever, "cost", mean(known[hit]), mean(lanes["cost"][hit]), int(hit.sum()))
    return Pull(effect, {"lanes": lanes} if hit.any() else {})


def exclusive_source(snapshot: Snapshot, lever: ExclusiveSourceLever, span: Span) -> Pull:
    """Close every lane, or every supplier, that the tie between source and target rules out."""
    if snapshot.has("lanes"):
        lanes = snapshot.frame("lanes")
        if _leaves(lanes, lever).any():
            return _tied(lanes, lever, "lanes", "from_site", "to_site")
    if snapshot.has("sourcing"):
        sourcing = snapshot.frame("sourcing")
        if matching(
            sourcing, supplier=lever.source, site=lever.target, product=lever.product
        ).any():
            return _tied(sourcing, lever, "sourcing", "supplier", "site")
    what = f" with {lever.product}" if lever.product else ""
    where = f" {lever.target}" if lever.target else " any site"
    raise BadRequest(
        f"Nothing in the data supplies{where} from {lever.source}{what}: add it to 'lanes' or "
        "'sourcing', or name another source."
    )


def _leaves(lanes: pd.DataFrame, lever: ExclusiveSourceLever) -> pd.Series:
    return matching(
        lanes, from_site=lever.source, to_site=lever.target, product=lever.product
    ) & _is_open(lanes)


def _tied(
    frame: pd.DataFrame, lever: ExclusiveSourceLever, table: str, source: str, target: str
) -> Pull:
    from_here = matching(frame, **{source: lever.source})
    to_there = matching(frame, **{target: lever.target})
    hit = pd.Series(data=False, index=frame.index)
    if lever.binds in ("target", "both"):
        hit |= to_there & ~from_here
    if lever.binds in ("source", "both"):
        hit |= from_here & ~to_there
    hit &= matching(frame, product=lever.product) & _is_open(frame)
    # Where the source has no lane or contract of its own for a product, nothing would come.
    ours = set(frame["product"][from_here & to_there])
    if lever.binds != "source" and lever.product is None:
        hit &= frame["product"].isin(ours) | from_here
    effect = Effect(
        lever, "lanes" if table == "lanes" else "sources", float(hit.sum()), 0.0, int(hit.sum())
    )
    changed = frame.assign(capacity=frame["capacity"].where(~hit, 0.0))
    return Pull(effect, {table: changed} if hit.any() else {})


def _is_open(frame: pd.DataFrame) -> pd.Series:
    return frame["capacity"].isna() | (frame["capacity"] > 0)

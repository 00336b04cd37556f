"""What event levers do: events left out, changed or added, and the demand they bring."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from planning_engine.data.columns import conform
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.events.uplift import event_shares
from planning_engine.lever_effects.demand import as_forecasts, plan_frame
from planning_engine.lever_effects.effect import Effect, Pull, Span
from planning_engine.levers import EventChangeLever, EventLever, NewEventLever


def event_off(snapshot: Snapshot, lever: EventLever, span: Span) -> Pull:
    """Take what an event brings out of the demand plan, and the event out of the calendar."""
    events = snapshot.frame("events")
    return _with_events(snapshot, lever, lever.event, events[events["event"] != lever.event], span)


def event_change(snapshot: Snapshot, lever: EventChangeLever, span: Span) -> Pull:
    """Give an event another uplift or other days, and its demand with it."""
    events = snapshot.frame("events")
    hit = events["event"] == lever.event
    if lever.uplift_percent is not None:
        events.loc[hit, "uplift"] = lever.uplift_percent / 100
    if lever.shift_days is not None:
        for column in ("starts_on", "ends_on"):
            events[column] = pd.to_datetime(events[column])
            events.loc[hit, column] += pd.Timedelta(days=lever.shift_days)
    return _with_events(snapshot, lever, lever.event, events, span)


def event_new(snapshot: Snapshot, lever: NewEventLever, span: Span) -> Pull:
    """Add an event and what it brings."""
    table = TABLES["events"]
    known = snapshot.frame("events") if snapshot.has("events") else None
    name = new_event_id(snapshot, lever)
    row = {
        "event": name,
        "name": lever.name,
        "kind": "promotion",
        "product": lever.product,
        "family": lever.family,
        "region": lever.region,
        "starts_on": lever.starts_on,
        "ends_on": lever.ends_on,
        "uplift": lever.uplift_percent / 100,
    }
    parts = [conform(table, pd.DataFrame([row]))]
    if known is not None:
        parts.insert(0, conform(table, known))
    return _with_events(snapshot, lever, name, pd.concat(parts, ignore_index=True), span)


def new_event_id(snapshot: Snapshot, lever: NewEventLever) -> str:
    """Return the id of an event to add: its name, with a number where that is taken."""
    taken = set(snapshot.names("event")) if snapshot.has("events") else set()
    step, name = 2, lever.name
    while name in taken:
        step, name = step + 1, f"{lever.name} {step}"
    return name


def _with_events(
    snapshot: Snapshot,
    lever: EventLever | EventChangeLever | NewEventLever,
    event: str,
    events: pd.DataFrame,
    span: Span,
) -> Pull:
    plan = plan_frame(snapshot, span)
    changed = snapshot.with_tables({"events": events}, f"events of {lever.model_dump_json()}")
    before, after = (_factors(facts, event, span) for facts in (snapshot, changed))
    keys = list(zip(plan["product"], plan["site"].fillna(""), plan["month"].dt.date, strict=True))
    old = pd.Series([before.get(key, 1.0) for key in keys], index=plan.index)
    new = pd.Series([after.get(key, 1.0) for key in keys], index=plan.index)
    hit = (old != 1) | (new != 1)
    moved = plan["quantity"] / old * new
    effect = Effect(
        lever, "demand", float(plan["quantity"][hit].sum()), float(moved[hit].sum()), int(hit.sum())
    )
    if effect.is_empty:
        return Pull(effect, {})
    return Pull(effect, {**as_forecasts(snapshot, plan.assign(quantity=moved)), "events": events})


def _factors(snapshot: Snapshot, event: str, span: Span) -> Mapping[tuple[str, str, date], float]:
    return {
        (share.product, share.site, share.month): share.factor
        for share in event_shares(snapshot, span)
        if share.event == event
    }

"""The uplift of events, estimated from what was sold, with its interval.

An event is measured on the sales of what it was for (its product or family, in its region):
log-linear regression on level, trend, season and the events of those sales (`uplift_model`).
Other events that touched part of those sales are taken out first. Events of one kind then
lend each other strength (`pooling`); events to come get what their like suggest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.events import uplift_model
from planning_engine.demand.events.event import Event, entries
from planning_engine.demand.events.pooling import Pooled, pool
from planning_engine.demand.history.sold import Sold, monthly_sales

Array = NDArray[np.float64]

LEVEL = 90.0
SEASON = 12
# Months of sales before an event begins, without which there is nothing to compare with.
BEFORE = 6
RARE = 0.8
TOUCHED = 0.05
# Months of sales left to learn the baseline from, once every event has its own.
FREE = 10
ROUNDS = 2


@dataclass(frozen=True)
class Measured:
    """An event and what it did to demand, as a share: 0.2 is 20 % more.

    Attributes:
        event: The event, with the declared uplift, if any.
        declared: Uplift as people declared it; None without one.
        uplift: Estimated uplift after shrinkage; None where it cannot be estimated.
        low: Lower end of its interval.
        high: Upper end.
        alone: What the event's own months say, before its like are looked at; None for an
            event whose estimate rests on its like alone.
        why_not: Why it was not measured on its own months; empty where it was.
    """

    event: Event
    declared: float | None
    uplift: float | None = None
    low: float | None = None
    high: float | None = None
    alone: float | None = None
    why_not: str = ""

    @property
    def is_clear(self) -> bool:
        """Tell whether the interval leaves no doubt about the direction."""
        return self.low is not None and self.high is not None and self.low * self.high > 0

    @property
    def is_declared_off(self) -> bool:
        """Tell whether the declared uplift lies outside the interval of a measured event."""
        if self.declared is None or self.alone is None or self.low is None or self.high is None:
            return False
        return not self.low <= self.declared <= self.high


@dataclass(frozen=True)
class _Own:
    """log(1 + uplift) by the event's own months; covariances with those measured beside it."""

    mean: float
    covariance: Mapping[str, float]
    freedom: float


@remember(size=4)
def measured_uplifts(snapshot: Snapshot, level: float = LEVEL) -> tuple[Measured, ...]:
    """Return every event of the company with its estimated uplift, earliest first.

    Args:
        snapshot: The facts.
        level: Level of the intervals, in percent.
    """
    listed = entries(snapshot)
    if not listed or not snapshot.has("sales"):
        return tuple(Measured(entry.event, entry.declared) for entry in listed)
    sold = monthly_sales(snapshot)
    own, why = _own_effects(sold, [entry.event for entry in listed])
    measured = {
        entry.event.id: Measured(entry.event, entry.declared, why_not=why.get(entry.event.id, ""))
        for entry in listed
    }
    for kind in sorted({entry.event.kind for entry in listed}):
        events = [entry.event for entry in listed if entry.event.kind == kind]
        measured |= _pooled(events, own, measured, level)
    return tuple(measured[entry.event.id] for entry in listed)


def _pooled(
    events: Sequence[Event],
    own: Mapping[str, _Own],
    measured: Mapping[str, Measured],
    level: float,
) -> dict[str, Measured]:
    seen = [event for event in events if event.id in own]
    asked = [event for event in events if event.id not in own]
    if not seen:
        return {}
    past, coming = pool(
        [own[event.id].mean for event in seen],
        np.array([[own[a.id].covariance.get(b.id, 0.0) for b in seen] for a in seen]),
        [_held_for(event) for event in seen],
        [_held_for(event) for event in asked],
    )
    freedom = float(np.median([own[event.id].freedom for event in seen]))
    result = {}
    for group, pooled in ((seen, past), (asked, coming)):
        for at, event in enumerate(group):
            low, high = _ends(pooled, at, freedom, level)
            alone = own.get(event.id)
            result[event.id] = replace(
                measured[event.id],
                uplift=float(np.expm1(pooled.mean[at])),
                low=low,
                high=high,
                alone=None if alone is None else float(np.expm1(alone.mean)),
            )
    return result


def _ends(pooled: Pooled, at: int, freedom: float, level: float) -> tuple[float, float]:
    return uplift_model.interval(float(pooled.mean[at]), float(pooled.error[at]), freedom, level)


def _held_for(event: Event) -> str:
    return event.product or event.family or "everything"


def _own_effects(sold: Sold, events: Sequence[Event]) -> tuple[dict[str, _Own], dict[str, str]]:
    """Return what each event's own months say, and why the others' say nothing."""
    scopes: dict[tuple[str | None, str | None, str | None], list[Event]] = {}
    for event in events:
        scopes.setdefault((event.product, event.family, event.region), []).append(event)
    found: dict[str, _Own] = {}
    why: dict[str, str] = {}
    for _ in range(ROUNDS):
        # Round two knows what the other events did, where round one took them as declared.
        known = {
            event.id: float(np.expm1(found[event.id].mean)) if event.id in found else event.uplift
            for event in events
        }
        found, why = {}, {}
        for held in scopes.values():
            here, reasons = _of_scope(sold, held, events, known)
            found |= here
            why |= reasons
        if len(scopes) == 1:
            break
    return found, why


def _of_scope(
    sold: Sold, held: Sequence[Event], events: Sequence[Event], known: Mapping[str, float]
) -> tuple[dict[str, _Own], dict[str, str]]:
    part = sold.of(held[0].product, held[0].family, held[0].region)
    why = {event.id: reason for event in held if (reason := _obstacle(part, sold, event))}
    # An event that cannot be measured still explains its months, or they would pass for noise.
    columns: dict[bytes, list[Event]] = {}
    for event in held:
        days = _days(event, part.months)
        if len(days) and days.sum() >= TOUCHED and np.ptp(days) > 0:
            columns.setdefault(days.round(9).tobytes(), []).append(event)
    for twins in columns.values():
        for event in twins[1:]:
            why.setdefault(event.id, f"it ran in the same months as {twins[0].name}")
            why.setdefault(twins[0].id, f"it ran in the same months as {event.name}")
    sold_in = int(np.count_nonzero(part.quantity > 0))
    if sold_in - len(columns) < FREE:
        crowded = "its product has too many events to tell them apart"
        return {}, {event.id: why.get(event.id, crowded) for event in held}
    if all(event.id in why for event in held):
        return {}, why
    fitted = [twins[0] for twins in columns.values()]
    exposure = np.array([_days(event, part.months) for event in fitted])
    offset = _others(part, held, events, known)
    effects = uplift_model.fit(part.quantity, exposure, SEASON, offset)
    told = [(at, event.id) for at, event in enumerate(fitted) if event.id not in why]
    return {
        name: _Own(
            float(effects.mean[at]),
            {other: float(effects.covariance[at, place]) for place, other in told},
            effects.freedom,
        )
        for at, name in told
    }, why


def _obstacle(part: Sold, whole: Sold, event: Event) -> str:
    """Return why an event cannot be measured on its own months; empty if it can."""
    if event.starts_on > _last_day(whole.months):
        return "it is still to come"
    if not len(part.months) or float(part.quantity.sum()) <= 0:
        return "nothing was sold of what it is for"
    exposure = _days(event, part.months)
    if exposure.sum() < TOUCHED:
        return "no complete month of sales shows it"
    before = [month for month in part.months if month < event.starts_on.replace(day=1)]
    if len(before) < BEFORE or len(part.months) < uplift_model.SHORTEST:
        return f"there are fewer than {BEFORE} months of sales before it"
    if np.count_nonzero(part.quantity > 0) < RARE * len(part.quantity):
        return "what it is for sells too rarely"
    if (part.quantity[exposure > 0] <= 0).any():
        return "nothing was sold while it ran"
    return ""


def _others(
    part: Sold, held: Sequence[Event], events: Sequence[Event], known: Mapping[str, float]
) -> Array:
    """Return the log of what other events multiplied each month of a scope by."""
    total = np.zeros(len(part.months))
    own = {event.id for event in held}
    for event in events:
        if event.id in own or not known[event.id]:
            continue
        share = part.share(event.product, event.family, event.region)
        if share > 0:
            lift = known[event.id] * share * _days(event, part.months)
            total += np.log(np.maximum(0.05, 1 + lift))
    return total


def _days(event: Event, months: Sequence[date]) -> Array:
    return np.array([event.share_of(month) for month in months])


def _last_day(months: Sequence[date]) -> date:
    return (pd.Timestamp(months[-1]) + pd.offsets.MonthEnd(0)).date()

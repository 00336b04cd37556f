"""Rough-cut capacity: load against hours; where and when it overflows, and what causes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from planning_engine.data.calendars import months_between
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.events.uplift import EventShare, event_shares
from planning_engine.errors import BadRequest
from planning_engine.supply.capacity.load import Loads, without
from planning_engine.supply.capacity.rough_load import Method, load_by, months_ahead
from planning_engine.supply.capacity.routing import available_hours
from planning_engine.supply.requirements.requirements import independent_demand, plan_months

MOST = 0.5
"""An event "causes most" of an overflow when it brings at least this part of it."""


@dataclass(frozen=True)
class MonthLoad:
    """Required and available hours of one resource in one month.

    `available` is None where the calendar says nothing about the month. `overtime` are the
    hours of overtime allowed on top, 0 where they are counted as available already.
    """

    resource: str
    month: date
    required: float
    available: float | None
    overtime: float = 0.0

    @property
    def percent(self) -> float | None:
        """Load in per cent of the available hours; None without hours to compare with."""
        return 100 * self.required / self.available if self.available else None

    @property
    def overflow(self) -> float:
        """Hours required beyond the available ones; 0 where they are not known."""
        return 0.0 if self.available is None else max(0.0, self.required - self.available)

    @property
    def free(self) -> float | None:
        """Hours available beyond the required ones; None where they are not known."""
        return None if self.available is None else max(0.0, self.available - self.required)

    @property
    def is_over(self) -> bool:
        """Tell whether more hours are required than there are."""
        return self.overflow > 1e-9

    def is_because_of(self, cause: "Cause") -> bool:
        """Tell whether a product's event brings at least half of the overflow."""
        return cause.event is not None and cause.event_hours >= MOST * self.overflow > 0


@dataclass(frozen=True)
class Cause:
    """What one product takes of a resource in a month, and what an event brings of that.

    `event` is the event that brings most of these hours, `event_hours` the hours that would
    fall away without it.
    """

    resource: str
    month: date
    product: str
    hours: float
    event: str | None
    event_hours: float


@dataclass(frozen=True)
class CapacityCheck:
    """Load of some resources over some months, with the products that cause it.

    `causes` are ordered by resource, month, then hours, most first.
    """

    months: tuple[date, ...]
    rows: tuple[MonthLoad, ...]
    causes: tuple[Cause, ...]
    include_overtime: bool

    @property
    def resources(self) -> tuple[str, ...]:
        """Resources checked, sorted."""
        return tuple(sorted({row.resource for row in self.rows}))

    def of(self, resource: str) -> tuple[MonthLoad, ...]:
        """Return one resource's rows, earliest month first."""
        return tuple(row for row in self.rows if row.resource == resource)

    @property
    def over(self) -> tuple[MonthLoad, ...]:
        """Months and resources whose hours do not suffice, by resource and month."""
        return tuple(row for row in self.rows if row.is_over)

    @property
    def unknown(self) -> tuple[MonthLoad, ...]:
        """Months and resources without a calendar."""
        return tuple(row for row in self.rows if row.available is None)

    @property
    def worst(self) -> MonthLoad | None:
        """The highest load in per cent; the one with most overflow where two tie."""
        known = [row for row in self.rows if row.percent is not None]
        return max(known, key=lambda row: (row.percent or 0, row.overflow), default=None)

    def causes_of(self, row: MonthLoad) -> tuple[Cause, ...]:
        """Return what takes the hours of a resource in a month, most first."""
        return tuple(
            cause
            for cause in self.causes
            if (cause.resource, cause.month) == (row.resource, row.month)
        )

    def main_cause(self, row: MonthLoad) -> Cause | None:
        """Return the product behind an overflow.

        The one whose event brings most hours, if that event brings at least half of the
        overflow; else the product that takes most hours.
        """
        causes = self.causes_of(row)
        by_event = max(causes, key=lambda cause: cause.event_hours, default=None)
        if by_event and row.is_because_of(by_event):
            return by_event
        return causes[0] if causes else None


def check(
    snapshot: Snapshot,
    months: int = 6,
    *,
    resources: Iterable[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    include_overtime: bool = False,
    method: Method = "lots",
) -> CapacityCheck:
    """Compare required with available hours, resource by resource and month by month.

    Required: for each product whose preferred routing uses the resource, demand plan (all
    sites, plus what parents take of a component that is made) times hours per unit, plus one
    set-up per lot; or by one of the rough-cut methods of `rough_load`. Available: calendar
    hours times efficiency.

    Args:
        snapshot: The company's facts, not narrowed.
        months: Months ahead of the plan start; more if `start` or `end` lie beyond.
        resources: Only these; all that have a calendar or a routing by default.
        start: Only months from this one on.
        end: Only months up to this one.
        include_overtime: Count allowed overtime as available.
        method: lots, or overall_factors, bill_of_resources, resource_profile.

    Raises:
        DataProblem: Routings, resources or calendars are not in the data.
        BadRequest: The months asked about lie before the plan or more than 24 ahead.
    """
    snapshot.require("routings", "resources", "calendars", to="check capacity")
    snapshot.require_everything(to="check capacity")
    wanted = months_asked(snapshot, months, start, end)
    everything = _everything(snapshot, plan_months(snapshot, wanted[1]), include_overtime, method)
    first = wanted[0]
    shown = everything.months[first:]
    only = None if resources is None else set(resources)

    def kept(resource: str, month: date) -> bool:
        return month in shown and (only is None or resource in only)

    return CapacityCheck(
        shown,
        tuple(row for row in everything.rows if kept(row.resource, row.month)),
        tuple(cause for cause in everything.causes if kept(cause.resource, cause.month)),
        include_overtime,
    )


def months_asked(
    snapshot: Snapshot, months: int, start: date | None, end: date | None
) -> tuple[int, int]:
    """Return the slice of plan months that a request means, as first and past-the-last index.

    Raises:
        BadRequest: They lie before the plan starts, or more than 24 months ahead.
    """
    (opening,) = plan_months(snapshot, 1)
    first = months_between(opening, start) if start else 0
    ahead = months if first < months else first + months
    last = months_between(opening, end) + 1 if end else ahead
    if first < 0 or last <= first:
        raise BadRequest(
            f"The plan starts in {opening:%B %Y}. Ask for months from then on, the last not "
            "before the first; query_kpi tells about months that are over."
        )
    if last > 24:
        raise BadRequest(f"The plan looks 24 months ahead of {opening:%B %Y}; ask for less.")
    return first, last


@remember()
def _everything(
    snapshot: Snapshot, months: tuple[date, ...], include_overtime: bool, method: Method
) -> CapacityCheck:
    hours = available_hours(snapshot, months)
    span = plan_months(snapshot, len(months) + months_ahead(snapshot, method))
    load = load_by(snapshot, span, independent_demand(snapshot, span), method)
    causes = _causes(snapshot, months, span, load, method)
    used = {resource for resource, _ in load}
    if method != "overall_factors":  # of a resource without a past its shares say nothing
        used |= {resource for resource, _ in hours}
    total = {
        resource: np.zeros(len(span)) + sum(h for (r, _), h in load.items() if r == resource)
        for resource in sorted(used)
    }
    rows = []
    for resource, required in total.items():
        for index, month in enumerate(months):
            there = hours.get((resource, month))
            extra = there.overtime if there else 0.0
            regular = there.regular if there else None
            if include_overtime and regular is not None:
                regular, extra = regular + extra, 0.0
            rows.append(MonthLoad(resource, month, float(required[index]), regular, extra))
    return CapacityCheck(months, tuple(rows), causes, include_overtime)


def _causes(
    snapshot: Snapshot,
    months: tuple[date, ...],
    span: tuple[date, ...],
    load: Loads,
    method: Method,
) -> tuple[Cause, ...]:
    relief = _event_hours(snapshot, span, load, method)
    found = []
    for (resource, product), hours in load.items():
        for index, month in enumerate(months):
            if hours[index] > 0:
                event, freed = relief.get((resource, product, index), (None, 0.0))
                found.append(Cause(resource, month, product, float(hours[index]), event, freed))
    return tuple(sorted(found, key=lambda c: (c.resource, c.month, -c.hours, c.product)))


def _event_hours(
    snapshot: Snapshot, months: tuple[date, ...], load: Loads, method: Method
) -> dict[tuple[str, str, int], tuple[str, float]]:
    """Return, by resource, product and month, the event that brings most hours, and how many."""
    demand = independent_demand(snapshot, months)
    by_event: dict[str, list[EventShare]] = {}
    for share in event_shares(snapshot, months):
        by_event.setdefault(share.event, []).append(share)
    best: dict[tuple[str, str, int], tuple[str, float]] = {}
    for event, shares in by_event.items():
        lean = load_by(snapshot, months, without(demand, months, shares), method)
        for (resource, product), hours in load.items():
            freed = hours - lean.get((resource, product), np.zeros(len(months)))
            for index in np.flatnonzero(freed > 1e-9):
                key = (resource, product, int(index))
                if freed[index] > best.get(key, ("", 0.0))[1]:
                    best[key] = (event, float(freed[index]))
    return best

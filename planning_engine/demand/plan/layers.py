"""Named, dated layers on the demand: events with their uplift, each switchable.

An event multiplies demand by `1 + uplift` on its days; a month that it covers in part feels
it in part. Several events on the same demand multiply. The uplift is the declared one of the
table `events`, or the one estimated from the sales where none is declared.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from planning_engine.data.calendars import month_range
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.events.event import LOWEST_FACTOR, Event, entries
from planning_engine.demand.events.event_uplift import measured_uplifts

__all__ = ["LOWEST_FACTOR", "Event", "events", "factors", "touching"]


def events(snapshot: Snapshot, without: Collection[str] = ()) -> tuple[Event, ...]:
    """Return the events that change demand, earliest first, without those switched off.

    A declared uplift counts as declared. Where none is declared, the one estimated from the
    sales counts, if it is clear that the event changed demand; a launch has none, as its own
    product only begins with it.
    """
    listed = entries(snapshot)
    unknown = [e for e in listed if e.declared is None and e.event.kind != "launch"]
    estimated = _estimated(snapshot) if unknown else {}
    chosen = [estimated.get(entry.event.id, entry.event) for entry in listed]
    return tuple(event for event in chosen if event.uplift and event.id not in without)


def _estimated(snapshot: Snapshot) -> dict[str, Event]:
    """Return the events without a declared uplift whose estimate is clear, by id."""
    return {
        one.event.id: replace(one.event, uplift=one.uplift, source="estimated")
        for one in measured_uplifts(snapshot)
        if one.declared is None
        and one.uplift is not None
        and one.is_clear
        and one.event.kind != "launch"
    }


def factors(snapshot: Snapshot, chosen: Sequence[Event], start: date, end: date) -> pd.DataFrame:
    """Return what events multiply demand by: product, region, month, factor.

    Only products and months that an event touches have rows. `region` is None where no event
    in play is regional; otherwise every region has its row.
    """
    products = snapshot.query("SELECT product, family FROM products")
    regional = any(event.region for event in chosen)
    regions = [*snapshot.names("region")] if regional else [None]
    collected: dict[tuple[str, str | None, date], float] = {}
    for event in chosen:
        touched = _touched(products, event)
        first, last = max(start, event.starts_on), min(end, event.ends_on or end)
        for month in month_range(first, last) if first <= last else ():
            for region in (event.region,) if event.region else regions:
                for product in touched:
                    key = (product, region, month)
                    collected[key] = collected.get(key, 1.0) * event.factor(month)
    rows = [(*key, factor) for key, factor in collected.items()]
    frame = pd.DataFrame(rows, columns=["product", "region", "month", "factor"])
    return frame.astype({"product": "str", "factor": "float64"})


def touching(
    chosen: Sequence[Event], leaves: pd.DataFrame, start: date, end: date
) -> tuple[Event, ...]:
    """Return the events that touch a slice in a period.

    Args:
        chosen: Events to look through.
        leaves: `product`, `family` and `region` of what the slice sells.
        start: First day of the period.
        end: Last day.
    """
    found = []
    for event in chosen:
        if event.starts_on > end or (event.ends_on and event.ends_on < start):
            continue
        fits = pd.Series(data=True, index=leaves.index)
        for kind in ("product", "family", "region"):
            wanted = getattr(event, kind)
            if wanted:
                fits &= (leaves[kind] == wanted).fillna(False).astype(bool)
        if fits.any():
            found.append(event)
    return tuple(found)


def _touched(products: pd.DataFrame, event: Event) -> list[str]:
    rows = products
    if event.product:
        rows = rows[rows["product"] == event.product]
    if event.family:
        rows = rows[rows["family"] == event.family]
    return [str(product) for product in rows["product"]]

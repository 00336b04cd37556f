"""Named, dated layers on the demand: events with their uplift, each switchable.

An event multiplies demand by `1 + uplift` on its days; a month that it covers in part feels
it in part. Several events on the same demand multiply. The uplift is the declared one of the
table `events`; an event without an uplift changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from planning_engine.data.calendars import add_months, month_range
from planning_engine.data.snapshot import Snapshot

# An uplift of -100 % would make what is left of the demand impossible to scale back.
LOWEST_FACTOR = 0.05


@dataclass(frozen=True)
class Event:
    """A dated change of demand: for one product, a family or all; a region or all.

    `ends_on` None lasts for good.
    """

    id: str
    name: str
    kind: str
    uplift: float
    starts_on: date
    ends_on: date | None
    product: str | None = None
    family: str | None = None
    region: str | None = None

    def share_of(self, month: date) -> float:
        """Return the share of a month's days on which the event runs, 0 to 1."""
        following = add_months(month, 1)
        last = min(self.ends_on or date.max, following - timedelta(days=1))
        days = (last - max(self.starts_on, month)).days + 1
        return max(0, days) / (following - month).days

    def factor(self, month: date) -> float:
        """Return what the event multiplies the demand of a month by; 1 outside its days.

        Example:
            +20 % from the 16th of a month of 30 days:

            >>> Event("E", "Deal", "promotion", 0.2, date(2026, 6, 16), None).factor(
            ...     date(2026, 6, 1)
            ... )
            1.1
        """
        return max(LOWEST_FACTOR, 1 + self.uplift * self.share_of(month))


def events(snapshot: Snapshot, without: Collection[str] = ()) -> tuple[Event, ...]:
    """Return the events that change demand, earliest first, without those switched off."""
    if not snapshot.has("events"):
        return ()
    rows = snapshot.query(
        "SELECT event, coalesce(name, event) AS name, coalesce(kind, 'event') AS kind, product, "
        "family, region, starts_on, ends_on, uplift FROM events "
        "WHERE uplift IS NOT NULL AND uplift <> 0 ORDER BY starts_on, event"
    )
    return tuple(
        Event(
            id=row["event"],
            name=row["name"],
            kind=row["kind"],
            uplift=float(row["uplift"]),
            starts_on=row["starts_on"].date(),
            ends_on=None if pd.isna(row["ends_on"]) else row["ends_on"].date(),
            product=_text(row["product"]),
            family=_text(row["family"]),
            region=_text(row["region"]),
        )
        for row in rows.to_dict("records")
        if row["event"] not in without
    )


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


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

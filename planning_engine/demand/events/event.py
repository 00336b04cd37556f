"""A dated change of demand: what it touches, when, and by how much."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot

# An uplift of -100 % would make what is left of the demand impossible to scale back.
LOWEST_FACTOR = 0.05


@dataclass(frozen=True)
class Event:
    """A dated change of demand: for one product, a family or all; a region or all.

    `ends_on` None lasts for good. `source` says whether people declared the uplift or the
    engine estimated it from the sales (`event_uplift`).
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
    source: Literal["declared", "estimated"] = "declared"

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


@dataclass(frozen=True)
class Entry:
    """A row of the table `events`; `event.uplift` is 0 where `declared` is None."""

    event: Event
    declared: float | None


@remember(size=8)
def entries(snapshot: Snapshot) -> tuple[Entry, ...]:
    """Return every event of the table, earliest first, with or without an uplift."""
    if not snapshot.has("events"):
        return ()
    rows = snapshot.query(
        "SELECT event, coalesce(name, event) AS name, coalesce(kind, 'event') AS kind, product, "
        "family, region, starts_on, ends_on, uplift FROM events ORDER BY starts_on, event"
    )
    return tuple(_entry(row) for row in rows.to_dict("records"))


def _entry(row: Mapping[Hashable, Any]) -> Entry:  # Any: a column may be text, number or date
    declared = None if pd.isna(row["uplift"]) else float(row["uplift"])
    event = Event(
        id=row["event"],
        name=row["name"],
        kind=row["kind"],
        uplift=declared or 0.0,
        starts_on=row["starts_on"].date(),
        ends_on=None if pd.isna(row["ends_on"]) else row["ends_on"].date(),
        product=_text(row["product"]),
        family=_text(row["family"]),
        region=_text(row["region"]),
    )
    return Entry(event, declared)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

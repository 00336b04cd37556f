"""Promotions, launches, price changes and an outage, and what they do to demand."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.sample.network import REGIONS
from planning_engine.data.sample.products import FINISHED, LAUNCHED
from planning_engine.data.sample.timeline import MONTHS, Grid

OVERLOADING = "EV-27-01"


@dataclass(frozen=True)
class Event:
    """A dated change of demand; `uplift` None leaves demand as it is."""

    id: str
    name: str
    kind: str
    starts_on: date
    ends_on: date
    uplift: float | None
    product: str | None = None
    family: str | None = None
    region: str | None = None


EVENTS = (
    Event(
        "EV-23-01",
        "Cola Easter Deal",
        "promotion",
        date(2023, 4, 1),
        date(2023, 4, 30),
        0.35,
        "COL-033-24",
    ),
    Event(
        "EV-23-02",
        "Summer of Water 2023",
        "promotion",
        date(2023, 7, 1),
        date(2023, 7, 31),
        0.18,
        "STW-050-24",
    ),
    Event(
        "EV-23-03",
        "Volt Festival 2023",
        "promotion",
        date(2023, 9, 1),
        date(2023, 9, 30),
        0.25,
        "NRG-025-24",
    ),
    Event(
        "EV-24-01",
        "Vitamin Weeks 2024",
        "promotion",
        date(2024, 1, 1),
        date(2024, 1, 31),
        0.25,
        "MUL-100-12",
    ),
    Event(
        "EV-24-02",
        "Cola Stadium Weeks",
        "promotion",
        date(2024, 6, 1),
        date(2024, 6, 30),
        0.40,
        "COL-033-24",
    ),
    Event(
        "EV-24-03",
        "Northern Tea Days",
        "promotion",
        date(2024, 7, 1),
        date(2024, 7, 31),
        0.20,
        None,
        "Tea",
        "North",
    ),
    Event(
        "EV-24-04",
        "Volt Winter Deal 2024",
        "promotion",
        date(2024, 12, 1),
        date(2024, 12, 31),
        0.20,
        "NRG-025-24",
    ),
    Event(
        "EV-25-01",
        "Vitamin Weeks 2025",
        "promotion",
        date(2025, 1, 1),
        date(2025, 1, 31),
        0.25,
        "MUL-100-12",
    ),
    Event(
        "EV-25-02",
        "Cola Spring Deal 2025",
        "promotion",
        date(2025, 5, 1),
        date(2025, 5, 31),
        0.45,
        "COL-033-24",
    ),
    Event(
        "EV-25-03",
        "Summer of Water 2025",
        "promotion",
        date(2025, 7, 1),
        date(2025, 7, 31),
        0.15,
        "STW-050-24",
    ),
    Event(
        "EV-25-04",
        "West DC storm closure",
        "outage",
        date(2025, 10, 20),
        date(2025, 10, 22),
        None,
        None,
        None,
        "West",
    ),
    Event(
        "EV-25-05",
        "Volt Winter Deal 2025",
        "promotion",
        date(2025, 12, 1),
        date(2025, 12, 31),
        0.20,
        "NRG-025-24",
    ),
    Event(
        "EV-26-01",
        "Vitamin Weeks 2026",
        "promotion",
        date(2026, 1, 1),
        date(2026, 1, 31),
        0.25,
        "MUL-100-12",
    ),
    Event(
        "EV-26-02",
        "Southern Sparkle",
        "promotion",
        date(2026, 6, 1),
        date(2026, 6, 30),
        0.22,
        "SPW-050-24",
        None,
        "South",
    ),
    Event(
        "EV-26-03",
        "Volt Berry launch",
        "launch",
        date(2026, 8, 1),
        date(2026, 10, 31),
        None,
        LAUNCHED,
    ),
    Event(
        "EV-26-04",
        "Volt Winter Deal 2026",
        "promotion",
        date(2026, 12, 1),
        date(2026, 12, 31),
        0.20,
        "NRG-025-24",
    ),
    Event(
        OVERLOADING,
        "Kaito Spring Cup",
        "promotion",
        date(2027, 2, 1),
        date(2027, 3, 31),
        0.60,
        "COL-033-24",
    ),
    Event(
        "EV-27-02",
        "Vitamin Weeks 2027",
        "promotion",
        date(2027, 1, 1),
        date(2027, 1, 31),
        0.25,
        "MUL-100-12",
    ),
    Event(
        "EV-27-03",
        "Juice list price increase",
        "price",
        date(2027, 4, 1),
        date(2027, 6, 30),
        -0.04,
        None,
        "Juice",
    ),
    Event(
        "EV-27-04",
        "Summer of Water 2027",
        "promotion",
        date(2027, 7, 1),
        date(2027, 7, 31),
        0.15,
        "STW-050-24",
    ),
)


def factors(*, without: tuple[str, ...] = ()) -> Grid:
    """Return what events multiply demand by: product, region, month; 1 is no change.

    Every event with an uplift covers whole months, so that no month needs splitting.
    """
    product_count, month_count = len(FINISHED), len(MONTHS)
    result = np.ones((product_count, len(REGIONS), month_count))
    for event in EVENTS:
        if event.uplift is None or event.id in without:
            continue
        chosen = [
            place
            for place, item in enumerate(FINISHED)
            if event.product == item.id or (event.product is None and event.family == item.family)
        ]
        regions = [r for r, name in enumerate(REGIONS) if event.region in (None, name)]
        months = [
            t
            for t, (month, following) in enumerate(pairwise([*MONTHS, add_months(MONTHS[-1], 1)]))
            if event.starts_on <= month and following > event.starts_on and month <= event.ends_on
        ]
        result[np.ix_(chosen, regions, months)] *= 1 + event.uplift
    return result


def events() -> pd.DataFrame:
    """Return the table of events."""
    rows = [
        (e.id, e.name, e.kind, e.product, e.family, e.region, e.starts_on, e.ends_on, e.uplift)
        for e in EVENTS
    ]
    columns = [
        "event",
        "name",
        "kind",
        "product",
        "family",
        "region",
        "starts_on",
        "ends_on",
        "uplift",
    ]
    return pd.DataFrame(rows, columns=columns)

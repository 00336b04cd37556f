"""What part of the demand plan a dated event brings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from planning_engine.data.calendars import last_year
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.plan.layers import events


@dataclass(frozen=True)
class EventShare:
    """How much an event raises one product at one site in one month.

    `factor` is planned demand with the event over demand without it: 1.3 is 30 % more.
    """

    event: str
    product: str
    site: str
    month: date
    factor: float


@remember()
def event_shares(snapshot: Snapshot, months: tuple[date, ...]) -> tuple[EventShare, ...]:
    """Return what each event with an uplift brings, by product, site and month.

    An event of one region counts in proportion to the part of the product's sales at the
    site, in the last 12 complete months, that went to customers of that region. Several
    events multiply.
    """
    chosen = events(snapshot)
    if not chosen:
        return ()
    found = []
    for product, family, site, regions in _places(snapshot):
        for event in chosen:
            if event.product not in (None, product) or event.family not in (None, family):
                continue
            reach = regions.get(event.region, 0.0) if event.region else 1.0
            for month in months:
                factor = 1 + reach * (event.factor(month) - 1)
                if factor != 1:
                    found.append(EventShare(event.id, product, site, month, factor))
    return tuple(found)


def _places(snapshot: Snapshot) -> Sequence[tuple[str, str | None, str, dict[str, float]]]:
    """Return product, family, site and the share of each region in its sales."""
    first, end = last_year(snapshot.company.as_of)
    region = "c.region" if snapshot.has("customers") else "NULL"
    join = "LEFT JOIN customers c USING (customer)" if snapshot.has("customers") else ""
    rows = snapshot.rows(
        f"""
        SELECT s.product, p.family, coalesce(s.site, ''), {region}, sum(s.quantity)
        FROM sales s JOIN products p ON p.product = s.product {join}
        WHERE s.date >= $first AND s.date < $end
        GROUP BY ALL ORDER BY ALL
        """,
        {"first": first, "end": end},
    )
    found: dict[tuple[str, str | None, str], dict[str, float]] = {}
    for product, family, site, name, quantity in rows:
        found.setdefault((product, family, site), {})[name or ""] = quantity
    return [(*place, _shares(regions)) for place, regions in found.items()]


def _shares(quantities: dict[str, float]) -> dict[str, float]:
    total = sum(quantities.values())
    return {name: value / total for name, value in quantities.items()} if total > 0 else {}

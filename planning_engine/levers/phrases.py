"""Levers as short phrases, by the ids they name: for lists, differences and refusals."""

from datetime import date

from planning_engine.levers import Lever

_KINDS = {
    "demand": "demand",
    "event_off": "event left out",
    "event_change": "event changed",
    "event_new": "new event",
    "price": "price",
    "launch": "launch",
    "discontinuation": "discontinuation",
    "unit_cost": "unit cost",
    "capacity": "capacity",
    "resource_out": "resource out",
    "overtime": "overtime cap",
    "calendar": "working days",
    "yield": "yield",
    "lead_time": "lead time",
    "supplier_out": "supplier out",
    "supplier_capacity": "supplier capacity",
    "lane_closed": "lane closed",
    "lane_cost": "lane cost",
    "exclusive_source": "exclusive source",
    "safety_stock": "safety stock",
    "service_level": "service level",
    "fence": "fence",
}
# What a lever is about, in the order it is said; everything else is what it does.
SUBJECTS = (
    "product",
    "family",
    "region",
    "site",
    "resource",
    "supplier",
    "event",
    "name",
    "from_site",
    "to_site",
    "source",
    "target",
)
_SAID = {"from_site": "from ", "to_site": "to ", "source": "", "target": "for "}


def phrase(lever: Lever) -> str:
    """Return a lever in a few words.

    Example:
        >>> from planning_engine.levers import CapacityLever
        >>> phrase(CapacityLever(resource="L3", hours=40, start="2027-03", end="2027-03"))
        'capacity L3 (hours 40, start March 2027, end March 2027)'
    """
    values = lever.model_dump(exclude_none=True, exclude_defaults=True)
    about = [f"{_SAID.get(name, '')}{values[name]}" for name in SUBJECTS if name in values]
    does = [
        f"{name.replace('_', ' ')} {_words(name, value)}"
        for name, value in values.items()
        if name not in SUBJECTS and name != "kind"
    ]
    text = " ".join([_KINDS[lever.kind], *about])
    return f"{text} ({', '.join(does)})" if does else text


def subject(lever: Lever) -> tuple[str, ...]:
    """Return what a lever is about: its kind and the names it gives."""
    named = (f"{name}={getattr(lever, name, None) or ''}" for name in SUBJECTS)
    return (lever.kind, *named)


def _words(name: str, value: object) -> str:
    if isinstance(value, date):
        is_month = name in ("start", "end")
        return f"{value:%B %Y}" if is_month else f"{value.day} {value:%B %Y}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value)

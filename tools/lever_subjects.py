"""What a lever is about: its subject in words, its months and its unit."""

from datetime import date
from typing import Any

from planning_engine.lever_effects.effect import Effect
from tools import wording
from tools.names import Names

_HEADS = {
    "demand": "Demand",
    "price": "The price",
    "unit_cost": "The unit cost",
    "yield": "The yield",
    "safety_stock": "The safety stock",
    "service_level": "The target service level",
}


def subject(names: Names, effect: Effect) -> str:
    """Return what a lever is about, as the subject of a sentence."""
    lever: Any = effect.lever  # Any: fields differ by kind
    kind = effect.lever.kind
    if kind in _HEADS:
        return f"{_HEADS[kind]}{_of(names, lever)}"
    if kind in ("capacity", "resource_out", "overtime"):
        return names.resource(lever.resource)
    if kind == "calendar":
        where = f" at {names.site(lever.site)}" if lever.site else ""
        what = names.resource(lever.resource) if lever.resource else "all resources"
        return f"The working days of {what}{where}"
    if kind in ("lead_time", "supplier_out", "supplier_capacity"):
        return _supplier(names, kind, lever)
    if kind == "event_new":
        return f"The new event '{lever.name}'"
    if kind.startswith("event"):
        return f"The {names.event(lever.event)}"
    if kind in ("launch", "discontinuation"):
        return names.product(lever.product)
    if kind == "lane_cost":
        return f"The cost of moving{_of(names, lever)}{lane_words(names, lever)}"
    if kind == "lane_closed":
        return f"The lane{lane_words(names, lever)}"
    if kind == "exclusive_source":
        return f"The tie to {names.site(lever.source)}"
    return "The demand fence" if lever.planning_days is None else "The planning fence"


def lane_words(names: Names, lever: Any) -> str:  # Any: a lever with sites
    """Return the lanes a lever names: ` from Plant to Depot 1`."""
    origin = f" from {names.site(lever.from_site)}" if lever.from_site else ""
    return f"{origin}{f' to {names.site(lever.to_site)}' if lever.to_site else ''}"


def closed_words(names: Names, effect: Effect, when: str) -> str:
    """Return what a closed lane means."""
    lever: Any = effect.lever
    of = f" for {names.product(lever.product)}" if lever.product else ""
    many = _lanes(effect)
    return f"Nothing moves{lane_words(names, lever)}{of} {when} ({many} closed)"


def tied_words(names: Names, effect: Effect, when: str) -> str:
    """Return who may serve whom, and how many lanes or suppliers that rules out."""
    lever: Any = effect.lever
    source = names.site(lever.source)
    target = names.site(lever.target) if lever.target else "Every site"
    of = f" with {names.product(lever.product)}" if lever.product else ""
    said = {
        "target": f"{target} is served{of} by {source} only",
        "source": f"{source} serves {target} only{of}",
        "both": f"{target} and {source} deal{of} only with each other",
    }[lever.binds]
    return f"{said} ({_lanes(effect)} closed)"


def _lanes(effect: Effect) -> str:
    noun = "lane" if effect.measure == "lanes" else "source"
    return f"{effect.touched} {wording.plural(noun, effect.touched)}"


def _of(names: Names, lever: Any) -> str:  # Any: fields differ by kind
    said = ""
    product, family = getattr(lever, "product", None), getattr(lever, "family", None)
    if product or family:
        said = f" of {names.product(product) if product else family}"
    if getattr(lever, "site", None):
        said += f" at {names.site(lever.site)}"
    if getattr(lever, "region", None):
        said += f" in region {lever.region}"
    if getattr(lever, "resource", None):
        said += f" on {names.resource(lever.resource)}"
    if getattr(lever, "supplier", None):
        said += f" from supplier {lever.supplier}"
    return said


def _supplier(names: Names, kind: str, lever: Any) -> str:  # Any: a lever on a supplier
    what = names.product(lever.product) if lever.product else ""
    if kind == "supplier_capacity":
        return f"The capacity of supplier {lever.supplier}{f' for {what}' if what else ''}"
    if lever.supplier:
        return f"Supplier {lever.supplier}{f' for {what}' if what else ''}"
    return f"Delivery of {what}"


def about(effect: Effect) -> dict[str, str]:
    """Return what a lever's facts are about, by id."""
    kinds = ("product", "family", "region", "site", "resource", "supplier", "event")
    named = {kind: getattr(effect.lever, kind, None) for kind in kinds}
    return {kind: name for kind, name in named.items() if name}


def lever_span(effect: Effect, horizon: tuple[date, ...]) -> tuple[date, date]:
    """Return the first and last month of the plan that a lever reaches."""
    first = getattr(effect.lever, "start", None) or horizon[0]
    last = getattr(effect.lever, "end", None) or horizon[-1]
    return max(first, horizon[0]), min(last, horizon[-1])


def demand_unit(names: Names, effect: Effect) -> str:
    """Return the unit of a lever's quantities."""
    product = getattr(effect.lever, "product", None)
    if product:
        return names.unit(product) if product in names.products else _unit_of_like(names, effect)
    if effect.measure == "capacity":
        return "units"
    if effect.measure == "safety_stock":
        family = getattr(effect.lever, "family", None)
        return names.unit_of_all({p for p, f in names.families.items() if family in (None, f)})
    finished = {p for p, family in names.families.items() if family is not None}
    return names.unit_of_all(finished)


def _unit_of_like(names: Names, effect: Effect) -> str:
    like = getattr(effect.lever, "like", None)
    return names.unit(like) if like else "units"


def money(names: Names, value: float) -> str:
    """Return the price or cost of one unit, to the cent."""
    return f"{names.currency} {value:,.2f}"

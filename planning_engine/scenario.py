"""Scenarios: an ordered list of typed levers, applied to a company's facts."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, UnknownName
from planning_engine.lever_effects import (
    assortment,
    capacity,
    demand,
    events,
    lanes,
    policies,
    supply,
)
from planning_engine.lever_effects.effect import Effect, Pull, Span
from planning_engine.levers import EventChangeLever, EventLever, LaunchLever, Lever
from planning_engine.levers.contradictions import require_no_contradiction
from planning_engine.supply.requirements.requirements import plan_months

# Any: each kind of lever has its own class.
EFFECTS: Mapping[str, Callable[[Snapshot, Any, Span], Pull]] = {
    "demand": demand.demand,
    "event_off": events.event_off,
    "event_change": events.event_change,
    "event_new": events.event_new,
    "price": assortment.price,
    "launch": assortment.launch,
    "discontinuation": assortment.discontinuation,
    "unit_cost": assortment.unit_cost,
    "capacity": capacity.capacity,
    "resource_out": capacity.resource_out,
    "overtime": capacity.overtime,
    "calendar": capacity.calendar,
    "yield": capacity.yields,
    "lead_time": supply.lead_time,
    "supplier_out": supply.supplier_out,
    "supplier_capacity": supply.supplier_capacity,
    "lane_closed": lanes.lane_closed,
    "lane_cost": lanes.lane_cost,
    "exclusive_source": lanes.exclusive_source,
    "safety_stock": policies.safety_stock,
    "service_level": policies.service_level,
    "fence": policies.fence,
}
# What the fields of levers name.
_NAMES = {
    "product": "product",
    "family": "family",
    "region": "region",
    "site": "site",
    "resource": "resource",
    "supplier": "supplier",
    "event": "event",
    "like": "product",
    "successor": "product",
    "from_site": "site",
    "to_site": "site",
    "target": "site",
}


@dataclass(frozen=True)
class Scenario:
    """The facts as the levers leave them, and what each lever did, in order."""

    base: Snapshot
    snapshot: Snapshot
    effects: tuple[Effect, ...]


def apply(snapshot: Snapshot, levers: Sequence[Lever], months: int = 12) -> Snapshot:
    """Return the facts as the levers leave them; the same snapshot without levers."""
    return pull(snapshot, levers, months).snapshot


def pull(snapshot: Snapshot, levers: Sequence[Lever], months: int = 12) -> Scenario:
    """Pull levers one after the other and say what each did.

    Every name and every contradiction is checked before the first lever is pulled. The order
    matters where a lever adds units or hours and another scales them, and where one sets what
    another scales; it does not matter otherwise.

    Args:
        snapshot: The company's facts, not narrowed.
        levers: What changes, in order.
        months: Months ahead that a lever without months reaches.

    Raises:
        UnknownName: A lever names something the company does not have.
        BadRequest: A lever lies before the plan, or two contradict each other.
    """
    snapshot.require_everything(to="run a scenario")
    named = named_levers(snapshot, levers)
    spans = [_span(snapshot, lever, months) for lever in named]
    current, effects = snapshot, []
    for step, (lever, span) in enumerate(zip(named, spans, strict=True), 1):
        pulled = EFFECTS[lever.kind](current, lever, span)
        effects.append(replace(pulled.effect, tables=tuple(sorted(pulled.frames))))
        if pulled.frames or pulled.company:
            current = current.with_tables(
                pulled.frames, recipe(named[:step], months), pulled.company
            )
    return Scenario(snapshot, current, tuple(effects))


def named_levers(snapshot: Snapshot, levers: Sequence[Lever]) -> tuple[Lever, ...]:
    """Return levers with ids in place of the names people use, and none contradicting another.

    Raises:
        UnknownName: A name is not in the company's data; the nearest are offered.
        BadRequest: Two levers contradict each other.
    """
    launched = {lever.product for lever in levers if isinstance(lever, LaunchLever)}
    named = tuple(resolve(snapshot, lever, launched) for lever in levers)
    require_no_contradiction(named)
    return named


def recipe(levers: Sequence[Lever], months: int) -> str:
    """Return the levers as canonical JSON: the same levers give the same text."""
    body = [lever.model_dump(mode="json", exclude_none=True) for lever in levers]
    return json.dumps({"levers": body, "months": months}, sort_keys=True)


def resolve(snapshot: Snapshot, lever: Lever, launched: set[str] | None = None) -> Lever:
    """Return the lever with ids in place of the names people use.

    Args:
        snapshot: The company's facts.
        lever: A lever.
        launched: New products that other levers of the list bring.

    Raises:
        UnknownName: A name is not in the company's data; the nearest are offered.
    """
    if isinstance(lever, EventLever | EventChangeLever):
        snapshot.require("events", to="change an event of the plan")
    found = {}
    for field, kind in _NAMES.items():
        name = getattr(lever, field, None)
        is_new = kind == "product" and name in (launched or ())
        if name:
            found[field] = _new_or_known(snapshot, name) if is_new else snapshot.find(kind, name)
    if isinstance(lever, LaunchLever):
        found["product"] = _new_or_known(snapshot, lever.product)
    source = getattr(lever, "source", None)
    if source:
        found["source"] = _site_or_supplier(snapshot, source)
    return lever.model_copy(update=found)


def _new_or_known(snapshot: Snapshot, product: str) -> str:
    try:
        return snapshot.find("product", product)
    except UnknownName:
        return product


def _site_or_supplier(snapshot: Snapshot, name: str) -> str:
    try:
        return snapshot.find("site", name)
    except UnknownName as unknown:
        try:
            return snapshot.find("supplier", name)
        except UnknownName:
            known = (*snapshot.names("site"), *snapshot.names("supplier"))
            raise UnknownName("site or supplier", name, known) from unknown


def _span(snapshot: Snapshot, lever: Lever, months: int) -> tuple[date, ...]:
    """Return the plan months that a lever reaches; months before the plan are left out."""
    whole = plan_months(snapshot, months)
    start = getattr(lever, "start", None) or whole[0]
    end = getattr(lever, "end", None) or whole[-1]
    if end < whole[0]:
        raise BadRequest(
            f"The plan starts in {whole[0]:%B %Y}; a lever cannot change months before it."
        )
    if start > whole[-1]:
        raise BadRequest(
            f"The plan looked at ends in {whole[-1]:%B %Y}; ask for more months to change "
            f"{start:%B %Y}."
        )
    return tuple(month for month in whole if start <= month <= end)

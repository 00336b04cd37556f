"""Scenarios: an ordered list of typed levers, applied to a company's facts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from planning_engine import lever_effects
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest
from planning_engine.lever_effects import Effect, Frames
from planning_engine.levers import (
    CapacityLever,
    DemandLever,
    EventLever,
    LeadTimeLever,
    Lever,
    ResourceOutLever,
)
from planning_engine.supply.requirements import plan_months


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

    Args:
        snapshot: The company's facts, not narrowed.
        levers: What changes, in order.
        months: Months ahead that a lever without months reaches.

    Raises:
        UnknownName: A lever names something the company does not have.
        BadRequest: A lever lies before the plan.
    """
    snapshot.require_everything(to="run a scenario")
    current, effects = snapshot, []
    for step, lever in enumerate(levers):
        named = resolve(snapshot, lever)
        frames, effect = _pull_one(current, named, months)
        effects.append(effect)
        if frames:
            current = current.with_tables(frames, recipe((*levers[:step], named), months))
    return Scenario(snapshot, current, tuple(effects))


def recipe(levers: Sequence[Lever], months: int) -> str:
    """Return the levers as canonical JSON: the same levers give the same text."""
    body = [lever.model_dump(mode="json", exclude_none=True) for lever in levers]
    return json.dumps({"levers": body, "months": months}, sort_keys=True)


def resolve(snapshot: Snapshot, lever: Lever) -> Lever:
    """Return the lever with ids in place of the names people use.

    Raises:
        UnknownName: A name is not in the company's data; the nearest are offered.
    """
    if isinstance(lever, EventLever):
        snapshot.require("events", to="take an event out of the plan")
    kinds = ("product", "family", "region", "resource", "supplier", "event")
    named = {kind: getattr(lever, kind, None) for kind in kinds}
    found = {kind: snapshot.find(kind, name) for kind, name in named.items() if name}
    return lever.model_copy(update=found)


def _pull_one(snapshot: Snapshot, lever: Lever, months: int) -> tuple[Frames, Effect]:
    match lever:
        case DemandLever():
            return lever_effects.demand(snapshot, lever, _span(snapshot, lever, months))
        case CapacityLever():
            return lever_effects.capacity(snapshot, lever, _span(snapshot, lever, months))
        case ResourceOutLever():
            return lever_effects.resource_out(snapshot, lever, _span(snapshot, lever, months))
        case LeadTimeLever():
            return lever_effects.lead_time(snapshot, lever)
        case EventLever():
            return lever_effects.event_off(snapshot, lever, _span(snapshot, lever, months))
    assert_never(lever)


def _span(snapshot: Snapshot, lever: Lever, months: int) -> tuple[date, ...]:
    """Return the plan months that a lever reaches; months before the plan are left out."""
    whole = plan_months(snapshot, months)
    start, end = lever.start or whole[0], lever.end or whole[-1]
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

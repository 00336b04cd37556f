"""What a lever does, in words and facts."""

from datetime import date
from typing import assert_never

from planning_engine.lever_effects import Effect
from planning_engine.levers import (
    CapacityLever,
    DemandLever,
    EventLever,
    LeadTimeLever,
    ResourceOutLever,
)
from tools import wording
from tools.evidence import Fact
from tools.names import Names

_NOTHING = {
    "demand": "there is no demand to change",
    "hours": "its calendar has no days there",
    "days": "nothing is bought or on order there",
}


def lever_words(names: Names, effect: Effect, horizon: tuple[date, ...]) -> str:
    """Return what a lever does, as a sentence without its full stop."""
    if effect.is_empty:
        return f"{_subject(names, effect)} changes nothing, because {_NOTHING[effect.measure]}"
    lever, when = effect.lever, _when(effect, horizon)
    match lever:
        case DemandLever() | EventLever():
            unit = _unit(names, effect)
            change = wording.figure(abs(effect.change), unit)
            way = "rises" if effect.change >= 0 else "falls"
            by = f" ({_percent(effect)})" if effect.before else ""
            if isinstance(lever, EventLever):
                left = f"{_subject(names, effect)} is left out: demand {way} by {change}"
                return f"{left}{by}"
            return f"{_subject(names, effect)} {way} by {change}{by} {when}"
        case CapacityLever():
            more = "more" if effect.change >= 0 else "fewer"
            hours = wording.figure(round(abs(effect.change), 1), "hours")
            return f"{_subject(names, effect)} has {hours} {more} {when}"
        case ResourceOutLever():
            lost = wording.figure(round(effect.before, 1), "hours")
            return f"{_subject(names, effect)} does not run {when} and loses {lost}"
        case LeadTimeLever():
            way = "longer" if lever.days >= 0 else "less"
            days = wording.figure(abs(lever.days), "days")
            return f"{_subject(names, effect)} takes {days} {way}"
    assert_never(lever)


def lever_facts(names: Names, effect: Effect, horizon: tuple[date, ...]) -> list[Fact]:
    """Return what a lever changes: before, after, change and months."""
    lever, about = effect.lever, _about(effect)
    first, last = _span(effect, horizon)
    facts = [Fact("lever_start", first, None, about), Fact("lever_end", last, None, about)]
    if isinstance(lever, EventLever):
        kind, name = names.events.get(lever.event, ("event", lever.event))
        facts.append(Fact("event", name, None, about))
        facts.append(Fact("event_kind", kind, None, about))
    if effect.measure == "days":
        return [*facts, Fact("lead_time_change", effect.after, "days", about)]
    unit = _unit(names, effect) if effect.measure == "demand" else "hours"
    facts += [
        Fact(f"{effect.measure}_before", effect.before, unit, about),
        Fact(f"{effect.measure}_after", effect.after, unit, about),
        Fact(f"{effect.measure}_change", effect.change, unit, about),
    ]
    if effect.before:
        percent = 100 * effect.change / effect.before
        facts.append(Fact(f"{effect.measure}_change", percent, "%", about))
    return facts


def _subject(names: Names, effect: Effect) -> str:
    lever = effect.lever
    match lever:
        case DemandLever():
            what = names.product(lever.product) if lever.product else lever.family
            where = f" in region {lever.region}" if lever.region else ""
            return f"Demand{f' of {what}' if what else ''}{where}"
        case CapacityLever() | ResourceOutLever():
            return names.resource(lever.resource)
        case LeadTimeLever():
            what = names.product(lever.product) if lever.product else ""
            if lever.supplier:
                return f"Supplier {lever.supplier}{f' for {what}' if what else ''}"
            return f"Delivery of {what}"
        case EventLever():
            return f"The {names.event(lever.event)}"
    assert_never(lever)


def _about(effect: Effect) -> dict[str, str]:
    kinds = ("product", "family", "region", "resource", "supplier", "event")
    named = {kind: getattr(effect.lever, kind, None) for kind in kinds}
    return {kind: name for kind, name in named.items() if name}


def _span(effect: Effect, horizon: tuple[date, ...]) -> tuple[date, date]:
    first, last = effect.lever.start or horizon[0], effect.lever.end or horizon[-1]
    return max(first, horizon[0]), min(last, horizon[-1])


def _when(effect: Effect, horizon: tuple[date, ...]) -> str:
    return wording.period(*_span(effect, horizon))


def _percent(effect: Effect) -> str:
    return wording.figure(100 * abs(effect.change) / effect.before, "%")


def _unit(names: Names, effect: Effect) -> str:
    lever = effect.lever
    if isinstance(lever, DemandLever) and lever.product:
        return names.unit(lever.product)
    finished = {p for p, family in names.families.items() if family is not None}
    return names.unit_of_all(finished)

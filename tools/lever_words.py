"""What a lever does, in words."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from planning_engine.data.calendars import add_months
from planning_engine.lever_effects.effect import Effect
from tools import wording
from tools.lever_subjects import (
    closed_words,
    demand_unit,
    lever_span,
    money,
    subject,
    tied_words,
)
from tools.names import Names

_NOTHING = {
    "demand": "there is no demand to change",
    "hours": "its calendar has no days there",
    "overtime": "its calendar has no days there",
    "days": "nothing is bought or on order there",
    "price": "no price is known there",
    "cost": "no cost is known there",
    "yield": "no routing fits",
    "capacity": "nothing is bought from it there",
    "sources": "nothing else is bought there",
    "lanes": "no open lane fits",
    "orders": "nothing is on order there",
    "safety_stock": "no safety stock is known there",
    "service_level": "no product with demand fits",
    "fence": "the fence is the same",
}


def lever_words(names: Names, effect: Effect, horizon: tuple[date, ...]) -> str:
    """Return what a lever does, as a sentence without its full stop."""
    if effect.is_empty:
        return f"{subject(names, effect)} changes nothing, because {_NOTHING[effect.measure]}"
    when = wording.period(*lever_span(effect, horizon))
    said = _SAID[effect.lever.kind](names, effect, when)
    return f"{said}{_also(names, effect)}"


def _also(names: Names, effect: Effect) -> str:
    """Return what a lever does besides, as a clause: demand, safety stock, open orders."""
    also, lever = effect.also, effect.lever
    if also is None or also.is_empty:
        return ""
    if also.measure == "orders":
        single = also.touched == 1
        many = wording.figure(also.touched, "order" if single else "orders")
        if lever.kind == "supplier_out" and lever.end:
            after = wording.month(add_months(lever.end, 1))
            return f"; {many} {'waits' if single else 'wait'} until {after}"
        return f"; {many} that {'was open does' if single else 'were open do'} not come"
    unit = demand_unit(names, also)
    if also.measure == "safety_stock":
        before, after = (wording.figure(v, unit) for v in (also.before, also.after))
        return f"; the safety stock goes from {before} to {after}"
    whose = {"launch": "like", "discontinuation": "successor"}.get(lever.kind)
    named = names.product(getattr(lever, whose)) if whose else ""
    return f"; demand{f' of {named}' if named else ''} {_moves(names, also)}"


def _moves(names: Names, effect: Effect) -> str:
    way = "rises" if effect.change >= 0 else "falls"
    share = ""
    if effect.before:
        share = f" ({wording.figure(100 * abs(effect.change) / effect.before, '%')})"
    return f"{way} by {wording.figure(abs(effect.change), demand_unit(names, effect))}{share}"


def _demand(names: Names, effect: Effect, when: str) -> str:
    return f"{subject(names, effect)} {_moves(names, effect)} {when}"


def _event_off(names: Names, effect: Effect, when: str) -> str:
    return f"{subject(names, effect)} is left out: demand {_moves(names, effect)}"


def _event_change(names: Names, effect: Effect, when: str) -> str:
    lever: Any = effect.lever  # Any: the kind is known from the table below
    said = []
    if lever.uplift_percent is not None:
        said.append(f"has an uplift of {wording.figure(lever.uplift_percent, '%')}")
    if lever.shift_days is not None:
        days = wording.figure(abs(lever.shift_days), "days")
        said.append(f"is held {days} {'later' if lever.shift_days > 0 else 'earlier'}")
    return f"{subject(names, effect)} {wording.listed(said)}: demand {_moves(names, effect)}"


def _event_new(names: Names, effect: Effect, when: str) -> str:
    lever: Any = effect.lever
    days = f"from {wording.day(lever.starts_on)} to {wording.day(lever.ends_on)}"
    uplift = wording.figure(lever.uplift_percent, "%")
    return (
        f"{subject(names, effect)} {days} has an uplift of {uplift}: demand {_moves(names, effect)}"
    )


def _price(names: Names, effect: Effect, when: str) -> str:
    average = " on average" if effect.touched > 1 else ""
    before, after = (money(names, value) for value in (effect.before, effect.after))
    return f"{subject(names, effect)} goes from {before} to {after}{average}"


def _launch(names: Names, effect: Effect, when: str) -> str:
    lever: Any = effect.lever
    demand = wording.figure(effect.after, demand_unit(names, effect))
    return (
        f"{subject(names, effect)} is launched on {wording.day(lever.on)}: its demand is {demand}"
    )


def _discontinuation(names: Names, effect: Effect, when: str) -> str:
    lever: Any = effect.lever
    day = wording.day(lever.on)
    return f"{subject(names, effect)} is last sold on {day}: demand {_moves(names, effect)}"


def _hours(names: Names, effect: Effect, when: str) -> str:
    more = "more" if effect.change >= 0 else "fewer"
    hours = wording.figure(round(abs(effect.change), 1), "hours")
    return f"{subject(names, effect)} has {hours} {more} {when}"


def _resource_out(names: Names, effect: Effect, when: str) -> str:
    lost = wording.figure(round(effect.before, 1), "hours")
    return f"{subject(names, effect)} does not run {when} and loses {lost}"


def _overtime(names: Names, effect: Effect, when: str) -> str:
    before, after = (wording.figure(round(v, 1), "hours") for v in (effect.before, effect.after))
    return f"{subject(names, effect)} may have {after} of overtime {when}, {before} before"


def _calendar(names: Names, effect: Effect, when: str) -> str:
    lever: Any = effect.lever
    days = f"from {wording.day(lever.first_day)} to {wording.day(lever.last_day)}"
    if lever.first_day == lever.last_day:
        days = f"on {wording.day(lever.first_day)}"
    hours = wording.figure(round(abs(effect.change), 1), "hours")
    return (
        f"{subject(names, effect)} have {hours} {'more' if effect.change >= 0 else 'fewer'} {days}"
    )


def _yield(names: Names, effect: Effect, when: str) -> str:
    before, after = (wording.figure(value, "%") for value in (effect.before, effect.after))
    return f"{subject(names, effect)} goes from {before} to {after}"


def _lead_time(names: Names, effect: Effect, when: str) -> str:
    lever: Any = effect.lever
    way = "longer" if lever.days >= 0 else "less"
    return f"{subject(names, effect)} takes {wording.figure(abs(lever.days), 'days')} {way}"


def _supplier_out(names: Names, effect: Effect, when: str) -> str:
    return f"{subject(names, effect)} delivers nothing {when}"


def _supplier_capacity(names: Names, effect: Effect, when: str) -> str:
    after = wording.figure(effect.after, demand_unit(names, effect))
    after += " a month in all" if effect.touched > 1 else " a month"
    if not effect.before:
        return f"{subject(names, effect)} is {after}"
    before = wording.figure(effect.before, demand_unit(names, effect))
    return f"{subject(names, effect)} goes from {before} to {after}"


def _safety_stock(names: Names, effect: Effect, when: str) -> str:
    unit = demand_unit(names, effect)
    before, after = (wording.figure(value, unit) for value in (effect.before, effect.after))
    return f"{subject(names, effect)} goes from {before} to {after}"


def _service_level(names: Names, effect: Effect, when: str) -> str:
    return f"{subject(names, effect)} becomes {wording.figure(effect.after, '%')}"


def _fence(names: Names, effect: Effect, when: str) -> str:
    before, after = (wording.figure(value, "days") for value in (effect.before, effect.after))
    return f"{subject(names, effect)} goes from {before} to {after}"


_SAID: Mapping[str, Callable[[Names, Effect, str], str]] = {
    "demand": _demand,
    "event_off": _event_off,
    "event_change": _event_change,
    "event_new": _event_new,
    "price": _price,
    "launch": _launch,
    "discontinuation": _discontinuation,
    "unit_cost": _price,
    "capacity": _hours,
    "resource_out": _resource_out,
    "overtime": _overtime,
    "calendar": _calendar,
    "yield": _yield,
    "lead_time": _lead_time,
    "supplier_out": _supplier_out,
    "supplier_capacity": _supplier_capacity,
    "lane_closed": closed_words,
    "lane_cost": _price,
    "exclusive_source": tied_words,
    "safety_stock": _safety_stock,
    "service_level": _service_level,
    "fence": _fence,
}

"""Levers that cannot both hold: found before anything is computed."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import combinations

from planning_engine.errors import BadRequest
from planning_engine.levers import (
    CalendarLever,
    CapacityLever,
    DemandLever,
    DiscontinuationLever,
    EventChangeLever,
    EventLever,
    ExclusiveSourceLever,
    FenceLever,
    LaneClosedLever,
    LaneCostLever,
    LaunchLever,
    LeadTimeLever,
    Lever,
    OvertimeLever,
    PriceLever,
    ResourceOutLever,
    SafetyStockLever,
    ServiceLevelLever,
    SupplierCapacityLever,
    SupplierOutLever,
    UnitCostLever,
    YieldLever,
)
from planning_engine.levers.phrases import phrase, subject

Rule = Callable[[Lever, Lever], str | None]
_SETS = ("price", "cost", "hours", "quantity", "planning_days", "demand_days")
_SETTING = (PriceLever, UnitCostLever, LaneCostLever, SupplierCapacityLever, SafetyStockLever)
_ALWAYS_SETTING = (OvertimeLever, YieldLever, ServiceLevelLever, FenceLever)


def require_no_contradiction(levers: Sequence[Lever]) -> None:
    """Check that no two levers of a list contradict each other.

    Levers that add up (10 % more demand, then 5 % less) do not: they are pulled in order.

    Raises:
        BadRequest: Two do; the message names both and says why.
    """
    for (i, one), (j, two) in combinations(enumerate(levers, 1), 2):
        for rule in RULES:
            why = rule(one, two) or rule(two, one)
            if why:
                raise BadRequest(
                    f"Lever {i}, {phrase(one)}, and lever {j}, {phrase(two)}, contradict each "
                    f"other: {why}. Leave one of them out."
                )


def _out_of_hours(one: Lever, two: Lever) -> str | None:
    if not isinstance(one, ResourceOutLever) or not _overlap(one, two):
        return None
    is_hours = isinstance(two, CapacityLever | OvertimeLever | CalendarLever)
    same = is_hours and getattr(two, "resource", None) == one.resource
    return f"{one.resource} does not run then, so its hours cannot be changed" if same else None


def _out_of_supply(one: Lever, two: Lever) -> str | None:
    if not isinstance(one, SupplierOutLever) or not _overlap(one, two):
        return None
    if isinstance(two, SupplierCapacityLever | LeadTimeLever | UnitCostLever):
        if two.supplier == one.supplier and _meet(one.product, two.product):
            return f"{one.supplier} delivers nothing then"
    elif (
        isinstance(two, ExclusiveSourceLever)
        and two.source == one.supplier
        and _meet(one.product, two.product)
    ):
        return f"{one.supplier} delivers nothing, and nobody else may"
    return None


def _closed_lane(one: Lever, two: Lever) -> str | None:
    if not isinstance(one, LaneClosedLever):
        return None
    if isinstance(two, LaneCostLever) and one.start is None and one.end is None:
        names = ("from_site", "to_site", "product")
        if all(getattr(one, n) in (None, getattr(two, n)) for n in names):
            return "nothing moves on that lane, so its cost cannot matter"
    if isinstance(two, ExclusiveSourceLever) and _meet(one.product, two.product):
        leaves, reaches = one.from_site in (None, two.source), one.to_site in (None, two.target)
        if leaves and reaches:
            return f"the lane from {two.source} is closed, and no other source is allowed"
    return None


def _two_sources(one: Lever, two: Lever) -> str | None:
    if not (isinstance(one, ExclusiveSourceLever) and isinstance(two, ExclusiveSourceLever)):
        return None
    if not _meet(one.product, two.product):
        return None
    if "source" not in (one.binds, two.binds) and one.source != two.source:
        if _meet(one.target, two.target):
            return f"{one.target or two.target or 'every site'} cannot be tied to two sources"
    elif "target" not in (one.binds, two.binds) and one.source == two.source:
        return None if one.target == two.target else f"{one.source} cannot be tied to two targets"
    return None


def _life(one: Lever, two: Lever) -> str | None:
    if not isinstance(one, DiscontinuationLever):
        return None
    last = f"{one.product} is last sold on {one.on.day} {one.on:%B %Y}"
    if isinstance(two, LaunchLever) and two.product == one.product and two.on > one.on:
        return f"{last}, before it is launched"
    if isinstance(two, DemandLever) and two.product == one.product:
        return f"{last}, before that demand" if two.start and two.start > one.on else None
    return None


def _event(one: Lever, two: Lever) -> str | None:
    changes = isinstance(one, EventLever) and isinstance(two, EventChangeLever)
    same = getattr(one, "event", "") == getattr(two, "event", None)
    return "an event that is left out cannot be changed" if changes and same else None


def _set_twice(one: Lever, two: Lever) -> str | None:
    if subject(one) != subject(two) or one == two or not _overlap(one, two):
        return None
    if isinstance(one, _SETTING):
        both = [n for n in _SETS if getattr(one, n, None) is not None]
        both = [n for n in both if getattr(two, n, None) is not None]
        return "both set the same thing, to different values" if both else None
    if isinstance(one, FenceLever) and isinstance(two, FenceLever):
        pairs = (
            (one.planning_days, two.planning_days),
            (one.demand_days, two.demand_days),
        )
        differ = any(a is not None and b is not None and a != b for a, b in pairs)
        return "both set the same fence, to different days" if differ else None
    if isinstance(one, _ALWAYS_SETTING):
        return "both set the same thing, to different values"
    if isinstance(one, LaunchLever | DiscontinuationLever | EventChangeLever):
        return "both say when or how the same thing happens, differently"
    return None


def _two_safeties(one: Lever, two: Lever) -> str | None:
    if not (isinstance(one, SafetyStockLever) and isinstance(two, ServiceLevelLever)):
        return None
    same = all(getattr(one, n) == getattr(two, n) for n in ("product", "family", "site"))
    sets = one.quantity is not None and same
    return "a safety stock is either given or computed from a service level" if sets else None


RULES: tuple[Rule, ...] = (
    _out_of_hours,
    _out_of_supply,
    _closed_lane,
    _two_sources,
    _life,
    _event,
    _set_twice,
    _two_safeties,
)


def _meet(one: str | None, two: str | None) -> bool:
    """Tell whether two names can mean the same thing; None is everything."""
    return one is None or two is None or one == two


def _overlap(one: Lever, two: Lever) -> bool:
    (a, b), (c, d) = _span(one), _span(two)
    return a <= d and c <= b


def _span(lever: Lever) -> tuple[date, date]:
    first = getattr(lever, "start", None) or getattr(lever, "first_day", None) or date.min
    last = getattr(lever, "end", None) or getattr(lever, "last_day", None) or date.max
    # Months are named by their first day: a window ends with the last day of its last month.
    return first.replace(day=1), last

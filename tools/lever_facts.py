"""What a lever does, as facts."""

from datetime import date

from planning_engine.data.calendars import add_months
from planning_engine.lever_effects.effect import Effect
from tools.evidence import Fact
from tools.lever_subjects import about, demand_unit, lever_span
from tools.names import Names

_UNITS = {
    "hours": "hours",
    "overtime": "hours",
    "yield": "%",
    "service_level": "%",
    "fence": "days",
    "sources": "sources",
    "lanes": "lanes",
}
# Fields of a lever that its sentence says as they are.
_TOLD = {
    "uplift_percent": "%",
    "shift_days": "days",
    "percent": "%",
    "moves_percent": "%",
    "taken_percent": "%",
}
_DAYS = ("on", "first_day", "last_day", "starts_on", "ends_on")


def lever_facts(names: Names, effect: Effect, horizon: tuple[date, ...]) -> list[Fact]:
    """Return what a lever changes: before, after, change, months and what it names."""
    lever, of = effect.lever, about(effect)
    first, last = lever_span(effect, horizon)
    facts = [Fact("lever_start", first, None, of), Fact("lever_end", last, None, of)]
    if first == last:
        facts.append(Fact("lever_month", first, None, of))
    facts += [Fact(d, day, None, of) for d in _DAYS if (day := getattr(lever, d, None))]
    for field, unit in _TOLD.items():
        value = getattr(lever, field, None)
        if value is not None and lever.kind != "demand":
            facts.append(Fact(f"lever_{field}", abs(value), unit, of))
    facts += _named(names, effect)
    if effect.measure == "days":
        return [*facts, Fact("lead_time_change", effect.after, "days", of)]
    facts += _moved(names, effect, of)
    if effect.also and not effect.also.is_empty:
        facts += _besides(names, effect)
    return facts


def _moved(names: Names, effect: Effect, of: dict[str, str]) -> list[Fact]:
    measure, unit = effect.measure, _unit(names, effect)
    facts = [
        Fact(f"{measure}_before", effect.before, unit, of),
        Fact(f"{measure}_after", effect.after, unit, of),
        Fact(f"{measure}_change", effect.change, "pp" if unit == "%" else unit, of),
    ]
    if effect.before and unit != "%":
        percent = 100 * effect.change / effect.before
        facts.append(Fact(f"{measure}_change", percent, "%", of))
    if measure in ("lanes", "sources"):
        facts.append(Fact(f"{measure}_closed", effect.touched, unit, of))
    return facts


def _besides(names: Names, effect: Effect) -> list[Fact]:
    also, lever = effect.also, effect.lever
    if also is None:
        return []
    whose = {"launch": "like", "discontinuation": "successor"}.get(lever.kind)
    of = {"product": getattr(lever, whose)} if whose else about(effect)
    if also.measure == "orders":
        facts = [Fact("open_orders", also.touched, "orders", of)]
        if lever.kind == "supplier_out" and lever.end:
            facts.append(Fact("orders_wait_until", add_months(lever.end, 1), None, of))
        return facts
    return _moved(names, also, of)


def _named(names: Names, effect: Effect) -> list[Fact]:
    """Return names that the data may not have, and those of events."""
    lever, of = effect.lever, about(effect)
    if lever.kind in ("event_off", "event_change"):
        kind, name = names.events.get(lever.event, ("event", lever.event))
        return [Fact("event", name, None, of), Fact("event_kind", kind, None, of)]
    if lever.kind == "event_new":
        return [Fact("event", lever.name, None, of)]
    if lever.kind == "launch":
        return [Fact("product", lever.product, None, of)]
    if lever.kind == "exclusive_source":
        targets = [Fact("target", lever.target, None, of)] if lever.target else []
        return [Fact("source", lever.source, None, of), *targets]
    return []


def _unit(names: Names, effect: Effect) -> str:
    if effect.measure in ("price", "cost"):
        return names.currency
    return _UNITS.get(effect.measure) or demand_unit(names, effect)

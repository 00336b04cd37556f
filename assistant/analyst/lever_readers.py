"""Levers on demand, events, hours and lead times, read from a part of a what-if question."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from assistant.analyst.clause import LESS, MORE, Clause, Levers
from assistant.analyst.mentions import Mention
from assistant.analyst.quantities import Quantity, days
from assistant.analyst.vocabulary import Thing
from planning_engine.data.calendars import add_months

# A shift nobody gave hours for: 8 hours on 20 days a month; on Saturdays, 4 times 8.
SHIFT_HOURS, SATURDAY_HOURS, HOURS_A_DAY = 160.0, 32.0, 24.0

OUT = re.compile(
    r"\b(down|breaks? ?down|broke(n)?( down)?|breakdown|out of (order|action|service)|"
    r"outage|stops?|stopped|"
    r"stopping|fails?|failed|failure|stands? still|standstill|los(e|es|ing)|lost|"
    r"shuts?( down)?|shutdown|closed?|closes|"
    r"offline|unavailable|not (run|running|available)|idle|goes down|crash\w*|taken out|"
    r"does not run|"
    r"maintenance|overhaul|without|out)\b"
)
_LATE = re.compile(
    r"\b(late|later|delay\w*|slip\w*|longer|behind|overdue|postpon\w*|held up|"
    r"lead ?times?|slower)\b"
)
_EARLY = re.compile(r"\b(earlier|faster|shorter|sooner|quicker|early)\b")
OFF = re.compile(
    r"\b(without|cancel\w*|drop\w*|skip\w*|no|scrap\w*|call\w* off|remov\w*|not (run|do|"
    r"have|happen|take place)|"
    r"stop\w*|leave out|tak(e|ing) .{2,40} out|did not (run|have|do)|do not (run|do|have)|"
    r"didn't|don't|take out|taking out|give up|pull)\b"
)
EVENT = re.compile(r"\b(promo\w*|campaigns?|deals?|events?|launch\w*|action|activity)\b")
DEMAND = re.compile(
    r"\b(demand\w*|sales|sells?|selling|sold|orders?|ordering|volumes?|buys?|buying|"
    r"customers?|consumption|market|forecasts?)\b"
)
_CAPACITY = re.compile(
    r"\b(capacity|hours?|shifts?|availab\w*|overtime|speed|throughput|output|faster|efficien\w*)\b"
)


def event(clause: Clause) -> Levers:
    """Return the lever that leaves an event out."""
    if not OFF.search(clause.text) or not (EVENT.search(clause.text) or clause.things("event")):
        return Levers()
    named = clause.things("event")
    if not named and not re.search(
        r"\b(promo\w*|campaigns?|deals?|events?|launch\w*)\b", clause.text
    ):
        return Levers()
    events = [e for e in clause.vocabulary.events if not named or e.id in {t.id for t in named}]
    events = [e for e in events if e.ends_on >= clause.clock.as_of]
    dated = [e for e in events if clause.touches(e)] if clause.periods else events
    promotions = [e for e in dated if e.kind == "promotion"] if not named else dated
    chosen = promotions or dated
    if len(chosen) == 1:
        return Levers(({"kind": "event_off", "event": chosen[0].id},))
    if not chosen:
        known = events or [e for e in clause.vocabulary.events if e.ends_on >= clause.clock.as_of]
        if not known:
            return Levers(missing="no_event")
        chosen = known
    things = tuple(Thing("event", e.id, e.name, e.kind) for e in chosen)
    return Levers(missing="event", mention=Mention(0, 0, "", things))


def delay(clause: Clause) -> Levers:
    """Return the lever of a supplier or a bought product that comes later or sooner."""
    suppliers, products = clause.things("supplier"), clause.things("product")
    if products and re.search(r"\b(supplier|vendor)\b", clause.text):
        suppliers = suppliers or products
    spans = [q for q in clause.quantities if q.unit in ("days", "weeks", "months")]
    late, early = _LATE.search(clause.text), _EARLY.search(clause.text)
    takes_more = (
        spans and suppliers and re.search(r"\b(more|extra|additional|needs?|takes?)\b", clause.text)
    )
    if not (suppliers or products) or not (late or takes_more or (early and spans)):
        return Levers()
    if not spans:
        return Levers(missing="days")
    value = days(spans[0]) * (-1 if early and not (late and "lead" not in late[0]) else 1)
    value = int(value) if float(value).is_integer() else value
    target = suppliers or products
    kind = target[0].kind
    if len(target) > 1:
        return Levers(missing=kind, mention=clause.mention_of(kind))
    return Levers(({"kind": "lead_time", kind: target[0].id, "days": value, **clause.months()},))


def outage(clause: Clause) -> Levers:
    """Return the lever of a resource that stands still, for months or for days."""
    resources = clause.things("resource")
    lasting = any(q.unit in ("days", "weeks") for q in clause.quantities)
    if not resources or not (lasting or OUT.search(clause.text)):
        return Levers()
    if any(q.unit in ("hours", "percent") for q in clause.quantities):
        return Levers()
    if re.search(r"\bout\b", clause.text) and not re.search(
        r"\b(is|was|were|goes|be|taken) out\b|out (of|for|in)\b", clause.text
    ):
        return Levers()
    if len(resources) > 1 and len(clause.mentions_of("resource")) == 1:
        return Levers(missing="resource", mention=clause.mention_of("resource"))
    spans = [q for q in clause.quantities if q.unit in ("days", "weeks")]
    months = clause.months()
    if spans and days(spans[0]) < 28:
        month = months.get("start") or clause.clock.plan_start.isoformat()
        share = -round(100 * days(spans[0]) / _length(date.fromisoformat(month)), 1)
        when = {"start": month, "end": months.get("end", month)}
        return Levers(
            tuple(
                {"kind": "capacity", "resource": r.id, "percent": share, **when} for r in resources
            )
        )
    return Levers(tuple({"kind": "resource_out", "resource": r.id, **months} for r in resources))


def capacity(clause: Clause) -> Levers:
    """Return the lever that adds or takes hours."""
    resources = clause.things("resource") or (
        clause.things("resource", everywhere=True)
        if re.search(r"\b(it|that|there|the line|hours?|shifts?|overtime|capacity)\b", clause.text)
        else ()
    )
    hours = [q for q in clause.quantities if q.unit == "hours"]
    percent = [q for q in clause.quantities if q.unit == "percent"]
    shift = re.search(
        r"\bshifts?\b|\b(on|work|run|running|working) (on )?saturdays?\b|\bsaturday\b",
        clause.text,
    )
    about = bool(hours or shift or (percent and _CAPACITY.search(clause.text)))
    if not about and not (percent and resources and not DEMAND.search(clause.text)):
        return Levers()
    if not resources:
        return Levers(missing="resource")
    if len(resources) > 1 and len(clause.mentions_of("resource", everywhere=True)) == 1:
        return Levers(missing="resource", mention=clause.mention_of("resource", everywhere=True))
    saturdays = _saturdays(clause, hours)
    if saturdays:
        return Levers(tuple({**saturdays, "resource": r.id} for r in resources))
    change, note = _capacity_change(clause, hours, percent)
    levers = tuple(
        {"kind": "capacity", "resource": r.id, **change, **clause.months()} for r in resources
    )
    return Levers(levers, note=note)


def _saturdays(clause: Clause, hours: Sequence[Quantity]) -> dict[str, Any] | None:
    """Return the calendar lever of so many hours each Saturday; None if not said like that."""
    months = clause.months()
    if not hours or hours[0].value > HOURS_A_DAY or "end" not in months:
        return None
    if not re.search(r"\bsaturdays?\b", clause.text) or clause.sign() < 0:
        return None
    first = date.fromisoformat(months.get("start", months["end"]))
    last = add_months(date.fromisoformat(months["end"]), 1) - timedelta(days=1)
    return {
        "kind": "calendar",
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "hours": hours[0].value,
        "weekdays": ["saturday"],
    }


def _capacity_change(
    clause: Clause, hours: Sequence[Quantity], percent: Sequence[Quantity]
) -> tuple[dict[str, float], str]:
    sign = clause.sign()
    if hours:
        return {"hours": sign * hours[0].value}, ""
    if percent:
        return {"percent": sign * percent[0].value}, ""
    saturday = "saturday" in clause.text
    value = SATURDAY_HOURS if saturday else SHIFT_HOURS
    name = "A Saturday shift" if saturday else "A shift"
    note = f"{name} is taken as {value:.0f} hours a month; give the hours if yours differ."
    return {"hours": sign * value}, note


def demand(clause: Clause) -> Levers:
    """Return the lever that changes demand."""
    amounts = [q for q in clause.quantities if q.unit in ("percent", "units")]
    if not amounts:
        return Levers()
    if clause.things("channel") or clause.things("customer"):
        return Levers(missing="demand_by_customer")
    where: dict[str, Any] = {}
    for kind in ("product", "family", "region"):
        things = clause.things(kind) or clause.things(kind, everywhere=True)
        if len(things) > 1 and len(clause.mentions_of(kind, everywhere=True)) == 1:
            return Levers(missing=kind, mention=clause.mention_of(kind, everywhere=True))
        if things:
            where[kind] = things[0].id
    if "product" in where:
        where.pop("family", None)
    amount = amounts[0]
    key = "percent" if amount.unit == "percent" else "quantity"
    change = {key: clause.sign() * amount.value}
    if not (
        DEMAND.search(clause.text) or where or MORE.search(clause.text) or LESS.search(clause.text)
    ):
        return Levers()
    return Levers(({"kind": "demand", **where, **change, **clause.months()},))


def _length(month: date) -> int:
    return (add_months(month, 1) - month).days

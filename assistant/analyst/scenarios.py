"""What-if questions and comparisons: their levers, or what is asked back for."""

import re
from datetime import date
from typing import Any

from assistant.analyst.frame import Ask, Choice, Filled, Frame
from assistant.analyst.levers import read_levers
from assistant.analyst.meetings import cycles_named
from assistant.analyst.naming import MOST_CHOICES, shown, which_one
from assistant.analyst.periods import Period
from assistant.analyst.phrases import says
from assistant.analyst.requests import ACCEPTS
from assistant.analyst.signals import Signals
from assistant.analyst.unknown_names import Unknown
from assistant.analyst.vocabulary import Vocabulary

_ASKS = {
    "days": "By how many days?",
    "demand_by_customer": (
        "A demand change can be set for a product, a family or a region, not for a customer or a "
        "channel. For which of these shall I run it?"
    ),
    "no_event": "There is no promotion ahead in the data. What else shall I change?",
}
_ASK_LEVER = (
    "What shall I change? I can run: more or less demand (by product, family or region), more or "
    "fewer hours on a resource, a resource that is down, a supplier that is late, or a promotion "
    "left out. For example: 'What if demand rises 10 %?'"
)
_LEVER_WORDS = {"demand": "demand", "lead_time": "lead time", "event_off": "without",
                "resource_out": "out"}  # fmt: skip


def fill_whatif(
    signals: Signals, vocabulary: Vocabulary, unknown: tuple[Unknown, ...] = ()
) -> Filled:
    """Return a scenario with its levers, or the question back that completes one."""
    read = read_levers(signals, vocabulary)
    levers = [_naming(lever, unknown) for lever in read.levers]
    frame = Frame("whatif", slots={"levers": levers} if levers else {})
    frame = frame.with_slots(_text=signals.text, focus=_focus(signals.text))
    if read.mention:
        return Filled(frame, which_one(read.mention.text or "the promotion", read.mention.things))
    if read.missing or not read.levers:
        broken = "outage" in signals.cues and not signals.mentions
        missing = read.missing or ("resource" if broken else None)
        return Filled(frame, _missing_lever(missing, vocabulary))
    return Filled(frame, note=read.note)


def _naming(lever: dict[str, Any], unknown: tuple[Unknown, ...]) -> dict[str, Any]:
    """Put a name nobody knows into a lever on all demand, so that the tool says so."""
    kinds = ("product", "family", "region")
    if lever["kind"] != "demand" or not unknown or any(kind in lever for kind in kinds):
        return lever
    kind = unknown[0].kind if unknown[0].kind in kinds else "product"
    return {**lever, kind: unknown[0].text}


def _focus(text: str) -> str | None:
    subjects = ("cost", "inventory", "capacity")
    return next((subject for subject in subjects if says(f"focus_{subject}", text)), None)


def _missing_lever(missing: str | None, vocabulary: Vocabulary) -> Ask:
    if missing == "resource":
        things = vocabulary.of_kind("resource")[:MOST_CHOICES]
        choices = tuple(Choice(shown(t), names={"resource": (t.id,)}) for t in things)
        return Ask("On which resource?", choices)
    return Ask(_ASKS.get(missing or "", _ASK_LEVER), open_slot="_more")


def fill_compare(frame: Frame, signals: Signals, vocabulary: Vocabulary, ask: Ask | None) -> Filled:
    """Return a comparison: of scenarios if levers are said, else of published cycles."""
    levers = read_levers(signals, vocabulary, versus=True).levers
    if len(levers) > 1:
        scenarios = [{"name": _name(lever, vocabulary), "levers": [lever]} for lever in levers]
        return Filled(Frame("compare", slots={"scenarios": scenarios}))
    pair = _cycles(signals, vocabulary.cycles)
    if pair:
        frame = frame.with_slots(cycle=pair[0].isoformat(), previous=pair[1].isoformat())
    return Filled(Frame("compare", frame.names, (), frame.slots), ask)


def _cycles(signals: Signals, cycles: tuple[date, ...]) -> tuple[date, date] | None:
    """Return the cycle asked about and the one it is compared with."""
    said = [cycle for period in signals.periods for cycle in cycles_named(period, signals, cycles)]
    named = sorted(dict.fromkeys(said))
    if len(named) >= 2:
        return named[-1], named[0]
    if len(named) == 1:
        if named[0] != cycles[-1] and any(_is_base(signals.text, p) for p in signals.periods):
            return cycles[-1], named[0]
        before = [cycle for cycle in cycles if cycle < named[0]]
        return (named[0], before[-1]) if before else None
    return (cycles[-1], cycles[-2]) if len(cycles) >= 2 else None


def _is_base(text: str, period: Period) -> bool:
    """Tell whether a cycle is what the newest is compared with: "since August"."""
    before, said = text[: period.start].lower(), text[period.start : period.end].lower()
    return said.startswith(("since", "from")) or bool(
        re.search(r"\b(since|with|to|against|versus|from|than)( the)?( last)? $", before)
    )


def _name(lever: dict[str, Any], vocabulary: Vocabulary) -> str:
    units = (("percent", "%"), ("hours", "hours"), ("days", "days"), ("quantity", "a month"))
    change = next((f"{lever[key]:+g} {unit}" for key, unit in units if key in lever), "")
    kinds = [kind for kind in (*ACCEPTS["kpi"], "event") if kind in lever]
    named = vocabulary.label(kinds[0], lever[kinds[0]]) if kinds else "all demand"
    said = (_LEVER_WORDS.get(lever["kind"], ""), named, change)
    return " ".join(part for part in said if part)[:60]

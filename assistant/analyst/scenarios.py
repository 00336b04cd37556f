"""What-if questions and comparisons: their levers, or what is asked back for."""

from typing import Any

from assistant.analyst.frame import Ask, Choice, Filled, Frame
from assistant.analyst.levers import lever_name, read_levers
from assistant.analyst.meetings import cycles_compared
from assistant.analyst.naming import MOST_CHOICES, shown, which_one
from assistant.analyst.phrases import says
from assistant.analyst.signals import Signals
from assistant.analyst.unknown_names import Unknown
from assistant.analyst.vocabulary import Vocabulary

_ASKS = {
    "days": "By how many days?",
    "demand_by_customer": (
        "A demand change can be set for a product, a family or a region, not for a customer or a "
        "channel. For which of these shall I run it?"
    ),
    "last_day": "When shall it be sold for the last time? Name a month.",
    "first_day": "From when shall it be sold? Name a month.",
    "no_event": "There is no promotion ahead in the data. What else shall I change?",
}
_ASK_LEVER = (
    "What shall I change? I can run: more or less demand (by product, family or region), more or "
    "fewer hours on a resource, a resource that is down, a supplier that is late or out, a "
    "promotion left out, another price, cost, yield, safety stock or service level, a lane that is "
    "closed, or a product that ends. For example: 'What if demand rises 10 %?'"
)


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
        scenarios = [{"name": lever_name(lever, vocabulary), "levers": [lever]} for lever in levers]
        return Filled(Frame("compare", slots={"scenarios": scenarios}))
    pair = cycles_compared(signals, vocabulary.cycles)
    if pair:
        frame = frame.with_slots(cycle=pair[0].isoformat(), previous=pair[1].isoformat())
    return Filled(Frame("compare", frame.names, (), frame.slots), ask)

"""Questions back that offer readings: of a bare name, of an unclear question, of "how are we?"."""

from collections.abc import Mapping
from typing import Any

from assistant.analyst import sayings
from assistant.analyst.filling import fill
from assistant.analyst.frame import Ask, Choice, Frame, Reading
from assistant.analyst.intents import Ranking
from assistant.analyst.signals import Signals
from assistant.analyst.vocabulary import Vocabulary

_WANTED: Mapping[str, tuple[tuple[str, str | None], ...]] = {
    "resource": (("capacity", None), ("kpi", "utilisation"), ("notes", None)),
    "supplier": (("kpi", "supplier_lateness"), ("notes", None)),
    "customer": (("kpi", "revenue"), ("kpi", "otif"), ("forecast", None)),
    "site": (("inventory", None), ("kpi", "otif"), ("forecast", None)),
    "product": (
        ("forecast", None),
        ("inventory", None),
        ("kpi", "sales_quantity"),
        ("kpi", "accuracy"),
    ),
    "person": (("decisions", None), ("notes", None)),
    "event": (("describe", None), ("notes", None)),
    "family": (("forecast", None), ("kpi", "revenue"), ("kpi", "accuracy"), ("inventory", None)),
    "region": (("kpi", "revenue"), ("forecast", None), ("kpi", "otif")),
    "channel": (("kpi", "revenue"), ("forecast", None), ("kpi", "otif")),
}
_USUAL: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Revenue by family", "kpi", {"kpi": "revenue", "by": "family"}),
    ("Forecast accuracy by family", "kpi", {"kpi": "accuracy", "by": "family"}),
    ("OTIF", "kpi", {"kpi": "otif"}),
    ("Where the bottleneck is", "capacity", {}),
    ("Which products will stock out", "inventory", {"only": "at_risk"}),
)


def unsure(signals: Signals, ranking: Ranking, vocabulary: Vocabulary) -> Reading:
    """Ask back with the likeliest readings."""
    options = [name for name, _ in ranking.scores if name in sayings.READINGS][:3]
    choices = []
    for name in options:
        frame = fill(name, signals, vocabulary).frame
        choices.append(
            Choice(
                sayings.reading(name, frame, vocabulary),
                frame.names,
                frame.slots,
                name,
                frame.spans,
            )
        )
    ask = Ask(sayings.NOT_SURE, tuple(choices))
    return Reading(
        status="asked_back", say=ask.sentence(), frame=Frame(""), ask=ask, intent="unsure",
        confidence=ranking.scores[0][1],
    )  # fmt: skip


def bare(signals: Signals, vocabulary: Vocabulary) -> Reading:
    """Ask what is wanted of a name that stands alone."""
    kinds = signals.mentions[0].kinds
    options = next((names for kind, names in _WANTED.items() if kind in kinds), _WANTED["family"])
    choices = []
    for intent, kpi in options:
        frame = fill(intent, signals, vocabulary).frame
        frame = frame.with_slots(kpi=kpi) if kpi else frame
        said = sayings.reading(intent, frame, vocabulary)
        frame = frame.with_slots(_ask=signals.text)
        choices.append(
            Choice(said[0].upper() + said[1:], frame.names, frame.slots, intent, frame.spans)
        )
    ask = Ask(sayings.what_of(signals.mentions[0]), tuple(choices))
    return Reading(status="asked_back", say=ask.sentence(), frame=Frame(""), ask=ask, intent="bare")


def vague() -> Reading:
    """Offer the usual figures to "how are we doing?"."""
    choices = tuple(Choice(text, slots=slots, intent=intent) for text, intent, slots in _USUAL)
    ask = Ask(sayings.WHICH_FIGURE, choices)
    return Reading(
        status="asked_back", say=ask.sentence(), frame=Frame(""), ask=ask, intent="vague"
    )

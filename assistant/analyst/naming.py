"""Names in their slots: what a mention stands for, given what is asked."""

import re

from assistant.analyst.frame import Ask, Choice, Frame
from assistant.analyst.mentions import Mention
from assistant.analyst.phrases import says
from assistant.analyst.requests import ACCEPTS
from assistant.analyst.signals import Signals
from assistant.analyst.slots import is_noun
from assistant.analyst.text import stem, words
from assistant.analyst.unknown_names import Unknown
from assistant.analyst.vocabulary import Thing, Vocabulary, label_words

_PREFERENCE = ("family", "product", "resource", "site", "region", "channel", "customer",
               "supplier", "event", "person")  # fmt: skip
MOST_CHOICES = 8
_KEPT_BY = {
    "capacity": "Capacity is kept by resource and site",
    "inventory": "Stock is kept by product and site",
    "plan": "The supply plan is made for products and families",
    "forecast": "Demand is forecast by product, family, site, region, channel and customer",
}


def with_things(frame: Frame, signals: Signals, vocabulary: Vocabulary) -> tuple[Frame, Ask | None]:
    """Put names into slots; a name that fits several things becomes a question back."""
    ask: Ask | None = None
    for mention in signals.mentions:
        if is_noun(signals, mention):
            continue
        things = fitting(mention, frame.intent, signals) or site_of(mention, frame, vocabulary)
        if len(things) > 1:
            ask = ask or which_one(mention.text, things)
        if len(things) == 1:
            kind = things[0].kind
            ids = dict.fromkeys((*frame.names.get(kind, ()), things[0].id))
            frame = frame.with_names(kind, *ids)
    return frame, ask or _not_by(frame, signals, vocabulary)


def with_unknown(frame: Frame, unknown: tuple[Unknown, ...]) -> Frame:
    """Put names nobody knows where they would stand, so that the tool says so."""
    for entry in unknown:
        kind = _unknown_kind(frame.intent, entry)
        if kind and not frame.names.get(kind):
            frame = frame.with_names(kind, entry.text)
    return frame


def _unknown_kind(intent: str, unknown: Unknown) -> str | None:
    accepted = ACCEPTS[intent]
    if unknown.kind:
        return unknown.kind if unknown.kind in accepted else None
    if intent == "capacity":
        return "resource"
    if unknown.preposition in ("in", "at", "from"):
        return next((kind for kind in ("region", "site") if kind in accepted), None)
    return "product" if "product" in accepted else None


def fitting(mention: Mention, intent: str, signals: Signals) -> tuple[Thing, ...]:
    """Return the things of a mention that a question of that intent can be about."""
    accepted = ACCEPTS[intent]
    things = tuple(thing for thing in mention.things if thing.kind in accepted)
    if intent in ("forecast", "capacity", "plan"):
        finished = tuple(t for t in things if t.kind != "product" or t.note in ("finished", ""))
        things = finished or things
    if intent == "capacity" and len(things) > 1:
        crews = says("crews", signals.text)
        things = tuple(t for t in things if (t.note == "labour") == crews) or things
    if len({thing.kind for thing in things}) > 1 and mention.whole:
        best = min(_PREFERENCE.index(thing.kind) for thing in things)
        things = tuple(t for t in things if _PREFERENCE.index(t.kind) == best)
    if "supplier" in accepted and is_their_supplier(mention, signals):
        return tuple(t for t in mention.things if t.kind == "product") or things
    return things


def is_their_supplier(mention: Mention, signals: Signals) -> bool:
    """Tell whether the words are "the cap supplier"."""
    return bool(re.match(r" (supplier|vendor)", signals.text[mention.end :].lower()))


def site_of(mention: Mention, frame: Frame, vocabulary: Vocabulary) -> tuple[Thing, ...]:
    """Return the one site that bears a region's name: "in the West" is the West DC, for stock."""
    if "region" not in mention.kinds or "site" not in ACCEPTS[frame.intent]:
        return ()
    region = stem(words(mention.of_kind("region")[0].id)[0])
    named = [t for t in vocabulary.of_kind("site") if region in label_words(t)]
    return tuple(named) if len(named) == 1 else ()


def which_one(said: str, things: tuple[Thing, ...]) -> Ask:
    """Return the question back for a name that fits several things."""
    kinds = {thing.kind for thing in things}
    noun = kinds.pop() if len(kinds) == 1 else "one"
    choices = [
        Choice(shown(thing, with_kind=noun == "one"), names={thing.kind: (thing.id,)})
        for thing in things[:MOST_CHOICES]
    ]
    if noun != "one" and 1 < len(things) <= 4:
        every = tuple(thing.id for thing in things)
        choices.append(Choice("All of them", names={noun: every}))
    more = f" ({len(things)} fit; these are the first)" if len(things) > MOST_CHOICES else ""
    return Ask(f"Which {noun} do you mean by '{said}'?{more}", tuple(choices))


def shown(thing: Thing, *, with_kind: bool = False) -> str:
    """Return a thing as a choice shows it: name and id, its kind if kinds differ."""
    label = thing.label if thing.label == thing.id else f"{thing.label} ({thing.id})"
    return f"{thing.kind} {label}" if with_kind else label


def _not_by(frame: Frame, signals: Signals, vocabulary: Vocabulary) -> Ask | None:
    """Return what to say when a name is given that the tool cannot narrow by."""
    accepted = ACCEPTS[frame.intent]
    left = [
        mention
        for mention in signals.mentions
        if not any(kind in accepted for kind in mention.kinds)
        and not site_of(mention, frame, vocabulary)
        and not is_their_supplier(mention, signals)
        and mention.kinds[0] not in ("event", "person")
    ]
    # A line's name in a question on the plan says where to look, not what to leave out.
    left = [m for m in left if frame.intent != "plan" or "resource" not in m.kinds]
    if not left or frame.intent not in _KEPT_BY:
        return None
    kind, label = left[0].kinds[0], left[0].things[0].label
    said = f"{_KEPT_BY[frame.intent]}, not by {kind}. Shall I leave out {label}?"
    return Ask(said, (Choice("Yes, leave it out"),))


def sure_names(signals: Signals) -> dict[str, tuple[str, ...]]:
    """Return the names that fit one thing only, to be carried to the next question."""
    found: dict[str, tuple[str, ...]] = {}
    for mention in signals.mentions:
        if len(mention.things) == 1 and mention.things[0].kind not in ("person", "event"):
            thing = mention.things[0]
            found[thing.kind] = (*found.get(thing.kind, ()), thing.id)
    return found

"""Slots of the questions to the demand tools: layers, events, overrides, levels."""

import re
from collections.abc import Mapping
from typing import Any

from assistant.analyst.signals import Signals
from assistant.analyst.vocabulary import Vocabulary

Slots = Mapping[str, Any]  # Any: JSON values of tool arguments


def demand(signals: Signals, vocabulary: Vocabulary) -> Slots:
    """Return which layers of the demand are switched off."""
    text = signals.text.lower()
    found: dict[str, Any] = {}
    without = r"\b(without|excluding|w/?o|no|minus|ignoring|not counting)( the| any| all)?"
    events = ids_of(signals, "event")
    if events:
        found["without_events"] = list(events)
    elif re.search(rf"{without} (promo\w*|events?|campaigns?)\b", text):
        found["events"] = False
    if re.search(
        rf"{without} (manual |human )?(overrides?|adjustments?)|\bstatistical only\b", text
    ):
        found["overrides"] = False
    if re.search(rf"{without} (history )?cleansing|\b(raw|uncleansed) history\b", text):
        found["cleansing"] = False
    return found


def uplift(signals: Signals, vocabulary: Vocabulary) -> Slots:
    """Return which events are asked about."""
    text = signals.text.lower()
    found: dict[str, Any] = {}
    events = ids_of(signals, "event")
    if len(events) == 1:
        found["event"] = events[0]
    elif re.search(r"\b(planned|upcoming|coming|future|next)\b", text):
        found["when"] = "to_come"
    elif re.search(r"\b(past|last|previous|earlier|so far)\b", text):
        found["when"] = "past"
    return found


_REVIEWED: tuple[tuple[str, str], ...] = (
    ("reason", r"\breasons?( codes?)?\b"),
    ("step", r"\bsteps?\b|\bnaive\b|\bprocess\b"),
    (
        "override",
        r"\b(list|ledger|what was|who overr\w+ what|which overrides|single|each|this cycle|latest "
        r"cycle|current cycle|overridden|overrode what|expired?|no longer valid)\b",
    ),
)


def overrides(signals: Signals, vocabulary: Vocabulary) -> Slots:
    """Return what the overrides are listed by, and whose."""
    text = signals.text.lower()
    found: dict[str, Any] = {}
    rows = next((rows for rows, pattern in _REVIEWED if re.search(pattern, text)), None)
    if rows:
        found["by"] = rows
    persons = ids_of(signals, "person")
    if len(persons) == 1:
        found["person"] = persons[0]
    stream = next((name for name in ("sales", "marketing", "finance") if name in text), None)
    streams = sum(name in text for name in ("sales", "marketing", "finance"))
    if stream and streams == 1:
        found["stream"] = stream
    lag = re.search(r"\blag[ -]?(\d{1,2})\b|\b(\d{1,2})[ -]months?[ -]ahead\b", text)
    if lag:
        found["lag"] = int(lag[1] or lag[2])
    return found


def ids_of(signals: Signals, kind: str) -> tuple[str, ...]:
    """Return the ids of the things of a kind that are named, each name that fits one only."""
    return tuple(
        dict.fromkeys(
            mention.of_kind(kind)[0].id
            for mention in signals.mentions
            if len(mention.of_kind(kind)) == 1
        )
    )


_LEVELS = (
    ("family", r"\bfamil(y|ies)\b"),
    ("site", r"\b(sites?|warehouses?|dcs?|depots?|plants?|locations?)\b"),
    ("channel", r"\bchannels?\b"),
)


def levels(signals: Signals, vocabulary: Vocabulary) -> Slots:
    """Return the levels that a reconciled forecast is told apart by."""
    text = signals.text.lower()
    found = [name for name, pattern in _LEVELS if re.search(pattern, text)]
    return {"level": found} if found else {}


_REASON = re.compile(
    r"\b(?:because of|because|due to|reason(?: is|:)?|as|since|for (?:the|a|an))"
    r"\s+(.{3,80}?)[.?!]*$"
    r"|[,;]\s*([^,;\d%]{4,80}?)[.?!]*$"
    r"|\d ?(?:%|percent|units|cases)\s*[,:]?\s*([a-z][^\d%]{3,60})$"
)


def override(signals: Signals, vocabulary: Vocabulary) -> Slots:
    """Return what an override changes, from when to when, and why."""
    text = signals.text.lower()
    found: dict[str, Any] = {}
    amount = next((q for q in signals.quantities if q.unit in ("percent", "units")), None)
    lowers = re.search(r"\b(lower|reduc\w*|minus|less|down|cut|drop)\b|(?<![\w])-\s?\d", text)
    if amount:
        name = "percent" if amount.unit == "percent" else "quantity"
        found[name] = -amount.value if lowers else amount.value
    for period in signals.periods[:1]:
        first, last = period.placed("future", vocabulary.clock)
        if first:
            found["start"] = first.isoformat()
        if last and last != first:
            found["end"] = last.isoformat()
    reason = _REASON.search(text)
    told = next((group for group in reason.groups() if group), "") if reason else ""
    if told.strip():
        found["reason"] = told.strip(" .,;:")
    return found

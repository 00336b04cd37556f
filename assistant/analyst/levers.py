"""What-if questions as typed levers."""

import re
from itertools import pairwise
from typing import Any

from assistant.analyst import lever_readers, supply_levers
from assistant.analyst.clause import Clause, Levers
from assistant.analyst.frame import KINDS
from assistant.analyst.lever_readers import DEMAND, EVENT, OFF, OUT
from assistant.analyst.signals import Signals
from assistant.analyst.vocabulary import Vocabulary

_SPLIT = re.compile(
    (
        r"(?:,|;|&|\band\b|\bbut\b|\bwhile\b|\bplus\b|\btogether with\b|\bas well as\b|"
        r"\bcombined with\b)\s"
    ),
    re.I,
)

_VERSUS = re.compile(
    rf"{_SPLIT.pattern}|\b(?:or|with|versus|against|to|than|compared with|next to|alongside)\s",
    re.I,
)


_LEVER_WORDS = {"demand": "demand", "lead_time": "lead time", "event_off": "without",
                "resource_out": "out",
                "supplier_out": "without", "overtime": "overtime", "price": "price",
                "yield": "yield", "safety_stock": "safety stock", "unit_cost": "cost"}  # fmt: skip
_READERS = (
    lever_readers.event,
    *supply_levers.READERS,
    lever_readers.delay,
    lever_readers.outage,
    lever_readers.capacity,
    lever_readers.demand,
)


def read_levers(signals: Signals, vocabulary: Vocabulary, *, versus: bool = False) -> Levers:
    """Return the levers of a what-if question, in the order they are said.

    Args:
        signals: The question.
        vocabulary: The company's words.
        versus: Whether alternatives are compared: "… or …", "… against …" begin a new lever.
    """
    clauses = _clauses(signals, _VERSUS if versus else _SPLIT)
    found: list[dict[str, Any]] = []
    note, missing, unclear = "", None, None
    for clause in clauses:
        one = _read(Clause(clause, signals, vocabulary))
        found += one.levers
        note = note or one.note
        missing = missing or one.missing
        unclear = unclear or one.mention
    return Levers(tuple(found), None if found and not unclear else missing, note, unclear)


def _clauses(signals: Signals, split: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return the parts of the question that each pull a lever of their own."""
    spans = signals.spans()
    found = (m.end() for m in split.finditer(signals.text))
    inner = [cut for cut in found if not any(start < cut < end for start, end in spans)]
    cuts = [0, *inner, len(signals.text)]
    parts = [(a, b) for a, b in pairwise(cuts) if b > a]
    merged: list[tuple[int, int]] = []
    for start, end in parts:
        if (merged and not _moves_something(signals, start, end)) or (
            merged and not _moves_something(signals, *merged[-1])
        ):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _moves_something(signals: Signals, start: int, end: int) -> bool:
    text = signals.text[start:end].lower()
    measured = any(
        start <= q.start < end and (q.unit != "units" or DEMAND.search(text))
        for q in signals.quantities
    )
    named = any(start <= m.start < end for m in signals.mentions)
    events = any(start <= m.start < end and "event" in m.kinds for m in signals.mentions)
    off = bool(OFF.search(text) and (events or EVENT.search(text)))
    shift = bool(re.search(r"\bshifts?\b|\bon saturdays?\b", text))
    return (
        (measured and not re.fullmatch(r"\W*", text))
        or off
        or shift
        or bool(named and OUT.search(text))
    )


def _read(clause: Clause) -> Levers:
    """Return the lever of one part, or what it lacks."""
    for reader in _READERS:
        found = reader(clause)
        if found.levers or found.missing or found.mention:
            return found
    return Levers()


def lever_name(lever: dict[str, Any], vocabulary: Vocabulary) -> str:
    """Return a lever in a few words, as the name of a scenario."""
    units = (("percent", "%"), ("hours", "hours"), ("days", "days"), ("quantity", "a month"))
    change = next((f"{lever[key]:+g} {unit}" for key, unit in units if key in lever), "")
    kinds = [kind for kind in (*KINDS, "event") if kind in lever]
    named = vocabulary.label(kinds[0], lever[kinds[0]]) if kinds else "all demand"
    said = (_LEVER_WORDS.get(lever["kind"], ""), named, change)
    return " ".join(part for part in said if part)[:60]

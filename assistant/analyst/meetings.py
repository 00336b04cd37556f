"""The S&OP meetings and cycles as people name them."""

import re
from datetime import date

from assistant.analyst.periods import Period
from assistant.analyst.phrases import says
from assistant.analyst.signals import Signals
from assistant.analyst.vocabulary import Vocabulary

_ROUND = r"(?:meeting|review|session|round|committee)s?"
MEETINGS = (
    ("pre-S&OP", r"\bpre[ -]?s ?(?:&|and|n)? ?op\b|\bpre[ -]?meeting\b|\bpre[ -]?exec\w*"),
    (
        "executive",
        rf"\bexec(?:utive)?s?(?: s&op)?(?: {_ROUND})\b|\bexec(?:utive)?s? s&op\b|"
        rf"\bboard {_ROUND}\b|\bmanagement {_ROUND}\b|"
        r"(?<!across )\b(?:the|our) (?:board|executives?|execs?)(?: team)?\b|"
        r"\bexec(?:utive)? team\b|"
        r"\bexec(?:utive)?s? minutes\b|\bexecutives\b",
    ),
    ("demand", rf"\bdemand(?: planning)? {_ROUND}\b"),
    ("supply", rf"\bsupply(?: planning)? {_ROUND}\b"),
    ("product", rf"\b(?:product|portfolio|innovation) {_ROUND}\b"),
)


def read_meeting(text: str) -> str | None:
    """Return the meeting that a text names."""
    return next((name for name, said in MEETINGS if re.search(said, text.lower())), None)


def without_meeting(text: str) -> str:
    """Return a text without the words that name a meeting or a cycle."""
    lead = r"(?i)\b(?:in|at|during|from|of|by) (?:the |our )?(?:last |latest |this )?"
    for _, said in MEETINGS:
        text = re.sub(rf"{lead}(?:{said})(?: {_ROUND})?", " ", text)
        text = re.sub(rf"(?i)(?:{said})", " ", text) if "meeting" not in said else text
    return re.sub(rf"{lead}(?:cycle|{_ROUND})\b", " ", text)


def read_cycle(signals: Signals, vocabulary: Vocabulary) -> date | None:
    """Return the S&OP cycle that a text names: "the October meeting", "last cycle"."""
    cycles = vocabulary.cycles
    if cycles and says("latest_cycle", signals.text):
        return cycles[-1]
    if len(cycles) > 1 and says("previous_cycle", signals.text):
        return cycles[-2]
    if not says("of_a_meeting", signals.text):
        return None
    for period in signals.periods:
        named = cycles_named(period, signals, cycles)
        if named:
            return named[0]
        first, last = period.placed("past", vocabulary.clock)
        if first and first == last:
            return first
    return None


def cycles_named(period: Period, signals: Signals, cycles: tuple[date, ...]) -> list[date]:
    """Return the latest cycles of the months that a period begins and ends with."""
    said = signals.text[period.start : period.end].lower()
    if re.search(r"\b(last|previous|this) (cycle|month)\b", said):
        return []
    if period.span and period.span[0] in cycles:
        return [month for month in period.span if month in cycles]
    start = period.span[0] if period.span else None
    numbers = period.months or ((start.month,) if start else ())
    latest = (next((c for c in reversed(cycles) if c.month == n), None) for n in numbers)
    return [cycle for cycle in latest if cycle]


def cycles_compared(signals: Signals, cycles: tuple[date, ...]) -> tuple[date, date] | None:
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

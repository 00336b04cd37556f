"""The S&OP meetings and cycles as people name them."""

import re
from datetime import date

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
        r"\b(?:the|our) (?:board|executives?|execs?)(?: team)?\b|\bexec(?:utive)? team\b|"
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
    for period in signals.periods:
        first, last = period.placed("past", vocabulary.clock)
        if first and first == last and says("of_a_meeting", signals.text):
            return first
    return None

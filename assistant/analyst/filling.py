"""From what a question shows and its intent to a frame with its slots filled."""

from assistant.analyst.data_topics import fill_describe
from assistant.analyst.figures import FILLERS, spans_of
from assistant.analyst.frame import Filled, Frame
from assistant.analyst.naming import with_things, with_unknown
from assistant.analyst.planning_rules import PLANNING
from assistant.analyst.planning_slots import fill_planning
from assistant.analyst.records import fill_decisions, fill_draft, fill_minutes, fill_notes
from assistant.analyst.requests import ACCEPTS
from assistant.analyst.scenarios import fill_compare, fill_whatif
from assistant.analyst.signals import Signals
from assistant.analyst.unknown_names import Unknown
from assistant.analyst.vocabulary import Vocabulary

_READERS = {
    "notes": fill_notes,
    "decisions": fill_decisions,
    "draft_minutes": fill_minutes,
    "draft_decision": fill_draft,
    "describe": fill_describe,
}


def fill(
    intent: str, signals: Signals, vocabulary: Vocabulary, unknown: tuple[Unknown, ...] = ()
) -> Filled:
    """Return the frame of a question whose intent is known."""
    if intent == "whatif":
        return fill_whatif(signals, vocabulary, unknown)
    if intent not in ACCEPTS:
        return _READERS[intent](signals, vocabulary)
    frame = Frame(intent, spans=spans_of(intent, signals, vocabulary))
    frame, ask = with_things(frame, signals, vocabulary)
    frame = with_unknown(frame, unknown)
    if intent == "compare":
        return fill_compare(frame, signals, vocabulary, ask)
    if intent in PLANNING:
        return fill_planning(frame, signals, vocabulary, ask)
    return FILLERS[intent](frame, signals, ask)

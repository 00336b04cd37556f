"""Questions on notes, decisions and minutes: what they are about, whose, of which meeting."""

import re
from datetime import date, timedelta
from typing import Any

from assistant.analyst.frame import Ask, Filled, Frame
from assistant.analyst.meetings import read_cycle, read_meeting, without_meeting
from assistant.analyst.naming import is_their_supplier, sure_names
from assistant.analyst.phrases import found, says
from assistant.analyst.quantities import read_day
from assistant.analyst.signals import Signals
from assistant.analyst.spelling import known_words
from assistant.analyst.text import words
from assistant.analyst.vocabulary import Vocabulary

_STATES = ("overdue", "open_yet", "failed", "draft", "open", "carried_out")
_EMPTY = frozenset(("", "time", "track", "hold", "it", "me", "us", "approval", "them", "that"))


def _month_end(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _bounds(signals: Signals, vocabulary: Vocabulary) -> dict[str, str]:
    """Return since and until of a period said without a meeting: "since July"."""
    for period in signals.periods:
        if period.leans == "future":
            continue
        first, last = period.placed("past", vocabulary.clock)
        bounds = {"since": first.isoformat()} if first else {}
        return bounds | ({"until": _month_end(last).isoformat()} if last else {})
    return {}


def _without_periods(signals: Signals) -> str:
    text = signals.text
    for period in sorted(signals.periods, key=lambda p: p.start, reverse=True):
        before = re.sub(
            r"\b(in|of|since|during|from|for|until|by)( the)?\s*$", "", text[: period.start]
        )
        text = before + text[period.end :]
    return without_meeting(text)


def fill_notes(signals: Signals, vocabulary: Vocabulary) -> Filled:
    """Return a search for what was said: the words it is about, meeting and cycle."""
    topic = _topic(signals, vocabulary)
    slots: dict[str, Any] = {"query": (topic if len(topic) >= 4 else signals.said.strip())[:400]}
    meeting, cycle = read_meeting(signals.text), read_cycle(signals, vocabulary)
    if meeting:
        slots["meeting"] = meeting
    if cycle:
        slots["cycle"] = cycle.isoformat()
    elif any(period.leans == "past" for period in signals.periods):
        slots |= _bounds(signals, vocabulary)
    if says("wants_old_notes", signals.text):
        slots["include_superseded"] = True
    return Filled(Frame("notes", sure_names(signals), slots=slots))


def _topic(signals: Signals, vocabulary: Vocabulary) -> str:
    """Return the words a question about notes is about, without the words of asking."""
    text = _without_periods(signals)
    asking = found("asking_notes", text.strip())
    while asking and asking.start() == 0 and asking.end() > 0:
        text = text.strip()[asking.end() :]
        asking = found("asking_notes", text.strip())
    text = re.sub(r"\s+", " ", re.sub(r"[?!.,;:]+(\s|$)", " ", text)).strip()
    suppliers = [
        vocabulary.label("supplier", supplier)
        for mention in signals.mentions
        if is_their_supplier(mention, signals)
        for thing in mention.of_kind("product")
        for supplier in vocabulary.supplied.get(thing.id, ())[:1]
    ]
    return " ".join([text, *suppliers])


def fill_decisions(signals: Signals, vocabulary: Vocabulary) -> Filled:
    """Return a search of the decision log: about what, whose, in which state and cycle."""
    text = signals.text
    owner = next((m.things[0].id for m in signals.mentions if m.kinds[0] == "person"), None)
    about = _about(signals)
    slots: dict[str, Any] = {"about": about[:200]} if about else {}
    if owner and not says("talks", text):
        slots["owner"] = owner
    state = next((name for name in _STATES if says(f"state_{name}", text)), None)
    if state and not (about and says("asks_if_done", text)):
        slots["state"] = state.removesuffix("_yet")
    cycle = read_cycle(signals, vocabulary)
    if cycle:
        slots["cycle"] = cycle.isoformat()
    elif state not in ("overdue", "open"):
        slots |= _bounds(signals, vocabulary)
    if says("wants_old_decisions", text):
        slots["include_superseded"] = True
    return Filled(Frame("decisions", sure_names(signals), slots=slots))


_ABOUT = re.compile(
    r"\b(?:about|on|regarding|concerning|for|around|with|related to|to do with) "
    r"(?:the |our |a )?(.+?)\s*"
    r"(?:\b(?:carried out|executed|implemented|done|completed|followed up|yet|in time)\b.*)?"
    r"[?!.]*$",
    re.I,
)


def _about(signals: Signals) -> str:
    """Return what the decisions are about: the words after "about", or the names said."""
    text = _without_periods(signals)
    text = re.sub(r"(?i)\b(in|from|of) (the |our )?(decision )?log\b.*", "", text)
    match = _ABOUT.search(text.strip())
    persons = {m.text.lower() for m in signals.mentions if m.kinds[0] == "person"}
    named = [m for m in signals.mentions if m.kinds[0] != "person"]
    said = match[1].strip(" ?.!") if match else ""
    if said.lower().removesuffix(" list") in _EMPTY | persons:
        said = ""
    said = said or _telling(text, persons, bool(named))
    if named and len(named[0].things) == 1 and said.lower() == named[0].text.lower():
        return named[0].things[0].label
    return said


def _telling(text: str, persons: set[str], is_named: bool) -> str:
    """Return the words that tell one decision from another; empty if none does."""
    kept = [
        word
        for word in re.findall(r"[\w\-&.]+", text)
        if not says("deciding_words", word) and word.lower().strip(".") not in persons
    ]
    telling = is_named or any(part not in known_words() for word in kept for part in words(word))
    return " ".join(kept).strip(" .-") if telling else ""


def fill_minutes(signals: Signals, vocabulary: Vocabulary) -> Filled:
    """Return a draft of minutes: which meeting of which cycle."""
    meeting, cycle = read_meeting(signals.text), read_cycle(signals, vocabulary)
    slots: dict[str, Any] = {"meeting": meeting} if meeting else {}
    if cycle is None and signals.periods:
        cycle = signals.periods[0].placed("past", vocabulary.clock)[0]
    if cycle and not re.search(r"\b(last|latest)\b", signals.text.lower()):
        slots["cycle"] = cycle.isoformat()
    return Filled(Frame("draft_minutes", slots=slots))


_AFTER_COLON = re.compile(r"^[^:]{5,60}:\s*(?P<title>.{5,})$")
_TITLE = re.compile(
    r"(?i)^.*?\b(?:decision|action item|action|proposal)\b(?: proposal)?"
    r"(?:,? (?:to|that says|saying|about|on|for|that|of))?\s*[:\-]?\s*(?P<title>.*)$"
)
_PROPOSE = re.compile(
    r"(?i)^.*?\b(?:propose|note down|record|document|log|suggest|put forward)"
    r"(?: that| to the \w+ that| to)?(?: we agreed)?(?: that| to)?\s+(?P<title>.*)$"
)
_TAIL = re.compile(
    r"(?i)[,;.]?\s*\b(?:and )?(?:(?:make|set|with|put|assign(?:ed)? to)\s+)?(?:the )?"
    r"(?:owned by|owner(?: is| shall be| should be|:)?|responsible(?: is| person)?:?|"
    r"due(?: on| by| date)?(?: is|:)?|by the end of|deadline:?|because|reason:?|as the reason|"
    r"assigned to|no later than|until)\b.*$"
)
_BY_DAY = re.compile(
    r"(?i)[,;]?\s*\bby (?=(?:the )?(?:\d|end|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|"
    r"jul|aug|sep|oct|nov|dec|next|tomorrow)).*$"
)
_OWNER = re.compile(
    r"(?i)\b(?:owner|owned by|responsible|assign(?:ed)? to|for)\b:?(?: is| person)?"
)
_DUE = re.compile(r"(?i)\b(due|by|until|deadline|no later than|before)\b.*$")
_REASON = re.compile(r"(?i)\b(?:because|reason(?: is|:)?)\s+(.+?)(?:,? (?:owner|due)\b.*)?$")


def fill_draft(signals: Signals, vocabulary: Vocabulary) -> Filled:
    """Return a draft decision: its title, owner, due day and reason as said."""
    said = signals.text.strip(" ?!.")
    match = _AFTER_COLON.match(said) or _TITLE.match(said) or _PROPOSE.match(said)
    slots: dict[str, Any] = {}
    title = _title(match["title"] if match else "")
    if title:
        slots["title"] = title
    owner = _owner(signals, said)
    if owner:
        slots["owner"] = owner
    due = _DUE.search(said[match.start("title") :] if match else said)
    day = read_day(due[0], vocabulary.clock) if due else None
    if day:
        slots["due_on"] = day[0].isoformat()
    reason = _REASON.search(said)
    if reason:
        slots["reason"] = reason[1].strip()[:600]
    ask = Ask("What is to be decided? Say it in one sentence.", open_slot="title")
    return Filled(Frame("draft_decision", slots=slots), None if title else ask)


def _title(said: str) -> str:
    """Return a title without owner, date and reason; empty if it says too little."""
    title = _BY_DAY.sub("", _TAIL.sub("", said.strip())).strip(" ,.;")
    title = re.sub(r"(?i)^(to|that|we should|we|please)\s+", "", title)
    whole = len(title) >= 5 and len(title.split()) > 1
    return (title[0].upper() + title[1:])[:160] if whole else ""


def _owner(signals: Signals, said: str) -> str | None:
    persons = [m for m in signals.mentions if "person" in m.kinds]
    named = _OWNER.search(said)
    after = [m for m in persons if named and m.start >= named.end()]
    chosen = (after or persons)[:1]
    return chosen[0].of_kind("person")[0].id if chosen else None

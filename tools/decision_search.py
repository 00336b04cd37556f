"""Which decisions fit a request: by owner, time, state, and the words they are about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher

from planning_engine.cycles.decisions import Check, Decision, Verdict, judge
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import UnknownName
from tools.people import name_of
from tools.word_match import match_words

# What every question about decisions says, and no decision is told by.
_GENERAL = frozenset(match_words("decision decisions decided decide agreed meeting owner due who"))
_LIKE = 0.84
_LINE = re.compile(r"\bline\s+(\d+)\b", re.IGNORECASE)  # people say "line 5" for L5
_ID = re.compile(r"[a-z]\d+")
_TABLES = {
    "sales": "sales",
    "production": "production",
    "hours": "production",
    "receipts": "receipts",
    "stock": "stock",
}


@dataclass(frozen=True)
class Judged:
    """A decision with what became of it; `state` is `not_judged` outside the asker's scope."""

    decision: Decision
    state: str
    actual: float | None = None
    days_overdue: int = 0


def judged(snapshot: Snapshot, decision: Decision) -> Judged:
    """Return a decision as the actuals show it.

    A check that the data cannot answer leaves it `unchecked`. Who sees only a part of the
    company gets no verdict: a part of the sales would look like a decision not carried out.
    """
    verdict = judge(snapshot, replace(decision, check=None))
    check = decision.check
    if check is None or verdict.state not in ("open", "unchecked"):
        return _of(verdict)
    if not snapshot.scope.is_everything:
        return replace(_of(verdict), state="not_judged")
    return _of(judge(snapshot, decision) if _is_answerable(snapshot, check) else verdict)


def _is_answerable(snapshot: Snapshot, check: Check) -> bool:
    """Tell whether the data has the table and the things that a check names."""
    places = {kind: getattr(check, kind) for kind in ("product", "family", "site", "resource")}
    try:
        for kind, name in places.items():
            if name:
                snapshot.find(kind, name)
    except UnknownName:
        return False
    return snapshot.has(_TABLES[check.measure])


def as_of(decisions: Sequence[Decision], until: date | None) -> list[Decision]:
    """Return the decisions made up to a day, overruled only by what had been decided by then."""
    if until is None:
        return list(decisions)
    by_id = {decision.id: decision for decision in decisions}
    known = []
    for decision in decisions:
        if decision.decided_on and decision.decided_on <= until:
            successor = by_id.get(decision.superseded_by or "")
            if successor and successor.decided_on and successor.decided_on > until:
                decision = replace(decision, status="approved", superseded_by=None)
            known.append(decision)
    return known


def about(snapshot: Snapshot, decisions: Sequence[Decision], words: str) -> list[Decision]:
    """Return the decisions that words are about.

    A decision fits when it has at least half, by weight, of the words that any decision has,
    and these are at least a third of all; a word also fits one that is nearly the same.
    """
    wanted = _wanted(words)
    texts = {decision.id: _words(snapshot, decision) for decision in decisions}
    known = [word for word in wanted if any(_has(text, word) for text in texts.values())]
    telling = sum(_weight(word) for word in known)
    if not known or 3 * telling < sum(_weight(word) for word in wanted):
        return []
    return [
        decision
        for decision in decisions
        if sum(_weight(word) for word in known if _has(texts[decision.id], word)) >= telling / 2
    ]


def _wanted(words: str) -> list[str]:
    """Return the words that count, composed ones (`0.5`, `STW-050-24`) whole."""
    found = match_words(_LINE.sub(r"L\1", words))
    parts = {part for word in found for part in re.split(r"[-.]", word) if part != word}
    return [word for word in dict.fromkeys(found) if word not in _GENERAL | parts]


def _weight(word: str) -> float:
    """Return how much a word tells: a size or a single letter says little."""
    return 1.0 if sum(letter.isalpha() for letter in word) > 2 or _ID.fullmatch(word) else 0.3


def _of(verdict: Verdict) -> Judged:
    return Judged(verdict.decision, verdict.state, verdict.actual, verdict.days_overdue)


def _words(snapshot: Snapshot, decision: Decision) -> frozenset[str]:
    parts = [decision.id, decision.title, decision.text, decision.meeting or ""]
    parts.append(name_of(snapshot.company, decision.owner) or "")
    if decision.check:
        for kind in ("product", "family", "site", "resource"):
            if identity := getattr(decision.check, kind):
                parts += [identity, snapshot.labels(kind).get(identity, "")]
    return frozenset(match_words(_LINE.sub(r"L\1", " ".join(parts))))


def _has(text: frozenset[str], word: str) -> bool:
    if word in text:
        return True
    if len(word) < 5 or not word.isalpha():
        return False
    return any(
        abs(len(word) - len(other)) <= 2 and SequenceMatcher(None, word, other).ratio() >= _LIKE
        for other in text
        if other[0] == word[0]
    )

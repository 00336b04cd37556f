"""What the data never holds, and what is like nothing that planning asks."""

import re

from assistant.analyst.intents import Ranking
from assistant.analyst.phrases import says
from assistant.analyst.planning_rules import PLANNING
from assistant.analyst.rules import RULE, TALKING
from assistant.analyst.signals import Signals
from assistant.analyst.spelling import known_words, lexicon
from assistant.analyst.text import stem, words

_OF_TRADE = frozenset(("capacity", "inventory", "forecast", "plan", "decisions", "a_decision"))
# Probabilities from which a reading is taken without asking, and its lead over the next.
FIRM, SURE, LIKELY, _CLEAR = 0.7, 0.42, 0.30, 0.1
# Cosines to the nearest example, and the probability of talk about something else.
_ALIEN, _FAR, _DISTANT, _OUTSIDE = 0.45, 0.5, 0.62, 0.2


def is_missing(signals: Signals, ranking: Ranking, intent: str) -> bool:
    """Tell whether a question is about something that the data never holds."""
    if intent in PLANNING:  # "cash flow of the plan" is in the data, cash flow alone is not
        return False
    if intent in (*TALKING, "whatif") and ranking.scores[0][1] > _OUTSIDE * 2:
        return False
    text = signals.text.lower()
    for mention in sorted(signals.mentions, key=lambda m: m.start, reverse=True):
        text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    if ranking.scores[0][1] < 2 * _OUTSIDE and not signals.measures and _asks_unknown(text):
        return True
    return says("foreign", text) or (not signals.measures and ranking.of("missing") > RULE / 2)


def _asks_unknown(text: str) -> bool:
    """Tell whether a property is asked for that nothing here has: "the viscosity of …"."""
    match = re.match(
        r"(?:what|how much) (?:is|are|was|were) (?:the |our )?(.{3,30}?) (?:of|for)\b", text
    )
    if not match:
        return False
    asked = [word for word in words(match[1]) if word.isalpha()]
    return bool(asked) and not any(word in known_words() for word in asked)


def is_strange(signals: Signals, ranking: Ranking) -> bool:
    """Tell whether a question is like none that planning asks, and names nothing we know."""
    if signals.mentions or signals.measures or signals.quantities:
        return False
    if signals.cues & _OF_TRADE:
        return False
    outside = sum(ranking.of(intent) for intent in ("offtopic", "missing", "action"))
    return ranking.nearest < _FAR and (outside > _OUTSIDE or ranking.nearest < _ALIEN)


def is_doubtful(signals: Signals, ranking: Ranking) -> bool:
    """Tell whether more of a question is unknown than known, and no example is near."""
    if ranking.nearest >= _DISTANT or signals.mentions or signals.measures or signals.quantities:
        return False
    content = content_words(signals)
    trade = lexicon()["trade"]
    known = [word for word in content if word in trade or stem(word) in trade]
    return len(content) - len(known) >= len(known)


def content_words(signals: Signals) -> list[str]:
    """Return the words outside of names, months, numbers and grammar."""
    text, grammar = signals.text, lexicon()["function"]
    for start, end in sorted(signals.spans(), reverse=True):
        text = text[:start] + " " * (end - start) + text[end:]
    found = [word for word in words(text) if word.isalpha() and len(word) > 2]
    return [word for word in found if word not in grammar and stem(word) not in grammar]


def is_sure(confidence: float, ranking: Ranking) -> bool:
    """Tell whether the best reading stands out enough to be taken without asking."""
    others = [score for _, score in ranking.scores[1:2]]
    margin = confidence - max(others, default=0.0)
    return confidence >= SURE or (confidence >= LIKELY and margin >= _CLEAR)


def says_its_intent(signals: Signals, intent: str, confidence: float) -> bool:
    """Tell whether the words themselves name a figure or a tool's subject."""
    if signals.measures:
        return True
    subject = {
        "forecast": {"forecast", "demand"}, "capacity": {"capacity"}, "inventory": {"inventory"},
        "plan": {"plan"}, "whatif": {"whatif", "lever_more", "outage", "delay", "without_event"},
        "compare": {"compare", "versions"}, "notes": {"notes"}, "decisions": {"decisions"},
        "draft_decision": {"draft", "a_decision"}, "draft_minutes": {"minutes"},
        "describe": {"describe", "define", "events"},
    }.get(intent)  # fmt: skip
    if intent == "kpi":
        return False
    if subject is None:
        return confidence > FIRM
    return bool(signals.cues & subject)

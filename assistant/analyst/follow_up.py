"""Questions that lean on the one before: "and in April?", "same for line 4", "why?"."""

import re
from dataclasses import replace

from assistant.analyst.frame import Frame
from assistant.analyst.requests import ACCEPTS
from assistant.analyst.signals import Signals
from assistant.analyst.slots import (
    read_ranking,
)
from assistant.analyst.text import words
from assistant.analyst.vocabulary import Vocabulary

_LEANING = re.compile(
    r"^(and|what about|how about|same|the same|also|now|ok(ay)?,? (and|now|what)|but|only|"
    r"just|then|or|"
    r"instead|what if we (only )?look|again|likewise|in (that|which) case|plus|"
    r"so what about|for)\b",
    re.I,
)
LEADING = re.compile(
    (
        r"^(ok(ay)?,? |and |now |so |also |then |but |please |what about |how about |"
        r"the same |same |again |only |just |thing |question |too )+"
    ),
    re.I,
)
_POINTING = re.compile(
    (
        r"\b(it|its|that|this (one|product|line|family|customer|supplier)|those|these|them|"
        r"they|there|the same|same (product|line|period|month|customer|family))\b"
    ),
    re.I,
)
_WHY = re.compile(
    (
        r"^(and |but |so )?(why|how come|what (is|was|are) (the )?(reason|cause|driver|"
        r"behind)|what (caused|drives|drove|explains)|what is behind)\b"
    ),
    re.I,
)
_CHART = re.compile(r"\b(chart|graph|plot|picture|diagram|visuali[sz]e|draw)\b", re.I)
_DEFINITION = re.compile(
    r"\b(how (is|was|did you|do you) (that|this|it|they)?\s*(calculat|comput|measur|defin|"
    r"get)|definition|formula|where (does|do) (that|this|it|the number)|"
    r"how do you know|are you sure|what does (that|it|this) mean|source\b|what does (that|"
    r"this) include|how did you (get|arrive))",
    re.I,
)
_OPEN_NEED = re.compile(
    r"^(more|go on|details?|more details?|tell me more|and\?*|then\?*|continue)\W*$", re.I
)


def leans(signals: Signals, *, has_intent: bool) -> bool:
    """Tell whether a question needs the one before to be understood.

    Args:
        signals: The question.
        has_intent: Whether the words themselves say what figure or tool is wanted.
    """
    text = signals.text
    if _LEANING.match(text):
        return True
    if has_intent:
        return False
    left = [word for word in _uncovered(signals) if not _SLOT_WORDS.fullmatch(word)]
    return len(left) <= (0 if len(left) == len(text.split()) else 1) and len(text.split()) <= 9


def _uncovered(signals: Signals) -> list[str]:
    """Return the words that are neither names, months, numbers nor grammar."""
    text = signals.text
    for start, end in sorted(signals.spans(), reverse=True):
        text = text[:start] + " " * (end - start) + text[end:]
    return [word for word in words(text) if word.isalpha() and word not in _GRAMMAR]


_GRAMMAR = frozenset(
    "a an the and or of in on at for to by per with from is are was were be do does did will would "
    "can what which who how about same too also only just please now then so but instead me us "
    "it its that this these those there them they i we you our ok okay again one ones as split "
    "show give each every".split()
)


_SLOT_WORDS = re.compile(
    r"products?|items?|skus?|famil(y|ies)|regions?|channels?|customers?|sites?|plants?|dcs?|lines?|"
    r"machines?|suppliers?|vendors?|authors?|planners?|months?|monthly|trend|over|time|top|worst|"
    r"best|highest|lowest|biggest|smallest|largest|compared|comparison|versus|previous|last|next|"
    r"year|quarter|excess|surplus|risk|shortages?|shortfalls?|components?|raw|materials?|finished|"
    r"goods|units|cases|pieces|volume|euros?|money|value|revenue|overtime|without|including|down|"
    r"broken|each|individual|total|overall|everything|more|less|other|others|rest|whole|company|"
    r"stream|sales|marketing|finance|stat|statistical|consensus|promised|requested|lag|overdue|"
    r"break|split|group|display|list|rank|sort|give|show|open|failed|done|executive|"
    r"demand|supply|product|meeting|review|cycle|detail|period|before"
)


_VAGUE = re.compile(
    r"(so |and |hi |hello |hey |ok |well |,)*(how (are|is|did|do|was) (we|things|it|"
    r"business|everything|the business|operations|our business|the company)"
    r"( doing| going| looking| perform\w*| run\w*)*( so far| now| today| lately|"
    r" this (month|year|quarter)| last (month|year|quarter))?"
    r"|(what about |show me |give me |tell me )?(the |an? |our )?(performance|update|"
    r"overview|status|summary|kpis?|numbers|figures|situation|results|news|dashboard|data)"
    r"|what is (new|up|the (status|situation))|any (news|updates?|problems?|issues?)|"
    r"anything (new|special|i should know))( please)?\W*",
    re.I,
)


def is_vague(signals: Signals) -> bool:
    """Tell whether the whole question is "how are we doing?"."""
    return bool(_VAGUE.fullmatch(signals.text)) and not signals.mentions


def is_bare(signals: Signals) -> bool:
    """Tell whether nothing but a name, perhaps with a month, was said."""
    if not signals.mentions or signals.measures or signals.quantities:
        return False
    return not _uncovered(signals) and not re.search(
        r"\b(can|will|do|does|what if)\b", signals.text.lower()
    )


def points_back(signals: Signals) -> bool:
    """Tell whether a full question refers to what was named before: "will it run out?"."""
    return bool(_POINTING.search(signals.text))


def continues(signals: Signals) -> bool:
    """Tell whether a question with its own subject goes on from the one before: "and the OTIF?"."""
    if not re.match(r"(and|what about|how about|also)\b", signals.text.lower()):
        return False
    return not signals.mentions and not read_ranking(signals)


def about_before(frame: Frame, signals: Signals, before: Frame, vocabulary: Vocabulary) -> Frame:
    """Return a search for notes or decisions about what was named before: "about them"."""
    if signals.mentions or not any(before.names.values()):
        return frame
    named = " ".join(vocabulary.label(k, i) for k, ids in before.names.items() for i in ids)
    key = "query" if frame.intent == "notes" else "about"
    return replace(frame.with_slots(**{key: named}), names=before.names)


def is_why(signals: Signals) -> bool:
    """Tell whether only the reason of the last answer is asked for."""
    return bool(_WHY.match(signals.text)) and len(signals.text.split()) <= 7


def asks_definition(signals: Signals) -> bool:
    """Tell whether the last answer's definition is asked for."""
    short = len(signals.text.split()) <= 9 and not signals.measures
    return short and bool(_DEFINITION.search(signals.text))


def asks_again(signals: Signals) -> bool:
    """Tell whether the last answer is wanted once more, as a chart or in more detail."""
    text = signals.text
    plain = not signals.mentions and not signals.periods and not signals.measures
    return plain and len(text.split()) <= 9 and bool(_CHART.search(text) or _OPEN_NEED.match(text))


def carried(signals: Signals, frame: Frame, before: Frame) -> Frame:
    """Return a new question's frame with the names and months that it points back to."""
    if frame.intent not in ACCEPTS:
        return frame
    for kind in ACCEPTS[frame.intent]:
        ids = before.names.get(kind, ())
        clash = kind in ("product", "family") and bool(
            frame.names.get("product") or frame.names.get("family")
        )
        if frame.intent == "capacity" and any(frame.names.values()):
            clash = True
        if ids and not frame.names.get(kind) and not clash:
            frame = frame.with_names(kind, *ids)
    if (
        frame.intent == "inventory"
        and frame.names.get("product")
        and frame.slots.get("only") == "at_risk"
    ):
        frame = frame.with_slots(only=None)
    return frame

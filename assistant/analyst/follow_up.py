"""Questions that lean on the one before: "and in April?", "same for line 4", "why?"."""

import re
from dataclasses import replace

from assistant.analyst.figures import spans_of
from assistant.analyst.filling import fill
from assistant.analyst.frame import Ask, Frame
from assistant.analyst.naming import site_of, which_one
from assistant.analyst.requests import ACCEPTS
from assistant.analyst.signals import Signals
from assistant.analyst.slots import (
    is_compared_with,
    read_group,
    read_kpi_details,
    read_noun,
    read_ranking,
    read_stock_scope,
    wants_overtime,
)
from assistant.analyst.spelling import plain_words
from assistant.analyst.text import words
from assistant.analyst.vocabulary import Vocabulary

_LEANING = re.compile(
    r"^(and|what about|how about|same|the same|also|now|ok(ay)?,? (and|now|what)|but|only|just|then|or|"
    r"instead|what if we (only )?look|again|likewise|in (that|which) case|plus|so what about|for)\b",
    re.I,
)
_LEADING = re.compile(
    r"^(ok(ay)?,? |and |now |so |also |then |but |please |what about |how about |the same |same |again |only |just |thing |question |too )+",
    re.I,
)
_POINTING = re.compile(
    r"\b(it|its|that|this (one|product|line|family|customer|supplier)|those|these|them|they|there|the same|same (product|line|period|month|customer|family))\b",
    re.I,
)
_WHY = re.compile(
    r"^(and |but |so )?(why|how come|what (is|was|are) (the )?(reason|cause|driver|behind)|what (caused|drives|drove|explains)|what is behind)\b",
    re.I,
)
_CHART = re.compile(r"\b(chart|graph|plot|picture|diagram|visuali[sz]e|draw)\b", re.I)
_DEFINITION = re.compile(
    r"\b(how (is|was|did you|do you) (that|this|it|they)?\s*(calculat|comput|measur|defin|get)|definition|formula|where (does|do) (that|this|it|the number)|"
    r"how do you know|are you sure|what does (that|it|this) mean|source\b|what does (that|this) include|how did you (get|arrive))",
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
    r"break|split|group|display|list|rank|sort|give|show|open|failed|done|executive|demand|supply|product|meeting|review|cycle|detail|period|before"
)


_VAGUE = re.compile(
    r"(so |and |hi |hello |hey |ok |well |,)*(how (are|is|did|do|was) (we|things|it|business|everything|the business|operations|our business|the company)"
    r"( doing| going| looking| perform\w*| run\w*)*( so far| now| today| lately| this (month|year|quarter)| last (month|year|quarter))?"
    r"|(what about |show me |give me |tell me )?(the |an? |our )?(performance|update|overview|status|summary|kpis?|numbers|figures|situation|results|news|dashboard|data)"
    r"|what is (new|up|the (status|situation))|any (news|updates?|problems?|issues?)|anything (new|special|i should know))( please)?\W*",
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


def continued(signals: Signals, before: Frame, vocabulary: Vocabulary) -> tuple[Frame, Ask | None]:
    """Return the frame before, with what this question replaces."""
    frame, ask = _names_replaced(signals, before, vocabulary)
    measures = [m.kpis[0] for m in signals.measures if len(m.kpis) == 1]
    if frame.intent == "kpi":
        frame = _kpi_replaced(frame, signals, measures or _other_unit(signals, before))
    if frame.intent == "inventory":
        scope = read_stock_scope(signals, named=False)
        named = bool(frame.names.get("product"))
        frame = frame.with_slots(**{k: v for k, v in scope.items() if not named})
    overtime = wants_overtime(signals.text)
    if frame.intent == "capacity" and overtime is not None:
        frame = frame.with_slots(include_overtime=overtime or None)
    if frame.intent == "plan" and overtime is not None:
        frame = frame.with_slots(overtime=False if overtime is False else None)
    spans = spans_of(frame.intent, signals, vocabulary)
    if spans:
        frame = replace(frame, spans=spans)
    if frame.intent == "whatif":
        return _levers_replaced(signals, before, frame, vocabulary)
    if frame.intent in ("notes", "decisions", "describe", "draft_minutes"):
        return _records_replaced(signals, before, vocabulary)
    return frame, ask


def _names_replaced(
    signals: Signals, before: Frame, vocabulary: Vocabulary
) -> tuple[Frame, Ask | None]:
    accepted = ACCEPTS.get(before.intent, ())
    frame, ask, replaced = before, None, set[str]()
    for mention in signals.mentions:
        things = tuple(t for t in mention.things if t.kind in accepted)
        things = things or site_of(mention, before, vocabulary)
        kept = tuple(t for t in things if t.kind in before.names)
        things = kept or things
        if len(things) > 1:
            ask = ask or which_one(mention.text, things)
        if len(things) != 1:
            continue
        kind = things[0].kind
        ids = (*frame.names.get(kind, ()), things[0].id) if kind in replaced else (things[0].id,)
        replaced.add(kind)
        if kind == "family":
            frame = frame.with_names("product")
        if kind == "product":
            frame = frame.with_names("family")
        if before.intent == "capacity":
            others = {"resource", "product", "family", "site"} - {kind} - replaced
            for other in others:
                frame = frame.with_names(other)
        frame = frame.with_names(kind, *ids)
        if frame.slots.get("by") == kind:
            frame = frame.with_slots(by=None, top=None, order=None)
        if before.intent == "inventory" and kind == "product":
            frame = frame.with_slots(only=None)
    if (
        re.search(
            r"\b(in total|overall|altogether|all (products|families|regions|customers|lines|sites|channels)|everything|the whole company|company[- ]wide)\b",
            signals.text.lower(),
        )
        and not replaced
    ):
        frame = replace(frame, names={})
    return frame, ask


def _other_unit(signals: Signals, before: Frame) -> list[str]:
    """Return the other sales figure: "what about units", "in euros"."""
    if before.slots.get("kpi") not in ("revenue", "sales_quantity"):
        return []
    text = signals.text.lower()
    if re.search(r"\b(units|cases|pieces|volume|quantit(y|ies))\b", text):
        return ["sales_quantity"]
    return (
        ["revenue"] if re.search(r"\b(euros?|money|value|revenue|dollars?|eur|usd)\b", text) else []
    )


def _kpi_replaced(frame: Frame, signals: Signals, measures: list[str]) -> Frame:
    if measures:
        kept = {k: v for k, v in frame.slots.items() if k in ("by", "top", "order")}
        frame = replace(frame, slots={**kept, "kpi": measures[0]})
    group = read_group(signals) or read_noun(signals)
    ranking = read_ranking(signals)
    if group:
        frame = frame.with_slots(by=group, top=None, order=None)
    if (group and group != "month") or (ranking and frame.slots.get("by")):
        frame = frame.with_slots(**ranking)
    details = read_kpi_details(signals, str(frame.slots.get("kpi")))
    periods = [p for p in signals.periods if not is_compared_with(signals.text, p.start)]
    if periods:
        details.pop("compare_previous", None)
    return frame.with_slots(**details)


def _levers_replaced(
    signals: Signals, before: Frame, frame: Frame, vocabulary: Vocabulary
) -> tuple[Frame, Ask | None]:
    """Return the scenario with its lever changed: "and 20 %?", "and for juice?"."""
    filled = fill("whatif", signals, vocabulary)
    if filled.frame.slots.get("levers") and not filled.ask:
        old, new = before.slots.get("levers", []), filled.frame.slots["levers"]
        if len(old) == 1 and len(new) == 1 and old[0]["kind"] == new[0]["kind"]:
            merged = _merged(old[0], new[0])
            return frame.with_slots(levers=[merged], focus=filled.frame.slots.get("focus")), None
        if (
            re.match(r"^(and|plus|also|in addition|on top)\b", signals.text.lower())
            and len(old) < 6
        ):
            return frame.with_slots(levers=[*old, *new]), None
        return filled.frame, None
    levers = [dict(lever) for lever in before.slots.get("levers", [])]
    bare = re.fullmatch(
        r"\W*(?:and|or|what about|how about|with|then|only|just|if|it is|,|\s)*\+?(\d+(?:\.\d+)?)\W*",
        signals.text.lower(),
    )
    for lever in levers:
        amount = next((q for q in signals.quantities), None)
        key = next((k for k in ("percent", "hours", "days", "quantity") if k in lever), None)
        if bare and key and not amount:
            lever[key] = (-1 if lever[key] < 0 else 1) * float(bare[1])
        for mention in signals.mentions:
            for thing in mention.things[:1]:
                if thing.kind in lever or (
                    lever["kind"] == "demand" and thing.kind in ("product", "family", "region")
                ):
                    lever[thing.kind] = thing.id
        if amount and amount.unit in ("percent", "hours") and amount.unit in lever:
            sign = -1 if lever[amount.unit] < 0 else 1
            lever[amount.unit] = sign * amount.value
        if frame.spans and frame.spans != before.spans and frame.spans[0].start:
            lever["start"] = frame.spans[0].start.isoformat()
            lever["end"] = (frame.spans[0].end or frame.spans[0].start).isoformat()
    return Frame("whatif", before.names, (), {**before.slots, "levers": levers}), None


def _merged(old: dict[str, object], new: dict[str, object]) -> dict[str, object]:
    merged = {**old, **new}
    if "percent" in new:
        merged.pop("quantity" if old["kind"] == "demand" else "hours", None)
    if "quantity" in new or "hours" in new:
        merged.pop("percent", None)
    if "family" in new:
        merged.pop("product", None)
    return merged


def _records_replaced(
    signals: Signals, before: Frame, vocabulary: Vocabulary
) -> tuple[Frame, Ask | None]:
    """Return a search for notes or decisions with the parts that this question gives replaced."""
    filled = fill(before.intent, signals, vocabulary)
    given = {
        name: value
        for name, value in filled.frame.slots.items()
        if name not in ("query", "about") or _names_something(signals, str(value))
    }
    if before.intent == "draft_minutes" or before.intent == "describe":
        return replace(filled.frame, slots={**before.slots, **given}), filled.ask
    if "query" in given:
        said = [m.text for m in signals.mentions] or [str(given["query"])]
        given["query"] = _LEADING.sub("", " ".join(said)).strip() or before.slots.get("query", "")
    return replace(before, slots={**before.slots, **given}), None


def _names_something(signals: Signals, value: str) -> bool:
    if signals.mentions and any(m.kinds[0] != "person" for m in signals.mentions):
        return True
    pieces = [w for w in words(_LEADING.sub("", value)) if w.isalpha()]
    return any(word not in plain_words() for word in pieces)


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

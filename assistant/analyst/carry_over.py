"""What a follow-up replaces in the question before: names, months, KPI, split, levers."""

import re
from dataclasses import replace

from assistant.analyst.figures import spans_of
from assistant.analyst.filling import fill
from assistant.analyst.follow_up import LEADING
from assistant.analyst.frame import Ask, Frame
from assistant.analyst.kpi_words import is_compared_with, read_kpi_details
from assistant.analyst.naming import site_of, which_one
from assistant.analyst.requests import ACCEPTS
from assistant.analyst.signals import Signals
from assistant.analyst.slots import (
    read_group,
    read_noun,
    read_ranking,
    read_stock_scope,
    wants_overtime,
)
from assistant.analyst.spelling import plain_words
from assistant.analyst.text import words
from assistant.analyst.vocabulary import Vocabulary

_WHOLE = re.compile(
    r"\b(in total|overall|altogether|everything|the whole company|company[- ]wide|"
    r"all (products|families|regions|customers|lines|sites|channels))\b"
)


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
    if _WHOLE.search(signals.text.lower()) and not replaced:
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
        (
            r"\W*(?:and|or|what about|how about|with|then|only|just|if|it is|,|"
            r"\s)*\+?(\d+(?:\.\d+)?)\W*"
        ),
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
        given["query"] = LEADING.sub("", " ".join(said)).strip() or before.slots.get("query", "")
    return replace(before, slots={**before.slots, **given}), None


def _names_something(signals: Signals, value: str) -> bool:
    if signals.mentions and any(m.kinds[0] != "person" for m in signals.mentions):
        return True
    pieces = [w for w in words(LEADING.sub("", value)) if w.isalpha()]
    return any(word not in plain_words() for word in pieces)

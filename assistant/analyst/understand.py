"""A question understood without a language model: tool calls, a question back, or an honest no."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.analyst import follow_up, replies, sayings, suggestions
from assistant.analyst.filling import fill
from assistant.analyst.frame import Ask, Call, Choice, Filled, Frame, Reading
from assistant.analyst.measures import kpi_label
from assistant.analyst.intents import Encoder, IntentModel, Ranking
from assistant.analyst.mentions import Unknown
from assistant.analyst.requests import ACCEPTS, TOOLS, tool_calls
from assistant.analyst.rules import RULE, decide, heads, is_doubtful, is_missing, is_strange
from assistant.analyst.signals import SignalReader, Signals
from assistant.analyst.slots import read_bad_group
from assistant.analyst.spelling import known_words
from assistant.analyst.text import clean
from assistant.analyst.vocabulary import Vocabulary

Memory = Mapping[str, Any]  # Any: JSON
_FIRM, _SURE, _LIKELY, _CLEAR = 0.7, 0.42, 0.30, 0.1
_NOT_TOOLS = ("help", "greeting", "offtopic", "action", "approve", "missing")


class Analyst:
    """Understands the questions about one company."""

    def __init__(
        self, vocabulary: Vocabulary, encoder: Encoder, cache_folder: Path | None = None
    ) -> None:
        """Take a company's words.

        Args:
            vocabulary: Names, KPIs and the date the data speaks for.
            encoder: Sentence embeddings.
            cache_folder: Where the fitted intent model is kept between processes.
        """
        self.vocabulary = vocabulary
        self._reader = SignalReader(vocabulary)
        self._model = IntentModel(encoder, cache_folder)

    def understand(self, question: str, memory: Memory | None = None) -> Reading:
        """Return what a question asks for.

        Args:
            question: In the asker's words.
            memory: What the reading before left, for follow-ups and replies.
        """
        memory = memory or {}
        language = sayings.foreign_language(question)
        if language:
            question, is_read = sayings.in_english(question, language)
            if not is_read:
                return Reading(status="refused", say=sayings.LANGUAGES, intent="language")
        signals = self._reader.read(question)
        reading = self._reply(signals, question, memory)
        return reading or self._question(signals, memory)

    # Replies to a question back

    def _reply(self, signals: Signals, question: str, memory: Memory) -> Reading | None:
        pending = memory.get("pending")
        frame = Frame.of(pending.get("frame")) if pending else None
        if not pending or frame is None:
            return None
        if replies.is_never_mind(question):
            return Reading(say=sayings.NEVER_MIND, intent="greeting", suggestions=suggestions.START)
        choices = [Choice.of(entry) for entry in pending["choices"]]
        chosen = replies.pick(signals.text, choices)
        if chosen:
            return self._completed(chosen.applied(frame), signals)
        if pending.get("open_slot"):
            return self._filled_in(frame, str(pending["open_slot"]), signals, question)
        return None

    def _completed(self, frame: Frame, signals: Signals) -> Reading:
        if frame.intent == "whatif":
            text = str(frame.slots.get("_text", ""))
            named = [self.vocabulary.label(k, i) for k, ids in frame.names.items() for i in ids]
            said = self._reader.read(f"{text} {'; '.join(named)}") if named else signals
            return self._whatif_with(frame, said)
        if "_ask" in frame.slots:
            filled = fill(
                frame.intent, self._reader.read_clean(str(frame.slots["_ask"])), self.vocabulary
            )
            kpi = frame.slots.get("kpi")
            asks_kpi = filled.ask is not None and filled.ask.is_about("kpi")
            frame = filled.frame.with_slots(kpi=kpi) if kpi else filled.frame
            return self._calls(Filled(frame, None if asks_kpi and kpi else filled.ask), 1.0)
        if frame.intent == "":
            return Reading(say=sayings.HELP, intent="help", suggestions=suggestions.START)
        return self._calls(Filled(frame), 1.0)

    def _whatif_with(self, frame: Frame, said: Signals) -> Reading:
        """Read a what-if again, with the name that the reply gave in place of the unclear one."""
        ids = {(kind, identity) for kind, group in frame.names.items() for identity in group}
        kinds = {kind for kind, _ in ids}
        mentions = tuple(
            replace(m, things=tuple(t for t in m.things if (t.kind, t.id) in ids) or m.things)
            if set(m.kinds) & kinds
            else m
            for m in said.mentions
        )
        filled = fill("whatif", replace(said, mentions=mentions), self.vocabulary)
        return self._calls(filled, 1.0)

    def _filled_in(
        self, frame: Frame, slot: str, signals: Signals, question: str
    ) -> Reading | None:
        if slot == "_more":
            text = f"{frame.slots.get('_text', '')} {signals.text}"
            filled = fill("whatif", self._reader.read_clean(text), self.vocabulary)
            return None if filled.ask else self._calls(filled, 1.0)
        own = self._model.rank([signals])[0]
        if question.rstrip().endswith("?") and own.of("kpi") + own.of("capacity") > _SURE:
            return None
        title = clean(question).strip(" .")[:160]
        return (
            self._calls(Filled(frame.with_slots(**{slot: title})), 1.0) if len(title) >= 5 else None
        )

    # Questions

    def _question(self, signals: Signals, memory: Memory) -> Reading:
        before = Frame.of(memory.get("frame"))
        parts = [self._reader.read_clean(part, part) for part in _sentences(signals)]
        if len(parts) == 1:
            return self._one(signals, before)
        readings: list[Reading] = []
        for part in parts:
            within = next((r.frame for r in reversed(readings) if r.frame and r.calls), None)
            readings.append(self._one(part, within or before, together=within is not None))
        return _joined(readings)

    def _one(self, signals: Signals, before: Frame | None, *, together: bool = False) -> Reading:
        """Return the reading of one question; `together`: of a message that asked before it."""
        ranking = self._model.rank([signals])[0]
        intent, confidence = decide(signals, ranking, self.vocabulary)
        reading = self._leaning(signals, before, intent, confidence)
        if reading:
            return reading
        several = heads(signals, intent)
        if len(several) > 1:
            return _joined(
                [self._filled(name, signals, before, confidence, kpi) for name, kpi in several]
            )
        if follow_up.is_bare(signals):
            ahead = self._ahead(signals)
            return self._filled(ahead, signals, before, 1.0) if ahead else self._bare(signals)
        if follow_up.is_vague(signals):
            return self._vague()
        if intent in _NOT_TOOLS and (confidence >= _LIKELY or is_strange(signals, ranking)):
            return self._no_tool(intent, signals, ranking)
        if intent in ("offtopic", "missing") and not signals.mentions:
            return self._no_tool(intent, signals, ranking)
        if intent in _NOT_TOOLS:
            return self._unsure(signals, ranking)
        reading = self._tool(intent, confidence, signals, ranking, before)
        if together and before and reading.frame and reading.calls and not signals.mentions:
            frame = follow_up.carried(signals, reading.frame, before)
            return self._calls(Filled(frame, note=reading.say), confidence)
        return reading

    def _leaning(
        self, signals: Signals, before: Frame | None, intent: str, confidence: float
    ) -> Reading | None:
        """Return the reading of a follow-up; None if the question stands by itself."""
        if before is None:
            return None
        if follow_up.is_why(signals):
            return self._why(before)
        if follow_up.asks_definition(signals):
            return self._definition(before)
        if follow_up.asks_again(signals):
            return self._calls(Filled(before), 1.0)
        has_intent = _says_its_intent(signals, intent, confidence)
        if not follow_up.leans(signals, has_intent=has_intent):
            return None
        if (
            intent in ("greeting", "approve", "help")
            and confidence > _SURE
            and not signals.mentions
        ):
            return None
        if has_intent and intent != before.intent:
            return self._filled(intent, signals, before, confidence) if intent in TOOLS else None
        frame, ask = follow_up.continued(signals, before, self.vocabulary)
        if frame == before and not ask and not has_intent:
            unknown = self._unknown(signals)
            if unknown and before.intent in ACCEPTS:
                filled = fill(before.intent, signals, self.vocabulary, unknown)
                frame = replace(before, names={**before.names, **filled.frame.names})
            elif not follow_up.points_back(signals):
                return None
        return self._calls(Filled(frame, ask), 1.0)

    def _ahead(self, signals: Signals) -> str | None:
        """Return the intent of a name with months to come: "Juice next quarter"."""
        kinds = {kind for mention in signals.mentions for kind in mention.kinds}
        if "resource" in kinds and any(p.months or p.leans == "future" for p in signals.periods):
            return "capacity"
        if not any(period.leans == "future" for period in signals.periods):
            return None
        return "forecast" if kinds <= set(ACCEPTS["forecast"]) else None

    def _why(self, before: Frame) -> Reading:
        """Answer "why?": the drivers of the last answer, and what the meetings said of it."""
        if before.intent == "kpi" and not before.slots.get("by"):
            group = _DRIVER.get(str(before.slots.get("kpi")), "product")
            frame = before.with_slots(by=group, order="worst", top=5, compare_previous=None)
            return self._calls(Filled(frame), 1.0)
        names = [self.vocabulary.label(k, i) for k, ids in before.names.items() for i in ids]
        if before.intent == "kpi":
            names.append(kpi_label(str(before.slots.get("kpi"))))
        topic = {"capacity": "load overtime", "inventory": "stock shortage", "forecast": "demand",
                 "plan": "plan", "compare": "plan change"}.get(before.intent, "")  # fmt: skip
        query = " ".join([*names, topic]).strip() or str(before.slots.get("query", "reasons"))
        notes = Call("search_notes", {"query": query[:400]})
        calls = tool_calls(before, self.vocabulary.clock) if before.intent == "capacity" else ()
        return Reading((*calls, notes), frame=before, intent="notes")

    def _definition(self, before: Frame) -> Reading:
        if before.intent == "kpi" and before.slots.get("kpi"):
            slots = {"topic": "kpis", "name": before.slots["kpi"]}
            return replace(self._calls(Filled(Frame("describe", slots=slots)), 1.0), frame=before)
        return replace(self._calls(Filled(before), 1.0), say=sayings.WITH_DEFINITION)

    def _no_tool(self, intent: str, signals: Signals, ranking: Ranking) -> Reading:
        if intent == "help":
            overview = Frame("describe", slots={"topic": "overview"})
            return replace(self._calls(Filled(overview), 1.0), say=sayings.HELP, frame=None)
        status, say = sayings.without_tool(intent, signals, self.vocabulary)
        return Reading(
            status=status, say=say, intent=intent, confidence=ranking.of(intent),
            suggestions=suggestions.START,
        )  # fmt: skip

    def _tool(
        self,
        intent: str,
        confidence: float,
        signals: Signals,
        ranking: Ranking,
        before: Frame | None,
    ) -> Reading:
        if is_missing(signals, ranking, intent):
            return self._no_tool("missing", signals, ranking)
        group = read_bad_group(signals.text) if intent == "kpi" else None
        if group:
            return Reading(
                status="asked_back", say=sayings.bad_group(group), intent=intent,
                suggestions=suggestions.START,
            )  # fmt: skip
        if confidence < RULE and is_strange(signals, ranking):
            return self._no_tool("offtopic", signals, ranking)
        if not _is_sure(confidence, ranking) or (
            confidence < RULE and is_doubtful(signals, ranking) and not self._unknown(signals)
        ):
            return self._unsure(signals, ranking)
        return self._filled(intent, signals, before, confidence)

    def _filled(
        self,
        intent: str,
        signals: Signals,
        before: Frame | None,
        confidence: float,
        kpi: str | None = None,
    ) -> Reading:
        filled = fill(intent, signals, self.vocabulary, self._unknown(signals))
        if kpi:
            filled = replace(filled, frame=filled.frame.with_slots(kpi=kpi), ask=None)
        if intent == "whatif" and filled.ask and before is not None and not signals.mentions:
            named = [self.vocabulary.label(k, i) for k, ids in before.names.items() for i in ids]
            again = self._reader.read_clean(f"{signals.text.rstrip(' ?.!')} {' '.join(named)}")
            retried = fill(intent, again, self.vocabulary)
            filled = filled if retried.ask else retried
        frame = filled.frame
        talk = intent in ("notes", "decisions")
        if before is not None and talk and follow_up.points_back(signals):
            frame = follow_up.about_before(frame, signals, before, self.vocabulary)
            return self._calls(replace(filled, frame=frame), confidence)
        leaning = before is not None and (
            follow_up.points_back(signals) or follow_up.continues(signals)
        )
        if before is not None and leaning:
            frame = follow_up.carried(signals, frame, before)
            if not frame.spans and before.spans and intent in ACCEPTS:
                same = (intent == "kpi") == (before.intent == "kpi")
                frame = replace(frame, spans=before.spans if same else ())
        return self._calls(replace(filled, frame=frame), confidence)

    def _unknown(self, signals: Signals) -> tuple[Unknown, ...]:
        return self._reader.matcher.unknowns(signals.text, signals.named_spans(), known_words())

    def _unsure(self, signals: Signals, ranking: Ranking) -> Reading:
        """Ask back with the likeliest readings."""
        options = [name for name, _ in ranking.scores if name in sayings.READINGS][:3]
        choices = []
        for name in options:
            frame = fill(name, signals, self.vocabulary).frame
            choices.append(
                Choice(
                    sayings.reading(name, frame, self.vocabulary),
                    frame.names,
                    frame.slots,
                    name,
                    frame.spans,
                )
            )
        ask = Ask(sayings.NOT_SURE, tuple(choices))
        return Reading(
            status="asked_back", say=ask.sentence(), frame=Frame(""), ask=ask, intent="unsure",
            confidence=ranking.scores[0][1],
        )  # fmt: skip

    def _bare(self, signals: Signals) -> Reading:
        """Ask what is wanted of a name that stands alone."""
        kinds = signals.mentions[0].kinds
        options = next(
            (names for kind, names in _WANTED.items() if kind in kinds), _WANTED["family"]
        )
        choices = []
        for intent, kpi in options:
            frame = fill(intent, signals, self.vocabulary).frame
            frame = frame.with_slots(kpi=kpi) if kpi else frame
            said = sayings.reading(intent, frame, self.vocabulary)
            frame = frame.with_slots(_ask=signals.text)
            choices.append(
                Choice(said[0].upper() + said[1:], frame.names, frame.slots, intent, frame.spans)
            )
        ask = Ask(sayings.what_of(signals.mentions[0]), tuple(choices))
        return Reading(
            status="asked_back", say=ask.sentence(), frame=Frame(""), ask=ask, intent="bare"
        )

    def _vague(self) -> Reading:
        """Offer the usual figures to "how are we doing?"."""
        choices = tuple(Choice(text, slots=slots, intent=intent) for text, intent, slots in _USUAL)
        ask = Ask(sayings.WHICH_FIGURE, choices)
        return Reading(
            status="asked_back", say=ask.sentence(), frame=Frame(""), ask=ask, intent="vague"
        )

    def _calls(self, filled: Filled, confidence: float) -> Reading:
        frame = filled.frame
        if filled.ask:
            return Reading(
                status="asked_back",
                say=filled.ask.sentence(),
                frame=frame,
                ask=filled.ask,
                intent=frame.intent,
                confidence=confidence,
            )
        if frame.intent not in TOOLS:
            return Reading(say=sayings.HELP, intent="help", suggestions=suggestions.START)
        calls = tool_calls(frame, self.vocabulary.clock)
        return Reading(
            calls, say=filled.note, frame=frame, intent=frame.intent, confidence=confidence
        )


_WANTED: Mapping[str, tuple[tuple[str, str | None], ...]] = {
    "resource": (("capacity", None), ("kpi", "utilisation"), ("notes", None)),
    "supplier": (("kpi", "supplier_lateness"), ("notes", None)),
    "customer": (("kpi", "revenue"), ("kpi", "otif"), ("forecast", None)),
    "site": (("inventory", None), ("kpi", "otif"), ("forecast", None)),
    "product": (
        ("forecast", None),
        ("inventory", None),
        ("kpi", "sales_quantity"),
        ("kpi", "accuracy"),
    ),
    "person": (("decisions", None), ("notes", None)),
    "event": (("describe", None), ("notes", None)),
    "family": (("forecast", None), ("kpi", "revenue"), ("kpi", "accuracy"), ("inventory", None)),
    "region": (("kpi", "revenue"), ("forecast", None), ("kpi", "otif")),
    "channel": (("kpi", "revenue"), ("forecast", None), ("kpi", "otif")),
}
_USUAL: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Revenue by family", "kpi", {"kpi": "revenue", "by": "family"}),
    ("Forecast accuracy by family", "kpi", {"kpi": "accuracy", "by": "family"}),
    ("OTIF", "kpi", {"kpi": "otif"}),
    ("Where the bottleneck is", "capacity", {}),
    ("Which products will stock out", "inventory", {"only": "at_risk"}),
)
_DRIVER = {
    "otif": "customer", "on_time": "customer", "in_full": "product", "utilisation": "resource",
    "supplier_lateness": "supplier", "plan_attainment": "resource", "plan_adherence": "resource",
    "budget_gap": "family", "decision_execution_rate": "month",
}  # fmt: skip


def _is_sure(confidence: float, ranking: Ranking) -> bool:
    """Tell whether the best reading stands out enough to be taken without asking."""
    others = [score for _, score in ranking.scores[1:2]]
    margin = confidence - max(others, default=0.0)
    return confidence >= _SURE or (confidence >= _LIKELY and margin >= _CLEAR)


def _says_its_intent(signals: Signals, intent: str, confidence: float) -> bool:
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
        return confidence > _FIRM
    return bool(signals.cues & subject)


_END = re.compile(r"(?<=[?!;])\s+|(?<=[a-z]{2}\.)\s+(?=[A-Za-z])|\n+")
_QUESTION_WORD = r"(?:what|how|which|who|when|where|why|is|are|can|could|will|do|does|did|show|give|tell|list|has|have)"
_JOINT = re.compile(
    rf",? (?:and|also|plus|then) (?={_QUESTION_WORD}\b)(?!(?:how|what) about)", re.I
)


def _sentences(signals: Signals) -> list[str]:
    """Return the questions in a message; greetings and context are left out where others ask."""
    text = signals.text
    if "whatif" in signals.cues or {"draft", "a_decision"} <= signals.cues:
        return [text]
    parts = [p.strip() for whole in _END.split(text) for p in _JOINT.split(whole) if p.strip()]
    asking = [p for p in parts if _asks(p)]
    return asking or [text]


def _asks(part: str) -> bool:
    opening = rf"^(?:(?:and|also|so|ok|hi|hello|please|now|then|but),? )*(?:{_QUESTION_WORD}|forecast|compare|draft|find|search|run|simulate|check|explain|plan|optimi\w+|predict|break|split|rank|plot|write|prepare|propose|create|log|record|send|delete|approve|reject)\b"
    return part.endswith("?") or bool(re.match(opening, part, re.I))


def _joined(readings: list[Reading]) -> Reading:
    """Return several readings as one: all calls, the first question back."""
    if len(readings) == 1:
        return readings[0]
    computing = [r for r in readings if r.calls]
    if not computing:
        asking = (r for r in readings if r.ask)
        talking = (r for r in readings if r.status != "refused")
        return next(asking, None) or next(talking, readings[0])
    calls = tuple(dict.fromkeys(_hashable(call) for r in computing for call in r.calls))
    left = [
        r.say
        for r in readings
        if not r.calls and r.say and r.intent not in ("greeting", "offtopic", "help")
    ]
    notes = [r.say for r in computing if r.say]
    return replace(
        computing[-1],
        calls=tuple(entry.call for entry in calls)[:6],
        say="\n\n".join([*notes, *left]),
    )


class _hashable:
    """A call that compares by its content."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self._key = (call.tool, repr(sorted(call.arguments.items(), key=lambda pair: pair[0])))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _hashable) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

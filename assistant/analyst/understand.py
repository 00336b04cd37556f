"""A question understood without a language model: tool calls, a question back, or an honest no."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.analyst import carry_over, follow_up, offers, replies, sayings, suggestions
from assistant.analyst.doubts import (
    FIRM,
    LIKELY,
    SURE,
    is_doubtful,
    is_missing,
    is_strange,
    is_sure,
    says_its_intent,
)
from assistant.analyst.filling import fill
from assistant.analyst.frame import Call, Choice, Filled, Frame, Reading
from assistant.analyst.intents import Encoder, IntentModel, Ranking
from assistant.analyst.measures import kpi_label
from assistant.analyst.messages import heads, joined, sentences
from assistant.analyst.planning_rules import PLANNING
from assistant.analyst.requests import ACCEPTS, TOOLS, tool_calls
from assistant.analyst.rules import RULE, decide
from assistant.analyst.signals import SignalReader, Signals
from assistant.analyst.slots import read_bad_group
from assistant.analyst.spelling import known_words
from assistant.analyst.text import clean
from assistant.analyst.unknown_names import Unknown, UnknownFinder
from assistant.analyst.vocabulary import Vocabulary

Memory = Mapping[str, Any]  # Any: JSON
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
        self._unknowns = UnknownFinder(vocabulary)
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
        if question.rstrip().endswith("?") and own.of("kpi") + own.of("capacity") > SURE:
            return None
        title = clean(question).strip(" .")[:160]
        return (
            self._calls(Filled(frame.with_slots(**{slot: title})), 1.0) if len(title) >= 5 else None
        )

    # Questions

    def _question(self, signals: Signals, memory: Memory) -> Reading:
        before = Frame.of(memory.get("frame"))
        parts = [self._reader.read_clean(part, part) for part in sentences(signals)]
        if len(parts) == 1:
            return self._one(signals, before)
        readings: list[Reading] = []
        for part in parts:
            within = next((r.frame for r in reversed(readings) if r.frame and r.calls), None)
            readings.append(self._one(part, within or before, together=within is not None))
        return joined(readings)

    def _one(self, signals: Signals, before: Frame | None, *, together: bool = False) -> Reading:
        """Return the reading of one question; `together`: of a message that asked before it."""
        ranking = self._model.rank([signals])[0]
        intent, confidence = decide(signals, ranking, self.vocabulary)
        reading = self._leaning(signals, before, intent, confidence)
        if reading:
            return reading
        several = heads(signals, intent)
        if len(several) > 1:
            return joined(
                [self._filled(name, signals, before, confidence, kpi) for name, kpi in several]
            )
        if follow_up.is_bare(signals):
            ahead = self._ahead(signals)
            return (
                self._filled(ahead, signals, before, 1.0)
                if ahead
                else offers.bare(signals, self.vocabulary)
            )
        if follow_up.is_vague(signals):
            return offers.vague()
        if intent in _NOT_TOOLS and (confidence >= LIKELY or is_strange(signals, ranking)):
            return self._no_tool(intent, signals, ranking)
        if intent in ("offtopic", "missing") and not signals.mentions:
            return self._no_tool(intent, signals, ranking)
        if intent in _NOT_TOOLS:
            return offers.unsure(signals, ranking, self.vocabulary)
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
        if follow_up.is_why(signals) and intent not in PLANNING:
            return self._why(before)
        if follow_up.asks_definition(signals):
            return self._definition(before)
        if follow_up.asks_again(signals):
            return self._calls(Filled(before), 1.0)
        has_intent = says_its_intent(signals, intent, confidence)
        if not follow_up.leans(signals, has_intent=has_intent):
            return None
        if intent in ("greeting", "approve", "help") and confidence > SURE and not signals.mentions:
            return None
        if has_intent and intent != before.intent:
            return self._filled(intent, signals, before, confidence) if intent in TOOLS else None
        frame, ask = carry_over.continued(signals, before, self.vocabulary)
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
        ahead = self._ahead(signals)
        if (
            ahead
            and confidence < FIRM
            and not signals.measures
            and intent not in ("notes", "whatif")
        ):
            return self._filled(ahead, signals, before, confidence)
        if not is_sure(confidence, ranking) or (
            confidence < RULE and is_doubtful(signals, ranking) and not self._unknown(signals)
        ):
            return offers.unsure(signals, ranking, self.vocabulary)
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
        return self._unknowns.find(signals.text, signals.named_spans(), known_words())

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


_DRIVER = {
    "otif": "customer", "on_time": "customer", "in_full": "product", "utilisation": "resource",
    "supplier_lateness": "supplier", "plan_attainment": "resource", "plan_adherence": "resource",
    "budget_gap": "family", "decision_execution_rate": "month",
}  # fmt: skip

"""What a question asks for, before it becomes tool calls: an intent with its slots."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Literal

Status = Literal["answered", "asked_back", "not_in_data", "not_permitted", "refused", "failed"]
Slots = Mapping[str, Any]  # Any: JSON values of tool arguments
KINDS = ("product", "family", "site", "region", "channel", "customer", "resource", "supplier")


@dataclass(frozen=True)
class Call:
    """One tool call to make."""

    tool: str
    arguments: Slots


@dataclass(frozen=True)
class Span:
    """Months asked about, None for an open side; `ahead` for "the next six months"."""

    start: date | None = None
    end: date | None = None
    ahead: int | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "Span | None":
        """Return a span from its JSON form."""
        if not kept:
            return None
        start, end = (
            date.fromisoformat(kept[k]) if kept.get(k) else None for k in ("start", "end")
        )
        return cls(start, end, kept.get("ahead"))


@dataclass(frozen=True)
class Frame:
    """An intent with what was named.

    Attributes:
        intent: `kpi`, `forecast`, … as in the example questions.
        names: Kind → ids named, in order; several of a kind mean several calls.
        spans: Periods asked about; several mean several calls.
        slots: Everything else by argument name: `by`, `top`, `order`, `kpi`, `only`, `levers`.
    """

    intent: str
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    slots: Slots = field(default_factory=dict)

    def with_names(self, kind: str, *ids: str) -> "Frame":
        """Return the frame with the things of one kind replaced."""
        return replace(self, names={**self.names, kind: ids})

    def with_slots(self, **slots: Any) -> "Frame":  # Any: JSON values
        """Return the frame with some slots replaced; None removes one."""
        merged = {**self.slots, **slots}
        return replace(self, slots={k: v for k, v in merged.items() if v is not None})

    def to_json(self) -> dict[str, Any]:
        """Return the frame as JSON values."""
        return {
            "intent": self.intent,
            "names": {kind: list(ids) for kind, ids in self.names.items()},
            "spans": [
                {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(span).items()}
                for span in self.spans
            ],
            "slots": dict(self.slots),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "Frame | None":
        """Return a frame from its JSON form; None for anything else."""
        if not kept or "intent" not in kept:
            return None
        return cls(
            kept["intent"],
            {kind: tuple(ids) for kind, ids in kept.get("names", {}).items()},
            tuple(span for span in map(Span.of, kept.get("spans", ())) if span),
            kept.get("slots", {}),
        )


@dataclass(frozen=True)
class Choice:
    """One way to complete a question: what to show, and the slots it fills.

    `names` and `slots` replace the frame's; `intent` too if given.
    """

    text: str
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    slots: Slots = field(default_factory=dict)
    intent: str | None = None
    spans: tuple[Span, ...] = ()

    def applied(self, frame: Frame) -> Frame:
        """Return the frame completed by this choice."""
        return Frame(
            self.intent or frame.intent,
            {**frame.names, **self.names},
            self.spans or frame.spans,
            {**frame.slots, **self.slots},
        )

    def to_json(self) -> dict[str, Any]:
        """Return the choice as JSON values."""
        return {
            "text": self.text,
            **Frame(self.intent or "", self.names, self.spans, self.slots).to_json(),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Choice":
        """Return a choice from its JSON form."""
        frame = Frame.of(kept)
        assert frame
        return cls(kept["text"], frame.names, frame.slots, frame.intent or None, frame.spans)


@dataclass(frozen=True)
class Ask:
    """A question back, with choices that a short reply picks from.

    `open_slot` names a slot that a free reply fills, e.g. the title of a decision.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    open_slot: str | None = None

    def is_about(self, slot: str) -> bool:
        """Tell whether the choices fill a slot of that name."""
        return any(slot in choice.slots for choice in self.choices)

    def sentence(self) -> str:
        """Return the question with its choices numbered, as it is sent."""
        if not self.choices:
            return self.text
        listed = "\n".join(f"{place}. {c.text}" for place, c in enumerate(self.choices, 1))
        return f"{self.text}\n\n{listed}"


@dataclass(frozen=True)
class Filled:
    """A frame, or the question back that completes it; `note` goes with the answer."""

    frame: Frame
    ask: Ask | None = None
    note: str = ""


@dataclass(frozen=True)
class Reading:
    """How a question was understood: tool calls to make, or what to say instead.

    Attributes:
        calls: Tool calls, in order; empty if nothing is to be computed.
        status: What the turn comes to if no tool is called.
        say: What to say then, or what to add to the tools' sentences.
        frame: What is carried to the next question.
        ask: The question back, if any.
        suggestions: What to ask next when nothing is computed.
        intent: The intent that was chosen, and how sure it is (0 to 1).
    """

    calls: tuple[Call, ...] = ()
    status: Status = "answered"
    say: str = ""
    frame: Frame | None = None
    ask: Ask | None = None
    suggestions: tuple[str, ...] = ()
    intent: str = ""
    confidence: float = 1.0

    def memory(self, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return what the next turn needs, as JSON values."""
        frame = self.frame.to_json() if self.frame else (before or {}).get("frame")
        kept: dict[str, Any] = {"frame": frame} if frame else {}
        if self.ask and self.frame:
            kept["pending"] = {
                "frame": self.frame.to_json(),
                "text": self.ask.text,
                "choices": [choice.to_json() for choice in self.ask.choices],
                "open_slot": self.ask.open_slot,
            }
            kept["frame"] = (before or {}).get("frame") or kept["frame"]
        return kept

"""A message as its questions: its sentences, several figures in one, several readings as one."""

import re
from dataclasses import replace
from itertools import pairwise

from assistant.analyst.frame import Call, Reading
from assistant.analyst.signals import Signals

_END = re.compile(r"(?<=[?!;])\s+|(?<=[a-z]{2}\.)\s+(?=[A-Za-z])|\n+")
_QUESTION_WORD = (
    r"(?:what|how|which|who|when|where|why|is|are|can|could|will|do|does|did|show|give|"
    r"tell|list|has|have)"
)
_JOINT = re.compile(
    rf",? (?:and|also|plus|then) (?={_QUESTION_WORD}\b)(?!(?:how|what) about)", re.I
)


def sentences(signals: Signals) -> list[str]:
    """Return the questions in a message; greetings and context are left out where others ask."""
    text = signals.text
    if "whatif" in signals.cues or {"draft", "a_decision"} <= signals.cues:
        return [text]
    parts = [p.strip() for whole in _END.split(text) for p in _JOINT.split(whole) if p.strip()]
    asking = [p for p in parts if _asks(p)]
    return asking or [text]


def _asks(part: str) -> bool:
    opening = (
        rf"^(?:(?:and|also|so|ok|hi|hello|please|now|then|but),? )*(?:{_QUESTION_WORD}|"
        rf"forecast|compare|draft|find|search|run|simulate|check|explain|plan|optimi\w+|"
        rf"predict|break|split|rank|plot|write|prepare|propose|create|log|record|send|delete|"
        rf"approve|reject)\b"
    )
    return part.endswith("?") or bool(re.match(opening, part, re.I))


def joined(readings: list[Reading]) -> Reading:
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


_HEADS = (
    ("forecast", r"(?:demand |sales )?(?:forecast|outlook)s?|demand"),
    ("capacity", r"capacit(?:y|ies)(?: check| load)?|load|line loading"),
    (
        "inventory",
        r"(?:projected |closing )?(?:stock|inventory|inventories)"
        r"(?: levels?| projection| position)?|stock-?outs?",
    ),
    ("plan", r"(?:supply|production) plan"),
)
_ANY = "|".join(pattern for _, pattern in _HEADS)
_COORDINATED = re.compile(
    rf"\b({_ANY})(?:,? (?:and|&|plus|as well as) |, )(?:the |our )?({_ANY})\b"
)
_AND = re.compile(r"\W*(,|and|&|as well as|plus|or|versus|\W)*( the| our)?\W*")


def heads(signals: Signals, intent: str) -> list[tuple[str, str | None]]:
    """Return the intents of "forecast and capacity of …", "OTIF and revenue …"; empty for one.

    Each comes with its KPI, where it is one.
    """
    if intent not in ("kpi", "forecast", "capacity", "inventory", "plan"):
        return []
    sure = [m for m in signals.measures if len(m.kpis) == 1]
    if intent == "kpi" and len({m.kpis[0] for m in sure}) > 1:
        gaps = [signals.text[a.end : b.start].lower() for a, b in pairwise(sure)]
        if all(_AND.fullmatch(gap) for gap in gaps):
            return [("kpi", kpi) for kpi in dict.fromkeys(m.kpis[0] for m in sure)]
    match = _COORDINATED.search(signals.text.lower())
    if not match:
        return []
    named = [next(n for n, p in _HEADS if re.fullmatch(p, said)) for said in (match[1], match[2])]
    return [(name, None) for name in dict.fromkeys(named)]

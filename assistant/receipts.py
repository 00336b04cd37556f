"""Replay: the same calls on the same facts, for the same asker, with what was known then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # Any: JSON requests

from assistant.answer import Answer
from assistant.store.conversations import Call, Receipt
from planning_engine.errors import PlanningError
from tools import registry
from tools.context import ToolContext
from tools.evidence import Evidence


@dataclass(frozen=True)
class Difference:
    """A call whose evidence is not what it was; `now` is empty when it failed."""

    tool: str
    request: Mapping[str, Any]
    was: str
    now: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Replay:
    """A receipt answered again: the evidence now, and where it differs from then."""

    receipt: str
    question: str
    answer: Answer
    evidence: tuple[Evidence, ...]
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Tell whether every piece of evidence is identical."""
        return not self.differences

    def to_dict(self) -> dict[str, Any]:
        """Return the replay as JSON values."""
        return {
            "receipt": self.receipt,
            "question": self.question,
            "same": self.same,
            "snapshot": self.answer.snapshot,
            "evidence": [entry.to_dict() for entry in self.evidence],
            "differences": [
                {**vars(entry), "request": dict(entry.request), "changes": list(entry.changes)}
                for entry in self.differences
            ],
        }


def replay(receipt: Receipt, question: str, answer: Answer, context: ToolContext) -> Replay:
    """Run a receipt's calls again.

    Args:
        receipt: What was called.
        question: What was asked then.
        answer: What was answered then.
        context: The same facts, asker, notes and decisions as then.
    """
    before = {entry.id: entry for entry in answer.evidence}
    evidence: list[Evidence] = []
    differences: list[Difference] = []
    for call in receipt.calls:
        if call.evidence is None:
            continue
        now = _run(call, context)
        if isinstance(now, Evidence):
            evidence.append(now)
        if not isinstance(now, Evidence) or now.id != call.evidence:
            differences.append(_difference(call, before.get(call.evidence), now))
    return Replay(receipt.code, question, answer, _distinct(evidence), tuple(differences))


def _run(call: Call, context: ToolContext) -> Evidence | PlanningError:
    try:
        return registry.run(call.tool, call.arguments, context)
    except PlanningError as problem:
        return problem


def _difference(call: Call, was: Evidence | None, now: Evidence | PlanningError) -> Difference:
    if isinstance(now, PlanningError):
        changes = [f"The call fails now: {now}"]
    elif was is None:
        changes = ["The evidence of then is not kept."]
    else:
        changes = _changes(was, now)
    identity = now.id if isinstance(now, Evidence) else ""
    return Difference(call.tool, call.arguments, call.evidence or "", identity, tuple(changes))


def _changes(was: Evidence, now: Evidence) -> list[str]:
    then_facts, now_facts = _facts(was), _facts(now)
    changes = [
        f"{label} was {then_facts.get(label, 'absent')} and is {now_facts.get(label, 'absent')}."
        for label in dict.fromkeys([*then_facts, *now_facts])
        if then_facts.get(label) != now_facts.get(label)
    ]
    if changes:
        return changes
    left, right = was.to_dict(), now.to_dict()
    parts = [name for name in left if name != "id" and left[name] != right.get(name)]
    return [f"The {name} differs." for name in parts]


def _facts(evidence: Evidence) -> dict[str, str]:
    return {
        f"{entry['name']} {' '.join(entry['about'].values())}".strip(): (
            f"{entry['value']} {entry['unit'] or ''}".strip()
        )
        for entry in evidence.to_dict()["facts"]
    }


def _distinct(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple({entry.id: entry for entry in evidence}.values())

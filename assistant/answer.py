"""What a turn gives back: the checked answer, its evidence, and progress on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tools.evidence import Evidence, Passage, Proposal, plain

Status = Literal["answered", "asked_back", "not_in_data", "not_permitted", "refused", "failed"]


@dataclass(frozen=True)
class Claim:
    """A number, date or name in an answer, and the fact it rests on.

    `start` and `end` are places in the answer's text. `source` is `fact`, `question`,
    `note` or `none`; for a fact, `evidence` and `fact` (its position) say which one.
    """

    start: int
    end: int
    text: str
    kind: Literal["number", "percent", "money", "date", "name", "count", "rank"]
    source: Literal["fact", "question", "note", "none"]
    evidence: str | None = None
    fact: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class PendingProposal:
    """A proposal with the id that approving or rejecting it takes."""

    id: str
    proposal: Proposal
    evidence: str
    status: Literal["open", "approved", "rejected"] = "open"
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """One checked answer. `text` is Markdown without tables of figures from a model.

    `footnotes` are the assistant's own sentences, for every channel to show under the text:
    the date the data speaks for, and what was assumed or is doubtful in it, each once.
    """

    text: str
    status: Status
    evidence: tuple[Evidence, ...] = ()
    citations: tuple[Passage, ...] = ()
    proposals: tuple[PendingProposal, ...] = ()
    suggestions: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    footnotes: tuple[str, ...] = ()
    snapshot: str = ""
    model: str = ""
    receipt: str = ""
    thread: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON values, in the shape of the design."""
        return {
            "text": self.text,
            "status": self.status,
            "evidence": [entry.to_dict() for entry in self.evidence],
            "citations": [plain(vars(entry)) for entry in self.citations],
            "proposals": [
                plain({**vars(entry), "proposal": vars(entry.proposal)}) for entry in self.proposals
            ],
            "suggestions": list(self.suggestions),
            "claims": [plain(vars(entry)) for entry in self.claims],
            "footnotes": list(self.footnotes),
            "snapshot": self.snapshot,
            "model": self.model,
            "receipt": self.receipt,
            "thread": self.thread,
        }


@dataclass(frozen=True)
class Progress:
    """What is happening in a turn, for a channel to show."""

    kind: Literal[
        "started", "thinking", "tool_started", "tool_progress", "tool_finished", "checking"
    ]
    text: str
    tool: str | None = None
    done: float | None = None
    request: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON

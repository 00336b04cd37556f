"""An answer as Slack blocks: the text, what its numbers rest on, buttons for a person."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from assistant.answer import Answer, PendingProposal
from tools.evidence import EvidenceTable, Fact

Block = dict[str, Any]  # Any: Slack's Block Kit JSON

APPROVE, REJECT, ASK = "approve_proposal", "reject_proposal", "ask_suggestion"
_SECTION_LIMIT = 2900  # Slack refuses a section over 3,000 characters
_CONTEXT_LIMIT = 1900
_ROWS, _COLUMNS = 8, 5
_LABELS = {
    "asked_back": "I need one detail",
    "not_in_data": "Not in the data",
    "not_permitted": "Not permitted",
    "refused": "Outside what I do",
    "failed": "That did not work",
}


def answer_blocks(answer: Answer) -> list[Block]:
    """Return the message for a checked answer."""
    blocks = [_section(part) for part in _parts(mrkdwn(answer.text))]
    if answer.status in _LABELS:
        blocks.insert(0, _context(f"*{_LABELS[answer.status]}*"))
    for entry in answer.evidence:
        if entry.table and 1 < len(entry.table.rows) <= 40:
            blocks.append(_section(f"```{_grid(entry.table)}```"))
    blocks += [_context(line) for line in _grounds(answer)]
    blocks += [_context(escaped(line)) for line in answer.footnotes]
    for pending in answer.proposals:
        blocks += proposal_blocks(pending)
    if answer.suggestions:
        blocks.append(_suggestions(answer.suggestions))
    blocks.append(_context(_footer(answer)))
    return blocks[:50]  # Slack's limit for one message


def proposal_blocks(pending: PendingProposal) -> list[Block]:
    """Return the typed object a person decides on, with buttons while it is open."""
    proposal = pending.proposal
    kind = proposal.kind.replace("_", " ")
    lines = [f"*Proposed {kind}: {escaped(proposal.title)}*"]
    lines += [
        f"• {escaped(key.replace('_', ' '))}: {escaped(_words(value))}"
        for key, value in proposal.body.items()
        if value not in (None, "", [], {}) and key != "title"
    ]
    blocks = [_section(part) for part in _parts("\n".join(lines))]
    if pending.status == "open":
        blocks.append(
            {
                "type": "actions",
                "elements": [
                    _button("Approve", APPROVE, pending.id, style="primary"),
                    _button("Reject", REJECT, pending.id, style="danger"),
                ],
            }
        )
    else:
        when = f" on {day(pending.decided_at.date())}" if pending.decided_at else ""
        blocks.append(_context(f"{pending.status.capitalize()} by {pending.decided_by}{when}"))
    return blocks


def decided_blocks(blocks: Sequence[Mapping[str, Any]], proposal: str, words: str) -> list[Block]:
    """Return a message in which one proposal's buttons gave way to what was decided."""
    changed: list[Block] = []
    for block in blocks:
        values = {element.get("value") for element in block.get("elements", [])}
        is_buttons = block.get("type") == "actions" and proposal in values
        changed.append(_context(words) if is_buttons else dict(block))
    return changed


def plain_text(answer: Answer) -> str:
    """Return the fallback that Slack shows in notifications."""
    return re.sub(r"[*_`#]", "", answer.text)[:300]


def mrkdwn(markdown: str) -> str:
    """Turn our Markdown into Slack's: bold, bullets, headings, escaped signs."""
    text = escaped(markdown)
    text = re.sub(r"(?m)^#{1,6}\s+(.+)$", r"**\1**", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"*\1*", text)
    return re.sub(r"(?m)^(\s*)[-*]\s+", r"\1• ", text)


def escaped(text: str) -> str:
    """Escape what Slack reads as markup, so that a note can mention or link nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def day(value: date) -> str:
    """Return a date in words: 31 October 2026."""
    return f"{value.day} {value:%B %Y}"


def _grounds(answer: Answer) -> Iterable[str]:
    """Yield, per evidence, which figures of the text rest on it."""
    for entry in answer.evidence:
        shown: dict[str, str] = {}
        for claim in answer.claims:
            if claim.evidence == entry.id and claim.fact is not None:
                shown.setdefault(claim.text, _about(entry.facts[claim.fact]))
        figures = "; ".join(
            f"*{escaped(text)}* {escaped(about)}" for text, about in list(shown.items())[:8]
        )
        definition = f" — {escaped(entry.definition.splitlines()[0])}" if entry.definition else ""
        yield f"`{entry.id}` {entry.tool.replace('_', ' ')}{definition}" + (
            f"\n{figures}" if figures else ""
        )
    for passage in answer.citations:
        when = f", {day(passage.held_on)}" if passage.held_on else ""
        yield (
            f"{escaped(passage.title)}{when} ({escaped(passage.note)}, "
            f"lines {passage.first_line}–{passage.last_line})"
        )


def _about(fact: Fact) -> str:
    about = ", ".join(fact.about.values())
    return f"({fact.name.replace('_', ' ')}{': ' + about if about else ''})"


def _footer(answer: Answer) -> str:
    receipt = f"receipt `{answer.receipt}`" if answer.receipt else ""
    return " · ".join(part for part in (answer.model, receipt) if part) or "S&amp;OP assistant"


def _suggestions(suggestions: Sequence[str]) -> Block:
    return {
        "type": "actions",
        "elements": [
            _button(text[:75], f"{ASK}_{place}", text[:1900])
            for place, text in enumerate(suggestions[:3])
        ],
    }


def _button(text: str, action: str, value: str, style: str | None = None) -> Block:
    button: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": text},
        "action_id": action,
        "value": value,
    }
    return {**button, "style": style} if style else button


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text[:_CONTEXT_LIMIT]}]}


def _parts(text: str) -> list[str]:
    """Split at line ends so that each part fits a section."""
    parts = [""]
    for line in text.splitlines() or [""]:
        for piece in [
            line[i : i + _SECTION_LIMIT] for i in range(0, len(line), _SECTION_LIMIT)
        ] or [""]:
            if len(parts[-1]) + len(piece) + 1 > _SECTION_LIMIT:
                parts.append("")
            parts[-1] += ("\n" if parts[-1] else "") + piece
    return [part for part in parts if part.strip()] or ["(no text)"]


def _grid(table: EvidenceTable) -> str:
    """Return the first rows in columns of equal width, and how many more there are."""
    columns = table.columns[:_COLUMNS]
    head = [column.name + (f" ({column.unit})" if column.unit else "") for column in columns]
    body = [[_cell(value) for value in row[:_COLUMNS]] for row in table.rows[:_ROWS]]
    widths = [max(len(row[i]) for row in [head, *body]) for i in range(len(columns))]
    numeric = [column.type == "number" for column in columns]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in [head, *body]
    ]
    if len(table.rows) > _ROWS:
        lines.append(f"… {len(table.rows) - _ROWS} more rows on the web page")
    return escaped("\n".join(lines))


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, date):
        return f"{value:%b %Y}" if value.day == 1 else value.isoformat()
    return str(value)[:32]


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        filled = ((k, v) for k, v in value.items() if v not in (None, "", [], {}))
        return ", ".join(f"{k.replace('_', ' ')} {_words(v)}" for k, v in filled)
    if isinstance(value, list | tuple):
        return "; ".join(_words(entry) for entry in value)
    return str(value)

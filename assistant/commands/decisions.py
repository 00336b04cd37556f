"""`sop decisions`: what is proposed and decided, and deciding it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any  # Any: JSON objects

import typer

from assistant.commands.work import As, Json, work, workshop
from tools.evidence import plain

if TYPE_CHECKING:
    from assistant.answer import PendingProposal
    from assistant.channels.terminal import Screen
    from planning_engine.cycles.decisions import Decision

app = typer.Typer(help="Decisions: list, show, approve, reject, export.")


@app.callback(invoke_without_command=True)
def overview(context: typer.Context, who: As = None, as_json: Json = False) -> None:
    """List decisions and open proposals."""
    if context.invoked_subcommand is None:
        _show_all(who, as_json)


@app.command("list")
def list_(who: As = None, as_json: Json = False) -> None:
    """List decisions and open proposals."""
    _show_all(who, as_json)


@app.command()
def show(
    decision: Annotated[str, typer.Argument(help="Id of a decision.")],
    who: As = None,
    as_json: Json = False,
) -> None:
    """Show one decision and what happened to it."""
    with work(as_json=as_json) as screen:
        parts = workshop()
        person = parts.person(who)
        events = parts.conversation.decision_events(decision, person)
        body = events[-1].body
        if as_json:
            screen.json({**body, "events": [plain(vars(event)) for event in events]})
        screen.line(str(body["title"]), "bold")
        screen.table(("", ""), [(name, value) for name, value in body.items() if value])
        screen.table(
            ("when", "what", "who", "where", "evidence", "reason"),
            [
                (
                    f"{event.at:%Y-%m-%d %H:%M}",
                    event.verdict,
                    event.person,
                    event.channel,
                    ", ".join(event.evidence) or "—",
                    event.reason or "—",
                )
                for event in events
            ],
        )


@app.command()
def approve(
    proposal: Annotated[str, typer.Argument(help="Id of an open proposal, e.g. p_3tmstk.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    who: As = None,
    as_json: Json = False,
) -> None:
    """Approve a proposal under your name."""
    with work(as_json=as_json) as screen:
        parts = workshop()
        person = parts.person(who)
        settled = parts.conversation.approve(proposal, person, "terminal", reason)
        _show_settled(screen, settled, person.name)


@app.command()
def reject(
    proposal: Annotated[str, typer.Argument(help="Id of an open proposal.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    who: As = None,
    as_json: Json = False,
) -> None:
    """Reject a proposal under your name."""
    with work(as_json=as_json) as screen:
        parts = workshop()
        person = parts.person(who)
        settled = parts.conversation.reject(proposal, person, "terminal", reason)
        _show_settled(screen, settled, person.name)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="File to write; stdout if left out.")] = None,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Write all decisions with their log as JSON."""
    import json

    with work(as_json=as_json) as screen:
        parts = workshop()
        person = parts.person(who)
        content = {
            "decisions": [
                {
                    **plain(_record(entry)),
                    "events": [
                        plain(vars(event))
                        for event in parts.conversation.decision_events(entry.id, person)
                    ],
                }
                for entry in parts.conversation.decisions(person)
            ]
        }
        if out is None:
            screen.json(content)
            return
        draft = out.with_name(f".{out.name}.draft")
        draft.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
        draft.replace(out)
        if as_json:
            screen.json({"file": str(out), "decisions": len(content["decisions"])})
        screen.line(f"{len(content['decisions'])} decisions written to {out}.")


def _show_all(who: str | None, as_json: bool) -> None:
    with work(as_json=as_json) as screen:
        parts = workshop()
        person = parts.person(who)
        decisions = parts.conversation.decisions(person)
        proposals = parts.conversation.open_proposals(person)
        if as_json:
            screen.json(
                {
                    "decisions": [plain(_record(entry)) for entry in decisions],
                    "open_proposals": [_pending_record(entry) for entry in proposals],
                }
            )
        screen.table(
            ("id", "status", "owner", "decided", "due", "decision"),
            [
                (entry.id, entry.status, entry.owner, entry.decided_on, entry.due_on, entry.title)
                for entry in decisions
            ],
        )
        if proposals:
            screen.line()
            screen.table(
                ("proposal", "kind", "title"),
                [(entry.id, entry.proposal.kind, entry.proposal.title) for entry in proposals],
                title="Open proposals: decide with `sop decisions approve ID` or `reject ID`",
            )


def _show_settled(screen: "Screen", settled: "PendingProposal", name: str) -> None:
    if screen.as_json:
        screen.json(_pending_record(settled))
    screen.line(f"{settled.status.capitalize()} by {name}: {settled.proposal.title}")


def _pending_record(pending: "PendingProposal") -> dict[str, Any]:
    record: dict[str, Any] = plain({**vars(pending), "proposal": vars(pending.proposal)})
    return record


def _record(decision: "Decision") -> dict[str, Any]:
    from assistant.store.records import decision_record

    return decision_record(decision)

"""`sop plans`: the plans of record, and what each changes."""

from typing import Annotated

import typer

from assistant.commands.work import As, Json, work, workshop
from tools.evidence import plain

app = typer.Typer(help="Plans of record: list, show.")


@app.callback(invoke_without_command=True)
def overview(context: typer.Context, who: As = None, as_json: Json = False) -> None:
    """List the plans of record."""
    if context.invoked_subcommand is None:
        _list(who, as_json)


@app.command("list")
def list_(who: As = None, as_json: Json = False) -> None:
    """List the plans of record, the latest last."""
    _list(who, as_json)


@app.command()
def show(
    plan: Annotated[str, typer.Argument(help="Id of a plan; the latest if left out.")] = "",
    who: As = None,
    as_json: Json = False,
) -> None:
    """Show one plan of record: what it changes, and its figures as approved."""
    from planning_engine.errors import UnknownName
    from planning_engine.levers.phrases import phrase

    with work(as_json=as_json) as screen:
        parts = workshop()
        plans = {entry.id: entry for entry in parts.conversation.plans_of_record(parts.person(who))}
        found = plans.get(plan) if plan else next(reversed(plans.values()), None)
        if found is None:
            raise UnknownName("plan of record", plan or "latest", plans)
        levers = [lever.model_dump(mode="json", exclude_none=True) for lever in found.levers]
        if as_json:
            figures = [vars(figure) for figure in found.figures]
            screen.json({**plain(vars(found)), "levers": levers, "figures": figures})
        screen.line(found.title, "bold")
        screen.line(
            f"Approved by {found.approved_by} on {found.approved_on}: {found.reason or '—'}"
        )
        screen.line(f"{found.months} months on {found.snapshot}, digest {found.digest}")
        for lever in found.levers:
            screen.line(f"  - {phrase(lever)}")
        screen.table(
            ("figure", "value", "unit"),
            [(f.name.replace("_", " "), f"{f.value:,.1f}", f.unit) for f in found.figures],
        )


def _list(who: str | None, as_json: bool) -> None:
    with work(as_json=as_json) as screen:
        parts = workshop()
        plans = parts.conversation.plans_of_record(parts.person(who))
        if as_json:
            fields = ("id", "title", "approved_by", "approved_on", "months", "snapshot", "digest")
            listed = [{name: getattr(entry, name) for name in fields} for entry in plans]
            screen.json({"plans": plain(listed)})
        screen.table(
            ("id", "approved", "by", "months", "levers", "plan"),
            [(p.id, p.approved_on, p.approved_by, p.months, len(p.levers), p.title) for p in plans],
        )

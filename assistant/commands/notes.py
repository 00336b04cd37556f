"""`sop notes`: add meeting notes, search them."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.work import As, Full, Json, work, workshop

app = typer.Typer(help="Meeting notes: add and search them.", no_args_is_help=True)


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: md, txt, docx, vtt.")],
    as_json: Json = False,
) -> None:
    """Read notes and make them searchable."""
    with work(as_json=as_json) as screen:
        parts = workshop()
        with screen.steps() as bar:
            added = parts.notes.add(paths, bar.share)
        if as_json:
            screen.json({"added": [note.id for note in added]})
        for note in added:
            screen.line(f"{note.id}: {note.title}{' (executives only)' if note.restricted else ''}")
        screen.line(f"{len(added)} note{'' if len(added) == 1 else 's'} added.")


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for, in words.")],
    who: As = None,
    limit: Annotated[int, typer.Option(help="How many passages.")] = 4,
    as_json: Json = False,
    full: Full = False,
) -> None:
    """Find passages of meeting notes."""
    with work(as_json=as_json, full=full) as screen:
        parts = workshop()
        request = {"query": query, "limit": limit}
        screen.evidence(parts.conversation.run_tool("search_notes", request, parts.person(who)))

"""`sop ask`, `sop tool`, `sop replay`: questions, single tools, and answers again."""

import json
from collections.abc import Mapping
from typing import Annotated, Any  # Any: JSON arguments

import typer

from assistant.commands.work import FAILED, As, Full, Json, work, workshop
from planning_engine.errors import BadRequest


def ask(
    question: Annotated[str, typer.Argument(help="The question, in plain words.")],
    thread: Annotated[str | None, typer.Option(help="Thread to continue, or to begin.")] = None,
    who: As = None,
    as_json: Json = False,
    full: Full = False,
) -> None:
    """Ask one question."""
    with work(as_json=as_json, full=full) as screen:
        parts = workshop()
        person = parts.person(who)
        with screen.steps() as bar:
            answer = parts.conversation.ask(question, person, thread, "terminal", bar.step)
        screen.answer(answer)
        if answer.status == "failed":
            raise typer.Exit(FAILED)


def tool(
    name: Annotated[str, typer.Argument(help="Name of the tool; `list` names them.")],
    request: Annotated[str, typer.Argument(help="Its request, as a JSON object.")] = "{}",
    who: As = None,
    as_json: Json = False,
    full: Full = False,
) -> None:
    """Run one tool and print its evidence."""
    with work(as_json=as_json, full=full) as screen:
        if name == "list":
            _list_tools(screen)
            return
        parts = workshop()
        person = parts.person(who)
        with screen.steps() as bar:
            evidence = parts.conversation.run_tool(name, _arguments(request), person, bar.step)
        screen.evidence(evidence)


def replay(
    receipt: Annotated[str, typer.Argument(help="The receipt under an answer, e.g. r_7k2m9q.")],
    who: As = None,
    as_json: Json = False,
    full: Full = False,
) -> None:
    """Answer again from the same facts, and compare."""
    with work(as_json=as_json, full=full) as screen:
        parts = workshop()
        result = parts.conversation.replay(receipt, parts.person(who))
        if as_json:
            screen.json(result.to_dict())
        else:
            screen.line(f"Asked: {result.question}", "bold")
            for entry in result.evidence:
                screen.evidence(entry)
            _verdict(screen, result)
        if not result.same:
            raise typer.Exit(FAILED)


def _verdict(screen: Any, result: Any) -> None:
    if result.same:
        count = len(result.evidence)
        screen.line(f"Same evidence as then: {count} of {count} calls.", "green")
    for difference in result.differences:
        screen.line(f"{difference.tool} differs:", "red")
        for change in difference.changes:
            screen.line(f"  {change}")


def _arguments(request: str) -> Mapping[str, Any]:
    try:
        arguments = json.loads(request)
    except ValueError as problem:
        raise BadRequest(f"The request is not valid JSON: {problem}.") from problem
    if not isinstance(arguments, dict):
        raise BadRequest('The request must be a JSON object, such as \'{"resource": "L3"}\'.')
    return arguments


def _list_tools(screen: Any) -> None:
    from tools import registry

    tools = registry.all_tools()
    if screen.as_json:
        screen.json({name: entry.request.model_json_schema() for name, entry in tools.items()})
    screen.table(
        ("tool", "answers"),
        [(name, entry.description.splitlines()[0]) for name, entry in tools.items()],
    )

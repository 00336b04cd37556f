"""What every command shares: its options, its parts, and how errors become exit codes."""

import errno
import logging
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from planning_engine.errors import BadRequest, PlanningError, UnknownName

if TYPE_CHECKING:
    from assistant.channels.terminal import Screen
    from assistant.wiring import Workshop

FAILED, MISUSED = 1, 2

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
As = Annotated[str | None, typer.Option("--as", metavar="PERSON", help="Who asks (SOP_PERSON).")]
Full = Annotated[bool, typer.Option("--full", help="Show all rows.")]

log = logging.getLogger("sop")


@contextmanager
def work(*, as_json: bool, full: bool = False) -> Iterator["Screen"]:
    """Give a screen to work on; whatever goes wrong becomes a sentence and an exit code."""
    from assistant.channels.terminal import Screen

    screen = Screen(as_json=as_json, full=full)
    try:
        yield screen
    except PlanningError as problem:
        screen.problem(str(problem), type(problem).__name__)
        raise typer.Exit(exit_code(problem)) from problem
    except BrokenPipeError:
        # Whoever read the output has seen enough (`sop … | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from None
    except OSError as problem:
        sentence = _disk_sentence(problem)
        if sentence is None:
            _apologise(screen)
        else:
            screen.problem(sentence, "Disk")
        raise typer.Exit(FAILED) from problem
    except KeyboardInterrupt:
        screen.problem("Stopped.", "Stopped")
        raise typer.Exit(FAILED) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as problem:
        _apologise(screen)
        raise typer.Exit(FAILED) from problem


def exit_code(problem: PlanningError) -> int:
    """Return 2 for what the caller can put right in the command, 1 for the rest."""
    return MISUSED if isinstance(problem, BadRequest | UnknownName) else FAILED


def workshop() -> "Workshop":
    """Return the parts of this installation, as the settings say."""
    from assistant.settings import read_settings, unknown_variables
    from assistant.wiring import Workshop

    settings = read_settings()
    logging.basicConfig(level=settings.log_level, stream=sys.stderr, format="%(name)s: %(message)s")
    for sentence in unknown_variables():
        log.warning(sentence)
    return Workshop(settings)


def _apologise(screen: "Screen") -> None:
    reference = secrets.token_hex(3)
    log.exception("reference %s", reference)
    screen.problem(
        f"Something went wrong on our side (reference {reference}). The details stand above; "
        "please report them.",
        "Bug",
    )


def _disk_sentence(problem: OSError) -> str | None:
    place = problem.filename or "the disk"
    match problem.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"There is no room left to write {place}. Free some disk space and try again."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{place} cannot be read or written. Check its permissions."
        case errno.ENOENT:
            return f"There is no file {place}."
        case errno.EISDIR | errno.ENOTDIR:
            return f"{place} is not the kind of file that was expected."
    return None

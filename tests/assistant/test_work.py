"""Whatever goes wrong in a command becomes a sentence and an exit code."""

import errno

import pytest
import typer

from assistant.commands.work import work
from planning_engine.errors import (
    BadRequest,
    DataProblem,
    NoFeasiblePlan,
    NotPermitted,
    UnknownName,
)


@pytest.mark.parametrize(
    ("problem", "code", "sentence"),
    [
        (BadRequest("Say it otherwise."), 2, "Say it otherwise."),
        (UnknownName("line", "L", ["L1"]), 2, "No line named 'L'. Did you mean 'L1'?"),
        (NotPermitted("You may not."), 1, "You may not."),
        (DataProblem("The data lacks it."), 1, "The data lacks it."),
        (NoFeasiblePlan("Line 3 binds."), 1, "Line 3 binds."),
        (OSError(errno.ENOSPC, "x", "/srv/f"), 1, "There is no room left to write /srv/f"),
        (OSError(errno.EROFS, "x", "/srv/f"), 1, "/srv/f cannot be read or written"),
        (PermissionError(errno.EACCES, "x", "/srv/f"), 1, "/srv/f cannot be read or written"),
        (FileNotFoundError(errno.ENOENT, "x", "/srv/f"), 1, "There is no file /srv/f"),
        (IsADirectoryError(errno.EISDIR, "x", "/srv/f"), 1, "not the kind of file"),
        (KeyboardInterrupt(), 1, "Stopped."),
    ],
)
def test_each_problem_has_its_sentence_and_code(problem, code, sentence, capsys):
    with pytest.raises(typer.Exit) as left, work(as_json=False):
        raise problem
    assert left.value.exit_code == code
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("bug", [ZeroDivisionError("x"), OSError(errno.EBADF, "x")])
def test_a_bug_is_an_apology_with_a_reference_that_stands_in_the_log(bug, capsys, caplog):
    with pytest.raises(typer.Exit) as left, work(as_json=False):
        raise bug
    assert left.value.exit_code == 1
    reference = caplog.records[0].getMessage().removeprefix("reference ")
    assert f"(reference {reference})" in capsys.readouterr().err
    assert caplog.records[0].exc_info


def test_an_exit_that_was_chosen_stays_as_it_is():
    with pytest.raises(typer.Exit) as left, work(as_json=False):
        raise typer.Exit(7)
    assert left.value.exit_code == 7

"""The errors a planner may see. Each message is a sentence the asker can act on."""

from collections.abc import Iterable
from difflib import get_close_matches


class PlanningError(Exception):
    """A request that cannot be answered, said in a sentence for the asker."""


class UnknownName(PlanningError):
    """A name the company's data does not have; the message offers the nearest one.

    Example:
        >>> str(UnknownName("resource", "LINE2", ["LINE-1", "LINE-2"]))
        "No resource named 'LINE2'. Did you mean 'LINE-2'?"
    """

    def __init__(self, kind: str, name: str, known: Iterable[str] = ()) -> None:
        self.kind = kind
        self.name = name
        self.suggestions = nearest(name, known)
        hint = f" Did you mean {_either(self.suggestions)}?" if self.suggestions else ""
        super().__init__(f"No {kind} named '{name}'.{hint}")


class BadRequest(PlanningError):
    """A request outside what a tool or command accepts: fix the question."""


class NotPermitted(PlanningError):
    """The asker may not see or do this. Never reported as "there is none"."""


class DataProblem(PlanningError):
    """The data lacks or contradicts what the answer needs: fix the data."""


class NoFeasiblePlan(PlanningError):
    """No plan satisfies the rules; the message names what binds."""


def nearest(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Return the known names closest to a misspelt one, best first."""
    by_lower = {entry.lower(): entry for entry in known}
    matches = get_close_matches(name.lower(), by_lower, n=limit, cutoff=0.6)
    return tuple(by_lower[match] for match in matches)


def shortened(text: str, most: int = 60) -> str:
    """Return a text as it may stand in a sentence: one line, cut when it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _either(names: tuple[str, ...]) -> str:
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]

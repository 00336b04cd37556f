"""The quality report: one function per check; it reports, and repairs only by a named rule."""

from collections.abc import Callable, Mapping
from datetime import date

from planning_engine.data.quality import swapped  # isort: skip  # first: its repair moves dates
from planning_engine.data.quality import calendar, keys, shifts, units, values
from planning_engine.data.quality.keys import ADD_MISSING
from planning_engine.data.quality.registry import Inspection, all_checks, check
from planning_engine.data.quality.swapped import REPAIR
from planning_engine.data.staging import Staging

REPAIRS: Mapping[str, str] = {
    REPAIR: "Put dates right whose day and month changed places.",
    ADD_MISSING: "Add products that other tables name and products lacks.",
}

__all__ = [
    "REPAIRS",
    "Inspection",
    "calendar",
    "check",
    "inspect",
    "keys",
    "shifts",
    "swapped",
    "units",
    "values",
]


def inspect(
    staging: Staging,
    as_of: date | None,
    switches: Mapping[str, str],
    say: Callable[[str], None] = lambda message: None,
) -> None:
    """Run every check over the staged tables and keep what they find.

    Args:
        staging: The tables; named repairs that were asked for change them.
        as_of: The date the data speaks for.
        switches: The settings of the import.
        say: Called with the name of each check.
    """
    data = Inspection(staging, as_of, switches)
    for function in all_checks():
        say(f"Checking {function.__name__.replace('_', ' ')}")
        staging.issues += [issue for issue in function(data) if issue is not None]

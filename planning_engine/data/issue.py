"""One finding of the data-quality check."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note", "assumption"]


@dataclass(frozen=True)
class Issue:
    """What is wrong or assumed in a table.

    An `error` stops an import; a `warning` is shown in every answer that reads the table;
    a `note` is only listed in the report; an `assumption` marks figures that somebody
    declared because the source lacks them, and is shown like a warning.

    `examples` are rows as a person finds them: `sales.csv line 14: quantity = -3`.
    """

    table: str
    rule: str
    severity: Severity
    rows: int
    message: str
    examples: tuple[str, ...] = ()

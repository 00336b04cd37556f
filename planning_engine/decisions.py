"""S&OP decisions and the measurable checks that say whether they were carried out."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Measure = Literal["sales", "production", "stock", "receipts", "hours"]
Status = Literal["draft", "approved", "rejected", "superseded"]


@dataclass(frozen=True)
class Check:
    """What must be true in the actuals for a decision to count as carried out.

    The measure is summed over the place and the period (for stock: the count at `end`) and
    held against the bounds. Quantities in the product's unit; `hours` are hours run.
    """

    measure: Measure
    start: date
    end: date
    product: str | None = None
    family: str | None = None
    site: str | None = None
    resource: str | None = None
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Decision:
    """One decision: what, who, by when, decided where, and how it will be checked.

    `value` is its worth in the company's currency, for the value-weighted execution rate.
    `note` and `lines` say where it stands in the meeting notes.
    """

    id: str
    title: str
    status: Status
    owner: str | None = None
    decided_on: date | None = None
    due_on: date | None = None
    cycle: date | None = None
    meeting: str | None = None
    text: str = ""
    value: float | None = None
    check: Check | None = None
    superseded_by: str | None = None
    note: str | None = None
    lines: tuple[int, int] | None = None
    restricted: bool = False

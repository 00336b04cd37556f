"""Sales that a note states, held against the data: "Lemonwell sold 3,210 cases in May".

Only what can be read without doubt is checked: one product or family, one month, one number of
pieces. All other figures of a note stand as they were said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from tools.context import Note
from tools.minutes_reading import is_quotation, sentences_of
from tools.note_blocks import Span, blocks_of

_MONTH_NAMES = (
    "january february march april may june july august september october november december"
).split()
_MONTH = re.compile(rf"\b({'|'.join(_MONTH_NAMES)})\b(?: (20\d\d))?", re.IGNORECASE)
_PIECES = re.compile(r"(?<![\d.,%])(\d{1,3}(?:,\d{3})+|\d+)\s+(?:cases|cs|pieces|units)\b")
_SOLD = re.compile(r"\b(?:sold|sales)\b", re.IGNORECASE)
_NOT_SOLD = re.compile(
    r"\b(?:stock|forecast|fcst|consensus|stat|plan\w*|budget|will|would|should|if|target|"
    r"expect\w*|at least|made|ordered|lost)\b",
    re.IGNORECASE,
)
_PARTS = re.compile(
    rf"[;:()]|,\s|\s(?:and|but|while|for)\s(?!(?:{'|'.join(_MONTH_NAMES)})\b)", re.IGNORECASE
)
_FIGURE = re.compile(r"(?<![\w.-])\d[\d,.]*(?:\s?%)?(?![\w-])")


@dataclass(frozen=True)
class CheckedFigure:
    """Sales as a note states them, and as the data has them.

    `actual` is None when the data has no sales of that month.
    """

    text: str
    first_line: int
    last_line: int
    about: str
    month: date
    said: float
    actual: float | None

    @property
    def agrees(self) -> bool:
        """Tell whether the data shows what was said, to the piece."""
        return self.actual is not None and abs(self.actual - self.said) < 0.5


def check_sales(snapshot: Snapshot, note: Note) -> tuple[CheckedFigure, ...]:
    """Return the sales figures of a note that can be checked, in its order.

    Whoever sees only a part of the company gets none: their part is not what was said.
    """
    if not snapshot.scope.is_everything or not snapshot.has("sales") or note.held_on is None:
        return ()
    reader = _Reader(snapshot, _names(snapshot), _places(snapshot), note.held_on)
    blocks = (block for block in blocks_of(note.text) if not is_quotation(block))
    return tuple(figure for block in blocks for figure in reader.figures(block))


def count_figures(note: Note) -> int:
    """Return how many figures a note states, dates and numbers of things aside."""
    text = re.sub(rf"\d{{1,2}}\.? (?:{'|'.join(_MONTH_NAMES)})\b", "", note.text, flags=re.I)
    return len(_FIGURE.findall(re.sub(r"\b20\d\d\b", "", text)))


@dataclass(frozen=True)
class _Reader:
    """Reads the blocks of one note.

    Attributes:
        names: Products and families by what they are called.
        places: Names of sites, regions, channels and customers: sales of one of them only
            are not what is checked here.
        held_on: When the meeting was.
    """

    snapshot: Snapshot
    names: dict[str, frozenset[tuple[str, str]]]
    places: frozenset[str]
    held_on: date

    def figures(self, block: Span) -> Iterator[CheckedFigure]:
        for sentence in sentences_of(block):
            text = " ".join(sentence.text.split())
            things = _named(self.names, text) or _named(self.names, _topic(block))
            if len(things) != 1 or any(_is_said(place, text.casefold()) for place in self.places):
                continue
            ((kind, thing),) = things
            for said, month in self._sold_in(text):
                yield CheckedFigure(
                    text,
                    sentence.first_line,
                    sentence.last_line,
                    self.snapshot.labels(kind).get(thing, thing),
                    month,
                    said,
                    _sold(self.snapshot, kind, thing, month),
                )

    def _sold_in(self, text: str) -> Iterator[tuple[float, date]]:
        """Yield pieces that a sentence says were sold, and in which month, part by part."""
        for part in _PARTS.split(text):
            numbers = _PIECES.findall(part)
            months = set(_MONTH.findall(part)) or set(_MONTH.findall(text))
            is_sale = _SOLD.search(part) and not _NOT_SOLD.search(part)
            if is_sale and len(numbers) == len(months) == 1:
                yield float(numbers[0].replace(",", "")), self._month(*months.pop())

    def _month(self, name: str, year: str) -> date:
        """Return the month meant: without a year, the last such one before the meeting."""
        number = _MONTH_NAMES.index(name.lower()) + 1
        if year:
            return date(int(year), number, 1)
        before = number <= self.held_on.month
        return date(self.held_on.year if before else self.held_on.year - 1, number, 1)


def _topic(block: Span) -> str:
    """Return what a block is about: the bold words it begins with, else its heading."""
    lead = re.match(r"\s*\*\*(.+?)\*\*", block.text, re.DOTALL)
    return lead[1] if lead else block.heading


def _sold(snapshot: Snapshot, kind: str, thing: str, month: date) -> float | None:
    rows = snapshot.rows(
        f"SELECT sum(s.quantity) FROM sales s JOIN products p USING (product) "
        f"WHERE p.{kind} = $thing AND s.date >= $first AND s.date < $next",
        {"thing": thing, "first": month, "next": add_months(month, 1)},
    )
    return None if rows[0][0] is None else float(rows[0][0])


def _names(snapshot: Snapshot) -> dict[str, frozenset[tuple[str, str]]]:
    """Return families and products by the words they are told by; some share them."""
    found: dict[str, set[tuple[str, str]]] = {}
    for family in snapshot.names("family"):
        found.setdefault(family.casefold(), set()).add(("family", family))
    for product, label in snapshot.labels("product").items():
        words = re.split(r"\s+(?=\d)", label)[0].casefold()  # "Volt Mango 0.25 L x24"
        for said in {product.casefold(), words}:
            found.setdefault(said, set()).add(("product", product))
    return {words: frozenset(things) for words, things in found.items()}


def _places(snapshot: Snapshot) -> frozenset[str]:
    words: set[str] = set()
    for kind in ("region", "channel", "site", "customer"):
        words |= set(snapshot.names(kind)) | set(snapshot.labels(kind).values())
    return frozenset(word.casefold() for word in words)


def _named(names: dict[str, frozenset[tuple[str, str]]], text: str) -> frozenset[tuple[str, str]]:
    folded = " ".join(text.casefold().split())
    said = (things for words, things in names.items() if _is_said(words, folded))
    return frozenset().union(*said)


def _is_said(words: str, folded: str) -> bool:
    return words in folded and re.search(rf"\b{re.escape(words)}\b", folded) is not None

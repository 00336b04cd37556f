"""How dates and numbers are spelt in a column, told from the cells and never per cell."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from planning_engine.data.schema import ColumnType
from planning_engine.errors import DataProblem, shortened

_TIME = r"([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?(Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}{_TIME}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Spelling:
    """One way to write a day or a number.

    Attributes:
        name: What to call it, and the value of `--set dates=` or `--set decimal=`.
        pattern: Regular expression that a cell must match whole.
        expression: SQL that turns the text `{}` into a value.
    """

    name: str
    pattern: str
    expression: str


def _days(name: str, pattern: str, form: str) -> Spelling:
    bare = "regexp_replace({}, '" + _TIME + "$', '')"
    return Spelling(name, pattern + _TIME, f"CAST(try_strptime({bare}, '{form}') AS DATE)")


DATES = (
    Spelling("iso", _ISO.pattern, "TRY_CAST({} AS DATE)"),
    _days("ymd", r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d"),
    _days("ymd", r"\d{4}\.\d{1,2}\.\d{1,2}", "%Y.%m.%d"),
    _days("ymd", r"\d{8}", "%Y%m%d"),
    _days("dmy", r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"),
    _days("mdy", r"\d{1,2}/\d{1,2}/\d{4}", "%m/%d/%Y"),
    _days("dmy", r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    _days("dmy", r"\d{1,2}-\d{1,2}-\d{4}", "%d-%m-%Y"),
    _days("mdy", r"\d{1,2}-\d{1,2}-\d{4}", "%m-%d-%Y"),
    _days("dmy", r"\d{1,2}/\d{1,2}/\d{2}", "%d/%m/%y"),
    _days("mdy", r"\d{1,2}/\d{1,2}/\d{2}", "%m/%d/%y"),
    _days("dmy", r"\d{1,2}\.\d{1,2}\.\d{2}", "%d.%m.%y"),
    _days("dmy", r"\d{1,2}-[A-Za-z]{3}-\d{4}", "%d-%b-%Y"),
    _days("dmy", r"\d{1,2}-[A-Za-z]{3}-\d{2}", "%d-%b-%y"),
    _days("dmy", r"\d{1,2} [A-Za-z]{3} \d{4}", "%d %b %Y"),
    _days("dmy", r"\d{1,2} [A-Za-z]{4,9} \d{4}", "%d %B %Y"),
    _days("my", r"[A-Za-z]{3} \d{4}", "%b %Y"),
    _days("my", r"\d{4}-\d{1,2}", "%Y-%m"),
)
NUMBERS = (
    Spelling("point", _NUMBER.pattern, "TRY_CAST({} AS DOUBLE)"),
    Spelling(
        "point",
        r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?",
        "TRY_CAST(replace({}, ',', '') AS DOUBLE)",
    ),
    Spelling(
        "comma",
        r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?",
        "TRY_CAST(replace(replace({}, '.', ''), ',', '.') AS DOUBLE)",
    ),
)


def is_plain(kind: ColumnType, cells: Iterable[str]) -> bool:
    """Tell whether cells are ISO days, or numbers with a decimal point, as far as they are any.

    A column whose sample holds no other spelling is read as such at once; the odd cell that
    is no number at all is refused with its line.
    """
    pattern = _ISO if kind == "date" else _NUMBER
    wrong = [cell for cell in cells if not pattern.fullmatch(cell)]
    spellings = DATES[1:] if kind == "date" else NUMBERS[1:]
    return not any(re.fullmatch(s.pattern, cell) for cell in wrong for s in spellings)


def tell(
    kind: ColumnType, cells: Collection[str], where: str, prefer: str | None = None
) -> tuple[Spelling, ...]:
    """Return the spellings that a column uses.

    The order of day and month, and the decimal mark, are never guessed cell by cell: the cells
    that can be read in one way only decide for the whole column.

    Args:
        kind: `date` or `number`.
        cells: The distinct texts of the column.
        where: Which column of which file, for messages.
        prefer: The spelling that was asked for, if any, e.g. `dmy`.

    Raises:
        DataProblem: Every cell can be read in two ways, and none was asked for.

    Example:
        >>> [s.name for s in tell("date", ["03/04/2026", "13/04/2026"], "sales.csv")]
        ['dmy']
    """
    spellings = DATES if kind == "date" else NUMBERS
    first, second = ("dmy", "mdy") if kind == "date" else ("point", "comma")
    ways = {name: {c for c in cells if _reads(spellings, name, c)} for name in (first, second)}
    only_first, only_second = ways[first] - ways[second], ways[second] - ways[first]
    unsure = sorted(c for c in ways[first] & ways[second] if _differs(kind, c))
    if prefer in (first, second):
        dropped = second if prefer == first else first
    elif unsure and len(only_first) == len(only_second):
        setting = "dates" if kind == "date" else "decimal"
        raise DataProblem(
            f"{where}: '{shortened(unsure[0])}' can be read in two ways. Say which with "
            f"--set {setting}={first} or --set {setting}={second}."
        )
    else:
        dropped = second if len(only_first) >= len(only_second) else first
    return tuple(spelling for spelling in spellings if spelling.name != dropped)


def conversion(spellings: Iterable[Spelling], column: str) -> str:
    """Return the SQL that reads a text column in the first spelling that its cell matches."""
    cases = " ".join(
        f"WHEN regexp_full_match({column}, '{spelling.pattern}') "
        f"THEN {spelling.expression.replace('{}', column)}"
        for spelling in spellings
    )
    return f"CASE {cases} END"


def _reads(spellings: Iterable[Spelling], name: str, cell: str) -> bool:
    return any(
        spelling.name == name and re.fullmatch(spelling.pattern, cell) and _is_day(name, cell)
        for spelling in spellings
    )


def _is_day(name: str, cell: str) -> bool:
    parts = re.split(r"[^0-9A-Za-z]", cell)
    if name not in ("dmy", "mdy") or not (parts[0].isdigit() and parts[1].isdigit()):
        return True
    day, month = parts[:2] if name == "dmy" else reversed(parts[:2])
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def _differs(kind: ColumnType, cell: str) -> bool:
    # A lone point is a decimal point, as in every programme's CSV; a lone comma may be either.
    parts = re.split(r"[^0-9A-Za-z]", cell)
    return parts[0] != parts[1] if kind == "date" else "," in cell

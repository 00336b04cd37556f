"""What a note says about itself: date, meeting, cycle, attendees, who may read it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath

import yaml

from planning_engine.errors import DataProblem, nearest

Scalar = str | int | float | bool | None
_KEYS = ("date", "meeting", "cycle", "attendees", "access", "title")
_LONGEST = 100  # lines
_BRACKETS = 100
_HEAD = 15  # first lines, where people write such things
_ACCESS = {"everyone": False, "all": False, "executives": True, "executive": True}
_MEETINGS = {
    "product": "product",
    "demand": "demand",
    "supply": "supply",
    "presop": "pre-S&OP",
    "presandop": "pre-S&OP",
    "executive": "executive",
    "exec": "executive",
    "executivesop": "executive",
    "managementbusiness": "executive",
}


@dataclass(frozen=True)
class FrontMatter:
    """A note's front matter, checked; what it left out is None, and anybody may read it."""

    held_on: date | None = None
    meeting: str | None = None
    cycle: date | None = None
    attendees: tuple[str, ...] = ()
    restricted: bool = False
    title: str | None = None
    everything: Mapping[str, Scalar | list[Scalar]] = field(default_factory=dict)


def read_front_matter(name: str, lines: list[str]) -> tuple[FrontMatter, list[str]]:
    """Return the front matter of a note and its lines, those of the front matter emptied.

    Raises:
        DataProblem: It is not closed, not YAML, or a value cannot be used.
    """
    start = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if not lines or lines[start].strip() != "---":
        _refuse_loose_access(name, lines)
        return check_front_matter(name, {}, 1), lines
    rest = enumerate(lines[start + 1 : start + 1 + _LONGEST], start + 1)
    end = next((i for i, line in rest if line.strip() in ("---", "...")), None)
    if end is None:
        raise DataProblem(
            f"{name}, line {start + 1}: the front matter that begins with --- is not closed by "
            f"another --- within {_LONGEST} lines."
        )
    values = read_yaml(name, "\n".join(lines[start + 1 : end]), first_line=start + 2)
    return check_front_matter(name, values, start + 2), [""] * (end + 1) + lines[end + 1 :]


def _refuse_loose_access(name: str, lines: list[str]) -> None:
    """Refuse a note that says who may read it outside front matter: it would be published."""
    for number, line in enumerate(lines[:_HEAD], 1):
        if re.match(r"\s*access\s*:\s*\w+\s*$", line, re.IGNORECASE):
            raise DataProblem(
                f"{name}, line {number}: '{line.strip()}' counts only in front matter, between "
                "two lines of --- at the start of the note."
            )


def read_yaml(name: str, text: str, first_line: int) -> dict[str, object]:
    """Return the mapping that a YAML text holds.

    Raises:
        DataProblem: It is not YAML, or not `key: value` lines.
    """
    if len(re.findall(r"[\[{]", text)) > _BRACKETS:  # deep nesting takes the parser minutes
        raise DataProblem(f"{name}, line {first_line}: the front matter is not YAML we read.")
    try:
        values = yaml.safe_load(text)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        line = first_line + (mark.line if mark else 0)
        raise DataProblem(
            f"{name}, line {line}: the front matter is not YAML ({problem.problem})."
        ) from problem
    except (yaml.YAMLError, ValueError) as problem:
        raise DataProblem(f"{name}, line {first_line}: the front matter is not YAML.") from problem
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise DataProblem(f"{name}, line {first_line}: the front matter needs `key: value` lines.")
    return {str(key): value for key, value in values.items()}


def check_front_matter(name: str, values: Mapping[str, object], line: int) -> FrontMatter:
    """Return the front matter that a mapping holds, completed from the file's name.

    A key that is almost one of ours is refused: `acess: executives` must not publish a note.
    Other keys are kept as they are.

    Raises:
        DataProblem: A value cannot be used.
    """
    values = {key.strip().lower(): value for key, value in values.items()}
    for key in values:
        close = () if key in _KEYS else nearest(key, _KEYS, limit=1)
        if close:
            raise DataProblem(
                f"{name}, line {line}: front matter has '{key}'. Did you mean '{close[0]}'?"
            )
    where = f"{name}, line {line}"
    attendees = values.get("attendees") or []
    listed = attendees if isinstance(attendees, list) else re.split(r"[,;]", str(attendees))
    title = values.get("title")
    return FrontMatter(
        held_on=_day(where, "date", values.get("date")) or _day_in(name),
        meeting=_meeting(values.get("meeting")) or _meeting_in(name),
        cycle=_cycle(where, values.get("cycle")) or _cycle_in(name),
        attendees=tuple(str(entry).strip() for entry in listed if str(entry).strip()),
        restricted=_restricted(where, values.get("access")),
        title=str(title).strip() if title else None,
        everything={key: _flat(value) for key, value in values.items()},
    )


def _day(where: str, key: str, value: object) -> date | None:
    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as problem:
        raise DataProblem(
            f"{where}: {key} '{value}' is not a date; write it as 2026-08-12."
        ) from problem


def _cycle(where: str, value: object) -> date | None:
    if isinstance(value, str):
        value = f"{value.strip()}-01" if re.fullmatch(r"\d{4}-\d{2}", value.strip()) else value
    day = _day(where, "cycle", value)
    return day.replace(day=1) if day else None


def _meeting(value: object) -> str | None:
    if value is None or not str(value).strip():
        return None
    return meeting_name(str(value))


def meeting_name(words: str) -> str:
    """Return our name of a meeting: `Pre S&OP meeting` is `pre-S&OP`; others stay as written.

    Example:
        >>> meeting_name("Executive review")
        'executive'
    """
    letters = re.sub(r"review|meeting|[^a-z&]", "", words.lower()).replace("&", "")
    return _MEETINGS.get(letters, words.strip())


def _restricted(where: str, value: object) -> bool:
    if value is None:
        return False
    word = str(value).strip().lower()
    if word not in _ACCESS:
        raise DataProblem(f"{where}: access '{value}' is not one of everyone, executives.")
    return _ACCESS[word]


def _flat(value: object) -> Scalar | list[Scalar]:
    return [_scalar(entry) for entry in value] if isinstance(value, list) else _scalar(value)


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if isinstance(value, date) else "…"


def _meeting_in(name: str) -> str | None:
    words = re.sub(r"[^a-z]+", " ", PurePath(name).stem.lower().replace("&", ""))
    for pattern, meeting in (
        (r"\bpre ?s(and)?op\b", "pre-S&OP"),
        (r"\bexec(utive)?\b", "executive"),
        (r"\b(product|demand|supply)\b", None),
    ):
        if match := re.search(pattern, words):
            return meeting or match[0]
    return None


def _day_in(name: str) -> date | None:
    for found in re.finditer(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)", PurePath(name).stem):
        try:
            return date.fromisoformat(found[1])
        except ValueError:
            continue
    return None


def _cycle_in(name: str) -> date | None:
    found = re.search(r"(?<!\d)(20\d{2})-(0[1-9]|1[0-2])(?!\d|-\d)", PurePath(name).stem)
    return date(int(found[1]), int(found[2]), 1) if found else None

"""Who the data speaks for: `company.toml`, read and checked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from planning_engine.data.scope import Scope
from planning_engine.errors import DataProblem, nearest, shortened

ROLES = ("executive", "planner", "sales", "viewer")
BUCKETS = ("day", "week", "month")


@dataclass(frozen=True)
class Person:
    """Someone who asks or decides.

    Roles: `executive` sees restricted notes and approves; `planner` sees all figures and
    approves plans and decisions; `sales` and `viewer` ask within their scope.
    """

    id: str
    name: str
    role: str
    scope: Scope = field(default_factory=Scope)
    slack: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Company:
    """Name, currency, and the date the data speaks for ("today" in every answer).

    `demand_fence_days` and `planning_fence_days` count from `as_of`: inside the first the
    forecast no longer counts, inside the second the plan changes only by decision.
    """

    name: str
    currency: str
    as_of: date
    bucket: str = "month"
    fiscal_start: int = 1
    demand_fence_days: int = 0
    planning_fence_days: int = 0
    people: tuple[Person, ...] = ()
    source: str = field(default="", repr=False, compare=False)


def read_company(path: Path) -> Company:
    """Read a `company.toml`.

    Raises:
        DataProblem: The file is missing, not TOML, or lacks a name, currency or `as_of`.
    """
    if not path.is_file():
        raise DataProblem(
            f"{path} is missing. Write one with at least: name, currency and as_of "
            "(the date the data speaks for)."
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataProblem(f"{path} is not UTF-8. Save it as UTF-8.") from problem
    return parse_company(text, str(path))


def parse_company(text: str, where: str = "company.toml") -> Company:
    """Return the company that a TOML text describes."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise DataProblem(f"{where} is not valid TOML: {problem}.") from problem
    _refuse_unknown(values, _SETTINGS, where)
    for key, kind, form in _NEEDED:
        if not isinstance(values.get(key), kind) or not values[key]:
            raise DataProblem(f"{where}: '{key}' is missing or is not {form}.")
    as_of = values["as_of"]
    bucket = values.get("bucket", "month")
    if bucket not in BUCKETS:
        raise DataProblem(
            f"{where}: bucket '{shortened(str(bucket))}' is not one of {', '.join(BUCKETS)}."
        )
    fiscal_start = values.get("fiscal_start", 1)
    if fiscal_start not in range(1, 13):
        raise DataProblem(f"{where}: fiscal_start must be a month number, 1 to 12.")
    fences = values.get("fences", {})
    if not isinstance(fences, dict):
        raise DataProblem(f"{where}: write the fences as [fences] with demand_days = 14.")
    _refuse_unknown(fences, ("demand_days", "planning_days"), f"{where} [fences]")
    people = _people(values.get("people", []), where)
    return Company(
        name=values["name"],
        currency=values["currency"],
        as_of=as_of.date() if isinstance(as_of, datetime) else as_of,
        bucket=bucket,
        fiscal_start=fiscal_start,
        demand_fence_days=_days(fences, "demand_days", where),
        planning_fence_days=_days(fences, "planning_days", where),
        people=people,
        source=text,
    )


_SETTINGS = ("name", "currency", "as_of", "bucket", "fiscal_start", "fences", "people")


_NEEDED = (
    ("name", str, 'a text such as "Kaito Beverages"'),
    ("currency", str, 'a code such as "EUR"'),
    ("as_of", date, "a day such as 2026-10-31, without quotes"),
)


def _days(fences: Mapping[str, object], key: str, where: str) -> int:
    days = fences.get(key, 0)
    if not isinstance(days, int) or isinstance(days, bool) or days < 0:
        raise DataProblem(f"{where} [fences]: {key} must be a number of days, 0 or more.")
    return days


def _people(entries: object, where: str) -> tuple[Person, ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DataProblem(f"{where}: write each person as [[people]], in double brackets.")
    people = tuple(_person(entry, where) for entry in entries)
    names = [person.id for person in people]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataProblem(f"{where}: two people have the id '{twice[0]}'.")
    return people


def _person(entry: Mapping[str, object], where: str) -> Person:
    _refuse_unknown(
        entry,
        ("id", "name", "role", "slack", "email", "families", "sites", "regions"),
        f"{where} [[people]]",
    )
    person, role = entry.get("id"), entry.get("role")
    if not isinstance(person, str) or not person:
        raise DataProblem(f"{where}: a person without an id.")
    if role not in ROLES:
        raise DataProblem(
            f"{where}: role '{shortened(str(role))}' of '{shortened(person)}' is not one of "
            f"{', '.join(ROLES)}."
        )
    scope = Scope(
        families=_names(entry, "families"),
        sites=_names(entry, "sites"),
        regions=_names(entry, "regions"),
    )
    slack, email = entry.get("slack"), entry.get("email")
    return Person(
        id=person,
        name=str(entry.get("name", person)),
        role=str(role),
        scope=scope,
        slack=str(slack) if slack else None,
        email=str(email) if email else None,
    )


def _names(entry: Mapping[str, object], key: str) -> frozenset[str]:
    values = entry.get(key, [])
    if not isinstance(values, list):
        raise DataProblem(f"'{key}' of '{entry.get('id')}' must be a list of names.")
    return frozenset(str(value) for value in values)


def _refuse_unknown(values: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
    for key in values:
        if key not in known:
            close = nearest(key, known)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise DataProblem(f"{where}: unknown setting '{shortened(key)}'.{hint}")

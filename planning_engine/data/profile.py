"""Profiles: how the tables of a known kind of source become ours, as a folder of SQL."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planning_engine.data.issue import Severity
from planning_engine.data.schema import TABLES
from planning_engine.errors import BadRequest, DataProblem, UnknownName, nearest

FOLDER = Path(__file__).parent / "profiles"


@dataclass(frozen=True)
class Setting:
    """Something a profile leaves to the person who imports, with a default."""

    name: str
    default: str
    meaning: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class RelationSpec:
    """Where one relation of the source lies and how to read it.

    Attributes:
        name: What the SQL calls it: `source.<name>`.
        files: Pattern of its files below the source, settings in braces.
        table: Name of the sheet or database table, when the source is one.
        required: Whether the import fails without it; otherwise it is empty.
        columns: Names of its columns, for files without a header, or to expect.
        header: Whether the first line names the columns.
        delimiter: Between cells; told from the first line if None.
        encoding: Text encoding; UTF-8 if None.
        quote: Quoting character; empty if quotes mean nothing.
        record: JSON records: field → DuckDB type.
    """

    name: str
    files: str
    table: str
    required: bool = True
    columns: tuple[str, ...] = ()
    header: bool = True
    delimiter: str | None = None
    encoding: str | None = None
    quote: str = '"'
    record: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Something that a profile counts and says; `{lines}` in its message is the count in words."""

    table: str
    rule: str
    severity: Severity
    message: str
    sql: str


@dataclass(frozen=True)
class Assumption:
    """A figure that was declared because the source lacks it.

    `values` are readable in SQL as `getvariable('name')` and may be set at the import.
    """

    tables: tuple[str, ...]
    rule: str
    message: str
    values: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Profile:
    """A folder of SQL over a kind of source, read and checked."""

    name: str
    description: str
    company: Mapping[str, object]
    as_of_sql: str | None
    settings: tuple[Setting, ...]
    relations: tuple[RelationSpec, ...]
    findings: tuple[Finding, ...]
    assumptions: tuple[Assumption, ...]
    steps: Mapping[str, str]
    tables: Mapping[str, str]

    def values(self, given: Mapping[str, str]) -> dict[str, str | float]:
        """Return every setting and assumed value, as given or by default.

        Raises:
            BadRequest: A setting is not one of the choices.
        """
        values: dict[str, str | float] = {}
        for setting in self.settings:
            value = given.get(setting.name, setting.default)
            if setting.choices and value not in setting.choices:
                raise BadRequest(
                    f"--set {setting.name}={value} is not one of {', '.join(setting.choices)}."
                )
            values[setting.name] = value
        for assumption in self.assumptions:
            for name, default in assumption.values.items():
                values[name] = given.get(name, default)
        return values


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that are shipped."""
    return tuple(sorted(p.parent.name for p in FOLDER.glob("*/profile.toml")))


def read_profile(name: str) -> Profile:
    """Read a profile by its name, or by the path of its folder.

    Raises:
        UnknownName: There is no such profile.
        DataProblem: Its files contradict each other.
    """
    folder = FOLDER / name
    if "/" in name or not (folder / "profile.toml").is_file():
        folder = Path(name)
    if not (folder / "profile.toml").is_file():
        raise UnknownName("profile", name, profile_names())
    declared = _read_toml(folder / "profile.toml")
    assumed = folder / "assumptions.toml"
    assumptions = _read_toml(assumed).get("assumption", []) if assumed.is_file() else []
    sql = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql"))}
    _check_names(folder, (n for n in sql if not n.startswith("_")))
    company = dict(declared.get("company", {}))
    as_of_sql = company.pop("as_of_sql", None)
    return Profile(
        name=folder.name,
        description=str(declared.get("description", "")),
        company=company,
        as_of_sql=as_of_sql,
        settings=tuple(_setting(k, v) for k, v in declared.get("settings", {}).items()),
        relations=tuple(_relation(k, v) for k, v in declared.get("relations", {}).items()),
        findings=tuple(Finding(**entry) for entry in declared.get("finding", [])),
        assumptions=tuple(_assumption(entry) for entry in assumptions),
        steps={n: text for n, text in sql.items() if n.startswith("_")},
        tables={n: sql[n] for n in TABLES if n in sql},
    )


def check_settings(given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a `--set` that means nothing.

    Raises:
        BadRequest: With the nearest name that does.
    """
    names = sorted(known)
    for name in given:
        if name not in names:
            close = nearest(name, names)
            hint = f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(names)}."
            raise BadRequest(f"There is no setting '{name}' for this import. {hint}")


def _read_toml(path: Path) -> dict[str, Any]:  # Any: TOML
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise DataProblem(f"{path} is not valid TOML: {problem}.") from problem


def _check_names(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        if name not in TABLES:
            raise DataProblem(f"{folder}/{name}.sql is named like none of the tables.")


def _setting(name: str, entry: Mapping[str, Any]) -> Setting:
    return Setting(
        name, str(entry["default"]), str(entry["meaning"]), tuple(entry.get("choices", ()))
    )


def _relation(name: str, entry: Mapping[str, Any]) -> RelationSpec:
    columns = entry.get("columns", ())
    options = {key: value for key, value in entry.items() if key not in ("columns", "table")}
    return RelationSpec(
        name=name, table=str(entry.get("table", name)), columns=tuple(columns), **options
    )


def _assumption(entry: Mapping[str, Any]) -> Assumption:
    return Assumption(
        tuple(entry["tables"]), entry["rule"], entry["message"], entry.get("values", {})
    )

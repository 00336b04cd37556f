"""Sources read through a profile: relations as they are, then one SELECT per table of ours."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from planning_engine.data.connectors.files import ReadableFile, read_file
from planning_engine.data.connectors.registry import (
    Loaded,
    Opened,
    ReadOptions,
    Relation,
    quoted,
)
from planning_engine.data.issue import Severity
from planning_engine.data.profile import Profile, RelationSpec
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Source
from planning_engine.data.staging import EXAMPLES, PLACE, Staging, set_variable
from planning_engine.errors import DataProblem


class SourceRows:
    """The relations of a source as they are, and where each of their rows came from."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._parts: dict[str, list[tuple[int, Loaded]]] = {}

    def load(self, spec: RelationSpec, relations: Sequence[Relation]) -> None:
        """Read a relation; its view in the schema `source` says where each row came from."""
        connection, parts, rows = self._staging.connection, [], 0
        for relation in relations:
            loaded = relation.load(connection, f"raw.{quoted(spec.name)}")
            parts.append((rows, loaded))
            rows += loaded.rows
            self._staging.sources.append(
                Source(spec.name, relation.origin, loaded.sha256, loaded.rows)
            )
            self._refuse_broken(relation, loaded)
        if not relations:
            columns = ", ".join(f"{quoted(column)} VARCHAR" for column in spec.columns)
            connection.execute(f"CREATE TABLE raw.{quoted(spec.name)} ({columns})")
        self._parts[spec.name] = parts
        connection.execute(
            f"CREATE VIEW source.{quoted(spec.name)} AS "
            f"SELECT *, '{spec.name}:' || rowid AS {PLACE} FROM raw.{quoted(spec.name)}"
        )

    def place(self, mark: str | None) -> str:
        """Return the file and line that a `_place` stands for."""
        relation, _, row = (mark or "").partition(":")
        if not row.isdigit() or relation not in self._parts:
            return "source"
        _, part = next(p for p in reversed(self._parts[relation]) if p[0] <= int(row))
        return part.place(int(row))

    def find(self, value: str) -> str | None:
        """Return where a value first stands in the source."""
        connection = self._staging.connection
        for relation in self._parts:
            columns = [
                row[0]
                for row in connection.execute(f"DESCRIBE raw.{quoted(relation)}").fetchall()
                if row[1] == "VARCHAR"
            ]
            for column in columns:
                found = connection.execute(
                    f"SELECT min(rowid) FROM raw.{quoted(relation)} WHERE {quoted(column)} = ?",
                    [value],
                ).fetchone()
                if found and found[0] is not None:
                    return f"{self.place(f'{relation}:{found[0]}')} ({column})"
        return None

    def _refuse_broken(self, relation: Relation, loaded: Loaded) -> None:
        if loaded.refused:
            first = loaded.refused[0]
            more = f" ({len(loaded.refused):,} such lines)" if len(loaded.refused) > 1 else ""
            raise DataProblem(f"{first.place} has {first.rule}{more}: {first.value}")


def stage_profile(
    opened: Opened,
    profile: Profile,
    values: Mapping[str, str | float],
    staging: Staging,
    options: ReadOptions,
    say: Callable[[str], None],
) -> date | None:
    """Read a source through a profile and return the date its data speaks for, if it says so.

    Raises:
        DataProblem: A file is missing, or the source is not what the profile is for.
    """
    connection = staging.connection
    for name, value in values.items():
        set_variable(connection, name, value)
    rows = SourceRows(staging)
    for spec in profile.relations:
        say(f"Reading {spec.name}")
        rows.load(spec, _find(spec, opened, profile, values, options))
    with staging.one_thread():
        return _transform(profile, values, staging, rows, say)


def _transform(
    profile: Profile,
    values: Mapping[str, str | float],
    staging: Staging,
    rows: SourceRows,
    say: Callable[[str], None],
) -> date | None:
    """Run the profile's SQL over the relations and say what it counts and assumes."""
    connection = staging.connection
    for name, sql in profile.steps.items():
        _run(connection, sql, profile, name, rows)
    as_of = _as_of(connection, profile, values, rows)
    if as_of:
        set_variable(connection, "as_of", as_of)
    for name, sql in profile.tables.items():
        say(f"Making {name}")
        _stage_table(name, sql, profile, rows, staging)
    _report_missing(staging)
    _report_findings(profile, rows, staging)
    for assumption in profile.assumptions:
        for table in assumption.tables:
            if table in staging.tables:
                message = assumption.message.format(
                    **{k: _shown(values[k]) for k in assumption.values}
                )
                staging.report(table, assumption.rule, "assumption", staging.rows(table), message)
    return as_of


def _find(
    spec: RelationSpec,
    opened: Opened,
    profile: Profile,
    values: Mapping[str, str | float],
    options: ReadOptions,
) -> list[Relation]:
    """Return the parts of a relation: files by pattern, or a sheet or table by name."""
    if opened.root is None or (opened.root.is_file() and opened.root.suffix in (".xlsx", ".xlsm")):
        found = list(opened.by_name.get(spec.table.casefold(), ()))
    else:
        pattern = spec.files.format(**{k: str(v) for k, v in values.items()})
        paths = _paths(opened.root, pattern, spec, profile)
        own = replace(
            options,
            header=spec.header,
            columns=spec.columns,
            delimiter=spec.delimiter,
            encoding=spec.encoding or options.encoding,
            quote=spec.quote,
        )
        found = [part for path in paths for part in _open_file(path, opened.root, spec, own)]
    if not found and spec.required:
        raise DataProblem(
            f"{opened.label} has no {spec.files.format(**{k: str(v) for k, v in values.items()})}, "
            f"which the profile '{profile.name}' reads as its {spec.name}. "
            "Give the folder that holds it."
        )
    return found


def _paths(root: Path, pattern: str, spec: RelationSpec, profile: Profile) -> list[Path]:
    if root.is_file():
        return [root] if spec.required else []
    found = sorted(path for path in root.glob(pattern) if path.is_file())
    required = [other for other in profile.relations if other.required]
    if not found and spec.required and len(required) == 1:
        ending = Path(spec.files).suffix
        alone = sorted(path for path in root.glob(f"*{ending}") if path.is_file())
        found = alone if len(alone) == 1 else []
    return found


def _open_file(path: Path, root: Path, spec: RelationSpec, options: ReadOptions) -> list[Relation]:
    origin = path.name if root.is_file() else path.relative_to(root).as_posix()
    if spec.record:
        columns = ", ".join(f"{name}: '{kind}'" for name, kind in spec.record.items())
        reader = (
            f"read_json({{}}, format='array', columns={{{columns}}}, maximum_object_size=268435456)"
        )
        return [ReadableFile(path, spec.name, origin, reader, "record")]
    return read_file(path, origin, options, name=spec.name)


def _as_of(
    connection: duckdb.DuckDBPyConnection,
    profile: Profile,
    values: Mapping[str, str | float],
    rows: SourceRows,
) -> date | None:
    given = values.get("as_of") or profile.company.get("as_of")
    if given:
        return given if isinstance(given, date) else date.fromisoformat(str(given))
    if not profile.as_of_sql:
        return None
    found = _run(connection, profile.as_of_sql, profile, "as_of", rows).fetchone()
    day = found[0] if found else None
    return day.date() if isinstance(day, datetime) else day


def _stage_table(name: str, sql: str, profile: Profile, rows: SourceRows, staging: Staging) -> None:
    connection = staging.connection
    statement = sql.strip().rstrip(";")
    _run(connection, f"CREATE TABLE staged.{name} AS {statement}", profile, name, rows)
    # What is required is there even when it is empty, so that no reader need ask.
    empty = staging.number(f"SELECT count(*) FROM staged.{name}") == 0
    if empty and not TABLES[name].required:
        connection.execute(f"DROP TABLE staged.{name}")
        return
    described = connection.execute(f"DESCRIBE staged.{name}").fetchall()
    located = PLACE in {row[0] for row in described}

    def place(row: int) -> str:
        if not located:
            return f"{name} row {row + 1}"
        mark = connection.execute(
            f"SELECT {PLACE} FROM staged.{name} WHERE rowid = ?", [row]
        ).fetchone()
        return rows.place(mark[0] if mark else None)

    staging.publish(name, f"{profile.name}/{name}.sql", trusted=False, place=place)


def _report_missing(staging: Staging) -> None:
    """Say that required tables came out empty: without products nothing can be answered."""
    for name in ("products", "sales"):
        if name not in staging.tables or not staging.rows(name):
            severity: Severity = "error" if name == "products" else "warning"
            staging.report(
                name,
                "no-rows",
                severity,
                0,
                f"The source holds no {name}: what needs them cannot be answered.",
            )


def _report_findings(profile: Profile, rows: SourceRows, staging: Staging) -> None:
    """Count what a profile's findings select; the first two columns are place and value."""
    for finding in profile.findings:
        found = _run(staging.connection, finding.sql, profile, finding.rule, rows).fetchall()
        if found:
            examples = [f"{rows.place(mark)}: {value}" for mark, value, *_ in found[:EXAMPLES]]
            message = finding.message.format(
                lines="one line" if len(found) == 1 else f"{len(found):,} lines"
            )
            staging.report(
                finding.table, finding.rule, finding.severity, len(found), message, examples
            )


def _run(
    connection: duckdb.DuckDBPyConnection, sql: str, profile: Profile, name: str, rows: SourceRows
) -> duckdb.DuckDBPyConnection:
    try:
        return connection.execute(sql)
    except (duckdb.ConversionException, duckdb.InvalidInputException) as problem:
        words = str(problem).splitlines()[0].split(": ", 1)[-1]
        value = re.search(r"'([^']*)'|\"([^\"]*)\"", words)
        place = rows.find(value.group(1) or value.group(2)) if value else None
        where = f"{place}: " if place else ""
        raise DataProblem(f"{where}{words} (profile {profile.name}, {name}).") from problem
    except duckdb.BinderException as problem:
        words = str(problem).splitlines()[0].split(": ", 1)[-1]
        raise DataProblem(
            f"The source is not laid out as the profile '{profile.name}' expects for {name}: "
            f"{words}"
        ) from problem


def _shown(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"

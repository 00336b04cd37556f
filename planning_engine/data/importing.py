"""A source becomes a snapshot: opened, transformed, typed, checked, frozen; or nothing is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from planning_engine.data import archive
from planning_engine.data.company import BUCKETS, Company, parse_company
from planning_engine.data.company_text import company_toml, read_values
from planning_engine.data.connectors import ReadOptions, open_source
from planning_engine.data.connectors.registry import Opened
from planning_engine.data.issue import Issue
from planning_engine.data.native import stage_native
from planning_engine.data.profile import Profile, check_settings, read_profile
from planning_engine.data.profiled import stage_profile
from planning_engine.data.quality import REPAIRS, inspect
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot, Source
from planning_engine.data.staging import Staging, plausible
from planning_engine.errors import BadRequest, DataProblem

Progress = Callable[[str, float], None]

# What `--set` understands for every source; a profile adds its own.
SETTINGS: Mapping[str, str] = {
    "name": "Name of the company.",
    "currency": "Currency of every amount, e.g. EUR.",
    "as_of": "The date the data speaks for, e.g. 2026-10-31.",
    "bucket": "day, week or month.",
    "encoding": "Text encoding of the files, e.g. latin-1.",
    "dates": "Order of day and month in the files: dmy or mdy.",
    "decimal": "Decimal mark in the files: point or comma.",
    "schema": "Schema of a database's tables.",
    **{name: f"on or off. {meaning}" for name, meaning in REPAIRS.items()},
}
_CHOICES = {"dates": ("dmy", "mdy"), "decimal": ("point", "comma"), "bucket": BUCKETS}
_STEPS = 40
_MEMORY = "2GB"


@dataclass(frozen=True)
class ImportReport:
    """What an import found, and the snapshot it made.

    Attributes:
        snapshot: The frozen facts; None when an error kept the import from being kept.
        issues: Every finding, errors first.
        tables: Rows of each table, in the schema's order.
        sources: The files or tables read, with their hashes.
        company: Whose data it is; None if even that could not be told.
    """

    snapshot: Snapshot | None
    issues: tuple[Issue, ...]
    tables: Mapping[str, int]
    sources: tuple[Source, ...]
    company: Company | None = None

    @property
    def errors(self) -> tuple[Issue, ...]:
        """The findings that stopped the import."""
        return tuple(issue for issue in self.issues if issue.severity == "error")

    def sentence(self) -> str:
        """Return the outcome in one sentence."""
        if self.snapshot is None:
            count = len(self.errors)
            things = "one error" if count == 1 else f"{count} errors"
            return f"Nothing was imported: the data has {things}. {self.errors[0].message}"
        rows = sum(self.tables.values())
        warnings = sum(issue.severity == "warning" for issue in self.issues)
        return (
            f"Snapshot {self.snapshot.id}: {len(self.tables)} tables, {rows:,} rows, "
            f"{warnings} warning{'s' if warnings != 1 else ''}."
        )


def import_source(
    source: str,
    *,
    store: Path,
    profile: str | None = None,
    settings: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a source as a new snapshot of a store.

    Args:
        source: A folder, file or database URL.
        store: Folder that holds the snapshots.
        profile: Name or folder of a profile; None when the tables are named like ours.
        settings: What `--set key=value` gave.
        progress: Called with a message and the share done, 0 to 1.

    Returns:
        The report; its snapshot is None when a finding of severity error stopped the import.

    Raises:
        DataProblem: The source cannot be read at all, or the disk is full.
        BadRequest: A setting is unknown or impossible.
        UnknownName: There is no such profile.
    """
    given = dict(settings or {})
    known = read_profile(profile) if profile else None
    _check(given, known)
    report = _Steps(progress)
    with archive.plain_disk_errors(store), archive.draft(store) as scratch:
        options = ReadOptions(
            encoding=given.get("encoding"), schema=given.get("schema"), scratch=scratch
        )
        report.say("Opening the source")
        opened = open_source(source, options)
        with _workbench(scratch) as connection:
            staging = Staging(connection, dates=given.get("dates"), decimal=given.get("decimal"))
            if known:
                values = known.values(given) | _given_as_of(given)
                as_of = stage_profile(opened, known, values, staging, options, report.say)
                base: Mapping[str, object] = {**known.company, **read_values(opened.company)}
                switches = {name: str(value) for name, value in values.items()}
            else:
                stage_native(opened, staging, report.say)
                as_of, base, switches = None, read_values(opened.company), given
            return _finish(opened, staging, base, as_of, given, switches, store, report)


def _finish(
    opened: Opened,
    staging: Staging,
    base: Mapping[str, object],
    as_of: date | None,
    given: Mapping[str, str],
    switches: Mapping[str, str],
    store: Path,
    report: "_Steps",
) -> ImportReport:
    company = _company(opened, staging, base, as_of, given)
    if not staging.has_errors:
        with staging.one_thread():
            inspect(staging, company.as_of if company else None, switches, report.say)
    order = ("error", "warning", "assumption", "note")
    issues = tuple(
        sorted(staging.issues, key=lambda i: (order.index(i.severity), list(TABLES).index(i.table)))
    )
    tables = {name: staging.rows(name) for name in TABLES if name in staging.tables}
    sources = tuple(staging.sources)
    if company is None or any(issue.severity == "error" for issue in issues):
        return ImportReport(None, issues, tables, sources, company)
    report.say("Writing the snapshot")
    kept = tuple(issue for issue in issues if issue.severity != "error")
    snapshot = archive.freeze(
        staging.connection, tables, company, store, issues=kept, sources=sources
    )
    report.done()
    return ImportReport(snapshot, issues, tables, sources, company)


def _company(
    opened: Opened,
    staging: Staging,
    base: Mapping[str, object],
    as_of: date | None,
    given: Mapping[str, str],
) -> Company | None:
    """Return whose data it is: as declared, as set, and for the rest as the data tells."""
    values = dict(base) | {k: given[k] for k in ("name", "currency", "bucket") if k in given}
    if "as_of" in given:
        values["as_of"] = _day(given["as_of"])
    elif as_of:
        values["as_of"] = as_of
    if "as_of" not in values:
        told = last_day_of_sales(staging)
        if told is None:
            if not staging.has_errors:
                staging.report(
                    "sales",
                    "as-of",
                    "error",
                    0,
                    "There is neither an as_of nor a day of sales: name the date the data speaks "
                    "for with --set as_of=2026-10-31.",
                )
            return None
        values["as_of"] = told
        staging.report(
            "sales",
            "as-of",
            "note",
            0,
            f"No as_of was given: the data is taken to speak for {told:%-d %B %Y}, the end of "
            "the last period with sales. Set it with --set as_of=… if that is wrong.",
        )
    if "name" not in values:
        values["name"] = _title(opened)
        staging.report(
            "products",
            "company-name",
            "note",
            0,
            f"No company name was given: it is called '{values['name']}'. Set it with --set name=…",
        )
    if "currency" not in values:
        values["currency"] = "XXX"
        staging.report(
            "sales",
            "currency",
            "warning",
            0,
            "No currency was given: amounts are shown as XXX. Set it with --set currency=EUR.",
        )
    if opened.company is not None and dict(base) == values:
        return parse_company(opened.company)
    return parse_company(company_toml(values))


def last_day_of_sales(staging: Staging) -> date | None:
    """Return the last day of sales; the end of the last month if sales come by month."""
    if "sales" not in staging.tables:
        return None
    row = staging.connection.execute(
        "SELECT CASE WHEN bool_and(day(date) = 1) AND count(DISTINCT date) > 1 "
        f"THEN last_day(max(date)) ELSE max(date) END FROM sales WHERE {plausible('date')}"
    ).fetchone()
    return row[0] if row else None


def _title(opened: Opened) -> str:
    stem = opened.root.resolve().name if opened.root else opened.label.rsplit("/", 1)[-1]
    return stem.split(".")[0].replace("_", " ").replace("-", " ").strip().title() or "Company"


def _check(given: Mapping[str, str], profile: Profile | None) -> None:
    known = set(SETTINGS)
    if profile:
        known |= {setting.name for setting in profile.settings}
        known |= {name for assumption in profile.assumptions for name in assumption.values}
    check_settings(given, known)
    for name, choices in _CHOICES.items():
        if name in given and given[name] not in choices:
            raise BadRequest(f"--set {name}={given[name]} is not one of {', '.join(choices)}.")
    for name in REPAIRS:
        if given.get(name, "on") not in ("on", "off"):
            raise BadRequest(f"--set {name}={given[name]} is neither on nor off.")


def _given_as_of(given: Mapping[str, str]) -> dict[str, str]:
    return {"as_of": _day(given["as_of"]).isoformat()} if "as_of" in given else {}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise BadRequest(f"--set as_of={text} is no day: write it like 2026-10-31.") from problem


def _workbench(scratch: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": _MEMORY,
            "temp_directory": str(scratch / "spill"),
        }
    )


class _Steps:
    """Tell how far an import is; its steps are not known beforehand, so the share only rises."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._step = 0

    def say(self, message: str) -> None:
        """Report that a step begins."""
        self._step += 1
        if self._progress:
            self._progress(message, min(self._step / _STEPS, 0.95))

    def done(self) -> None:
        """Report the end."""
        if self._progress:
            self._progress("Imported", 1.0)


__all__ = ["SETTINGS", "DataProblem", "ImportReport", "import_source"]

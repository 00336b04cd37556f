"""Sources whose tables are named like ours: matched by name, column by column."""

import re
from collections.abc import Callable, Mapping, Sequence

from planning_engine.data.connectors.registry import Loaded, Opened, Relation, table_of, tidy
from planning_engine.data.schema import TABLES, Column, Table
from planning_engine.data.snapshot import Source
from planning_engine.data.staging import SEQUENCE, Staging, unread_cells
from planning_engine.errors import DataProblem, nearest, shortened

_NUMBERED = re.compile(r"(order|invoice|document|transaction|delivery|receipt|booking)")
_BESIDE = re.compile(r"\.(md|txt|toml|pdf|docx?|gitignore)$", re.IGNORECASE)


def stage_native(opened: Opened, staging: Staging, say: Callable[[str], None]) -> None:
    """Read every table of the source that is named like one of ours.

    `sales.csv`, `Sales.xlsx`, `sales_2025.csv` and `sales_2026.csv`, and the files of a folder
    `sales/` all fill the table sales.

    Raises:
        DataProblem: No table is named like ours.
    """
    matched: dict[str, list[Relation]] = {name: [] for name in TABLES}
    strangers: list[Relation] = []
    for relation in opened.relations:
        name = table_of(relation.name)
        (matched[name] if name else strangers).append(relation)
    if not any(matched.values()):
        raise DataProblem(_nothing_here(opened))
    empty: list[str | None] = []
    for name, relations in matched.items():
        if relations:
            say(f"Reading {name}")
            empty.append(_stage_table(TABLES[name], relations, staging))
        elif TABLES[name].required:
            staging.report(name, "missing-table", "error", 0, _missing(name, opened, strangers))
    left_out = [name for name in empty if name]
    if left_out:
        message = f"Left out because they have no rows: {', '.join(left_out)}."
        staging.report("products", "no-rows", "note", 0, message)
    _report_strangers(opened, strangers, [n for n, found in matched.items() if found], staging)


def _stage_table(table: Table, relations: Sequence[Relation], staging: Staging) -> str | None:
    """Read the parts of a table; return the name of its file if it is optional and empty."""
    parts: list[tuple[int, Loaded]] = []
    rows = 0
    for relation in relations:
        wanted = _matched_columns(table, relation, staging)
        if wanted is None:
            return None
        loaded = relation.load(staging.connection, f"staged.{table.name}", wanted)
        _report_refused(table, relation, loaded, wanted, staging)
        parts.append((rows, loaded))
        rows += loaded.rows
        staging.sources.append(Source(table.name, relation.origin, loaded.sha256, loaded.rows))
    where = ", ".join(relation.origin for relation in relations)
    if rows == 0:
        if table.required and not any(part.refused for _, part in parts):
            message = f"{where} has no rows: fill it in and import again."
            staging.report(table.name, "no-rows", "error", 0, message)
        staging.connection.execute(f"DROP TABLE staged.{table.name}")
        return None if table.required else where

    def place(row: int) -> str:
        _start, part = next(p for p in reversed(parts) if p[0] <= row)
        return part.place(row)

    trusted = all(relation.trims for relation in relations)
    staging.publish(table.name, where, trusted=trusted, place=place)
    return None


def _matched_columns(
    table: Table, relation: Relation, staging: Staging
) -> dict[str, Column] | None:
    """Return source column → column of ours; None if a required one is missing."""
    ours = {tidy(column.name): column for column in table.columns}
    wanted: dict[str, Column] = {}
    strangers: list[str] = []
    for name in relation.columns():
        column = ours.pop(tidy(name), None)
        if column is None:
            strangers.append(name)
        else:
            wanted[name] = column
    left = list(ours.values())
    missing = [column for column in left if column.required]
    for column in missing:
        staging.report(
            table.name, "missing-column", "error", 0, _missing_column(relation, column, strangers)
        )
    for name in strangers:
        close = nearest(tidy(name), [column.name for column in left])
        hint = f" Did you mean '{close[0]}'? Then rename it." if close else ""
        staging.report(
            table.name,
            "unknown-column",
            "note",
            0,
            f"{relation.origin} has a column '{shortened(name)}' that {table.name} does not have; "
            f"it was left out.{hint}",
        )
    sequence = next((name for name in strangers if _NUMBERED.search(tidy(name))), None)
    if sequence:
        wanted[sequence] = Column(SEQUENCE, "text", "A number that may rise with time.")
    return None if missing else wanted


def _missing_column(relation: Relation, column: Column, strangers: Sequence[str]) -> str:
    close = nearest(column.name, [tidy(name) for name in strangers])
    named = next((name for name in strangers if close and tidy(name) == close[0]), None)
    if named:
        advice = f"Rename '{shortened(named)}' to '{column.name}'."
    else:
        advice = f"Add it ({column.meaning.rstrip('.').lower()})."
    return f"{relation.origin} has no column '{column.name}', which is required. {advice}"


def _report_refused(
    table: Table,
    relation: Relation,
    loaded: Loaded,
    wanted: Mapping[str, Column],
    staging: Staging,
) -> None:
    broken = [refused for refused in loaded.refused if refused.column is None]
    by_rule: dict[str, list[str]] = {}
    for refused in broken:
        by_rule.setdefault(refused.rule, []).append(f"{refused.place}: {shortened(refused.value)}")
    for rule, examples in by_rule.items():
        lines = f"{len(examples):,} lines have" if len(examples) > 1 else "One line has"
        staging.report(
            table.name,
            "broken-line",
            "error",
            len(examples),
            f"{relation.origin}: {lines} {rule}, compared with its first line. Put them right.",
            examples,
        )
    cells: dict[tuple[str, str], list[str]] = {}
    for refused in loaded.refused:
        if refused.column is not None:
            key = (refused.rule, refused.column)
            cells.setdefault(key, []).append(
                f"{refused.place}: {refused.column} = {shortened(refused.value)}"
            )
    for (rule, column), examples in cells.items():
        message = unread_cells(table.name, wanted[column], len(examples))
        staging.report(table.name, rule, "error", len(examples), message, examples)


def _missing(name: str, opened: Opened, strangers: Sequence[Relation]) -> str:
    close = nearest(name, [tidy(relation.name) for relation in strangers])
    named = next((r.origin for r in strangers if close and tidy(r.name) == close[0]), None)
    if named:
        return f"{opened.label} has no table '{name}', but {named}: rename it to {name}."
    return (
        f"{opened.label} has no table '{name}', which every answer needs: add a file {name}.csv "
        "(`sop template` writes an empty one)."
    )


def _nothing_here(opened: Opened) -> str:
    found = [relation.origin for relation in opened.relations][:5]
    held = f"it holds {', '.join(found)}" if found else "it holds no file that can be imported"
    return (
        f"{opened.label} has none of the tables to import: {held}. Name the files products.csv, "
        "sales.csv … as `sop template` does, or name a profile with --profile."
    )


def _report_strangers(
    opened: Opened, strangers: Sequence[Relation], matched: Sequence[str], staging: Staging
) -> None:
    database = opened.root is None
    for relation in strangers:
        close = nearest(tidy(relation.name), [name for name in TABLES if name not in matched])
        if database and not close:
            continue
        hint = f" Did you mean '{close[0]}'?" if close else ""
        staging.report(
            close[0] if close else "products",
            "unknown-table",
            "note",
            0,
            f"{relation.origin} is named like none of the tables and was left out.{hint}",
        )
    for name in opened.overlooked:
        if not _BESIDE.search(name):
            staging.report(
                "products", "unknown-table", "note", 0, f"{name} is no table and was left out."
            )

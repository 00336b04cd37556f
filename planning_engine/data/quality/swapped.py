"""Dates whose day and month changed places, told by what rises with time beside them."""

from collections.abc import Iterator
from dataclasses import dataclass

from planning_engine.data.connectors.registry import quoted
from planning_engine.data.issue import Issue
from planning_engine.data.quality.registry import Inspection, check, counted
from planning_engine.data.staging import EXAMPLES, ROW, SEQUENCE

REPAIR = "repair_swapped_dates"
_DATED = {"sales": "date", "orders": "ordered_on", "production": "date", "stock": "date"}
_IN_ORDER = 0.98
_FEWEST = 30
_FEWEST_STEPS = 10


@dataclass(frozen=True)
class _Companion:
    """Something that rises with the date, within each series: its SQL, and what to call it."""

    sql: str
    name: str
    series: str = "''"


@check
def swapped_dates(data: Inspection) -> Iterator[Issue | None]:
    """Report dates that make sense only with day and month changed places.

    A date with a day above 12 cannot have been swapped. Where a number beside it, or the order
    of the rows, rises with these, it says between which two of them every other row belongs:
    a row that lies outside as it stands, and inside when swapped, is reported. Without such a
    companion nothing is guessed.
    """
    for table, column in _DATED.items():
        if table not in data.tables:
            continue
        companion = _companion(data, table, column)
        if companion is None:
            continue
        _find(data, table, column, companion)
        count = data.staging.number("SELECT count(*) FROM swapped")
        if count:
            yield _issue(data, table, column, companion, count)


def _companion(data: Inspection, table: str, column: str) -> _Companion | None:
    candidates = []
    if table == "orders":
        candidates += _numbers(quoted("order"), "order number")
    if data.staging.has(table, SEQUENCE):
        candidates += _numbers(SEQUENCE, "number beside it")
    candidates.append(_Companion(ROW, "order of the rows"))
    return next((c for c in candidates if _rises(data, table, column, c)), None)


def _numbers(column: str, name: str) -> list[_Companion]:
    """Return the two ways to read `DE-2026/00417` as a number: its last part, or all digits."""
    last = rf"TRY_CAST(regexp_extract({column}, '(\d+)\D*$', 1) AS BIGINT)"
    every = rf"TRY_CAST(regexp_replace({column}, '\D', '', 'g') AS HUGEINT)"
    before = rf"regexp_extract({column}, '^(.*?)\d+\D*$', 1)"
    return [_Companion(last, name, before), _Companion(every, name)]


def _rises(data: Inspection, table: str, column: str, companion: _Companion) -> bool:
    """Tell whether the dates that cannot be swapped rise with the companion, nearly always."""
    row = data.connection.execute(
        f"WITH sure AS (SELECT {column} AS day, {companion.sql} AS step, "
        f"{companion.series} AS series FROM {table} "
        f"WHERE day({column}) > 12 AND {companion.sql} IS NOT NULL), pairs AS "
        "(SELECT day, lag(day) OVER (PARTITION BY series ORDER BY step) AS before FROM sure) "
        "SELECT count(*), avg((day >= before)::INT), count(*) FILTER (day > before) FROM pairs "
        "WHERE before IS NOT NULL"
    ).fetchone()
    if not row or row[0] < _FEWEST or row[2] < _FEWEST_STEPS:
        return False
    return float(row[1]) >= _IN_ORDER


def _find(data: Inspection, table: str, column: str, companion: _Companion) -> None:
    """Fill the table `swapped` with the rows and the dates they stand for.

    The bounds allow for a few rows out of order: the lowest and highest of the neighbours.
    """
    data.connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE swapped AS
        WITH sure AS (
            SELECT {companion.series} AS series, {companion.sql} AS step,
                min({column}) AS low, max({column}) AS high
            FROM {table} WHERE day({column}) > 12 GROUP BY 1, 2
        ),
        open AS (
            SELECT {ROW} AS row, {companion.series} AS series, {companion.sql} AS step,
                {column} AS stands,
                make_date(year({column}), day({column}), month({column})) AS meant
            FROM {table}
            WHERE day({column}) <= 12 AND day({column}) <> month({column})
                AND {companion.sql} IS NOT NULL
        ),
        placed AS (
            SELECT open.*, before.high AS since FROM open
            ASOF LEFT JOIN sure AS before
                ON open.series = before.series AND open.step >= before.step
        ),
        bounded AS (
            SELECT placed.*, after.low AS until FROM placed
            ASOF LEFT JOIN sure AS after
                ON placed.series = after.series AND placed.step <= after.step
        )
        SELECT row, stands, meant FROM bounded
        WHERE (stands < since - 3 OR stands > until + 3)
            AND meant >= coalesce(since, meant) - 3 AND meant <= coalesce(until, meant) + 3
            AND (since IS NOT NULL OR until IS NOT NULL)
        """
    )


def _issue(data: Inspection, table: str, column: str, companion: _Companion, count: int) -> Issue:
    rows = data.connection.execute(
        f"SELECT row, stands, meant FROM swapped ORDER BY row LIMIT {EXAMPLES}"
    ).fetchall()
    examples = tuple(
        data.example(table, row, {column: f"{stands}, meant {meant}"})
        for row, stands, meant in rows
    )
    months = data.connection.execute(
        "SELECT string_agg(strftime(month, '%B %Y'), ', ' ORDER BY month) "
        "FROM (SELECT DISTINCT date_trunc('month', meant) AS month FROM swapped)"
    ).fetchone()
    told = f"{counted(count)} of {table} with day and month of {column} changed places"
    belongs = f"by the {companion.name} they belong to {months[0] if months else ''}"
    if data.is_on(REPAIR):
        data.staging.put_right(
            table,
            column,
            f"make_date(year({column}), day({column}), month({column}))",
            "SELECT row FROM swapped",
        )
        return Issue(
            table,
            "swapped-dates",
            "note",
            count,
            f"{told} ({belongs}): put right by the rule {REPAIR}.",
            examples,
        )
    return Issue(
        table,
        "swapped-dates",
        "warning",
        count,
        f"{told}: {belongs}. Import with --set {REPAIR}=on to put them right.",
        examples,
    )

"""A table's columns as declared: in order, typed, the absent ones NULL."""

import duckdb
import pandas as pd

from planning_engine.data.schema import Column, Table


def stored_columns(table: Table, described: duckdb.DuckDBPyConnection) -> str:
    """Return a stored table's columns as SQL: days as DATE, columns it lacks as NULL."""
    stored = {row[0]: row[1] for row in described.fetchall()}
    return ", ".join(_stored(column, stored.get(column.name)) for column in table.columns)


def _stored(column: Column, kept_as: str | None) -> str:
    declared = {"text": "VARCHAR", "number": "DOUBLE", "date": "DATE"}[column.type]
    name = f'"{column.name}"'  # quoted: "order" is a word of SQL
    if kept_as is None:
        return f"NULL::{declared} AS {name}"
    is_time = column.type == "date" and kept_as != declared
    return f"CAST({name} AS DATE) AS {name}" if is_time else name


def conform(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with exactly the table's columns, typed, in order; absent ones are NULL."""
    columns: dict[str, pd.Series] = {}
    for column in table.columns:
        values = (
            frame[column.name]
            if column.name in frame
            else pd.Series([None] * len(frame), index=frame.index, dtype=object)
        )
        if column.type == "number":
            columns[column.name] = pd.to_numeric(values).astype("float64")
        elif column.type == "date":
            columns[column.name] = pd.to_datetime(values).astype("datetime64[us]")
        else:
            columns[column.name] = values.astype("string")
    return pd.DataFrame(columns)

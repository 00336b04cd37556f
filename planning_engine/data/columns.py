"""A table's columns as declared: in order, typed, the absent ones NULL."""

import duckdb
import pandas as pd

from planning_engine.data.schema import Table


def stored_columns(table: Table, described: duckdb.DuckDBPyConnection) -> str:
    """Return the table's columns as SQL; one declared since the file was written is NULL."""
    stored = {row[0] for row in described.fetchall()}
    types = {"text": "VARCHAR", "number": "DOUBLE", "date": "DATE"}
    # Quoted: "order" is a word of SQL.
    return ", ".join(
        f'"{column.name}"'
        if column.name in stored
        else f'NULL::{types[column.type]} AS "{column.name}"'
        for column in table.columns
    )


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

"""Sources opened as named relations: folders of files, workbooks, JSON, SQL databases."""

from planning_engine.data.connectors import database, files, workbook
from planning_engine.data.connectors.registry import (
    Loaded,
    Opened,
    ReadOptions,
    Refused,
    Relation,
    connector,
    open_source,
)

__all__ = [
    "Loaded",
    "Opened",
    "ReadOptions",
    "Refused",
    "Relation",
    "connector",
    "database",
    "files",
    "open_source",
    "workbook",
]

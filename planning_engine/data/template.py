"""An empty source to fill in: one file per table, a data dictionary, a company.toml."""

from pathlib import Path

from planning_engine.data.schema import TABLES, Column, Table
from planning_engine.errors import DataProblem

_COMPANY = """\
# Whose data this is. Fill it in and keep it beside the tables.
name = "My company"
currency = "EUR"

# The date the data speaks for: "today" in every answer. Remove the line to take the last day
# with sales.
# as_of = 2026-10-31

bucket = "month"     # day, week or month
fiscal_start = 1     # month in which the fiscal year begins

# Inside the first fence the forecast no longer counts, inside the second the plan changes only
# by decision; both in days from as_of.
[fences]
demand_days = 0
planning_days = 0

# Who may ask and decide. Roles: executive, planner, sales, viewer. Without families, sites or
# regions a person sees everything.
# [[people]]
# id = "kim"
# name = "Kim Berg"
# role = "sales"
# regions = ["North"]
"""
_FIRST_WORDS = """\
# Data dictionary

One file per table, UTF-8, comma-separated, the first line as it is here. Fill in what you have:
only `products` and `sales` are needed, each further table opens further answers. Delete or
leave empty what you do not have. Columns that you lack may stay empty or be removed; a cell
that is unknown stays empty, it is never 0.

- Quantities are in the product's own unit, amounts in the currency of `company.toml`.
- Days are written 2026-01-31, months as their first day, numbers 1234.5.
- A large table may be split: `sales_2025.csv` and `sales_2026.csv`, or a folder `sales/`.
- Excel workbooks (one sheet per table), JSON, Parquet and tab-separated files work as well.

Then run `sop import` on this folder: it says what is missing, with file and line.
"""
_SHOWN = {"text": "text", "number": "number", "date": "day"}


def write_template(folder: Path) -> list[Path]:
    """Write an empty source into a folder and return the files.

    Raises:
        DataProblem: A file is there already; nothing is written then.
    """
    contents = {
        **{f"{table.name}.csv": ",".join(table.names) + "\n" for table in TABLES.values()},
        "company.toml": _COMPANY,
        "README.md": data_dictionary(),
    }
    there = [name for name in contents if (folder / name).exists()]
    if there:
        raise DataProblem(
            f"{folder} already holds {there[0]}, so nothing was written. Choose an empty folder."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as problem:
        raise DataProblem(
            f"{folder} cannot be written: {problem.strerror or problem}. Choose another folder."
        ) from problem
    return [folder / name for name in contents]


def data_dictionary() -> str:
    """Return the schema in words, as Markdown."""
    overview = [
        "| table | what it holds | opens |",
        "|---|---|---|",
        *(_overview(table) for table in TABLES.values()),
    ]
    sections = [_section(table) for table in TABLES.values()]
    return "\n".join([_FIRST_WORDS, *overview, "", *sections])


def _overview(table: Table) -> str:
    required = " (required)" if table.required else ""
    return f"| [{table.name}](#{table.name}){required} | {table.meaning} | {table.opens} |"


def _section(table: Table) -> str:
    lines = [
        f"## {table.name}",
        "",
        f"{table.meaning} File `{table.name}.csv`; key: {', '.join(table.key)}. "
        f"Opens {table.opens}.",
        "",
        "| column | type | unit | required | meaning |",
        "|---|---|---|---|---|",
        *(_line(table, column) for column in table.columns),
        "",
    ]
    return "\n".join(lines)


def _line(table: Table, column: Column) -> str:
    key = " (key)" if column.name in table.key else ""
    unit = {"1": "share, 0 to 1", None: ""}.get(column.unit, column.unit)
    required = "yes" if column.required else ""
    return (
        f"| {column.name}{key} | {_SHOWN[column.type]} | {unit} | {required} | {column.meaning} |"
    )

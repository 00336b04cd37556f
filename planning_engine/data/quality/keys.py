"""Rows that cannot be told apart, lack what they need, or point at nothing."""

from collections.abc import Iterator, Sequence

from planning_engine.data.connectors.registry import literal, quoted
from planning_engine.data.issue import Issue, Severity
from planning_engine.data.quality.registry import Inspection, check, counted
from planning_engine.data.schema import TABLES, Column
from planning_engine.data.staging import EXAMPLES, ROW

ADD_MISSING = "add_missing_products"

# Rows of these add up, so two with the same key are two facts; elsewhere the second one
# contradicts the first.
_ADD_UP = ("sales", "receipts", "production", "orders")
_PARENTS = {
    "product": "products",
    "like_product": "products",
    "component": "products",
    "site": "sites",
    "from_site": "sites",
    "to_site": "sites",
    "customer": "customers",
    "resource": "resources",
}
# Optional columns that are expected once some rows have them. The first ones change figures when
# they are missing; the others only leave out detail. Columns like end_on or delivered_on say
# something by being empty.
_CHANGES_FIGURES = {
    "sales": ("site", "customer", "revenue"),
    "orders": ("product", "requested_on", "promised_on"),
    "stock": ("site",),
    "receipts": ("site",),
    "sourcing": ("lead_time_days",),
}
_LEAVES_OUT_DETAIL = {
    "products": ("name", "family", "unit", "standard_cost", "price"),
    "sites": ("name", "kind", "region"),
    "customers": ("channel", "region"),
    "orders": ("customer", "ordered_on"),
    "receipts": ("supplier",),
    "resources": ("site",),
    "forecasts": ("site",),
    "plans": ("site",),
}


# Rows for which an empty cell says nothing: components have no family or list price of their own.
_APPLIES = {
    ("products", "family"): "coalesce(stage, 'finished') = 'finished'",
    ("products", "price"): "coalesce(stage, 'finished') = 'finished'",
    ("receipts", "supplier"): "coalesce(kind, 'purchase') = 'purchase'",
}


@check
def missing_values(data: Inspection) -> Iterator[Issue | None]:
    """Report rows without a required value (error), or without one that other rows have."""
    for name in data.tables:
        columns = TABLES[name].columns
        counts = ", ".join(f"count({quoted(column.name)})" for column in columns)
        filled = data.connection.execute(f"SELECT count(*), {counts} FROM {name}").fetchone() or ()
        for column, have in zip(columns, filled[1:], strict=True):
            gaps = filled[0] - have
            if not gaps or (not have and not column.required):
                continue
            severity, advice = _weight(name, column)
            if severity is None:
                continue
            show = [key for key in TABLES[name].key if key != column.name][:2]
            yield data.finding(
                name,
                "missing",
                severity,
                f"{quoted(column.name)} IS NULL AND {_APPLIES.get((name, column.name), 'true')}",
                f"{{rows}} of {name} without {column.name}, {advice}.",
                [*show, column.name],
            )


@check
def duplicates(data: Inspection) -> Iterator[Issue | None]:
    """Report rows that come twice: whole, or by their key where they cannot add up."""
    for name in data.tables:
        table = TABLES[name]
        extra, examples = _twins(data, name, table.key)
        if not extra:
            continue
        if name not in _ADD_UP:
            hint = _clashing_units(data) if name == "products" else ""
            yield Issue(
                name,
                "duplicate",
                "error",
                extra,
                f"{counted(extra)} of {name} with the same {' and '.join(table.key)} as another: "
                f"keep one.{hint}",
                examples,
            )
            continue
        same, same_examples = _twins(data, name, table.names)
        if same:
            yield Issue(
                name,
                "duplicate",
                "warning",
                same,
                f"{counted(same)} of {name} equal to another in every column: exported twice, or "
                "two equal facts? All are counted.",
                same_examples,
            )
        if extra > same:
            yield Issue(
                name,
                "same-key",
                "note",
                extra - same,
                f"{counted(extra - same)} of {name} with the same {' and '.join(table.key)} as "
                "another; they add up.",
                examples,
            )


@check
def orphans(data: Inspection) -> Iterator[Issue | None]:
    """Report keys that their own table lacks: a product is an error, another key a warning."""
    for name in data.tables:
        for column in TABLES[name].names:
            parent = _PARENTS.get(column)
            if parent is None or parent not in data.tables:
                continue
            if parent == name and column in TABLES[name].key:
                continue
            lost = parent == "products" and column != "like_product"
            where = _is_orphan(column, parent)
            if lost and data.is_on(ADD_MISSING):
                yield _add_missing(data, name, column, where)
                continue
            advice = (
                f"Add what is missing to products, or import with --set {ADD_MISSING}=on."
                if lost
                else f"Answers that need {parent} leave these rows out."
            )
            yield data.finding(
                name,
                "orphan",
                "error" if lost else "warning",
                where,
                f"{{rows}} of {name} with a {column} that {parent} does not have. {advice}",
                (column,),
            )


@check
def bom_loops(data: Inspection) -> Iterator[Issue | None]:
    """Report products that are made of themselves, directly or through their components."""
    if "bom" not in data.tables:
        return
    rows = data.connection.execute(
        "WITH RECURSIVE down(top, part) AS (SELECT product, component FROM bom UNION "
        "SELECT down.top, bom.component FROM down JOIN bom ON bom.product = down.part "
        "WHERE down.top <> down.part) SELECT DISTINCT top FROM down WHERE top = part ORDER BY 1"
    ).fetchall()
    if rows:
        named = ", ".join(f"'{row[0]}'" for row in rows[:EXAMPLES])
        inside = f"product IN ({', '.join(literal(row[0]) for row in rows)})"
        yield Issue(
            "bom",
            "loop",
            "error",
            len(rows),
            f"{counted(len(rows), 'product')} of bom made of themselves ({named}): remove the row "
            "that closes the circle.",
            data.examples("bom", inside, ("product", "component")),
        )


def _weight(name: str, column: Column) -> tuple[Severity | None, str]:
    """Return how much a gap in a column matters, and what to say of it."""
    if column.required:
        return "error", "which is required"
    advice = "which other rows have; unknown stays unknown, it is not 0"
    if column.name in _CHANGES_FIGURES.get(name, ()):
        return "warning", advice
    return ("note" if column.name in _LEAVES_OUT_DETAIL.get(name, ()) else None), advice


def _twins(data: Inspection, name: str, columns: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """Return how many rows repeat another in some columns, and examples of the repeats."""
    by = ", ".join(quoted(column) for column in columns)
    data.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE twins AS SELECT {by}, count(*) AS n, min({ROW}) AS first "
        f"FROM {name} GROUP BY {by} HAVING count(*) > 1"
    )
    extra = data.staging.number("SELECT sum(n - 1) FROM twins")
    if not extra:
        return 0, ()
    same = " AND ".join(f"t.{quoted(c)} IS NOT DISTINCT FROM w.{quoted(c)}" for c in columns)
    shown = [column for column in columns if data.staging.has(name, column)][:4]
    values = "".join(f", t.{quoted(column)}" for column in shown)
    rows = data.connection.execute(
        f"SELECT t.{ROW}, w.first{values} FROM {name} t JOIN twins w ON {same} "
        f"WHERE t.{ROW} > w.first ORDER BY 1 LIMIT {EXAMPLES}"
    ).fetchall()
    examples = []
    for row, first, *cells in rows:
        text = data.example(name, row, dict(zip(shown, cells, strict=True)))
        examples.append(f"{text}, as {data.staging.place(name, first)}")
    return extra, tuple(examples)


def _clashing_units(data: Inspection) -> str:
    rows = data.connection.execute(
        "SELECT product, string_agg(DISTINCT unit, ' and ' ORDER BY unit) FROM products "
        "GROUP BY product HAVING count(DISTINCT unit) > 1 ORDER BY 1 LIMIT 1"
    ).fetchall()
    return f" Even their units differ: '{rows[0][0]}' is in {rows[0][1]}." if rows else ""


def _is_orphan(column: str, parent: str) -> str:
    key = quoted(TABLES[parent].key[0])
    # Read through the distinct values: a large table holds few of them.
    return (
        f"{quoted(column)} IS NOT NULL AND {quoted(column)} NOT IN "
        f"(SELECT p.{key} FROM {parent} p WHERE p.{key} IS NOT NULL)"
    )


def _add_missing(data: Inspection, name: str, column: str, where: str) -> Issue | None:
    """Add the products that a table names and products lacks: the repair that was asked for."""
    issue = data.finding(
        name,
        "orphan",
        "assumption",
        where,
        f"{{rows}} of {name} with a {column} that products did not have: it was added, with no "
        f"family, by the rule {ADD_MISSING}.",
        (column,),
    )
    if issue:
        data.staging.add_rows(
            "products", f"SELECT DISTINCT {quoted(column)} AS product FROM {name} WHERE {where}"
        )
    return issue

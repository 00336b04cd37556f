"""A slice of the business as SQL: which rows of a table it means, and how they are grouped."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest

# Kind of thing → id, e.g. {"family": "Water", "region": "North"}; empty is everything.
Where = Mapping[str, str]
MISSING = "(missing)"

_OWN_COLUMNS = ("product", "site", "customer", "resource", "supplier", "stream", "author")
_JOINS = {
    "p": "LEFT JOIN products p ON p.product = t.product",
    "c": "LEFT JOIN customers c ON c.customer = t.customer",
    "s": "LEFT JOIN sites s ON s.site = t.site",
    "r": "LEFT JOIN resources r ON r.resource = t.resource",
    "rs": "LEFT JOIN sites rs ON rs.site = r.site",
}


@dataclass(frozen=True)
class Cut:
    """The SQL parts of a slice: `FROM {source} WHERE {where}`, grouped by `{group}`.

    The table is `t` and, where `products` was asked for, the product master `p`.
    """

    source: str
    where: str
    group: str
    parameters: dict[str, object] = field(default_factory=dict)


def cut(
    snapshot: Snapshot,
    table: str,
    where: Where,
    *,
    subject: str,
    by: str | None = None,
    month: str | None = None,
    products: bool = False,
) -> Cut:
    """Return the SQL of a slice of a table.

    Args:
        snapshot: The facts.
        table: Table to cut; it must be there.
        where: What to keep, kind → id.
        subject: What is asked, for the refusal: `OTIF`.
        by: Kind to group by, or `month`; None groups everything into one.
        month: SQL of the day or month that a row falls in, for `by="month"`.
        products: Join the product master as `p` in any case.

    Raises:
        BadRequest: The rows of the table cannot be told apart by a kind.
    """
    joins = {"p"} if products else set[str]()
    conditions, parameters = ["true"], dict[str, object]()
    for kind, name in where.items():
        expression, needed = _expression(snapshot, table, kind, subject, "narrowed to one")
        joins |= needed
        conditions.append(f"{expression} = $slice_{kind}")
        parameters[f"slice_{kind}"] = name
    group = "NULL"
    if by == "month" and month:
        group = f"strftime(date_trunc('month', {month}), '%Y-%m-%d')"
    elif by:
        expression, needed = _expression(snapshot, table, by, subject, "split by")
        joins |= needed
        group = f"coalesce({expression}, '{MISSING}')"
    source = " ".join([f"{table} t", *(sql for key, sql in _JOINS.items() if key in joins)])
    return Cut(source, " AND ".join(conditions), group, parameters)


def kinds_of(snapshot: Snapshot, table: str) -> tuple[str, ...]:
    """Return the kinds of thing by which the rows of a table can be told apart."""
    kinds = ("product", "family", "site", "region", "channel", "customer", *_OWN_COLUMNS[3:])
    return tuple(kind for kind in kinds if _place(snapshot, table, kind))


def _expression(
    snapshot: Snapshot, table: str, kind: str, subject: str, verb: str
) -> tuple[str, set[str]]:
    place = _place(snapshot, table, kind)
    if place is None:
        known = ", ".join(kinds_of(snapshot, table)) or "nothing"
        raise BadRequest(
            f"{subject} cannot be {verb} {kind}: the table '{table}' tells rows apart by {known}."
        )
    return place


def _place(snapshot: Snapshot, table: str, kind: str) -> tuple[str, set[str]] | None:
    """Return the SQL expression of a kind and the joins it needs, None if it has none."""
    columns = TABLES[table].names
    if kind in columns and kind in (*_OWN_COLUMNS, "family"):
        return f"t.{kind}", set()
    if kind == "family" and "product" in columns:
        return "p.family", {"p"}
    if kind in ("channel", "region") and "customer" in columns:
        return (f"c.{kind}", {"c"}) if snapshot.has("customers") else None
    if kind == "site" and "resource" in columns and snapshot.has("resources"):
        return "r.site", {"r"}
    if kind == "region" and TABLES[table].regions in ("site", "resource"):
        return _region_of_place(snapshot, columns)
    return None


def _region_of_place(snapshot: Snapshot, columns: tuple[str, ...]) -> tuple[str, set[str]] | None:
    if not snapshot.has("sites"):
        return None
    if "site" in columns:
        return "s.region", {"s"}
    if "resource" in columns and snapshot.has("resources"):
        return "rs.region", {"r", "rs"}
    return None


def unit_of(snapshot: Snapshot, where: Where) -> str:
    """Return the unit that the finished products of a slice share, `units` if they differ."""
    conditions, parameters = ["coalesce(stage, 'finished') = 'finished'"], dict[str, object]()
    for kind in ("product", "family"):
        if kind in where:
            conditions.append(f"{kind} = ${kind}")
            parameters[kind] = where[kind]
    if "product" in where:
        conditions = conditions[1:]
    rows = snapshot.query(
        f"SELECT DISTINCT unit FROM products WHERE {' AND '.join(conditions)}", parameters
    )
    units = list(rows["unit"].dropna())
    return str(units[0]) if len(units) == 1 and len(rows) == 1 else "units"

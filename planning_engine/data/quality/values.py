"""Values that cannot be, or can hardly be, what is meant."""

from collections.abc import Iterator

from planning_engine.data.connectors.registry import literal, quoted
from planning_engine.data.issue import Issue, Severity
from planning_engine.data.quality.registry import Inspection, check
from planning_engine.data.schema import TABLES

# Where a minus sign means something: returns and credits, a stock that was counted below
# zero, an event that lowers demand, a budgeted loss.
_SIGNED: dict[tuple[str, str], tuple[Severity, str]] = {
    ("sales", "quantity"): ("note", "taken as returns"),
    ("sales", "revenue"): ("note", "taken as credits"),
    ("orders", "quantity"): ("warning", "orders of less than nothing"),
    ("orders", "delivered_quantity"): ("warning", "taken as returns"),
    ("stock", "quantity"): ("warning", "stock cannot be below zero, so a booking is missing"),
    ("receipts", "quantity"): ("warning", "taken as returns to the supplier"),
    ("receipts", "received_quantity"): ("warning", "taken as returns to the supplier"),
    ("production", "actual_quantity"): ("warning", "taken as corrections"),
}
_FREE = {("events", "uplift"), ("budget", "margin"), ("budget", "revenue")}
_SHARES = ("scrap", "service_level", "efficiency", "holding_rate")
_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("products", "stage"): ("raw", "wip", "finished"),
    ("sites", "kind"): ("plant", "warehouse", "store", "supplier"),
    ("receipts", "kind"): ("purchase", "production", "transfer"),
    ("resources", "kind"): ("machine", "line", "labour"),
    ("forecasts", "stream"): ("stat", "sales", "marketing", "finance", "consensus"),
    ("events", "kind"): ("promotion", "price", "launch", "outage"),
}
_MONTHS = {"forecasts": ("cycle", "month"), "plans": ("cycle", "month"), "budget": ("month",)}
_ORDER = (
    ("orders", "ordered_on", "delivered_on"),
    ("events", "starts_on", "ends_on"),
    ("products", "launch_on", "end_on"),
)
_UNIT_FACTOR = 6.0


@check
def negatives(data: Inspection) -> Iterator[Issue | None]:
    """Report numbers below zero, with what they are taken for; elsewhere they are errors."""
    for name in data.tables:
        for column in TABLES[name].columns:
            if column.type != "number" or (name, column.name) in _FREE:
                continue
            usual: tuple[Severity, str] = ("error", "which cannot be")
            severity, meaning = _SIGNED.get((name, column.name), usual)
            yield data.finding(
                name,
                "negative",
                severity,
                f"{quoted(column.name)} < 0",
                f"{{rows}} of {name} with {column.name} below 0: {meaning}.",
                (*_named(name), column.name),
            )


@check
def impossible_numbers(data: Inspection) -> Iterator[Issue | None]:
    """Report infinite numbers, and shares that are not between 0 and 1."""
    for name in data.tables:
        for column in TABLES[name].columns:
            if column.type != "number":
                continue
            yield data.finding(
                name,
                "infinite",
                "error",
                f"{quoted(column.name)} IS NOT NULL AND NOT isfinite({quoted(column.name)})",
                f"{{rows}} of {name} with a {column.name} that is no finite number: leave the "
                "cell empty if it is unknown.",
                (*_named(name), column.name),
            )
            if column.name in _SHARES:
                yield data.finding(
                    name,
                    "range",
                    "error" if column.name != "efficiency" else "warning",
                    f"{quoted(column.name)} > 1 AND isfinite({quoted(column.name)})",
                    f"{{rows}} of {name} with {column.name} above 1: it is a share, write 0.95 "
                    "for 95 %.",
                    (*_named(name), column.name),
                )


@check
def unknown_words(data: Inspection) -> Iterator[Issue | None]:
    """Report words outside the few that a column knows."""
    for (name, column), words in _WORDS.items():
        if name not in data.tables:
            continue
        inside = ", ".join(literal(word) for word in words)
        severity: Severity = "warning" if name == "sites" else "error"
        yield data.finding(
            name,
            "word",
            severity,
            f"{quoted(column)} NOT IN ({inside})",
            f"{{rows}} of {name} with a {column} that is none of {', '.join(words)}.",
            (*_named(name), column),
        )


@check
def months_begin_on_the_first(data: Inspection) -> Iterator[Issue | None]:
    """Report months that are not written as their first day."""
    for name, columns in _MONTHS.items():
        for column in columns if name in data.tables else ():
            yield data.finding(
                name,
                "month-start",
                "error",
                f"day({quoted(column)}) <> 1",
                f"{{rows}} of {name} with a {column} that is not the first day of a month.",
                (*_named(name), column),
            )


@check
def dates_in_order(data: Inspection) -> Iterator[Issue | None]:
    """Report an end before its beginning, and years that cannot be meant."""
    for name, first, last in _ORDER:
        if name in data.tables:
            yield data.finding(
                name,
                "date-order",
                "warning",
                f"{last} < {first}",
                f"{{rows}} of {name} with {last} before {first}.",
                (*_named(name), first, last),
            )
    for name in data.tables:
        for column in TABLES[name].columns:
            if column.type == "date":
                yield data.finding(
                    name,
                    "year",
                    "error",
                    f"year({quoted(column.name)}) NOT BETWEEN 1950 AND 2100",
                    f"{{rows}} of {name} with {column.name} in a year that cannot be meant.",
                    (*_named(name), column.name),
                )


@check
def unit_spellings(data: Inspection) -> Iterator[Issue | None]:
    """Report one unit written in several ways: kg and Kg."""
    rows = (
        data.connection.execute(
            "SELECT lower(regexp_replace(unit, '[^0-9A-Za-z]', '', 'g')) AS plain, "
            "list(DISTINCT unit ORDER BY unit) AS ways, count(*) FROM products "
            "WHERE unit IS NOT NULL GROUP BY 1 HAVING count(DISTINCT unit) > 1 ORDER BY 1"
        ).fetchall()
        if "products" in data.tables
        else []
    )
    for _, ways, count in rows:
        inside = ", ".join(literal(way) for way in ways[1:])
        yield Issue(
            "products",
            "unit",
            "warning",
            count,
            f"One unit is written in {len(ways)} ways ({', '.join(ways)}): choose one.",
            data.examples("products", f"unit IN ({inside})", ("product", "unit")),
        )


@check
def unit_clashes(data: Inspection) -> Iterator[Issue | None]:
    """Report products whose unit price at one site is a multiple of that at the others.

    Pieces at one site and cases at another show up so: the money agrees, the count does not.
    """
    if not (data.staging.has("sales", "revenue", "site")):
        return
    rows = data.connection.execute(
        "WITH priced AS (SELECT product, site, median(revenue / quantity) AS price, count(*) AS n "
        "FROM sales WHERE quantity > 0 AND revenue > 0 GROUP BY ALL HAVING count(*) >= 3), "
        "usual AS (SELECT product, median(price) AS price FROM priced GROUP BY 1 "
        "HAVING count(*) >= 3) "
        "SELECT p.product, p.site, p.price / u.price AS factor, p.n FROM priced p "
        "JOIN usual u USING (product) "
        f"WHERE greatest(p.price / u.price, u.price / p.price) >= {_UNIT_FACTOR} ORDER BY 1, 2"
    ).fetchall()
    if rows:
        product, site, factor, _ = rows[0]
        where = " OR ".join(
            f"(product = {literal(p)} AND site = {literal(s)})" for p, s, *_ in rows[:50]
        )
        times = f"{factor:.3g} times" if factor > 1 else f"1/{1 / factor:.3g} of"
        yield Issue(
            "sales",
            "unit-clash",
            "warning",
            sum(row[3] for row in rows),
            f"'{product}' sells at '{site}' for {times} its usual unit price: another unit there, "
            f"such as cases for pieces? ({len(rows)} such pairs of product and site.)",
            data.examples("sales", where, ("product", "site", "quantity", "revenue")),
        )


@check
def price_clashes(data: Inspection) -> Iterator[Issue | None]:
    """Report products whose revenue and list price differ by a large factor throughout."""
    if not (data.staging.has("sales", "revenue") and data.staging.has("products", "price")):
        return
    rows = data.connection.execute(
        "WITH sold AS (SELECT product, sum(revenue) / sum(quantity) AS price, count(*) AS n "
        "FROM sales WHERE quantity > 0 AND revenue > 0 GROUP BY 1 HAVING count(*) >= 3) "
        "SELECT s.product, s.price / p.price, s.n FROM sold s JOIN products p USING (product) "
        f"WHERE p.price > 0 AND greatest(s.price / p.price, p.price / s.price) >= {_UNIT_FACTOR} "
        "ORDER BY 1"
    ).fetchall()
    if rows:
        inside = f"product IN ({', '.join(literal(row[0]) for row in rows[:50])})"
        factor = rows[0][1]
        times = f"{factor:.3g} times" if factor > 1 else f"1/{1 / factor:.3g} of"
        yield Issue(
            "sales",
            "unit-clash",
            "warning",
            sum(row[2] for row in rows),
            f"'{rows[0][0]}' was sold for {times} its list price: is the quantity in another unit "
            f"than the price? ({len(rows)} such products.)",
            data.examples("sales", inside, ("product", "quantity", "revenue")),
        )


def _named(name: str) -> tuple[str, ...]:
    """Return the key columns that name a row, dates aside."""
    table = TABLES[name]
    kinds = {column.name: column.type for column in table.columns}
    return tuple(key for key in table.key if kinds[key] == "text")[:2]

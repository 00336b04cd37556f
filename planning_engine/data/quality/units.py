"""Quantities that seem to be counted in another unit than the rest."""

from collections.abc import Iterator

from planning_engine.data.connectors.registry import literal
from planning_engine.data.issue import Issue
from planning_engine.data.quality.registry import Inspection, check, counted
from planning_engine.data.staging import ROW

_FACTOR = 6.0
_FEWEST = 6
_TRUSTED_SHARE = 0.2
_MOST = 0.8


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
    """Report sales whose unit price is a multiple of the product's usual one.

    Cases counted as pieces show up so: the money agrees, the count does not. The usual price is
    the list price where a good part of the rows is near it, the middle one of the rows if not.
    """
    if not data.staging.has("sales", "revenue"):
        return
    _fill_clashes(data)
    found = data.connection.execute(
        "SELECT count(*), count(DISTINCT product), mode(product), median(factor), "
        "avg((factor > 1)::INT) FROM clashes"
    ).fetchall()[0]
    rows, products, product, factor, above = found
    if not rows:
        return
    size = f"{factor:.3g} times" if above >= 1 - above else f"1/{1 / factor:.3g} of"
    more = f" and {counted(products - 1, 'other product').lower()}" if products > 1 else ""
    shown = ("product", "site", "date", "quantity", "revenue")
    yield Issue(
        "sales",
        "unit-clash",
        "warning",
        rows,
        f"{counted(rows)} of sales at about {size} the usual unit price ('{product}'{more})"
        f"{_shared(data, rows)}: counted in another unit there, such as cases for pieces?",
        data.examples("sales", f"{ROW} IN (SELECT row FROM clashes)", shown),
    )


def _fill_clashes(data: Inspection) -> None:
    """Fill the table `clashes` with the rows far from their product's usual price."""
    listed = data.staging.has("products", "price")
    prices = (
        "SELECT product, max(price) AS listed FROM products WHERE price > 0 GROUP BY 1"
        if listed
        else "SELECT NULL::VARCHAR AS product, NULL::DOUBLE AS listed WHERE false"
    )
    data.connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE clashes AS
        WITH sold AS (
            SELECT {ROW} AS row, product, site, customer, date, revenue / quantity AS price
            FROM sales WHERE quantity > 0 AND revenue > 0
        ),
        listed AS ({prices}),
        usual AS (
            SELECT s.product,
                CASE WHEN avg((s.price BETWEEN l.listed / 2 AND l.listed * 2)::INT)
                        >= {_TRUSTED_SHARE}
                    THEN any_value(l.listed) ELSE approx_quantile(s.price, 0.5) END AS price
            FROM sold s LEFT JOIN listed l USING (product)
            GROUP BY s.product HAVING count(*) >= {_FEWEST}
        )
        SELECT s.row, s.product, s.site, s.customer, date_trunc('month', s.date) AS month,
            s.price / u.price AS factor
        FROM sold s JOIN usual u USING (product)
        WHERE s.price > {_FACTOR} * u.price OR s.price < u.price / {_FACTOR}
        """
    )


def _shared(data: Inspection, rows: int) -> str:
    """Return what most of the clashing rows have in common: a site, a customer, a month."""
    for column in ("site", "customer", "month"):
        name, count = data.connection.execute(
            f"SELECT {column}, count(*) FROM clashes GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
        ).fetchall()[0]
        source = "date_trunc('month', date)" if column == "month" else column
        many = data.staging.number(f"SELECT count(DISTINCT {source}) FROM sales")
        if name is not None and many > 1 and count >= _MOST * rows:
            said = f"in {name:%B %Y}" if column == "month" else f"at {column} '{name}'"
            return f", {'all' if count == rows else 'most'} {said}"
    return ""


@check
def price_clashes(data: Inspection) -> Iterator[Issue | None]:
    """Report products whose sales are all far from their list price."""
    if not (data.staging.has("sales", "revenue") and data.staging.has("products", "price")):
        return
    rows = data.connection.execute(
        "WITH sold AS (SELECT product, approx_quantile(revenue / quantity, 0.5) AS price, "
        "count(*) AS n FROM sales WHERE quantity > 0 AND revenue > 0 GROUP BY 1 "
        f"HAVING count(*) >= {_FEWEST}) "
        "SELECT s.product, s.price / p.price, s.n FROM sold s JOIN products p USING (product) "
        f"WHERE p.price > 0 AND greatest(s.price / p.price, p.price / s.price) >= {_FACTOR} "
        "ORDER BY 1"
    ).fetchall()
    if rows:
        inside = f"product IN ({', '.join(literal(row[0]) for row in rows[:50])})"
        factor = rows[0][1]
        times = f"{factor:.3g} times" if factor > 1 else f"1/{1 / factor:.3g} of"
        yield Issue(
            "sales",
            "price-clash",
            "warning",
            sum(row[2] for row in rows),
            f"{counted(len(rows), 'product')} sold far from the list price ('{rows[0][0]}' for "
            f"{times} it): is the price of another unit than the quantity, or outdated?",
            data.examples("sales", inside, ("product", "quantity", "revenue")),
        )

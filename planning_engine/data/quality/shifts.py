"""Sales that leave their usual size: single rows, and levels that change for good."""

from collections.abc import Iterator
from datetime import date

from planning_engine.data.connectors.registry import literal
from planning_engine.data.issue import Issue
from planning_engine.data.quality.registry import Inspection, check, counted, spelt

_SPREADS = 6.0
_LEAST_SPREAD = 0.25
_OUTLIER_FACTOR = 8.0
_FEWEST_ROWS = 12
_WINDOW = 6
_SHIFT_FACTOR = 3.0
_SHOWN = 3


@check
def outliers(data: Inspection) -> Iterator[Issue | None]:
    """Report rows of sales or orders many times the size of nearly all others of the product.

    Sizes are compared as ratios: a row counts when it lies six robust standard deviations of
    the logarithm above the product's median, and is eight times what three quarters of its
    rows stay below. That is a slipped decimal point or a wrong unit, not a good month.
    """
    for table, day in (("sales", "date"), ("orders", "ordered_on")):
        if table in data.tables:
            yield _outliers(data, table, day)


def _outliers(data: Inspection, table: str, day: str) -> Issue | None:
    data.connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE usual AS
        WITH sizes AS (
            SELECT product, ln(abs(quantity)) AS size FROM {table}
            WHERE quantity <> 0 AND isfinite(quantity)
        ),
        middle AS (
            SELECT product, approx_quantile(size, 0.5) AS median,
                approx_quantile(size, 0.75) AS high
            FROM sizes GROUP BY product HAVING count(*) >= {_FEWEST_ROWS}
        )
        SELECT product, greatest(
            exp(any_value(median) + {_SPREADS} * greatest(
                1.4826 * approx_quantile(abs(size - median), 0.5), {_LEAST_SPREAD})),
            {_OUTLIER_FACTOR} * exp(any_value(high))) AS most
        FROM sizes JOIN middle USING (product) GROUP BY product
        """
    )
    return data.finding(
        table,
        "outlier",
        "warning",
        f"abs(quantity) > (SELECT most FROM usual u WHERE u.product = {table}.product)",
        f"{{rows}} of {table} many times the size of nearly all others of the product: a slipped "
        "decimal point, or another unit?",
        ("product", day, "quantity"),
    )


@check
def level_shifts(data: Inspection) -> Iterator[Issue | None]:
    """Report sales that jump to another level and stay there: in all, and by product.

    The six months after a month are compared with the six before it: every one of them must
    lie beyond all of the others, and their median be three times higher or lower.
    """
    if "sales" not in data.tables:
        return
    whole = _shifts(data, "'all sales'")
    if whole:
        _, month, before, after = whole[0]
        yield Issue(
            "sales",
            "level-shift",
            "warning",
            1,
            f"All sales went from about {spelt(round(before))} a month to about "
            f"{spelt(round(after))} in {month:%B %Y} and stayed there: a launch, a lost customer, "
            "or another way of counting?",
            data.examples("sales", f"date >= DATE '{month}'", ("product", "date", "quantity")),
        )
    single = _shifts(data, "product")
    if single:
        shown = "; ".join(
            f"'{name}' from {before:,.0f} to {after:,.0f} in {month:%B %Y}"
            for name, month, before, after in single[:_SHOWN]
        )
        yield Issue(
            "sales",
            "level-shift",
            "warning",
            len(single),
            f"{counted(len(single), 'product')} changed to another level of sales a month and "
            f"stayed there ({shown}).",
            data.examples(
                "sales",
                f"product = {literal(single[0][0])} AND date >= DATE '{single[0][1]:%Y-%m-%d}'",
                ("product", "date", "quantity"),
            ),
        )


def _shifts(data: Inspection, by: str) -> list[tuple[str, date, float, float]]:
    """Return name, month, level before and after of the clearest shift of each series."""
    before = f"ROWS BETWEEN {_WINDOW} PRECEDING AND 1 PRECEDING"
    after = f"ROWS BETWEEN CURRENT ROW AND {_WINDOW - 1} FOLLOWING"
    rows = data.connection.execute(
        f"""
        WITH monthly AS (
            SELECT {by} AS name, date_trunc('month', date)::DATE AS month, sum(quantity) AS sold
            FROM sales GROUP BY ALL
        ),
        ends AS (
            SELECT name, min(month) AS first, (SELECT max(month) FROM monthly) AS last
            FROM monthly GROUP BY 1
        ),
        -- The last month may not be over, so it takes no part.
        grid AS (
            SELECT name, unnest(
                generate_series(first, last - INTERVAL 1 MONTH, INTERVAL 1 MONTH)
            )::DATE AS month FROM ends
        ),
        filled AS (
            SELECT name, month, coalesce(sold, 0) AS sold FROM grid LEFT JOIN monthly
            USING (name, month)
        ),
        compared AS (
            SELECT name, month,
                median(sold) OVER (PARTITION BY name ORDER BY month {before}) AS level_before,
                median(sold) OVER (PARTITION BY name ORDER BY month {after}) AS level_after,
                min(sold) OVER (PARTITION BY name ORDER BY month {before}) AS low_before,
                max(sold) OVER (PARTITION BY name ORDER BY month {before}) AS high_before,
                min(sold) OVER (PARTITION BY name ORDER BY month {after}) AS low_after,
                max(sold) OVER (PARTITION BY name ORDER BY month {after}) AS high_after,
                count(*) OVER (PARTITION BY name ORDER BY month {before}) AS n_before,
                count(*) OVER (PARTITION BY name ORDER BY month {after}) AS n_after
            FROM filled
        )
        SELECT name, month, level_before, level_after FROM compared
        WHERE n_before = {_WINDOW} AND n_after = {_WINDOW} AND level_before > 0 AND level_after > 0
            AND ((low_after > high_before AND level_after >= {_SHIFT_FACTOR} * level_before)
                OR (high_after < low_before AND level_before >= {_SHIFT_FACTOR} * level_after))
        QUALIFY row_number() OVER (
            PARTITION BY name ORDER BY abs(ln(level_after / level_before)) DESC, month
        ) = 1
        ORDER BY abs(ln(level_after / level_before)) DESC, name
        """
    ).fetchall()
    return [(str(row[0]), row[1], float(row[2]), float(row[3])) for row in rows]

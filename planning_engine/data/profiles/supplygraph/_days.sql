-- A SKU named twice stands for two products; the daily files call the second one 'name.1'.
CREATE VIEW source.skus AS
SELECT
    Node || CASE WHEN turn > 1 THEN '.' || (turn - 1) ELSE '' END AS product,
    turn, "Group" AS family, "Sub-Group" AS subgroup, Node, _place
FROM (
    SELECT *, row_number() OVER (
        PARTITION BY Node ORDER BY split_part(_place, ':', 2)::BIGINT
    ) AS turn
    FROM source.product_groups
);

CREATE MACRO as_day(text) AS CAST(CAST(text AS TIMESTAMP) AS DATE);

CREATE VIEW source.ordered_days AS
FROM (UNPIVOT source.ordered ON COLUMNS(* EXCLUDE (Date, _place)) INTO NAME product VALUE quantity);
CREATE VIEW source.produced_days AS
FROM (UNPIVOT source.produced ON COLUMNS(* EXCLUDE (Date, _place)) INTO NAME product VALUE quantity);
CREATE VIEW source.issued_days AS
FROM (UNPIVOT source.issued ON COLUMNS(* EXCLUDE (Date, _place)) INTO NAME product VALUE quantity);
CREATE VIEW source.delivered_days AS
FROM (UNPIVOT source.delivered ON COLUMNS(* EXCLUDE (Date, _place)) INTO NAME product VALUE quantity);

-- What came in and went out of the one stock, per product and day.
CREATE VIEW source.balance AS
SELECT
    product, day, made, gone,
    sum(made - gone) OVER (PARTITION BY product ORDER BY day) AS cumulated
FROM (
    SELECT
        coalesce(p.product, d.product) AS product,
        as_day(coalesce(p.Date, d.Date)) AS day,
        coalesce(CAST(p.quantity AS DOUBLE), 0) AS made,
        coalesce(CAST(d.quantity AS DOUBLE), 0) AS gone
    FROM source.produced_days p
    FULL JOIN source.delivered_days d ON p.product = d.product AND p.Date = d.Date
);

CREATE VIEW source.opening AS
SELECT
    product,
    min(day) - 1 AS day,
    greatest(-min(cumulated), 0)
        + getvariable('opening_cover_days') * greatest(avg(gone), 0) AS quantity
FROM source.balance
GROUP BY product;

-- What a product group's line makes in a full day: its output on its best days.
CREATE VIEW source.full_days AS
SELECT family, quantile_cont(made, 1 - getvariable('best_days_share')) AS units
FROM (
    SELECT s.family, b.day, sum(b.made) AS made
    FROM source.balance b JOIN source.skus s USING (product)
    GROUP BY ALL HAVING sum(b.made) > 0
)
GROUP BY family;

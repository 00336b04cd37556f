-- One line per product and day; which delivery served which order, and when it was due, is not
-- in the source.
SELECT
    'D' || strftime(as_day(Date), '%Y%m%d') AS "order",
    product AS line,
    product,
    'COUNTRY' AS site,
    quantity,
    as_day(Date) AS ordered_on,
    _place
FROM source.ordered_days
WHERE TRY_CAST(quantity AS DOUBLE) IS DISTINCT FROM 0

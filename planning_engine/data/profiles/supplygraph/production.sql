SELECT
    as_day(d.Date) AS date,
    d.product,
    'LINE-' || s.family AS resource,
    d.quantity AS actual_quantity,
    d._place
FROM source.produced_days d
LEFT JOIN source.skus s USING (product)
WHERE TRY_CAST(d.quantity AS DOUBLE) IS DISTINCT FROM 0

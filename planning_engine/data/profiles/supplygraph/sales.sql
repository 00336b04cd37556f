-- What was delivered; days without a delivery have no row.
SELECT as_day(Date) AS date, product, 'COUNTRY' AS site, quantity, _place
FROM source.delivered_days
WHERE TRY_CAST(quantity AS DOUBLE) IS DISTINCT FROM 0

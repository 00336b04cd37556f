SELECT b.day AS date, b.product, 'COUNTRY' AS site, greatest(o.quantity + b.cumulated, 0) AS quantity
FROM source.balance b JOIN source.opening o USING (product)
UNION ALL
SELECT day, product, 'COUNTRY', quantity FROM source.opening

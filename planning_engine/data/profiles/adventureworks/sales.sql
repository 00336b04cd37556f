SELECT
    day AS date,
    product,
    'AWC' AS site,
    CustomerKey AS customer,
    OrderQuantity AS quantity,
    TRY_CAST(OrderQuantity AS DOUBLE) * price AS revenue,
    OrderNumber AS _sequence,
    _place
FROM source.good_lines
WHERE product IS NOT NULL
UNION ALL
SELECT
    CAST(try_strptime(r.ReturnDate, '%d/%m/%Y') AS DATE),
    s.product,
    'AWC',
    NULL,
    '-' || r.ReturnQuantity,
    -TRY_CAST(r.ReturnQuantity AS DOUBLE) * s.price,
    NULL,
    r._place
FROM source.returns r
JOIN source.sold_products s USING (ProductKey)
WHERE getvariable('returns') = 'on' AND is_order_line(r.ReturnDate)

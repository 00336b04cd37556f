SELECT
    name AS "order",
    '1' AS line,
    product,
    site,
    customer,
    quantity,
    due AS requested_on,
    due AS promised_on,
    CASE WHEN status = 'closed' THEN due END AS delivered_on,
    CASE WHEN status = 'closed' THEN quantity END AS delivered_quantity,
    _place
FROM source.demands WHERE status IN ('open', 'closed')

SELECT
    purchase_order AS "order",
    line,
    product,
    site,
    customer,
    quantity,
    coalesce(sent_on, quoted_on) AS ordered_on,
    scheduled_on AS requested_on,
    scheduled_on AS promised_on,
    delivered_on,
    _place
FROM source.lines

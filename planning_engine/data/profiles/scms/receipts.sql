-- Direct drops come from the vendor; how much came is not recorded.
SELECT
    line AS receipt,
    product,
    site,
    scheduled_on AS due_on,
    quantity,
    'purchase' AS kind,
    supplier,
    delivered_on AS received_on,
    _place
FROM source.lines WHERE direct

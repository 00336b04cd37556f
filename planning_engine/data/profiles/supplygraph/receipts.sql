SELECT
    'ISSUE-' || strftime(as_day(Date), '%Y%m%d') || '-' || product AS receipt,
    product,
    'COUNTRY' AS site,
    as_day(Date) AS due_on,
    quantity,
    'transfer' AS kind,
    as_day(Date) AS received_on,
    quantity AS received_quantity,
    _place
FROM source.issued_days
WHERE TRY_CAST(quantity AS DOUBLE) IS DISTINCT FROM 0

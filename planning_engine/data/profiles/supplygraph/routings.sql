SELECT
    s.product,
    'COUNTRY' AS site,
    'LINE-' || s.family AS resource,
    getvariable('hours_per_day') / f.units AS hours_per_unit,
    1 AS preference
FROM source.skus s JOIN source.full_days f USING (family)

SELECT
    product,
    CASE WHEN turn > 1 THEN Node || ' (second)' ELSE Node END AS name,
    family,
    'finished' AS stage,
    'unit' AS unit,
    _place
FROM source.skus

SELECT product, product AS name, min(family) AS family, 'finished' AS stage, 'pack' AS unit,
    min(_place) AS _place
FROM source.lines GROUP BY product

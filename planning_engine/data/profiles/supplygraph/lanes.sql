SELECT
    Node AS product,
    'PLANT-' || Plant AS from_site,
    'STORE-' || split_part("Storage Location", '.', 1) AS to_site,
    min(_place) AS _place
FROM source.places
WHERE "Storage Location" IS NOT NULL
GROUP BY ALL

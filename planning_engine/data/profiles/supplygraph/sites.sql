SELECT 'COUNTRY' AS site, 'All plants and depots' AS name, 'warehouse' AS kind, 'Bangladesh' AS country
UNION ALL
SELECT DISTINCT 'PLANT-' || Plant, 'Plant ' || Plant, 'plant', 'Bangladesh' FROM source.places
UNION ALL
SELECT DISTINCT
    'STORE-' || split_part("Storage Location", '.', 1),
    'Storage ' || split_part("Storage Location", '.', 1), 'warehouse', 'Bangladesh'
FROM source.places WHERE "Storage Location" IS NOT NULL

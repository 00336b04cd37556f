WITH used AS (
    SELECT site FROM source.buffers UNION SELECT site FROM source.demands
    UNION SELECT site FROM source.recipes UNION SELECT from_site FROM source.distributions
    UNION SELECT to_site FROM source.distributions UNION SELECT site FROM source.resource_tree
    UNION SELECT site FROM source.places
)
SELECT
    site,
    site AS name,
    CASE
        WHEN site IN (SELECT site FROM source.recipes) THEN 'plant'
        WHEN site IN (SELECT from_site FROM source.distributions) THEN 'warehouse'
        WHEN site IN (SELECT site FROM source.demands) THEN 'store'
        ELSE 'warehouse'
    END AS kind
FROM used WHERE site IS NOT NULL

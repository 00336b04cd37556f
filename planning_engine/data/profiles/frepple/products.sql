WITH preferred AS (
    SELECT product, arg_min(lot_min, priority) AS lot_min,
        arg_min(lot_multiple, priority) AS lot_multiple
    FROM source.recipes GROUP BY product
)
SELECT
    p.item AS product,
    coalesce(p.description, p.item) AS name,
    coalesce(p.category, p.owner) AS family,
    CASE
        WHEN p.item IN (SELECT product FROM source.demands) THEN 'finished'
        WHEN p.item NOT IN (SELECT product FROM source.recipes)
            AND p.item IN (SELECT item FROM source.materials WHERE quantity < 0) THEN 'raw'
        WHEN p.item IN (SELECT item FROM source.materials WHERE quantity < 0) THEN 'wip'
        ELSE 'finished'
    END AS stage,
    'piece' AS unit,
    p.cost AS standard_cost,
    -- A smallest lot of 1 is none.
    CASE WHEN r.lot_min > 1 THEN r.lot_min END AS lot_min,
    CASE WHEN r.lot_multiple > 1 THEN r.lot_multiple END AS lot_multiple,
    p._place
FROM source.products p LEFT JOIN preferred r ON r.product = p.item

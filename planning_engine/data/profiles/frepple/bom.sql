-- The recipe with the best priority counts; its steps add up.
WITH best AS (
    SELECT product, arg_min(root, (priority, root)) AS root FROM source.recipes
    WHERE root IN (SELECT s.root FROM source.steps s JOIN source.materials m USING (operation)
                   WHERE m.quantity < 0)
    GROUP BY product
)
SELECT
    r.product,
    m.item AS component,
    sum(-m.quantity) / any_value(r.quantity) AS quantity,
    min(m._place) AS _place
FROM best b
JOIN source.recipes r ON r.root = b.root
JOIN source.steps s ON s.root = r.root
JOIN source.materials m ON m.operation = s.operation
WHERE m.quantity < 0 AND m.item <> r.product
    -- What one step hands to the next is no component.
    AND NOT EXISTS (
        SELECT 1 FROM source.steps o JOIN source.materials p USING (operation)
        WHERE o.root = r.root AND p.item = m.item AND p.quantity > 0
    )
GROUP BY r.product, m.item

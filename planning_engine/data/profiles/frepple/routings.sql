-- Time for each piece is run time, time for each lot is set-up. The steps of a routing add up.
-- A resource that is planned by time buckets is loaded by its quantity, not by a duration.
WITH loads AS (
    SELECT
        ref(fields, 'operation') AS operation,
        ref(fields, 'resource') AS resource,
        num(fields->>'quantity', 1) AS quantity,
        _place
    FROM source.rows WHERE model IN ('input.operationresource', 'input.load')
)
SELECT
    r.product,
    coalesce(s.site, r.site) AS site,
    l.resource,
    sum(CASE WHEN t.type LIKE 'buckets%' THEN 1 ELSE s.unit_hours END * l.quantity / r.quantity)
        AS hours_per_unit,
    sum(CASE WHEN t.type LIKE 'buckets%' THEN 0 ELSE s.fixed_hours END * l.quantity) AS setup_hours,
    r.priority AS preference,
    min(l._place) AS _place
FROM source.recipes r
JOIN source.steps s ON s.root = r.root
JOIN loads l ON l.operation = s.operation
JOIN source.resource_tree t ON t.resource = l.resource AND t.type <> 'infinite'
GROUP BY r.root, r.product, coalesce(s.site, r.site), l.resource, r.priority
QUALIFY row_number() OVER (
    PARTITION BY r.product, coalesce(s.site, r.site), l.resource ORDER BY r.priority, r.root
) = 1

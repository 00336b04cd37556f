SELECT
    resource,
    resource AS name,
    site,
    CASE WHEN kinds LIKE '%human%' OR kinds LIKE '%labo%' OR kinds LIKE '%operator%'
            OR owner IN (SELECT o.resource FROM source.resource_tree o WHERE o.kinds LIKE '%human%')
        THEN 'labour' ELSE 'machine' END AS kind,
    cost AS cost_per_hour,
    efficiency,
    _place
FROM source.resource_tree WHERE type <> 'infinite'

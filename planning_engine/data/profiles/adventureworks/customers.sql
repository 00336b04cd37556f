-- A customer belongs to the territory of the last line.
SELECT
    l.CustomerKey AS customer,
    'Internet' AS channel,
    arg_max(t.Name, l.day) AS region,
    min(l._place) AS _place
FROM source.good_lines l
LEFT JOIN source.territory t ON t.TerritoryID = l.TerritoryKey
GROUP BY l.CustomerKey

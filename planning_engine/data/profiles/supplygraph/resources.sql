SELECT 'LINE-' || family AS resource, 'Line of group ' || family AS name, 'COUNTRY' AS site,
    'line' AS kind
FROM source.full_days

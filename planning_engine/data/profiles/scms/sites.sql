SELECT DISTINCT
    site,
    CASE site WHEN 'RDC' THEN 'Regional distribution centres' ELSE 'Direct drop' END AS name,
    CASE site WHEN 'RDC' THEN 'warehouse' ELSE 'supplier' END AS kind
FROM source.lines

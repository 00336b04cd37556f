SELECT 'AWC' AS site, 'Adventure Works plant' AS name, 'plant' AS kind

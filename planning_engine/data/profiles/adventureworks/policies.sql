SELECT
    ProductNumber AS product,
    'AWC' AS site,
    CAST(SafetyStockLevel AS DOUBLE) AS safety_stock,
    _place
FROM source.product

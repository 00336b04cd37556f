SELECT
    p.ProductNumber AS product,
    'AWC' AS site,
    s.supplier,
    CAST(v.AverageLeadTime AS DOUBLE) AS lead_time_days,
    CAST(v.StandardPrice AS DOUBLE) AS price,
    CAST(v.MinOrderQty AS DOUBLE) AS order_min,
    row_number() OVER (
        PARTITION BY v.ProductID
        ORDER BY s.PreferredVendorStatus DESC, CAST(v.StandardPrice AS DOUBLE), v.VendorID
    ) AS preference,
    v._place
FROM source.product_vendor v
LEFT JOIN source.product p USING (ProductID)
LEFT JOIN source.suppliers s ON s.VendorID = v.VendorID

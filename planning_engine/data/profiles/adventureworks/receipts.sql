WITH lines AS (
    SELECT
        d.*,
        h.Status IN ('3', '4') AND erp_day(h.ShipDate) <= getvariable('as_of') AS came,
        erp_day(h.ShipDate) AS shipped_on,
        h.VendorID
    FROM source.purchase_order_line d
    JOIN source.purchase_order h USING (PurchaseOrderID)
)
SELECT
    l.PurchaseOrderID || '-' || l.DetailID AS receipt,
    p.ProductNumber AS product,
    'AWC' AS site,
    erp_day(l.DueDate) AS due_on,
    l.OrderQty AS quantity,
    'purchase' AS kind,
    s.supplier,
    CASE WHEN l.came THEN l.shipped_on END AS received_on,
    CASE WHEN l.came THEN l.ReceivedQty END AS received_quantity,
    l._place
FROM lines l
LEFT JOIN source.product p USING (ProductID)
LEFT JOIN source.suppliers s ON s.VendorID = l.VendorID

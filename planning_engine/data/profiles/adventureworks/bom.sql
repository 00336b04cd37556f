-- In force: no end date. Rows without an assembly name the products that are sold as they are.
SELECT
    a.ProductNumber AS product,
    c.ProductNumber AS component,
    sum(CAST(b.PerAssemblyQty AS DOUBLE)) AS quantity,
    min(b._place) AS _place
FROM source.bill_of_materials b
LEFT JOIN source.product a ON a.ProductID = b.ProductAssemblyID
LEFT JOIN source.product c ON c.ProductID = b.ComponentID
WHERE b.EndDate IS NULL AND b.ProductAssemblyID IS NOT NULL
GROUP BY a.ProductNumber, c.ProductNumber

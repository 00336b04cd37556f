SELECT
    getvariable('as_of') AS date,
    p.ProductNumber AS product,
    'AWC' AS site,
    sum(CAST(i.Quantity AS DOUBLE)) AS quantity,
    min(i._place) AS _place
FROM source.inventory i
LEFT JOIN source.product p USING (ProductID)
GROUP BY p.ProductNumber, i.ProductID

SELECT
    p.ProductNumber AS product,
    p.Name AS name,
    CASE getvariable('family') WHEN 'subcategory' THEN s.Name ELSE c.Name END AS family,
    CASE
        WHEN p.FinishedGoodsFlag = '1' THEN 'finished'
        WHEN p.MakeFlag = '1' THEN 'wip'
        ELSE 'raw'
    END AS stage,
    'piece' AS unit,
    -- The ERP writes 0 where it has no cost or price.
    nullif(CAST(p.StandardCost AS DOUBLE), 0) AS standard_cost,
    nullif(CAST(p.ListPrice AS DOUBLE), 0) AS price,
    erp_day(p.SellStartDate) AS launch_on,
    erp_day(p.SellEndDate) AS end_on,
    p._place
FROM source.product p
LEFT JOIN source.subcategory s USING (ProductSubcategoryID)
LEFT JOIN source.category c USING (ProductCategoryID)

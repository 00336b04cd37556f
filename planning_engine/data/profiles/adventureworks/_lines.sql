CREATE MACRO is_order_line(text) AS
    regexp_full_match(coalesce(text, ''), '\d{1,2}/\d{1,2}/\d{4}');

CREATE MACRO erp_day(text) AS
    CAST(CAST(text AS TIMESTAMP) AS DATE) + CAST(getvariable('erp_shift_days') AS INTEGER);

CREATE VIEW source.sold_products AS
SELECT s.ProductKey, p.ProductNumber AS product, CAST(s.ProductPrice AS DOUBLE) AS price
FROM source.sales_products s
JOIN source.product p ON trim(p.ProductNumber) = trim(s.ProductSKU)
WHERE regexp_full_match(coalesce(s.ProductKey, ''), '\d+');

CREATE VIEW source.good_lines AS
SELECT
    CAST(try_strptime(l.OrderDate, '%d/%m/%Y') AS DATE) AS day,
    l.*,
    s.product,
    s.price
FROM source.sales_lines l
LEFT JOIN source.sold_products s USING (ProductKey)
WHERE is_order_line(l.OrderDate);

CREATE VIEW source.suppliers AS
SELECT
    VendorID,
    CASE WHEN count(*) OVER (PARTITION BY Name) > 1
        THEN Name || ' (' || AccountNumber || ')' ELSE Name END AS supplier,
    PreferredVendorStatus
FROM source.vendor;

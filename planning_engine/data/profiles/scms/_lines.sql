-- The export wrote m/d/yy dates whose parts could all be read as 20MM-DD-YY as if they were ISO.
CREATE MACRO is_scrambled(text) AS
    regexp_full_match(coalesce(text, ''), '20(0[1-9]|1[0-2])-(0[1-9]|1[0-2])-(0[0-9]|1[0-9])');

CREATE MACRO vendor_day(text) AS CAST(
    CASE
        WHEN is_scrambled(text) AND getvariable('repair_vendor_dates') = 'on'
        THEN try_strptime(text, '20%m-%d-%y')
        WHEN regexp_full_match(text, '\d{4}-\d{2}-\d{2}') THEN try_strptime(text, '%Y-%m-%d')
        WHEN regexp_full_match(text, '\d{1,2}/\d{1,2}/\d{2}') THEN try_strptime(text, '%m/%d/%y')
        WHEN regexp_full_match(text, '\d{1,2}/\d{1,2}/\d{4}') THEN try_strptime(text, '%m/%d/%Y')
        WHEN regexp_full_match(text, '\d{1,2}-[A-Za-z]{3}-\d{2}') THEN try_strptime(text, '%d-%b-%y')
    END AS DATE
);

CREATE VIEW source.lines AS
SELECT
    ID AS line,
    "PO / SO #" AS purchase_order,
    "Project Code" AS customer,
    Country AS country,
    "Item Description" AS product,
    "Product Group" AS family,
    CASE "Fulfill Via" WHEN 'From RDC' THEN 'RDC' ELSE 'DIRECT' END AS site,
    "Fulfill Via" <> 'From RDC' AS direct,
    Vendor AS supplier,
    "Line Item Quantity" AS quantity,
    "Line Item Value" AS value,
    CAST(strptime("Scheduled Delivery Date", '%d-%b-%y') AS DATE) AS scheduled_on,
    CAST(strptime("Delivered to Client Date", '%d-%b-%y') AS DATE) AS delivered_on,
    -- Text such as 'N/A - From RDC' or 'Date Not Captured' is no date: unknown.
    vendor_day("PO Sent to Vendor Date") AS sent_on,
    vendor_day("PQ First Sent to Client Date") AS quoted_on,
    _place
FROM source.history;

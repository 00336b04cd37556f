SELECT
    product,
    'DIRECT' AS site,
    supplier,
    avg(delivered_on - sent_on) FILTER (delivered_on >= sent_on) AS lead_time_days,
    stddev_samp(delivered_on - sent_on) FILTER (delivered_on >= sent_on) AS lead_time_sd_days,
    sum(CAST(value AS DOUBLE)) / nullif(sum(CAST(quantity AS DOUBLE)), 0) AS price,
    min(_place) AS _place
FROM source.lines WHERE direct
GROUP BY product, supplier

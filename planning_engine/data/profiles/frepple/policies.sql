SELECT product, site, max(minimum) AS safety_stock, min(_place) AS _place
FROM source.buffers GROUP BY product, site HAVING max(minimum) > 0

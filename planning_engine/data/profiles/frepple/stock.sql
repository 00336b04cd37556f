SELECT getvariable('as_of') AS date, product, site, sum(onhand) AS quantity, min(_place) AS _place
FROM source.buffers GROUP BY product, site

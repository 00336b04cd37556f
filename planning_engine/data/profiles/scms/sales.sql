SELECT delivered_on AS date, product, site, customer, quantity, value AS revenue, _place
FROM source.lines

SELECT due AS date, product, site, customer, quantity, _place
FROM source.demands WHERE status = 'closed'

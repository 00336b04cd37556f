SELECT customer, customer AS name, min(country) AS region, min(_place) AS _place
FROM source.lines GROUP BY customer

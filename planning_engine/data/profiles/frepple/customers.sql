SELECT name AS customer, name, min(_place) AS _place FROM (
    SELECT name_of(pk, fields) AS name, _place FROM source.rows
    WHERE model = 'input.customer' AND name_of(pk, fields) NOT IN (
        SELECT ref(o.fields, 'owner') FROM source.rows o
        WHERE o.model = 'input.customer' AND ref(o.fields, 'owner') IS NOT NULL
    )
    UNION ALL
    SELECT customer, _place FROM source.demands WHERE customer IS NOT NULL
)
GROUP BY name

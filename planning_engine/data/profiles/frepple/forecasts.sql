SELECT
    date_trunc('month', getvariable('as_of')) AS cycle,
    'consensus' AS stream,
    date_trunc('month', greatest(d.due, getvariable('as_of'))) AS month,
    d.product,
    d.site,
    sum(d.quantity) AS quantity,
    min(d._place) AS _place
FROM source.demands d
WHERE d.status = 'open' AND NOT EXISTS (
    SELECT 1 FROM source.demands c
    WHERE c.status = 'closed' AND c.product = d.product
        AND c.site IS NOT DISTINCT FROM d.site
)
GROUP BY ALL

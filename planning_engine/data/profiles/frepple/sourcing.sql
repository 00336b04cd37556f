SELECT
    m.product,
    ref(r.fields, 'location') AS site,
    ref(r.fields, 'supplier') AS supplier,
    seconds(r.fields->>'leadtime') / 86400 AS lead_time_days,
    TRY_CAST(r.fields->>'cost' AS DOUBLE) AS price,
    num(r.fields->>'sizeminimum', 1) AS order_min,
    num(r.fields->>'sizemultiple', 1) AS order_multiple,
    num(r.fields->>'priority', 1) AS preference,
    r._place
FROM source.rows r JOIN source.members m ON m.top = ref(r.fields, 'item')
WHERE r.model = 'input.itemsupplier'
QUALIFY row_number() OVER (
    PARTITION BY m.product, ref(r.fields, 'location'), ref(r.fields, 'supplier')
    ORDER BY m.inherited, num(r.fields->>'priority', 1), r._place
) = 1

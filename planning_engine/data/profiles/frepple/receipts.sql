-- Orders under way. What the planner only proposes is its plan, not a fact.
WITH under_way AS (
    SELECT
        fields,
        lower(coalesce(fields->>'status', 'proposed')) AS status,
        upper(coalesce(fields->>'type', 'MO')) AS type,
        ref(fields, 'operation') AS operation,
        coalesce(TRY_CAST(fields->>'enddate' AS DATE), TRY_CAST(fields->>'startdate' AS DATE)) AS due_on,
        num(fields->>'quantity', 0) AS quantity,
        pk,
        _place
    FROM source.rows
    WHERE model IN ('input.operationplan', 'input.purchaseorder', 'input.distributionorder',
        'input.manufacturingorder')
)
SELECT
    coalesce(u.fields->>'reference', u.pk, u.fields->>'name') AS receipt,
    coalesce(ref(u.fields, 'item'), r.product) AS product,
    coalesce(ref(u.fields, 'destination'), ref(u.fields, 'location'), r.site) AS site,
    u.due_on,
    u.quantity,
    CASE u.type WHEN 'PO' THEN 'purchase' WHEN 'DO' THEN 'transfer' ELSE 'production' END AS kind,
    ref(u.fields, 'supplier') AS supplier,
    CASE WHEN u.status IN ('completed', 'closed') THEN u.due_on END AS received_on,
    CASE WHEN u.status IN ('completed', 'closed') THEN u.quantity END AS received_quantity,
    u._place
FROM under_way u LEFT JOIN source.recipes r ON r.root = u.operation
WHERE u.status IN ('confirmed', 'approved', 'completed', 'closed')
    AND u.type IN ('PO', 'DO', 'MO') AND coalesce(ref(u.fields, 'item'), r.product) IS NOT NULL

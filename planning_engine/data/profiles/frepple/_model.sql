-- Fields are named item_id or item, names stand in the fields or are the record's key, and a
-- missing field means the product's default.
CREATE MACRO name_of(pk, fields) AS coalesce(fields->>'name', pk);
CREATE MACRO ref(fields, what) AS
    nullif(trim(coalesce(fields->>(what || '_id'), fields->>what)), '');
CREATE MACRO num(text, otherwise) AS coalesce(TRY_CAST(text AS DOUBLE), otherwise);
CREATE MACRO flag(text) AS lower(coalesce(text, 'true')) NOT IN ('false', '0');
CREATE MACRO part(text, pattern) AS
    coalesce(TRY_CAST(regexp_extract(text, pattern, 1) AS DOUBLE), 0);

-- Durations are seconds; also read 'P1DT2H' and '1 02:00:00'.
CREATE MACRO seconds(text) AS
    CASE
        WHEN text IS NULL THEN 0
        WHEN TRY_CAST(text AS DOUBLE) IS NOT NULL THEN TRY_CAST(text AS DOUBLE)
        WHEN text LIKE 'P%' THEN part(text, '(\d+)D') * 86400 + part(text, 'T.*?(\d+)H') * 3600
            + part(text, 'T.*?(\d+)M') * 60 + part(text, '([\d.]+)S')
        ELSE part(text, '^(\d+) ') * 86400 + part(text, '(\d+):\d+:\d+') * 3600
            + part(text, '\d+:(\d+):\d+') * 60 + part(text, '\d+:\d+:([\d.]+)')
    END;

-- Where a model has one location, what names none lies there.
CREATE TABLE source.places AS
SELECT name_of(pk, fields) AS site FROM source.rows WHERE model = 'input.location'
    AND name_of(pk, fields) NOT IN (
        SELECT ref(o.fields, 'owner') FROM source.rows o
        WHERE o.model = 'input.location' AND ref(o.fields, 'owner') IS NOT NULL
    );
CREATE MACRO place(fields) AS coalesce(
    ref(fields, 'location'),
    (SELECT CASE WHEN count(*) = 1 THEN min(site) END FROM source.places)
);

CREATE VIEW source.demands AS
SELECT
    name_of(pk, fields) AS name,
    TRY_CAST(fields->>'due' AS DATE) AS due,
    num(fields->>'quantity', 1) AS quantity,
    lower(coalesce(fields->>'status', 'open')) AS status,
    ref(fields, 'item') AS product,
    place(fields) AS site,
    ref(fields, 'customer') AS customer,
    _place
FROM source.rows WHERE model = 'input.demand';

CREATE VIEW source.buffers AS
SELECT
    coalesce(ref(fields, 'item'), trim(split_part(name_of(pk, fields), '@', 1))) AS product,
    coalesce(ref(fields, 'location'), nullif(trim(split_part(name_of(pk, fields), '@', 2)), ''),
        place(fields)) AS site,
    num(fields->>'onhand', 0) AS onhand,
    num(fields->>'minimum', 0) AS minimum,
    _place
FROM source.rows WHERE model = 'input.buffer';

CREATE VIEW source.operations AS
SELECT
    name_of(pk, fields) AS operation,
    coalesce(fields->>'type', 'fixed_time') AS type,
    coalesce(ref(fields, 'owner'), (
        SELECT min(ref(s.fields, 'operation')) FROM source.rows s
        WHERE s.model = 'input.suboperation'
            AND ref(s.fields, 'suboperation') = name_of(r.pk, r.fields)
    )) AS owner,
    ref(fields, 'item') AS item,
    place(fields) AS site,
    seconds(fields->>'duration') / 3600 AS fixed_hours,
    seconds(fields->>'duration_per') / 3600 AS unit_hours,
    num(fields->>'priority', 1) AS priority,
    num(fields->>'sizeminimum', 1) AS lot_min,
    num(fields->>'sizemultiple', 1) AS lot_multiple,
    _place
FROM source.rows r WHERE model = 'input.operation';

CREATE VIEW source.materials AS
SELECT
    ref(fields, 'operation') AS operation,
    ref(fields, 'item') AS item,
    CASE WHEN coalesce(fields->>'type', 'start') = 'end' THEN abs(num(fields->>'quantity', 1))
        ELSE num(fields->>'quantity', 1) END AS quantity,
    _place
FROM source.rows
WHERE model IN ('input.operationmaterial', 'input.flow')
    AND coalesce(fields->>'type', 'start') NOT LIKE 'fixed%';

-- A step of a routing belongs to it; each choice of an alternate stands for itself.
CREATE TABLE source.steps AS
SELECT
    o.*,
    CASE WHEN w.type = 'routing' THEN w.operation ELSE o.operation END AS root
FROM source.operations o LEFT JOIN source.operations w ON w.operation = o.owner
WHERE o.type NOT IN ('alternate', 'split');

-- What each operation or routing makes, where, and how much of it in one unit.
CREATE TABLE source.recipes AS
WITH produced AS (
    SELECT s.root, arg_max(m.item, m.quantity) AS item, max(m.quantity) AS quantity
    FROM source.steps s JOIN source.materials m USING (operation)
    WHERE m.quantity > 0 GROUP BY s.root
)
SELECT
    r.operation AS root,
    coalesce(r.item, p.item, w.item) AS product,
    coalesce(r.site, w.site, (SELECT min(s.site) FROM source.steps s WHERE s.root = r.operation))
        AS site,
    coalesce(CASE WHEN p.item = coalesce(r.item, p.item) THEN p.quantity END, 1) AS quantity,
    r.priority, r.lot_min, r.lot_multiple
FROM source.operations r
LEFT JOIN produced p ON p.root = r.operation
LEFT JOIN source.operations w ON w.operation = r.owner
WHERE r.operation IN (SELECT root FROM source.steps) AND r.priority > 0
    AND coalesce(r.item, p.item, w.item) IS NOT NULL;

CREATE TABLE source.item_tree AS
SELECT
    name_of(pk, fields) AS item,
    ref(fields, 'owner') AS owner,
    nullif(fields->>'category', '') AS category,
    TRY_CAST(fields->>'cost' AS DOUBLE) AS cost,
    nullif(fields->>'description', '') AS description,
    _place
FROM source.rows WHERE model = 'input.item';

-- Items that are used but not listed are products all the same.
INSERT INTO source.item_tree BY NAME
SELECT item, min(_place) AS _place FROM (
    SELECT product AS item, _place FROM source.demands
    UNION ALL SELECT product, _place FROM source.buffers
    UNION ALL SELECT item, _place FROM source.materials
    UNION ALL SELECT ref(fields, 'item'), _place FROM source.rows
        WHERE model IN ('input.itemsupplier', 'input.operationplan', 'input.operation')
)
WHERE item IS NOT NULL AND item NOT IN (SELECT item FROM source.item_tree)
GROUP BY item;

-- Groups of items are no products, unless something is made, kept or asked for under their name.
CREATE TABLE source.products AS
SELECT t.* FROM source.item_tree t
WHERE item NOT IN (SELECT owner FROM source.item_tree WHERE owner IS NOT NULL)
    OR item IN (SELECT product FROM source.demands)
    OR item IN (SELECT product FROM source.buffers)
    OR item IN (SELECT item FROM source.materials);

-- A row for a group of items holds for each product below it.
CREATE TABLE source.members AS
WITH RECURSIVE down(top, item) AS (
    SELECT item, item FROM source.item_tree
    UNION
    SELECT d.top, t.item FROM down d JOIN source.item_tree t ON t.owner = d.item
)
SELECT top, d.item AS product, (top <> d.item)::INTEGER AS inherited
FROM down d JOIN source.products p ON p.item = d.item;

CREATE VIEW source.distributions AS
SELECT
    m.product,
    ref(r.fields, 'origin') AS from_site,
    ref(r.fields, 'location') AS to_site,
    num(r.fields->>'cost', NULL) AS cost,
    seconds(r.fields->>'leadtime') / 86400 AS lead_time_days,
    r._place
FROM source.rows r JOIN source.members m ON m.top = ref(r.fields, 'item')
WHERE r.model = 'input.itemdistribution'
QUALIFY row_number() OVER (
    PARTITION BY m.product, from_site, to_site ORDER BY m.inherited, num(r.fields->>'priority', 1)
) = 1;

CREATE TABLE source.resource_tree AS
SELECT
    name_of(pk, fields) AS resource,
    coalesce(fields->>'type', 'default') AS type,
    ref(fields, 'owner') AS owner,
    place(fields) AS site,
    lower(coalesce(fields->>'category', '') || ' ' || coalesce(fields->>'subcategory', '')) AS kinds,
    num(fields->>'maximum', 1) AS maximum,
    ref(fields, 'maximum_calendar') AS size_calendar,
    ref(fields, 'available') AS open_calendar,
    TRY_CAST(fields->>'cost' AS DOUBLE) AS cost,
    num(fields->>'efficiency', 100) / 100 AS efficiency,
    _place
FROM source.rows WHERE model = 'input.resource';

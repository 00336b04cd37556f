WITH RECURSIVE slots AS (
    SELECT CAST(day AS DATE) AS day, day + to_minutes(15 * quarter) + INTERVAL 450 SECOND AS moment
    FROM (SELECT unnest(generate_series(
            date_trunc('month', getvariable('as_of'))::TIMESTAMP,
            (date_trunc('month', getvariable('as_of'))
                + to_months(CAST(getvariable('calendar_months') AS INTEGER))
                - INTERVAL 1 DAY)::TIMESTAMP,
            INTERVAL 1 DAY)) AS day),
        (SELECT unnest(range(96)) AS quarter)
),
found AS (
    SELECT b.calendar, s.moment, arg_min(b.value, b.priority) AS value
    FROM slots s JOIN source.buckets b
        ON s.moment >= b.starts AND s.moment < b.ends
        AND CAST(s.moment AS TIME) >= b.opens AND CAST(s.moment AS TIME) <= b.closes
        AND b.weekdays[dayofweek(s.moment) + 1]
    GROUP BY ALL
),
alone AS (
    SELECT r.resource, r.type, r.maximum, r.size_calendar,
        coalesce(r.open_calendar, (
            SELECT min(ref(l.fields, 'available')) FROM source.rows l
            WHERE l.model = 'input.location' AND name_of(l.pk, l.fields) = r.site
        )) AS open_calendar
    FROM source.resource_tree r
    WHERE r.type <> 'infinite'
        AND r.resource NOT IN (SELECT owner FROM source.resource_tree WHERE owner IS NOT NULL)
),
-- One resource with its own size and opening times; unknown calendars change nothing.
own AS (
    SELECT
        a.resource,
        s.day,
        sum(0.25
            * CASE WHEN z.calendar IS NULL THEN a.maximum ELSE coalesce(size.value, z.value) END
            * CASE a.type WHEN 'buckets_day' THEN 1 / 24 WHEN 'buckets_week' THEN 1 / 168
                WHEN 'buckets_month' THEN 12 / 8766 ELSE 1 END
            * CASE WHEN o.calendar IS NULL OR a.type LIKE 'buckets%' THEN 1
                WHEN coalesce(open.value, o.value) > 0 THEN 1 ELSE 0 END) AS hours
    FROM alone a CROSS JOIN slots s
    LEFT JOIN source.calendar_defaults z ON z.calendar = a.size_calendar
    LEFT JOIN source.calendar_defaults o ON o.calendar = a.open_calendar
    LEFT JOIN found size ON size.calendar = a.size_calendar AND size.moment = s.moment
    LEFT JOIN found open ON open.calendar = a.open_calendar AND open.moment = s.moment
    GROUP BY a.resource, s.day
),
-- A group has the hours of those in it.
belongs(top, resource) AS (
    SELECT resource, resource FROM source.resource_tree
    UNION
    SELECT b.top, t.resource FROM belongs b JOIN source.resource_tree t ON t.owner = b.resource
)
SELECT b.top AS resource, o.day AS date, sum(o.hours) AS hours
FROM belongs b JOIN own o ON o.resource = b.resource
GROUP BY b.top, o.day

SELECT
    'LINE-' || f.family AS resource,
    CAST(day AS DATE) AS date,
    CASE WHEN dayofweek(day) = 5 THEN 0 ELSE getvariable('hours_per_day') END AS hours
FROM source.full_days f,
    (SELECT unnest(generate_series(
        (SELECT min(day) FROM source.balance)::TIMESTAMP,
        (getvariable('as_of') + CAST(getvariable('calendar_days_ahead') AS INTEGER))::TIMESTAMP,
        INTERVAL 1 DAY
    )) AS day)

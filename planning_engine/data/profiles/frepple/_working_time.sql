-- A resource's hours on a day: its size times the time it is open, taken in the middle of each
-- quarter of an hour. In a calendar the bucket with the lowest priority number counts.
CREATE VIEW source.buckets AS
SELECT
    ref(fields, 'calendar') AS calendar,
    coalesce(TRY_CAST(fields->>'startdate' AS TIMESTAMP), TIMESTAMP '1971-01-01') AS starts,
    coalesce(TRY_CAST(fields->>'enddate' AS TIMESTAMP), TIMESTAMP '2099-12-31') AS ends,
    coalesce(TRY_CAST(fields->>'starttime' AS TIME), TIME '00:00:00') AS opens,
    coalesce(TRY_CAST(fields->>'endtime' AS TIME), TIME '23:59:59') AS closes,
    num(fields->>'value', 0) AS value,
    num(fields->>'priority', 0) AS priority,
    [flag(fields->>'sunday'), flag(fields->>'monday'), flag(fields->>'tuesday'),
     flag(fields->>'wednesday'), flag(fields->>'thursday'), flag(fields->>'friday'),
     flag(fields->>'saturday')] AS weekdays
FROM source.rows WHERE model = 'input.calendarbucket';

CREATE VIEW source.calendar_defaults AS
SELECT name_of(pk, fields) AS calendar, num(fields->>'defaultvalue', 0) AS value
FROM source.rows WHERE model = 'input.calendar';

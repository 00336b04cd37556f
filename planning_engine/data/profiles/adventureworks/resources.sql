-- Work centres: the locations with hours. Routings and a period for the hours are not in the
-- extract, so there are no calendars.
SELECT
    'WC' || LocationID AS resource,
    Name AS name,
    'AWC' AS site,
    'machine' AS kind,
    CAST(CostRate AS DOUBLE) AS cost_per_hour,
    _place
FROM source.location
WHERE CAST(Availability AS DOUBLE) > 0

CREATE OR REPLACE VIEW covered_hour AS
WITH life AS (
    SELECT source, stream, min(since) AS began, max(until) AS ended
    FROM (
        SELECT source, stream, since, until FROM covered
        UNION ALL
        SELECT source, stream, since, until FROM gap
    )
    GROUP BY source, stream
),

hours AS (
    SELECT
        source,
        stream,
        unnest(
            generate_series(
                time_bucket(INTERVAL 1 HOUR, began), ended - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR
            )
        ) AS hour
    FROM life
    WHERE began < ended
),

touched AS (
    SELECT
        *,
        unnest(
            generate_series(
                time_bucket(INTERVAL 1 HOUR, since), until - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR
            )
        ) AS hour
    FROM (
        SELECT source, stream, since, until, NULL AS reason FROM covered
        UNION ALL
        SELECT source, stream, since, until, reason FROM gap
    )
),

overlap AS (
    SELECT
        source,
        stream,
        hour,
        sum(
            epoch(least(until, hour + INTERVAL 1 HOUR) - greatest(since, hour))
        ) FILTER (WHERE reason IS NULL) AS covered_s,
        list_sort(list_distinct(list(reason) FILTER (WHERE reason IS NOT NULL))) AS reasons
    FROM touched
    GROUP BY source, stream, hour
)

SELECT
    hours.source,
    hours.stream,
    hours.hour,
    least(coalesce(overlap.covered_s, 0) / 3600, 1) AS covered,
    coalesce(overlap.reasons, []) AS reasons
FROM hours
LEFT JOIN overlap USING (source, stream, hour);

COMMENT ON VIEW covered_hour IS 'One row: a stream in one hour (UTC) of its known life, and how much of that hour is covered.';
COMMENT ON COLUMN covered_hour.source IS 'Name of the source.';
COMMENT ON COLUMN covered_hour.stream IS 'What is fetched separately within the source.';
COMMENT ON COLUMN covered_hour.hour IS 'Start of the hour, UTC.';
COMMENT ON COLUMN covered_hour.covered IS 'Covered part of the hour, 0 to 1; the hour in which the life begins or ends is never whole.';
COMMENT ON COLUMN covered_hour.reasons IS 'Why the rest is missing; empty if nothing is known to be missing.';

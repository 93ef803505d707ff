CREATE OR REPLACE MACRO unknown(begins, ends) AS TABLE
WITH streams AS (
    SELECT stream.source, stream.stream, NULL AS why_off, known_since
    FROM stream
    UNION ALL
    -- Of a source that is off the streams are not listed: it counts as one.
    SELECT name, '*', why_off, NULL
    FROM source
    WHERE NOT is_active
),

known AS (
    -- Of withheld streams one that is new may lack what the others cover.
    SELECT
        streams.source,
        streams.stream,
        greatest(covered.since, streams.known_since) AS since,
        covered.until
    FROM streams
    INNER JOIN covered
        ON streams.source = covered.source AND streams.stream IN (covered.stream, '*')
    WHERE streams.known_since IS NULL OR covered.until > streams.known_since
    UNION ALL
    SELECT streams.source, streams.stream, coverage.since, coverage.until
    FROM streams
    INNER JOIN coverage ON streams.source = coverage.source
    WHERE coverage.stream = 'import' AND coverage.reason IN ('answered', 'imported')
),

edges AS (
    SELECT source, stream, begins::TIMESTAMPTZ AS since, begins::TIMESTAMPTZ AS until FROM streams
    UNION ALL
    SELECT source, stream, since, until
    FROM known
    WHERE until > begins::TIMESTAMPTZ AND since < ends::TIMESTAMPTZ
),

holes AS (
    SELECT
        source,
        stream,
        max(until) OVER (
            PARTITION BY source, stream ORDER BY since, until ROWS UNBOUNDED PRECEDING
        ) AS since,
        lead(since, 1, ends::TIMESTAMPTZ) OVER (
            PARTITION BY source, stream ORDER BY since, until
        ) AS until
    FROM edges
)

SELECT
    holes.source,
    holes.stream,
    holes.since,
    holes.until,
    coalesce(
        max_by(gap.reason, least(gap.until, holes.until) - greatest(gap.since, holes.since)),
        'not_run'
    ) AS reason,
    coalesce(
        any_value(streams.why_off),
        max_by(gap.message, least(gap.until, holes.until) - greatest(gap.since, holes.since))
    ) AS message
FROM holes
INNER JOIN streams ON holes.source = streams.source AND holes.stream = streams.stream
LEFT JOIN gap
    ON holes.source = gap.source
    AND holes.stream = gap.stream
    AND gap.since < holes.until
    AND gap.until > holes.since
WHERE holes.since < holes.until
GROUP BY holes.source, holes.stream, holes.since, holes.until
ORDER BY holes.source, holes.stream, holes.since;

COMMENT ON MACRO TABLE unknown IS 'unknown(begins, ends): one row is a stretch [since, until) of that time in which a configured stream was not listened to, with the reason (as in gap) and the message; a source that is off is one stream, *.';

CREATE OR REPLACE VIEW covered AS
WITH known AS (
    SELECT source, stream FROM coverage
    UNION
    SELECT source, stream FROM attempt
),

streams AS (
    SELECT source, stream
    FROM known
    -- 'import' is a stream of its own only where the source has no other.
    QUALIFY stream <> 'import' OR count(*) OVER (PARTITION BY source) = 1
),

answered AS (
    SELECT source, stream, since, until
    FROM coverage
    WHERE reason IN ('answered', 'imported') AND stream <> 'import'
    UNION ALL
    SELECT streams.source, streams.stream, coverage.since, coverage.until
    FROM coverage
    INNER JOIN streams ON coverage.source = streams.source
    WHERE coverage.reason IN ('answered', 'imported') AND coverage.stream = 'import'
),

opened AS (
    SELECT
        *,
        since > max(until) OVER (
            PARTITION BY source, stream ORDER BY since, until
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS opens
    FROM answered
    WHERE since < until
),

islands AS (
    SELECT
        *,
        sum(opens::INTEGER) OVER (
            PARTITION BY source, stream ORDER BY since, until ROWS UNBOUNDED PRECEDING
        ) AS island
    FROM opened
)

SELECT
    source,
    stream,
    min(since) AS since,
    max(until) AS until
FROM islands
GROUP BY source, stream, coalesce(island, 0);

COMMENT ON VIEW covered IS 'One row: an unbroken stretch [since, until) of a stream that was answered or imported. An import covers every stream of its source.';
COMMENT ON COLUMN covered.source IS 'Name of the source.';
COMMENT ON COLUMN covered.stream IS 'What is fetched separately within the source.';
COMMENT ON COLUMN covered.since IS 'Start, UTC.';
COMMENT ON COLUMN covered.until IS 'End, exclusive, UTC.';

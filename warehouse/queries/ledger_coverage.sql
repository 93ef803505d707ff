-- One row: an unbroken stretch of a stream's time that was answered or imported (is_covered), or
-- may hold a gap that the platform can't fill, and ends after $since.
WITH opened AS (
    SELECT
        source,
        stream,
        reason <> 'possible_gap' AS is_covered,
        since,
        until,
        since > max(until) OVER (
            PARTITION BY source, stream, reason <> 'possible_gap' ORDER BY since, until
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS opens
    FROM coverage
    WHERE until > $since
),

islands AS (
    SELECT
        *,
        sum(opens::INTEGER) OVER (
            PARTITION BY source, stream, is_covered ORDER BY since, until ROWS UNBOUNDED PRECEDING
        ) AS island
    FROM opened
)

SELECT source, stream, is_covered, min(since) AS since, max(until) AS until
FROM islands
GROUP BY source, stream, is_covered, coalesce(island, 0)
ORDER BY source, stream, since

-- One row: an unbroken stretch of a stream's time that was answered (or imported), may hold a gap
-- that the platform can't fill, or was given up to save money, and ends after $since.
WITH opened AS (
    SELECT
        source,
        stream,
        CASE WHEN reason IN ('possible_gap', 'budget') THEN reason ELSE 'answered' END AS reason,
        since,
        until,
        since > max(until) OVER (
            PARTITION BY source, stream, CASE WHEN reason IN ('possible_gap', 'budget') THEN reason ELSE 'answered' END
            ORDER BY since, until
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS opens
    FROM coverage
    WHERE until > $since
),

islands AS (
    SELECT
        *,
        sum(opens::INTEGER) OVER (
            PARTITION BY source, stream, reason ORDER BY since, until ROWS UNBOUNDED PRECEDING
        ) AS island
    FROM opened
)

SELECT source, stream, reason, min(since) AS since, max(until) AS until
FROM islands
GROUP BY source, stream, reason, coalesce(island, 0)
ORDER BY source, stream, since

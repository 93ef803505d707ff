-- One row: an active source, and how its present streams answered up to $as_of; failing_since is
-- the first attempt without an answer after the last answer that any of them gave.
WITH tried AS (
    SELECT attempt.*, outcome IN ('answered', 'page_cap') AS is_answered
    FROM attempt
    SEMI JOIN stream USING (source, stream)
    WHERE kind <> 'import' AND collected_at <= $as_of
),

last_answer AS (
    SELECT source, max(collected_at) FILTER (is_answered) AS last_answered_at
    FROM tried
    GROUP BY source
),

newest AS (
    SELECT source, stream, arg_max(is_answered, (collected_at, job_id)) AS is_answered
    FROM tried
    GROUP BY source, stream
),

counted AS (
    SELECT source, count(*) AS streams, count(*) FILTER (NOT is_answered) AS failing_streams
    FROM newest
    GROUP BY source
),

failed AS (
    SELECT
        tried.source,
        min(tried.collected_at) AS failing_since,
        arg_max(tried.outcome, (tried.collected_at, tried.job_id)) AS last_outcome,
        arg_max(tried.message, (tried.collected_at, tried.job_id)) AS message
    FROM tried
    INNER JOIN last_answer USING (source)
    WHERE
        NOT tried.is_answered
        AND (
            last_answer.last_answered_at IS NULL
            OR tried.collected_at > last_answer.last_answered_at
        )
    GROUP BY tried.source
)

SELECT
    source.name,
    source.platform,
    source.every_s,
    last_answer.last_answered_at,
    failed.failing_since,
    failed.last_outcome,
    failed.message,
    coalesce(counted.streams, 0) AS streams,
    coalesce(counted.failing_streams, 0) AS failing_streams
FROM source
LEFT JOIN last_answer ON last_answer.source = source.name
LEFT JOIN counted ON counted.source = source.name
LEFT JOIN failed ON failed.source = source.name
WHERE source.is_active AND NOT source.is_canary
ORDER BY source.name;

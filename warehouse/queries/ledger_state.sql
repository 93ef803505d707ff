-- One row: a stream that was asked before, how its newest attempt ended, and what the newest
-- $recent ones brought, oldest first.
WITH answered AS (
    SELECT source, stream, max(collected_at) AS at
    FROM attempt
    WHERE kind = 'collect' AND outcome IN ('answered', 'page_cap')
    GROUP BY source, stream
)

SELECT
    attempt.source,
    attempt.stream,
    min(coalesce(since, attempt.collected_at)) AS begun_at,
    max(attempt.collected_at) AS last_attempt_at,
    any_value(answered.at) AS last_whole_at,
    -- One that was told when to come again was answered, in a way.
    min(attempt.collected_at) FILTER (
        outcome NOT IN ('answered', 'page_cap')
        AND retry_at IS NULL
        AND (answered.at IS NULL OR attempt.collected_at > answered.at)
    ) AS failing_since,
    -- Of attempts at the same instant the one that has to wait longest speaks.
    max_by(
        struct_pack(outcome := outcome, retry_at := retry_at),
        (attempt.collected_at, coalesce(retry_at, TIMESTAMPTZ '-infinity'), job_id)
    ) AS newest,
    list_reverse(
        max_by(
            struct_pack(
                at := attempt.collected_at,
                outcome := outcome,
                items_seen := items_seen,
                items_new := items_new
            ),
            (attempt.collected_at, job_id),
            $recent
        )
    ) AS recent,
    any_value(validators) AS validators
FROM attempt
LEFT JOIN answered USING (source, stream)
LEFT JOIN stream_state USING (source, stream)
WHERE kind = 'collect'
GROUP BY attempt.source, attempt.stream

-- One row: a stream that was asked before, and how its newest attempt ended.
SELECT
    attempt.source,
    attempt.stream,
    min(coalesce(since, attempt.collected_at)) AS begun_at,
    max(attempt.collected_at) AS last_attempt_at,
    max(attempt.collected_at) FILTER (WHERE outcome IN ('answered', 'page_cap')) AS last_whole_at,
    -- Of attempts at the same instant the one that has to wait longest speaks.
    max_by(
        struct_pack(outcome := outcome, retry_at := retry_at),
        (attempt.collected_at, coalesce(retry_at, TIMESTAMPTZ '-infinity'), job_id)
    ) AS newest,
    any_value(validators) AS validators
FROM attempt
LEFT JOIN stream_state USING (source, stream)
WHERE kind = 'collect'
GROUP BY attempt.source, attempt.stream

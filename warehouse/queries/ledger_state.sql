-- One row: a stream that was asked before, and how its newest attempt ended.
SELECT
    attempt.source,
    attempt.stream,
    min(coalesce(since, attempt.collected_at)) AS begun_at,
    max(attempt.collected_at) AS last_attempt_at,
    arg_max(outcome, attempt.collected_at) AS last_outcome,
    max_by(struct_pack(at := retry_at), attempt.collected_at).at AS retry_at,
    any_value(validators) AS validators
FROM attempt
LEFT JOIN stream_state USING (source, stream)
WHERE kind = 'collect'
GROUP BY attempt.source, attempt.stream

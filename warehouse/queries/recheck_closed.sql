-- One row: a source that answers no questions about stored posts before `retry_at`, as it said last.
SELECT source, retry_at
FROM recheck_round
QUALIFY row_number() OVER (PARTITION BY source ORDER BY checked_at DESC, job_id DESC) = 1
    AND retry_at > $now

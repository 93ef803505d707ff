-- One row: a source of the current configuration, how it does now, and what it did in the period.
WITH worked AS (
    SELECT
        source,
        sum(requests)::BIGINT AS requests,
        sum(unreadable)::BIGINT AS unreadable,
        count(*) FILTER (outcome NOT IN ('answered', 'page_cap')) AS failed_attempts,
        count(*) AS attempts
    FROM attempt
    WHERE kind <> 'import' AND collected_at >= $since AND collected_at < $until
    GROUP BY source
)

SELECT
    source.name,
    source.platform,
    source.is_active,
    source.why_off,
    source_health.last_answered_at,
    source_health.last_outcome,
    source_health.message,
    source_health.failing_since,
    source_health.freshest_item_at,
    coalesce(worked.requests, 0) AS requests,
    coalesce(worked.unreadable, 0) AS unreadable,
    coalesce(worked.attempts, 0) AS attempts,
    coalesce(worked.failed_attempts, 0) AS failed_attempts
FROM source
LEFT JOIN source_health ON source_health.source = source.name
LEFT JOIN worked ON worked.source = source.name
WHERE NOT source.is_canary
ORDER BY source.name;

-- One row: a stored post of $platform that was last known to be there before $before, was not asked
-- for since $asked_before, and was seen in one of $sources (null: in any); newest first.
WITH seen AS (
    SELECT mention_id, list_sort(list(DISTINCT source)) AS sources
    FROM sighting
    GROUP BY mention_id
)

SELECT
    mention.native_id,
    mention.url,
    CASE WHEN $with_raw THEN mention.raw ELSE '{}' END AS raw,
    coalesce(seen.sources, []) AS sources,
    count(*) OVER () AS due
FROM mention
LEFT JOIN recheck USING (mention_id)
LEFT JOIN seen USING (mention_id)
WHERE
    mention.platform = $platform
    AND greatest(mention.last_collected_at, recheck.checked_at) < $before
    AND coalesce(recheck.asked_at < $asked_before, true)
    AND ($sources::VARCHAR[] IS NULL OR list_has_any(seen.sources, $sources::VARCHAR[]))
ORDER BY mention.occurred_at DESC, mention.mention_id
LIMIT $most

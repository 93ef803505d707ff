-- One row: one of the $most newest earned mentions of $platform whose counts were last seen before
-- $before, and that name a subject.
WITH seen AS (
    SELECT mention_id, list_sort(list(DISTINCT source)) AS sources
    FROM sighting
    GROUP BY mention_id
)

SELECT
    mention.native_id,
    mention.url,
    CASE WHEN $with_raw THEN mention.raw ELSE '{}' END AS raw,
    coalesce(seen.sources, []) AS sources
FROM mention
SEMI JOIN subject_match USING (mention_id, version_id)
LEFT JOIN seen USING (mention_id)
WHERE
    mention.platform = $platform
    AND mention.last_collected_at < $before
    AND mention.occurred_at >= $since
ORDER BY mention.occurred_at DESC, mention.mention_id
LIMIT $most

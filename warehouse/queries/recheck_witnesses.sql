-- One row: one of the $most posts of $platform in $sources that were seen there most lately.
WITH seen AS (
    SELECT mention_id, list_sort(list(DISTINCT source)) AS sources
    FROM sighting
    GROUP BY mention_id
    HAVING list_has_any(list(source), $sources::VARCHAR[])
)

SELECT mention.native_id, mention.url, CASE WHEN $with_raw THEN mention.raw ELSE '{}' END AS raw, seen.sources
FROM mention
INNER JOIN seen USING (mention_id)
LEFT JOIN recheck USING (mention_id)
WHERE mention.platform = $platform
ORDER BY greatest(mention.last_collected_at, recheck.checked_at) DESC, mention.mention_id
LIMIT $most

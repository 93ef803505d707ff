-- One row: a stored post of $platform that was last known to be there before $before, and about which
-- nothing was answered since $asked_before. The newest come first, what was asked for in vain behind
-- all others; every fifth is the one that was looked at longest ago. $most of them; `due` counts all,
-- `late` those that were last known to be there before $late_before.
WITH seen AS (
    SELECT mention_id, list_sort(list(DISTINCT source)) AS sources
    FROM sighting
    GROUP BY mention_id
),

waiting AS (
    SELECT
        mention.mention_id,
        mention.occurred_at,
        greatest(mention.last_collected_at, recheck.checked_at) AS known_at,
        greatest(recheck.asked_at, recheck.failed_at) AS tried_at
    FROM mention
    LEFT JOIN recheck USING (mention_id)
    WHERE
        mention.platform = $platform
        AND greatest(mention.last_collected_at, recheck.checked_at) < $before
        AND coalesce(recheck.asked_at < $asked_before, true)
),

ranked AS (
    SELECT
        mention_id,
        known_at,
        row_number() OVER (
            ORDER BY coalesce(tried_at > known_at, false), occurred_at DESC, mention_id
        ) AS newness,
        row_number() OVER (ORDER BY greatest(known_at, tried_at), mention_id) AS neglect,
        count(*) OVER () AS due,
        count(*) FILTER (known_at < $late_before) OVER () AS late
    FROM waiting
),

chosen AS (
    FROM ranked
    ORDER BY least(newness, 4 * neglect), newness
    LIMIT $most
)

SELECT
    mention.native_id,
    mention.url,
    CASE WHEN $with_raw THEN mention.raw ELSE '{}' END AS raw,
    coalesce(seen.sources, []) AS sources,
    chosen.known_at,
    chosen.due,
    chosen.late
FROM chosen
INNER JOIN mention USING (mention_id)
LEFT JOIN seen USING (mention_id)
ORDER BY least(chosen.newness, 4 * chosen.neglect), chosen.newness

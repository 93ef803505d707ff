-- One row: a story of the period about brand or company that at least $fewest mentions tell,
-- the largest first.
WITH heard AS (
    SELECT
        story_id,
        mention_id,
        any_value(coalesce(author, mention_id)) AS author,
        any_value(kind) AS kind,
        any_value(is_repost) AS is_repost,
        any_value(is_flood) AS is_flood,
        any_value(occurred_at) AS occurred_at
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE
        occurred_at >= $since AND occurred_at < $until
        AND NOT is_own AND facet IN ('brand', 'company')
    GROUP BY story_id, mention_id
)

SELECT
    story_id,
    count(*) AS mentions,
    count(DISTINCT author) AS authors,
    count(*) FILTER (kind = 'article') AS articles,
    count(*) FILTER (is_repost) AS reposts,
    any_value(is_flood) AS is_flood,
    min(occurred_at) AS first_at,
    max(occurred_at) AS last_at
FROM heard
GROUP BY story_id
HAVING count(*) >= $fewest
ORDER BY mentions DESC, story_id
LIMIT 20;

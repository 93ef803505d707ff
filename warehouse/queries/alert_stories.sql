-- One row: a mention of $subject since $since that tells a story first told since then (own posts
-- and floods left out), with the written forms found and how many of these mentions tell its story; by time.
WITH heard AS (
    SELECT
        mention_id,
        story_id,
        occurred_at,
        platform,
        language,
        coalesce(author, mention_id) AS author,
        url,
        title,
        left(text, 400) AS text,
        tone,
        reach
    FROM mention_subject
    WHERE
        subject_id = $subject AND occurred_at >= $since AND occurred_at < $as_of
        AND NOT is_own AND NOT is_flood AND facet IN ('brand', 'company', 'organisation')
),

form AS (
    SELECT mention_id, list_sort(list_distinct(list(form))) AS forms
    FROM subject_match
    SEMI JOIN heard USING (mention_id)
    WHERE subject_id = $subject
    GROUP BY mention_id
),

came AS (
    SELECT mention_id, min(source) AS source
    FROM sighting
    SEMI JOIN heard USING (mention_id)
    GROUP BY mention_id
)

SELECT
    heard.*,
    coalesce(form.forms, []) AS forms,
    coalesce(came.source, heard.platform) AS source,
    count(*) OVER (PARTITION BY heard.story_id) AS mentions
FROM heard
LEFT JOIN form USING (mention_id)
LEFT JOIN came USING (mention_id)
ORDER BY heard.occurred_at, heard.mention_id
LIMIT 20000;

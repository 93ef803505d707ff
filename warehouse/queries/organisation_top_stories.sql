-- One row: an organisation and its largest story of the period, shown by that story's first
-- mention with a link.
WITH heard AS (
    SELECT
        subject_id,
        story_id,
        mention_id,
        occurred_at,
        platform,
        title,
        left(text, 400) AS text,
        url,
        count(*) OVER (PARTITION BY subject_id, story_id) AS mentions
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE
        occurred_at >= $since AND occurred_at < $until
        AND NOT is_own AND NOT is_flood AND facet = 'organisation'
)

SELECT subject_id, story_id, occurred_at, platform, title, text, url, mentions
FROM heard
QUALIFY row_number() OVER (
    PARTITION BY subject_id
    ORDER BY mentions DESC, story_id, url IS NULL, occurred_at, mention_id
) = 1
ORDER BY subject_id;

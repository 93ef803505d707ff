-- One row: a mention of one of the $stories within the period, with what a link to it needs;
-- up to five of each story, those with a link and the earliest first, and the last one of all;
-- with how many mentions tell the story.
WITH heard AS (
    SELECT
        story_id,
        mention_id,
        any_value(occurred_at) AS occurred_at,
        any_value(platform) AS platform,
        any_value(title) AS title,
        any_value(left(text, 400)) AS text,
        any_value(url) AS url,
        max(reach) AS reach,
        avg(p_negative) AS p_negative,
        avg(p_neutral) AS p_neutral,
        avg(p_positive) AS p_positive,
        bool_and(tone = 'uncertain') AS is_uncertain
    FROM mention_subject
    SEMI JOIN (SELECT unnest($stories::VARCHAR[]) AS story_id) AS wanted USING (story_id)
    WHERE
        occurred_at >= $since AND occurred_at < $until
        AND NOT is_own AND facet IN ('brand', 'company')
    GROUP BY story_id, mention_id
)

SELECT
    story_id,
    mention_id,
    occurred_at,
    platform,
    title,
    text,
    url,
    reach,
    count(*) OVER (PARTITION BY story_id) AS mentions,
    CASE
        WHEN is_uncertain THEN 'uncertain'
        WHEN p_negative > p_neutral AND p_negative >= p_positive THEN 'negative'
        WHEN p_positive > p_neutral AND p_positive > p_negative THEN 'positive'
        ELSE 'neutral'
    END AS tone
FROM heard
QUALIFY
    row_number() OVER (
        PARTITION BY story_id ORDER BY url IS NULL, occurred_at, mention_id
    ) <= 5
    OR row_number() OVER (
        PARTITION BY story_id ORDER BY url IS NULL, occurred_at DESC, mention_id DESC
    ) = 1
ORDER BY story_id, url IS NULL, occurred_at, mention_id;

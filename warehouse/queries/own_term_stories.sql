-- One row: a word of $terms and a story of the period about brand or company that contains it,
-- with the story's tone.
WITH told AS (
    SELECT
        story_id,
        count(DISTINCT mention_id) AS mentions,
        min(occurred_at) AS first_at,
        bool_and(tone = 'uncertain') AS is_uncertain,
        avg(p_negative) AS p_negative,
        avg(p_neutral) AS p_neutral,
        avg(p_positive) AS p_positive,
        lower(
            regexp_replace(
                arg_min(concat_ws(' ', title, left(text, 2000)), mention_id),
                '(https?://|www\.)\S+|@\S+', ' ', 'g'
            )
        ) AS text
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE
        occurred_at >= $since AND occurred_at < $until
        AND NOT is_own AND facet IN ('brand', 'company')
    GROUP BY story_id
),

word AS (
    SELECT
        story_id,
        mentions,
        first_at,
        CASE
            WHEN is_uncertain THEN 'uncertain'
            WHEN p_negative > p_neutral AND p_negative >= p_positive THEN 'negative'
            WHEN p_positive > p_neutral AND p_positive > p_negative THEN 'positive'
            ELSE 'neutral'
        END AS tone,
        unnest(list_distinct(regexp_extract_all(text, '\p{L}[\p{L}\p{M}-]{2,}\p{L}'))) AS term
    FROM told
)

SELECT term, story_id, mentions, first_at, tone
FROM word
SEMI JOIN (SELECT unnest($terms::VARCHAR[]) AS term) AS wanted USING (term)
ORDER BY term, story_id;

-- One row: a word of $terms and a story of the period about brand or company that contains it.
WITH told AS (
    SELECT
        story_id,
        count(DISTINCT mention_id) AS mentions,
        min(occurred_at) AS first_at,
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
        unnest(list_distinct(regexp_extract_all(text, '\p{L}[\p{L}\p{M}-]{2,}\p{L}'))) AS term
    FROM told
)

SELECT term, story_id, mentions, first_at
FROM word
SEMI JOIN (SELECT unnest($terms::VARCHAR[]) AS term) AS wanted USING (term)
ORDER BY term, story_id;

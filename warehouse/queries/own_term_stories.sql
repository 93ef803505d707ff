-- One row: a story of the period about brand or company that contains at least one of $words
-- (each a language, a blank and a word of a story in that language), with those it contains, its
-- tone, and what it can be called by.
WITH told AS (
    SELECT
        story_id,
        arg_min(language, mention_id) AS language,
        arg_min(title, mention_id) AS title,
        arg_min(left(text, 400), mention_id) AS text,
        arg_min(kind, mention_id) AS kind,
        count(DISTINCT mention_id) AS mentions,
        min(occurred_at) AS first_at,
        max(occurred_at) AS last_at,
        bool_and(tone = 'uncertain') AS is_uncertain,
        avg(p_negative) AS p_negative,
        avg(p_neutral) AS p_neutral,
        avg(p_positive) AS p_positive,
        lower(
            regexp_replace(
                arg_min(concat_ws(' ', title, left(text, 2000)), mention_id),
                '(https?://|www\.)\S+|@\S+', ' ', 'g'
            )
        ) AS words
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE
        occurred_at >= $since AND occurred_at < $until
        AND NOT is_own AND NOT is_flood AND facet IN ('brand', 'company')
    GROUP BY story_id
),

word AS (
    SELECT
        story_id,
        language || ' '
        || unnest(list_distinct(regexp_extract_all(words, '\p{L}[\p{L}\p{M}-]{2,}\p{L}'))) AS word
    FROM told
),

found AS (
    SELECT story_id, list(word ORDER BY word) AS words
    FROM word
    SEMI JOIN (SELECT unnest($words::VARCHAR[]) AS word) AS wanted USING (word)
    GROUP BY story_id
)

SELECT
    told.story_id,
    told.language,
    told.title,
    told.text,
    told.kind,
    told.mentions,
    told.first_at,
    told.last_at,
    CASE
        WHEN told.is_uncertain THEN 'uncertain'
        WHEN told.p_negative > told.p_neutral AND told.p_negative >= told.p_positive THEN 'negative'
        WHEN told.p_positive > told.p_neutral AND told.p_positive > told.p_negative THEN 'positive'
        ELSE 'neutral'
    END AS tone,
    found.words
FROM told
INNER JOIN found USING (story_id)
ORDER BY told.story_id;

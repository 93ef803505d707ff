-- One row: a word that stands out in this period's stories about brand or company
-- ([$since, $until)) against those of the time before ([$start, $since)), as `standing_out` tells;
-- the strongest first, and how many stories of $days days usually tell it. Addresses and handles
-- are left out.
WITH told AS (
    SELECT
        story_id,
        occurred_at >= $since AS is_recent,
        min(occurred_at) AS first_at,
        arg_min(language, mention_id) AS language,
        lower(
            regexp_replace(
                arg_min(concat_ws(' ', title, left(text, 2000)), mention_id),
                '(https?://|www\.)\S+|@\S+', ' ', 'g'
            )
        ) AS text
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE
        occurred_at >= $start AND occurred_at < $until
        AND NOT is_own AND NOT is_flood AND facet IN ('brand', 'company')
    GROUP BY story_id, is_recent
),

spoken AS (
    SELECT greatest(1, ceil(date_diff('day', min(first_at), $since::TIMESTAMPTZ) / $days)) AS periods
    FROM told
)

SELECT
    language,
    term,
    now,
    before,
    before / periods AS usual,
    strength
FROM standing_out('told', $fewest, $fewest_before)
CROSS JOIN spoken
ORDER BY strength DESC, language, term
LIMIT 200;

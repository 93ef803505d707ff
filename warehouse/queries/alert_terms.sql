-- One row: a word that stands out in the stories about $subject since $since against those of the
-- time before ([$start, $since)), as `standing_out` tells; the strongest first, and how many
-- stories of a week usually tell it. Addresses and handles are left out.
WITH told AS (
    SELECT
        story_id,
        min(occurred_at) >= $since AS is_recent,
        arg_min(language, (occurred_at, mention_id)) AS language,
        lower(
            regexp_replace(
                arg_min(concat_ws(' ', title, left(text, 2000)), (occurred_at, mention_id)),
                '(https?://|www\.)\S+|@\S+', ' ', 'g'
            )
        ) AS text
    FROM mention_subject
    WHERE
        subject_id = $subject AND occurred_at >= $start AND occurred_at < $as_of
        AND NOT is_own AND NOT is_flood AND facet IN ('brand', 'company', 'organisation')
    GROUP BY story_id
)

SELECT
    language,
    term,
    now,
    before / greatest(1, date_diff('day', $start::TIMESTAMPTZ, $since::TIMESTAMPTZ) / 7.0) AS usual,
    strength
FROM standing_out('told', $fewest, $fewest_before)
ORDER BY strength DESC, language, term
LIMIT 8;

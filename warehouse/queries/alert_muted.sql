-- One row: a story about $subject, told between $since and $as_of, that holds one of $words (in
-- small letters) in any of its mentions; addresses and handles are left out.
WITH told AS (
    SELECT
        story_id,
        lower(
            regexp_replace(
                concat_ws(' ', title, left(text, 2000)), '(https?://|www\.)\S+|@\S+', ' ', 'g'
            )
        ) AS words
    FROM mention_subject
    WHERE
        subject_id = $subject AND occurred_at >= $since AND occurred_at < $as_of
        AND NOT is_own AND facet IN ('brand', 'company', 'organisation')
)

SELECT DISTINCT story_id
FROM told
WHERE
    list_has_any(regexp_extract_all(words, '\p{L}[\p{L}\p{M}-]{2,}\p{L}'), $words::VARCHAR[])
    OR list_has_any(regexp_extract_all(words, '[\p{L}\p{N}\p{M}-]+'), $words::VARCHAR[])
ORDER BY story_id;

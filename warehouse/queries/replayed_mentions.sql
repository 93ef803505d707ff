-- One row: a mention of [$since, $until), newest first, with what stored matches of $subject_id say of it (null: none).
SELECT
    m.mention_id, m.platform, m.title, m.text, m.url, m.author_handle, m.author_name,
    m.language_tag, m.language, m.occurred_at, s.form, s.field, s.start_char
FROM mention AS m
LEFT JOIN (
    SELECT
        mention_id, version_id,
        arg_min(form, (field, start_char)) AS form,
        arg_min(field, (field, start_char)) AS field,
        arg_min(start_char, (field, start_char)) AS start_char
    FROM subject_match
    WHERE subject_id = $subject_id
    GROUP BY mention_id, version_id
) AS s USING (mention_id, version_id)
WHERE m.occurred_at >= $since AND m.occurred_at < $until
ORDER BY m.occurred_at DESC, m.mention_id

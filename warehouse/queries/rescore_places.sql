-- One row: a place where one of $mentions names a subject in its present version, with the tone as it
-- stands, and whether that subject is watched today.
SELECT
    mention_id,
    version_id,
    subject_id,
    field,
    start_char,
    end_char,
    tone,
    p_negative,
    p_neutral,
    p_positive,
    tone_model,
    subject_id IN (SELECT subject_id FROM subject WHERE is_active) AS is_watched
FROM subject_match
SEMI JOIN mention USING (mention_id, version_id)
SEMI JOIN (SELECT unnest($mentions::VARCHAR[]) AS mention_id) AS wanted USING (mention_id)
WHERE field IN ('title', 'text')
ORDER BY mention_id, field, start_char, end_char, subject_id, rule;

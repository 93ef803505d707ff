-- No consent, no row: a match stays if its subject is no employee, or one whose consent covers the platform.
CREATE OR REPLACE TEMP TABLE doubtful AS
SELECT DISTINCT mention_id, version_id, subject_id
FROM subject_match
ANTI JOIN (SELECT subject_id FROM subject WHERE facet <> 'employee') USING (subject_id);

CREATE OR REPLACE TEMP TABLE refused AS
SELECT DISTINCT mention_id, subject_id
FROM doubtful
JOIN mention_version USING (mention_id, version_id)
ANTI JOIN allowed USING (subject_id, platform);

DELETE FROM subject_match USING refused
WHERE subject_match.mention_id = refused.mention_id AND subject_match.subject_id = refused.subject_id;

-- Employees are never judged once more: where that was done before they were known to be some, what had
-- been read first counts again.
CREATE OR REPLACE TEMP TABLE put_back AS
SELECT DISTINCT ON (mention_id, version_id, subject_id, field, start_char, end_char)
    mention_id, version_id, subject_id, field, start_char, end_char,
    first.tone, first.p_negative, first.p_neutral, first.p_positive, first.tone_model
FROM rescored
JOIN subject_match AS known USING (mention_id, version_id, subject_id, field, start_char, end_char)
JOIN match_history AS first USING (mention_id, version_id, subject_id, field, start_char, end_char)
WHERE rescored.subject_id NOT IN (SELECT subject_id FROM subject WHERE facet <> 'employee')
    AND tone_reading(first.tone_model, first.p_negative, first.p_neutral, first.p_positive) = rescored.reading
    AND tone_reading(known.tone_model, known.p_negative, known.p_neutral, known.p_positive)
        = tone_reading(rescored.tone_model, rescored.p_negative, rescored.p_neutral, rescored.p_positive)
ORDER BY mention_id, version_id, subject_id, field, start_char, end_char, first.replaced_at DESC;

UPDATE subject_match AS known
SET
    tone = put_back.tone,
    p_negative = put_back.p_negative,
    p_neutral = put_back.p_neutral,
    p_positive = put_back.p_positive,
    tone_model = put_back.tone_model,
    loaded_at = $now
FROM put_back
WHERE known.mention_id = put_back.mention_id
    AND known.version_id = put_back.version_id
    AND known.subject_id = put_back.subject_id
    AND known.field = put_back.field
    AND known.start_char = put_back.start_char
    AND known.end_char = put_back.end_char;

-- Of employees nothing is kept beyond what counts today.
DELETE FROM match_history WHERE subject_id NOT IN (SELECT subject_id FROM subject WHERE facet <> 'employee');
DELETE FROM flag WHERE subject_id NOT IN (SELECT subject_id FROM subject WHERE facet <> 'employee');
DELETE FROM keyphrase WHERE subject_id NOT IN (SELECT subject_id FROM subject WHERE facet <> 'employee');
DELETE FROM restatement WHERE subject_id NOT IN (SELECT subject_id FROM subject WHERE facet <> 'employee');
DELETE FROM rescored WHERE subject_id NOT IN (SELECT subject_id FROM subject WHERE facet <> 'employee');

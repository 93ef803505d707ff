-- What a better model judged once more replaces what stands where it was read: in the mention's
-- present version, unchanged since. What was deleted, edited or judged anew meanwhile stays as it is.
CREATE OR REPLACE TEMP TABLE judging AS
SELECT DISTINCT ON (mention_id, subject_id, field, start_char, end_char)
    fresh.*,
    tone_reading(read_model, read_negative, read_neutral, read_positive) AS reading
FROM arriving_rescored AS fresh
JOIN subject_match AS known USING (mention_id, version_id, subject_id, field, start_char, end_char)
SEMI JOIN mention USING (mention_id, version_id)
SEMI JOIN (FROM subject WHERE facet <> 'employee') AS open_subject USING (subject_id)
WHERE tone_reading(known.tone_model, known.p_negative, known.p_neutral, known.p_positive)
    = tone_reading(read_model, read_negative, read_neutral, read_positive)
    AND known.tone_model <> fresh.tone_model
ORDER BY mention_id, subject_id, field, start_char, end_char, fresh.tone_model, fresh.p_negative;

CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT mention_id FROM judging;
CREATE OR REPLACE TEMP TABLE touched_hour AS
SELECT DISTINCT date_trunc('hour', occurred_at) AS hour
FROM mention SEMI JOIN touched USING (mention_id);
-- No tone makes or ends a story.
CREATE OR REPLACE TEMP TABLE touched_story AS SELECT ''::VARCHAR AS story_id LIMIT 0;

CREATE OR REPLACE TEMP TABLE tone_before AS
SELECT
    mention_id, subject_id,
    tone_towards(sum(p_negative), sum(p_neutral), sum(p_positive), bool_and(tone = 'uncertain')) AS tone
FROM subject_match SEMI JOIN judging USING (mention_id, version_id, subject_id)
GROUP BY mention_id, subject_id;

INSERT INTO match_history BY NAME
SELECT * EXCLUDE (loaded_at), $now AS replaced_at
FROM subject_match SEMI JOIN judging USING (mention_id, version_id, subject_id, field, start_char, end_char);

-- Judged for the second time, a match still stands in for what the enrichment had found first.
MERGE INTO rescored AS known
USING judging AS fresh
ON known.mention_id = fresh.mention_id
    AND known.version_id = fresh.version_id
    AND known.subject_id = fresh.subject_id
    AND known.field = fresh.field
    AND known.start_char = fresh.start_char
    AND known.end_char = fresh.end_char
WHEN MATCHED THEN UPDATE SET
    reading = CASE
        WHEN tone_reading(known.tone_model, known.p_negative, known.p_neutral, known.p_positive) = fresh.reading
            THEN known.reading
        ELSE fresh.reading
    END,
    tone = fresh.tone,
    p_negative = fresh.p_negative,
    p_neutral = fresh.p_neutral,
    p_positive = fresh.p_positive,
    tone_model = fresh.tone_model,
    rescored_at = $now
WHEN NOT MATCHED THEN INSERT (
    mention_id, version_id, subject_id, field, start_char, end_char, reading, tone,
    p_negative, p_neutral, p_positive, tone_model, rescored_at
) VALUES (
    fresh.mention_id, fresh.version_id, fresh.subject_id, fresh.field, fresh.start_char,
    fresh.end_char, fresh.reading, fresh.tone, fresh.p_negative, fresh.p_neutral,
    fresh.p_positive, fresh.tone_model, $now
);

UPDATE subject_match AS known
SET
    tone = fresh.tone,
    p_negative = fresh.p_negative,
    p_neutral = fresh.p_neutral,
    p_positive = fresh.p_positive,
    tone_model = fresh.tone_model,
    loaded_at = $now
FROM judging AS fresh
WHERE known.mention_id = fresh.mention_id
    AND known.version_id = fresh.version_id
    AND known.subject_id = fresh.subject_id
    AND known.field = fresh.field
    AND known.start_char = fresh.start_char
    AND known.end_char = fresh.end_char;

CREATE OR REPLACE TEMP TABLE tone_changed AS
SELECT
    mention_id, subject_id, mention.occurred_at, mention.is_own,
    any_value(tone_before.tone) AS tone_before,
    tone_towards(sum(p_negative), sum(p_neutral), sum(p_positive), bool_and(subject_match.tone = 'uncertain')) AS tone_after,
    max(subject_match.watchlist_version) AS watchlist_version
FROM mention
JOIN subject_match USING (mention_id, version_id)
JOIN tone_before USING (mention_id, subject_id)
GROUP BY ALL
HAVING tone_before <> tone_after;

-- A figure that no report has told yet is not restated.
INSERT INTO restatement BY NAME
SELECT
    mention_id, subject_id, occurred_at, 'tone' AS change, tone_before, tone_after,
    watchlist_version AS watchlist_version_before,
    watchlist_version AS watchlist_version_after,
    $now AS restated_at
FROM tone_changed
WHERE NOT is_own AND occurred_at < $reported_until;

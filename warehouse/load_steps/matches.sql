-- The newest enrichment of each version decides; one with no match at all decides as well.
CREATE OR REPLACE TEMP TABLE deciding AS
SELECT arriving.* FROM arriving
JOIN mention_version AS known USING (mention_id, version_id)
WHERE (arriving.enriched_at, arriving.watchlist_version) >= (known.enriched_at, known.watchlist_version)
QUALIFY row_number() OVER (
    PARTITION BY mention_id, version_id
    ORDER BY arriving.enriched_at DESC, arriving.watchlist_version DESC, arriving.collected_at DESC
) = 1;

CREATE OR REPLACE TEMP TABLE replaced AS
FROM subject_match SEMI JOIN deciding USING (mention_id, version_id);
DELETE FROM subject_match USING deciding
WHERE subject_match.mention_id = deciding.mention_id AND subject_match.version_id = deciding.version_id;
DELETE FROM entity USING deciding
WHERE entity.mention_id = deciding.mention_id AND entity.version_id = deciding.version_id;

INSERT INTO subject_match BY NAME
SELECT mention_id, version_id, watchlist_version, enriched_at, $now AS loaded_at, unnest(matches, recursive := true)
FROM deciding;
INSERT INTO entity BY NAME
SELECT mention_id, version_id, $now AS loaded_at, unnest(entities, recursive := true)
FROM (SELECT mention_id, version_id, entities FROM deciding);

-- A tone that was judged once more stands in for the reading that it replaced: where a text is merely
-- seen again, or is read again as before, the better model's judgement stays.
UPDATE subject_match AS known
SET
    tone = rescored.tone,
    p_negative = rescored.p_negative,
    p_neutral = rescored.p_neutral,
    p_positive = rescored.p_positive,
    tone_model = rescored.tone_model
FROM (FROM rescored SEMI JOIN deciding USING (mention_id, version_id)) AS rescored
WHERE known.mention_id = rescored.mention_id
    AND known.version_id = rescored.version_id
    AND known.subject_id = rescored.subject_id
    AND known.field = rescored.field
    AND known.start_char = rescored.start_char
    AND known.end_char = rescored.end_char
    AND tone_reading(known.tone_model, known.p_negative, known.p_neutral, known.p_positive) = rescored.reading;

UPDATE mention_version AS known
SET
    language = deciding.language,
    language_score = deciding.language_score,
    story_id = deciding.story_id,
    text_id = deciding.text_id,
    enriched_at = deciding.enriched_at,
    watchlist_version = deciding.watchlist_version
FROM deciding
WHERE known.mention_id = deciding.mention_id AND known.version_id = deciding.version_id;

-- What is found as before has no history.
INSERT INTO match_history BY NAME
SELECT replaced.* EXCLUDE (loaded_at), $now AS replaced_at
FROM replaced
SEMI JOIN (FROM subject WHERE facet <> 'employee') AS open_subject USING (subject_id)
ANTI JOIN subject_match AS present
ON replaced.mention_id = present.mention_id
    AND replaced.version_id = present.version_id
    AND replaced.subject_id = present.subject_id
    AND replaced.field = present.field
    AND replaced.start_char = present.start_char
    AND replaced.end_char = present.end_char
    AND replaced.rule = present.rule
    AND replaced.tone = present.tone
    AND replaced.tone_model = present.tone_model
    AND replaced.relevance_model IS NOT DISTINCT FROM present.relevance_model;

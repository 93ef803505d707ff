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
ANTI JOIN subject_match
    USING (mention_id, version_id, subject_id, field, start_char, end_char, rule, tone, tone_model);

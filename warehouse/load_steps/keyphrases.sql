-- The keyphrases of each version are those of the enrichment that decides; see matches.sql. Of
-- employees none is kept.
DELETE FROM keyphrase USING deciding
WHERE keyphrase.mention_id = deciding.mention_id AND keyphrase.version_id = deciding.version_id;
INSERT INTO keyphrase BY NAME
SELECT mention_id, version_id, language, loaded_at, found.*
FROM (
    SELECT mention_id, version_id, language, $now AS loaded_at, unnest(keyphrases) AS found
    FROM deciding
)
WHERE found.subject_id IN (SELECT subject_id FROM subject WHERE facet <> 'employee');

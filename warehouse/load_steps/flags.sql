-- The flags of each version are those of the enrichment that decides; see matches.sql. Of employees none
-- is kept: no figure about one person comes into being.
DELETE FROM flag USING deciding
WHERE flag.mention_id = deciding.mention_id AND flag.version_id = deciding.version_id;
INSERT INTO flag BY NAME
SELECT mention_id, version_id, loaded_at, found.*
FROM (SELECT mention_id, version_id, $now AS loaded_at, unnest(flags) AS found FROM deciding)
WHERE found.subject_id IN (SELECT subject_id FROM subject WHERE facet <> 'employee');

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
-- Of employees nothing is kept beyond what counts today.
DELETE FROM match_history WHERE subject_id NOT IN (SELECT subject_id FROM subject WHERE facet <> 'employee');
DELETE FROM flag WHERE subject_id NOT IN (SELECT subject_id FROM subject WHERE facet <> 'employee');
DELETE FROM keyphrase WHERE subject_id NOT IN (SELECT subject_id FROM subject WHERE facet <> 'employee');
DELETE FROM restatement WHERE subject_id NOT IN (SELECT subject_id FROM subject WHERE facet <> 'employee');
DELETE FROM rescored WHERE subject_id NOT IN (SELECT subject_id FROM subject WHERE facet <> 'employee');

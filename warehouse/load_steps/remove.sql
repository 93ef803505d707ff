-- Delete the mentions in `touched` from every table that knows them.
UPDATE attempt SET items_new = attempt.items_new - gone.items
FROM (
    SELECT source, stream, first_collected_at AS collected_at, count(*) AS items
    FROM sighting SEMI JOIN touched USING (mention_id)
    GROUP BY ALL
) AS gone
WHERE attempt.kind = 'collect'
    AND attempt.source = gone.source
    AND attempt.stream = gone.stream
    AND attempt.collected_at = gone.collected_at;
DELETE FROM mention USING touched WHERE mention.mention_id = touched.mention_id;
DELETE FROM mention_version USING touched WHERE mention_version.mention_id = touched.mention_id;
DELETE FROM subject_match USING touched WHERE subject_match.mention_id = touched.mention_id;
DELETE FROM entity USING touched WHERE entity.mention_id = touched.mention_id;
DELETE FROM flag USING touched WHERE flag.mention_id = touched.mention_id;
DELETE FROM keyphrase USING touched WHERE keyphrase.mention_id = touched.mention_id;
DELETE FROM sighting USING touched WHERE sighting.mention_id = touched.mention_id;
DELETE FROM metric_history USING touched WHERE metric_history.mention_id = touched.mention_id;
DELETE FROM recheck USING touched WHERE recheck.mention_id = touched.mention_id;
DELETE FROM match_history USING touched WHERE match_history.mention_id = touched.mention_id;
DELETE FROM restatement USING touched WHERE restatement.mention_id = touched.mention_id;
DELETE FROM rescored USING touched WHERE rescored.mention_id = touched.mention_id;

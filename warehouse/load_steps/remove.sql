-- Delete the mentions in `touched` from every table that knows them.
DELETE FROM mention USING touched WHERE mention.mention_id = touched.mention_id;
DELETE FROM mention_version USING touched WHERE mention_version.mention_id = touched.mention_id;
DELETE FROM subject_match USING touched WHERE subject_match.mention_id = touched.mention_id;
DELETE FROM entity USING touched WHERE entity.mention_id = touched.mention_id;
DELETE FROM sighting USING touched WHERE sighting.mention_id = touched.mention_id;

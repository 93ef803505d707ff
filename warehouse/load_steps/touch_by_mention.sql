-- For changes that don't come by files: which hours and stories the mentions in `touched` concern.
CREATE OR REPLACE TEMP TABLE touched_hour AS
SELECT DISTINCT date_trunc('hour', occurred_at) AS hour
FROM mention SEMI JOIN touched USING (mention_id);
CREATE OR REPLACE TEMP TABLE touched_story AS
SELECT DISTINCT story_id FROM mention SEMI JOIN touched USING (mention_id);

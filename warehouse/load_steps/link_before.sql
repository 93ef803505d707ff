-- What the mentions in `touched` told before this load changes them.
CREATE OR REPLACE TEMP TABLE linked_before AS
SELECT
    mention_id, text_id, story_id, platform, occurred_at,
    CASE WHEN is_repost OR is_quote THEN parent_id END AS repeats
FROM mention SEMI JOIN touched USING (mention_id);

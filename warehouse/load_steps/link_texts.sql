-- Bring the table story_text in line with the mentions in `touched`; what lost a mention, or a
-- mention's parent, falls apart: its texts are `loose` and looked up anew, like those that came.
CREATE OR REPLACE TEMP TABLE linked_after AS
SELECT
    mention_id, text_id, platform, occurred_at,
    CASE WHEN is_repost OR is_quote THEN parent_id END AS repeats
FROM mention SEMI JOIN touched USING (mention_id);

CREATE OR REPLACE TEMP TABLE touched_text AS
SELECT text_id, floor(epoch(occurred_at) / 604800)::INTEGER AS week FROM linked_before
UNION
SELECT text_id, floor(epoch(occurred_at) / 604800)::INTEGER FROM linked_after;

CREATE OR REPLACE TEMP TABLE fallen AS
SELECT DISTINCT story_id
FROM linked_before
ANTI JOIN linked_after USING (mention_id, text_id)
UNION
SELECT DISTINCT story_id
FROM linked_before JOIN linked_after USING (mention_id)
WHERE linked_before.repeats IS DISTINCT FROM linked_after.repeats;

-- The bounds of time keep old rows from being read.
CREATE OR REPLACE TEMP TABLE present_text AS
SELECT text_id, min(occurred_at) AS first_at
FROM mention SEMI JOIN touched_text USING (text_id)
WHERE occurred_at >= (SELECT to_timestamp(min(week) * 604800::BIGINT) FROM touched_text)
    AND occurred_at < (SELECT to_timestamp((max(week) + 1) * 604800::BIGINT) FROM touched_text)
GROUP BY text_id;

DELETE FROM story_text
USING (FROM touched_text ANTI JOIN present_text USING (text_id)) AS gone
WHERE story_text.text_id = gone.text_id;
UPDATE story_text SET first_at = present_text.first_at
FROM present_text
WHERE story_text.text_id = present_text.text_id AND story_text.first_at <> present_text.first_at;

CREATE OR REPLACE TEMP TABLE known_text AS
SELECT text_id, story_id FROM story_text SEMI JOIN present_text USING (text_id);
CREATE OR REPLACE TEMP TABLE loose_id AS
SELECT text_id FROM story_text SEMI JOIN fallen USING (story_id);

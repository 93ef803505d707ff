CREATE OR REPLACE VIEW story_alias AS
SELECT text_id AS former_id, story_id
FROM story_text
WHERE text_id <> story_id;

COMMENT ON VIEW story_alias IS 'One row: a name that a story had, or would have had, before texts that came earlier were found to tell it. It goes with the last mention of its text.';
COMMENT ON COLUMN story_alias.former_id IS 'The former name.';
COMMENT ON COLUMN story_alias.story_id IS 'The story''s name now; see the table story.';

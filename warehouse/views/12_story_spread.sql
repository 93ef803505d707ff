CREATE OR REPLACE VIEW story_spread AS
WITH told AS (
    SELECT
        story_id,
        (occurred_at AT TIME ZONE (SELECT time_zone FROM firm))::DATE AS day,
        platform,
        count(*) AS mentions,
        count(DISTINCT coalesce(author_id, author_handle, author_name, mention_id)) AS authors,
        count(*) FILTER (is_repost OR is_quote) AS reposts
    FROM mention
    GROUP BY ALL
)

SELECT
    told.story_id,
    told.day,
    told.platform,
    told.mentions,
    told.authors,
    told.reposts,
    story.first_mention_id,
    story.first_at,
    story.mentions AS mentions_of_story,
    story.authors AS authors_of_story,
    story.is_flood
FROM told
INNER JOIN story USING (story_id);

COMMENT ON VIEW story_spread IS 'One row: a story on one day on one platform: how it spread. Days begin at the firm''s midnight.';
COMMENT ON COLUMN story_spread.story_id IS 'The story; see the table story.';
COMMENT ON COLUMN story_spread.day IS 'The day, in the firm''s time zone.';
COMMENT ON COLUMN story_spread.platform IS 'x, reddit, feed, …';
COMMENT ON COLUMN story_spread.mentions IS 'Mentions that told it there that day, own posts included.';
COMMENT ON COLUMN story_spread.authors IS 'Distinct authors among them; an unknown author counts as one for each mention.';
COMMENT ON COLUMN story_spread.reposts IS 'Reposts and quotes among them.';
COMMENT ON COLUMN story_spread.first_mention_id IS 'The first publisher of the whole story; see the table mention.';
COMMENT ON COLUMN story_spread.first_at IS 'When the story was first told, UTC.';
COMMENT ON COLUMN story_spread.mentions_of_story IS 'Mentions of the whole story.';
COMMENT ON COLUMN story_spread.authors_of_story IS 'Distinct authors of the whole story.';
COMMENT ON COLUMN story_spread.is_flood IS 'Whether the story is a flood; see story.is_flood.';

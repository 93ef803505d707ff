CREATE OR REPLACE VIEW share_of_voice_week AS
WITH heard AS (
    SELECT
        date_trunc('week', occurred_at AT TIME ZONE (SELECT time_zone FROM firm))::DATE AS week_start,
        CASE WHEN relation = 'competitor' THEN subject_id ELSE 'own' END AS party,
        mention_id,
        story_id
    FROM mention_subject
    WHERE NOT is_own AND NOT is_flood AND (facet IN ('brand', 'company') OR relation = 'competitor')
),

counted AS (
    SELECT
        week_start,
        party,
        count(DISTINCT mention_id) AS mentions,
        count(DISTINCT story_id) AS stories
    FROM heard
    GROUP BY week_start, party
)

SELECT
    week_start,
    party,
    mentions,
    sum(mentions) OVER (PARTITION BY week_start)::BIGINT AS mentions_of_all,
    mentions / sum(mentions) OVER (PARTITION BY week_start) AS share,
    stories,
    stories / sum(stories) OVER (PARTITION BY week_start) AS share_of_stories
FROM counted;

COMMENT ON VIEW share_of_voice_week IS 'One row: one party in one week: the firm (brand and company together) or a competitor. Weeks begin on Monday in the firm''s time zone.';
COMMENT ON COLUMN share_of_voice_week.week_start IS 'The week''s Monday, in the firm''s time zone.';
COMMENT ON COLUMN share_of_voice_week.party IS 'own, or the competitor''s subject_id.';
COMMENT ON COLUMN share_of_voice_week.mentions IS 'Distinct earned mentions of the party.';
COMMENT ON COLUMN share_of_voice_week.mentions_of_all IS 'Sum over the parties of that week.';
COMMENT ON COLUMN share_of_voice_week.share IS 'mentions divided by mentions_of_all, 0 to 1.';
COMMENT ON COLUMN share_of_voice_week.stories IS 'Distinct stories among them: copies count once.';
COMMENT ON COLUMN share_of_voice_week.share_of_stories IS 'stories divided by the sum of all parties'' stories, 0 to 1.';

CREATE OR REPLACE VIEW daily_volume AS
SELECT
    date_trunc('day', hour AT TIME ZONE (SELECT time_zone FROM firm))::DATE AS day,
    subject_id,
    platform,
    language,
    sum(mentions)::BIGINT AS mentions,
    sum(own)::BIGINT AS own,
    sum(flood)::BIGINT AS flood,
    sum(negative)::BIGINT AS negative,
    sum(neutral)::BIGINT AS neutral,
    sum(positive)::BIGINT AS positive,
    sum(uncertain)::BIGINT AS uncertain
FROM hourly_volume
GROUP BY ALL;

COMMENT ON VIEW daily_volume IS 'One row: a subject on one day on one platform in one language. Days begin at the firm''s midnight.';
COMMENT ON COLUMN daily_volume.day IS 'The day, in the firm''s time zone.';
COMMENT ON COLUMN daily_volume.subject_id IS 'The subject; see the table subject.';
COMMENT ON COLUMN daily_volume.platform IS 'x, reddit, feed, …';
COMMENT ON COLUMN daily_volume.language IS 'Language as found in the text: ISO 639-1, or und when unsure.';
COMMENT ON COLUMN daily_volume.mentions IS 'Earned mentions: distinct, the firm''s own posts and floods left out. No row means no mention; whether anybody looked stands in covered_hour.';
COMMENT ON COLUMN daily_volume.own IS 'The firm''s own posts, counted apart.';
COMMENT ON COLUMN daily_volume.flood IS 'Mentions in floods (story.is_flood), counted apart and in no other column.';
COMMENT ON COLUMN daily_volume.negative IS 'Earned mentions with a negative tone towards the subject.';
COMMENT ON COLUMN daily_volume.neutral IS 'Earned mentions with a neutral tone towards the subject.';
COMMENT ON COLUMN daily_volume.positive IS 'Earned mentions with a positive tone towards the subject.';
COMMENT ON COLUMN daily_volume.uncertain IS 'Earned mentions whose tone towards the subject is uncertain.';

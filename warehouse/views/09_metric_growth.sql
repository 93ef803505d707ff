CREATE OR REPLACE VIEW metric_growth AS
WITH seen AS (
    SELECT
        metric_history.mention_id,
        timezone(firm.time_zone, metric_history.seen_at)::DATE AS day,
        metric_history.seen_at,
        unnest(map_entries(metric_history.metrics)) AS entry
    FROM metric_history
    CROSS JOIN firm
),

daily AS (
    SELECT
        mention_id,
        day,
        entry.key AS metric,
        max_by(entry.value, seen_at) AS value
    FROM seen
    GROUP BY mention_id, day, entry.key
)

SELECT
    mention_id,
    day,
    metric,
    value,
    value - lag(value) OVER (PARTITION BY mention_id, metric ORDER BY day) AS growth
FROM daily;

COMMENT ON VIEW metric_growth IS 'One row: a count of a mention as last seen on one day, and how much it grew since the day on which it was seen before. Days on which nobody looked have no row.';
COMMENT ON COLUMN metric_growth.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN metric_growth.day IS 'The day, in the firm''s time zone.';
COMMENT ON COLUMN metric_growth.metric IS 'likes, replies, reposts, quotes, views, score, comments, followers, …';
COMMENT ON COLUMN metric_growth.value IS 'The count as last seen on that day.';
COMMENT ON COLUMN metric_growth.growth IS 'Change since it was seen on an earlier day; null on the first.';

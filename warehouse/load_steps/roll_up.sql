-- Recompute, never add: every touched story and every touched hour from what is stored now.
DELETE FROM story USING touched_story WHERE story.story_id = touched_story.story_id;
INSERT INTO story
SELECT
    story_id,
    count(*),
    count(DISTINCT coalesce(platform || ' ' || coalesce(author_id, author_handle, author_name), mention_id)),
    arg_min(mention_id, (occurred_at, mention_id)),
    min(occurred_at),
    max(occurred_at),
    $now
FROM mention SEMI JOIN (SELECT DISTINCT story_id FROM touched_story) USING (story_id)
GROUP BY story_id;

DELETE FROM hourly_volume USING touched_hour WHERE hourly_volume.hour = touched_hour.hour;
INSERT INTO hourly_volume
WITH hour AS (SELECT DISTINCT hour FROM touched_hour),
judged AS (
    SELECT
        mention.mention_id, subject_id,
        sum(p_negative) AS negative, sum(p_neutral) AS neutral, sum(p_positive) AS positive,
        bool_and(tone = 'uncertain') AS is_uncertain
    FROM mention
    JOIN subject_match USING (mention_id, version_id)
    WHERE date_trunc('hour', occurred_at) IN (FROM hour)
    GROUP BY ALL
)
SELECT
    date_trunc('hour', occurred_at), subject_id, platform, language,
    count(*) FILTER (NOT is_own),
    count(*) FILTER (is_own),
    count(DISTINCT story_id) FILTER (NOT is_own),
    count(DISTINCT coalesce(author_id, author_handle, author_name)) FILTER (NOT is_own),
    count(*) FILTER (NOT is_own AND NOT is_uncertain AND negative > neutral AND negative >= positive),
    count(*) FILTER (NOT is_own AND NOT is_uncertain AND neutral >= negative AND neutral >= positive),
    count(*) FILTER (NOT is_own AND NOT is_uncertain AND positive > neutral AND positive > negative),
    count(*) FILTER (NOT is_own AND is_uncertain)
FROM mention JOIN judged USING (mention_id)
GROUP BY ALL;

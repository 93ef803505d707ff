-- Recompute, never add: every touched story and every touched hour from what is stored now.
CREATE OR REPLACE TEMP TABLE was_flood AS
SELECT story_id FROM story SEMI JOIN touched_story USING (story_id) WHERE is_flood;
DELETE FROM story USING touched_story WHERE story.story_id = touched_story.story_id;
CREATE OR REPLACE TEMP TABLE telling AS
SELECT
    story_id, mention_id, occurred_at,
    coalesce(platform || ' ' || coalesce(author_id, author_handle, author_name), mention_id) AS author,
    NOT (is_repost OR is_quote OR is_own OR kind = 'article') AS is_post,
    kind = 'article' AS is_article
FROM mention SEMI JOIN touched_story USING (story_id);
INSERT INTO story BY NAME
SELECT
    story_id,
    count(*) AS mentions,
    count(DISTINCT author) AS authors,
    arg_min(mention_id, (occurred_at, mention_id)) AS first_mention_id,
    min(occurred_at) AS first_at,
    max(occurred_at) AS last_at,
    $now AS loaded_at,
    story_id IN (
        SELECT story_id FROM telling WHERE is_post
        GROUP BY story_id, date_trunc('day', occurred_at) HAVING count(DISTINCT author) >= 50
    )
    -- What a publisher tells is news, however many repeat its headline.
    AND NOT bool_or(is_article) AS is_flood
FROM telling
GROUP BY story_id;

-- What became a flood, or ceased to be one, is counted anew wherever it is told.
INSERT INTO touched_hour
SELECT DISTINCT date_trunc('hour', occurred_at)
FROM telling
JOIN story USING (story_id)
WHERE is_flood <> (story_id IN (FROM was_flood));

DELETE FROM hourly_volume USING touched_hour WHERE hourly_volume.hour = touched_hour.hour;
INSERT INTO hourly_volume BY NAME
WITH hour AS (SELECT DISTINCT hour FROM touched_hour),
judged AS (
    SELECT
        mention.mention_id, subject_id,
        tone_towards(sum(p_negative), sum(p_neutral), sum(p_positive), bool_and(tone = 'uncertain')) AS tone,
        story_id IN (SELECT story_id FROM story WHERE is_flood) AS is_flood
    FROM mention
    JOIN subject_match USING (mention_id, version_id)
    WHERE date_trunc('hour', occurred_at) IN (FROM hour)
    GROUP BY ALL
)
SELECT
    date_trunc('hour', occurred_at) AS hour, subject_id, platform, language,
    count(*) FILTER (is_earned) AS mentions,
    count(*) FILTER (is_own) AS own,
    count(*) FILTER (is_flood AND NOT is_own) AS flood,
    count(DISTINCT story_id) FILTER (is_earned) AS stories,
    count(DISTINCT coalesce(author_id, author_handle, author_name)) FILTER (is_earned) AS authors,
    count(*) FILTER (is_earned AND tone = 'negative') AS negative,
    count(*) FILTER (is_earned AND tone = 'neutral') AS neutral,
    count(*) FILTER (is_earned AND tone = 'positive') AS positive,
    count(*) FILTER (is_earned AND tone = 'uncertain') AS uncertain
FROM (SELECT *, NOT is_own AND NOT is_flood AS is_earned FROM mention JOIN judged USING (mention_id))
GROUP BY date_trunc('hour', occurred_at), subject_id, platform, language;

-- One row: a mention that people look at and that names a subject in a tone by another model than
-- $model, with why it matters: 1, it is behind an open incident ($subjects and $sinces, two lists of
-- one length); 2, it tells one of the $stories since $stories_since; 3, so many as $reach follow its
-- author or have seen it, and it was written since $reach_since. The firm's own posts are left out.
WITH incident AS (
    SELECT
        unnest($subjects::VARCHAR[]) AS subject_id,
        unnest($sinces::TIMESTAMPTZ[]) AS since
),

behind AS (
    SELECT DISTINCT mention.mention_id
    FROM mention
    INNER JOIN subject_match USING (mention_id, version_id)
    INNER JOIN incident USING (subject_id)
    WHERE mention.occurred_at >= incident.since
),

told AS (
    SELECT mention_id
    FROM mention
    SEMI JOIN (SELECT unnest($stories::VARCHAR[]) AS story_id) AS wanted USING (story_id)
    WHERE occurred_at >= $stories_since
),

reaching AS (
    SELECT mention_id
    FROM mention
    WHERE
        occurred_at >= $reach_since
        AND (metrics['followers'] >= $reach OR metrics['views'] >= $reach)
),

mattering AS (
    SELECT mention_id, min(why) AS why
    FROM (
        SELECT mention_id, 1 AS why FROM behind
        UNION ALL
        SELECT mention_id, 2 AS why FROM told
        UNION ALL
        SELECT mention_id, 3 AS why FROM reaching
    )
    GROUP BY mention_id
)

SELECT
    mention.mention_id,
    mention.version_id,
    mention.story_id,
    mention_version.story_id AS copy_id,
    mention.occurred_at,
    mattering.why,
    count(*) AS places
FROM mattering
INNER JOIN mention USING (mention_id)
INNER JOIN mention_version USING (mention_id, version_id)
INNER JOIN subject_match USING (mention_id, version_id)
SEMI JOIN (FROM subject WHERE is_active AND facet <> 'employee') AS active
    ON subject_match.subject_id = active.subject_id
WHERE
    NOT mention.is_own
    AND mention.occurred_at < $until
    AND subject_match.field IN ('title', 'text')
    AND subject_match.tone_model <> $model
GROUP BY ALL;

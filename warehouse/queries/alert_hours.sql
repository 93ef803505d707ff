-- One row: a subject, except employees, in one hour that ends a whole number of hours before
-- $as_of, with the stories that were first told of it in that hour since $since; copies never count
-- again. Left out are the firm's own posts, what has no date of its own, and what only comes from
-- sources that were not yet listened to at $listened_since, because a new source is no event; and
-- the stories that people muted, by their names then: $muted_subjects and $muted_stories, two lists
-- of one length; and floods.
WITH listened AS (
    SELECT source
    FROM covered
    GROUP BY source
    HAVING min(since) <= $listened_since
),

dated AS (
    SELECT mention_id
    FROM mention
    SEMI JOIN (FROM sighting SEMI JOIN listened USING (source)) AS seen USING (mention_id)
    WHERE created_at IS NOT NULL AND occurred_at >= $since AND occurred_at < $as_of
),

muted AS (
    SELECT named.subject_id, coalesce(story_alias.story_id, named.story_id) AS story_id
    FROM (
        SELECT
            unnest($muted_subjects::VARCHAR[]) AS subject_id,
            unnest($muted_stories::VARCHAR[]) AS story_id
    ) AS named
    LEFT JOIN story_alias ON story_alias.former_id = named.story_id
),

told AS (
    SELECT
        subject_id,
        story_id,
        min(occurred_at) AS first_at,
        arg_min(coalesce(author, mention_id), (occurred_at, mention_id)) AS author,
        arg_min(tone, (occurred_at, mention_id)) AS tone
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    SEMI JOIN dated USING (mention_id)
    ANTI JOIN muted USING (subject_id, story_id)
    WHERE
        occurred_at >= $since AND occurred_at < $as_of
        AND NOT is_own AND NOT is_flood AND facet IN ('brand', 'company', 'organisation')
    GROUP BY subject_id, story_id
),

placed AS (
    SELECT *, floor(epoch($as_of::TIMESTAMPTZ - first_at) / 3600)::INTEGER AS hours_ago
    FROM told
)

SELECT
    subject_id,
    hours_ago,
    count(*) AS stories,
    count(*) FILTER (tone = 'negative') AS negative,
    count(*) FILTER (tone <> 'uncertain') AS judged,
    min(first_at) AS first_at,
    CASE WHEN hours_ago < 12 THEN list(DISTINCT author) ELSE [] END AS authors
FROM placed
GROUP BY subject_id, hours_ago
ORDER BY subject_id, hours_ago;

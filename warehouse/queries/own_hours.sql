-- One row: a facet (brand, company, or both together as 'own') in one local hour in which it
-- was mentioned, with its distinct mentions, and the stories told then for the first time that
-- day: both add up to days. The hour that the clock repeats in autumn is one row.
WITH heard AS (
    SELECT
        date_trunc('hour', occurred_at AT TIME ZONE $zone) AS local_hour,
        unnest([facet, 'own']) AS facet,
        mention_id,
        story_id
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE
        occurred_at >= $since AND occurred_at < $until
        AND NOT is_own AND NOT is_flood AND facet IN ('brand', 'company')
),

said AS (
    SELECT local_hour, facet, count(DISTINCT mention_id) AS mentions
    FROM heard
    GROUP BY local_hour, facet
),

begun AS (
    SELECT min(local_hour) AS local_hour, facet
    FROM heard
    GROUP BY facet, story_id, local_hour::DATE
),

told AS (
    SELECT local_hour, facet, count(*) AS stories
    FROM begun
    GROUP BY local_hour, facet
)

SELECT said.local_hour, said.facet, said.mentions, coalesce(told.stories, 0) AS stories
FROM said
LEFT JOIN told USING (local_hour, facet)
ORDER BY said.local_hour, said.facet;

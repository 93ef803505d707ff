-- One row: a facet (brand, company, or both together as 'own') on one local day on which it was
-- mentioned, with its distinct mentions and stories. Stories don't add up over days.
WITH heard AS (
    SELECT
        (occurred_at AT TIME ZONE $zone)::DATE AS local_day,
        unnest([facet, 'own']) AS facet,
        mention_id,
        story_id
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE
        occurred_at >= $since AND occurred_at < $until
        AND NOT is_own AND facet IN ('brand', 'company')
)

SELECT
    local_day,
    facet,
    count(DISTINCT mention_id) AS mentions,
    count(DISTINCT story_id) AS stories
FROM heard
GROUP BY local_day, facet
ORDER BY local_day, facet;

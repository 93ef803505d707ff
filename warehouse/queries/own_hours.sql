-- One row: a facet (brand, company, or both together as 'own') in one local hour in which it
-- was mentioned, with its distinct mentions and stories; the hour that the clock repeats in
-- autumn is one row. Stories don't add up over hours: one may be told in several.
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
        AND NOT is_own AND facet IN ('brand', 'company')
)

SELECT
    local_hour,
    facet,
    count(DISTINCT mention_id) AS mentions,
    count(DISTINCT story_id) AS stories
FROM heard
GROUP BY local_hour, facet
ORDER BY local_hour, facet;

-- One row: a party (brand, company, both together as 'own', or a competitor's subject_id)
-- in one local day, week or month ($unit), with its distinct earned mentions and stories.
WITH heard AS (
    SELECT
        date_trunc($unit, occurred_at AT TIME ZONE $zone)::DATE AS period_start,
        unnest(
            CASE WHEN relation = 'competitor' THEN [subject_id] ELSE [facet, 'own'] END
        ) AS party,
        coalesce(relation = 'competitor', FALSE) AS is_competitor,
        mention_id,
        story_id
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE
        occurred_at >= $since AND occurred_at < $until
        AND NOT is_own AND NOT is_flood AND (facet IN ('brand', 'company') OR relation = 'competitor')
)

SELECT
    period_start,
    party,
    is_competitor,
    count(DISTINCT mention_id) AS mentions,
    count(DISTINCT story_id) AS stories
FROM heard
GROUP BY period_start, party, is_competitor
ORDER BY period_start, is_competitor, party;

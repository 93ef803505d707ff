-- One row: an organisation of the watchlist in one local day, week or month ($unit), with distinct earned figures.
SELECT
    date_trunc($unit, occurred_at AT TIME ZONE $zone)::DATE AS period_start,
    subject_id,
    count(DISTINCT mention_id) AS mentions,
    count(DISTINCT story_id) AS stories
FROM mention_subject
SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
WHERE
    occurred_at >= $since AND occurred_at < $until
    AND NOT is_own AND NOT is_flood AND facet = 'organisation'
GROUP BY period_start, subject_id
ORDER BY period_start, subject_id;

-- One row: how many mentions of brand and company within the period stand in floods, and in how many.
SELECT count(DISTINCT mention_id) AS mentions, count(DISTINCT story_id) AS stories
FROM mention_subject
SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
WHERE
    occurred_at >= $since AND occurred_at < $until
    AND NOT is_own AND is_flood AND facet IN ('brand', 'company')
HAVING count(*) > 0;

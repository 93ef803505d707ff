-- One row: how many earned mentions of [$start, $until) count otherwise since their texts were read
-- again, those of [$since, $until) apart, and when that last happened. No row: none.
SELECT
    max(restated_at) AS restated_at,
    count(DISTINCT mention_id) FILTER (occurred_at >= $since AND change = 'added') AS added,
    count(DISTINCT mention_id) FILTER (occurred_at >= $since AND change = 'removed') AS removed,
    count(DISTINCT mention_id) FILTER (occurred_at >= $since AND change = 'tone') AS toned,
    count(DISTINCT mention_id) FILTER (occurred_at < $since) AS earlier
FROM restatement
SEMI JOIN (FROM subject WHERE is_active AND facet <> 'employee') AS watched USING (subject_id)
WHERE occurred_at >= $start AND occurred_at < $until
HAVING count(*) > 0;

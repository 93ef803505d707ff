-- One row: how many earned mentions of [$start, $until) count otherwise since their texts were read
-- again, those of [$since, $until) apart, and when that last happened. What was undone by a later
-- reading is left out. No row: none.
WITH net AS (
    SELECT
        mention_id,
        any_value(occurred_at) AS occurred_at,
        arg_min_null(tone_before, restated_at) AS before,
        arg_max_null(tone_after, restated_at) AS after,
        max(restated_at) AS restated_at
    FROM restatement
    SEMI JOIN (FROM subject WHERE is_active AND facet <> 'employee') AS watched USING (subject_id)
    WHERE occurred_at >= $start AND occurred_at < $until
    GROUP BY mention_id, subject_id
    HAVING before IS DISTINCT FROM after
)

SELECT
    max(restated_at) AS restated_at,
    count(DISTINCT mention_id) FILTER (occurred_at >= $since AND before IS NULL) AS added,
    count(DISTINCT mention_id) FILTER (occurred_at >= $since AND after IS NULL) AS removed,
    count(DISTINCT mention_id) FILTER (
        occurred_at >= $since AND before IS NOT NULL AND after IS NOT NULL
    ) AS toned,
    count(DISTINCT mention_id) FILTER (occurred_at < $since) AS earlier
FROM net
HAVING count(*) > 0;

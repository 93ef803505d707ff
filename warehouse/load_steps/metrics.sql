-- The latest sight within each hour: whatever the order of files, the same rows remain.
MERGE INTO metric_history AS known
USING (
    SELECT
        mention_id,
        date_trunc('hour', collected_at) AS hour,
        max(collected_at) AS seen_at,
        max_by(metrics, (collected_at, metrics::VARCHAR)) AS metrics
    FROM arriving
    WHERE cardinality(metrics) > 0 AND NOT is_again
    GROUP BY ALL
) AS new
ON known.mention_id = new.mention_id AND known.hour = new.hour
WHEN MATCHED AND (new.seen_at, new.metrics::VARCHAR) > (known.seen_at, known.metrics::VARCHAR) THEN UPDATE SET
    seen_at = new.seen_at,
    metrics = new.metrics
WHEN NOT MATCHED THEN INSERT VALUES (new.mention_id, new.hour, new.seen_at, new.metrics);

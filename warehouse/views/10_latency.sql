CREATE OR REPLACE VIEW latency AS
SELECT
    date_trunc('day', item_at AT TIME ZONE (SELECT time_zone FROM firm))::DATE AS day,
    count(*) AS items,
    quantile_cont(epoch(made_at - item_at), 0.5) AS p50_s,
    quantile_cont(epoch(made_at - item_at), 0.95) AS p95_s,
    max(epoch(made_at - item_at)) AS max_s
FROM canary_arrival
WHERE made_at IS NOT NULL
GROUP BY ALL;

COMMENT ON VIEW latency IS 'One row: a day, and how long the canary''s items of that day took from being published to the first snapshot that knew of them.';
COMMENT ON COLUMN latency.day IS 'Day on which the items were published, in the firm''s time zone.';
COMMENT ON COLUMN latency.items IS 'Items of that day that arrived; an hourly canary has 24.';
COMMENT ON COLUMN latency.p50_s IS 'Median, in seconds.';
COMMENT ON COLUMN latency.p95_s IS '95 of 100 took no longer, in seconds.';
COMMENT ON COLUMN latency.max_s IS 'The slowest, in seconds.';

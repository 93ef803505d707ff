-- One row: how long the canary's items published from $since to $until took to their first snapshot;
-- none if there were no such items.
SELECT
    count(*) AS items,
    quantile_cont(epoch(made_at - item_at), 0.5) AS p50_s,
    quantile_cont(epoch(made_at - item_at), 0.95) AS p95_s,
    max(epoch(made_at - item_at)) AS max_s
FROM canary_arrival
WHERE item_at >= $since AND item_at < $until AND made_at IS NOT NULL
HAVING count(*) > 0;

-- One row: a canary that is on, and its newest item in the snapshot, or since when its feed is asked.
SELECT
    source.name AS source,
    coalesce(max(canary_arrival.item_at), min(attempt.collected_at)) AS newest_at,
    max(canary_arrival.item_at) IS NULL AS is_silent
FROM source
JOIN attempt ON attempt.source = source.name AND attempt.kind = 'collect'
LEFT JOIN canary_arrival ON canary_arrival.source = source.name
WHERE source.is_canary AND source.is_active
GROUP BY source.name
ORDER BY source.name;

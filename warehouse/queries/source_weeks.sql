-- One row: a source in one local week, with the distinct mentions that it brought.
SELECT
    date_trunc('week', mention.occurred_at AT TIME ZONE $zone)::DATE AS week_start,
    sighting.source,
    count(DISTINCT sighting.mention_id) AS mentions
FROM sighting
INNER JOIN mention USING (mention_id)
WHERE mention.occurred_at >= $since AND mention.occurred_at < $until AND NOT mention.is_own
GROUP BY week_start, sighting.source
ORDER BY week_start, sighting.source;

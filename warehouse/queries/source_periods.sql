-- One row: a source in one local day, week or month ($unit), with the distinct mentions that it brought.
SELECT
    date_trunc($unit, mention.occurred_at AT TIME ZONE $zone)::DATE AS period_start,
    sighting.source,
    count(DISTINCT sighting.mention_id) AS mentions
FROM sighting
INNER JOIN mention USING (mention_id)
WHERE mention.occurred_at >= $since AND mention.occurred_at < $until AND NOT mention.is_own
GROUP BY period_start, sighting.source
ORDER BY period_start, sighting.source;

-- One row: a stream, and how many mentions that name a subject it brought first after $since.
SELECT source, stream, count(*) AS mentions
FROM sighting
WHERE first_collected_at > $since
GROUP BY source, stream

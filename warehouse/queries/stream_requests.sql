-- One row: a stream, and how many requests one of its fetches since $since makes, by the median.
SELECT source, stream, median(requests)::DOUBLE AS requests
FROM attempt
WHERE kind = 'collect' AND requests > 0 AND collected_at > $since
GROUP BY source, stream

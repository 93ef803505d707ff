-- One row: an attempt after $since that made requests.
SELECT source, stream, collected_at AS at, requests
FROM attempt
WHERE kind <> 'import' AND requests > 0 AND collected_at > $since

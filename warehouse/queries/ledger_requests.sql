-- One row: an attempt, or a round of looking up stored posts, after $since that made requests.
SELECT source, stream, collected_at AS at, requests
FROM attempt
WHERE kind <> 'import' AND requests > 0 AND collected_at > $since
UNION ALL
SELECT source, 'recheck', checked_at, requests
FROM recheck_round
WHERE requests > 0 AND checked_at > $since

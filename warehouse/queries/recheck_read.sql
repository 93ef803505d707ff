-- One row: how many stored posts of $platform were read anew for money at $since or later.
SELECT count(*) AS posts
FROM recheck
INNER JOIN mention USING (mention_id)
WHERE mention.platform = $platform AND recheck.read_at >= $since

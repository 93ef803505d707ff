-- One row: a stored mention, in its present version, of [$since, $until); $is_matched: only those that name a subject.
SELECT * FROM mention
WHERE
    occurred_at >= $since AND occurred_at < $until
    AND (
        NOT $is_matched
        OR (mention_id, version_id) IN (SELECT (mention_id, version_id) FROM subject_match)
    )

-- One row: a flag of the stories about $subject told from $since on, with how many of them carry it;
-- the most frequent first.
SELECT
    flag.flag,
    count(DISTINCT mention.story_id) AS stories
FROM flag
INNER JOIN mention USING (mention_id, version_id)
INNER JOIN subject USING (subject_id)
ANTI JOIN (SELECT story_id FROM story WHERE is_flood) AS flooded ON flooded.story_id = mention.story_id
WHERE
    flag.subject_id = $subject AND subject.facet IN ('brand', 'company', 'organisation')
    AND mention.occurred_at >= $since AND mention.occurred_at < $as_of AND NOT mention.is_own
GROUP BY flag.flag
ORDER BY stories DESC, flag.flag;

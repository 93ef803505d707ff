-- One row: a flag of a facet (brand or company) in one local day, week or month ($unit), with how
-- many distinct earned stories carry it; floods left out.
SELECT
    date_trunc($unit, mention.occurred_at AT TIME ZONE $zone)::DATE AS period_start,
    subject.facet,
    flag.flag,
    count(DISTINCT mention.story_id) AS stories
FROM flag
INNER JOIN mention USING (mention_id, version_id)
INNER JOIN subject USING (subject_id)
ANTI JOIN (SELECT story_id FROM story WHERE is_flood) AS flooded ON flooded.story_id = mention.story_id
WHERE
    mention.occurred_at >= $since AND mention.occurred_at < $until
    AND NOT mention.is_own AND subject.is_active AND subject.facet IN ('brand', 'company')
GROUP BY ALL
ORDER BY ALL;

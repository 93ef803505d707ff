-- One row: a keyphrase of two or more words that stands out in this period's stories about brand or
-- company ([$since, $until)) against those of the time before ([$start, $since)), as
-- `phrases_standing_out` tells; the strongest first. `is_new`: no earlier story told it.
WITH told AS (
    SELECT
        'own' AS scope,
        keyphrase.language,
        mention.story_id,
        mention.occurred_at >= $since AS is_recent,
        keyphrase.phrase,
        keyphrase.key
    FROM keyphrase
    INNER JOIN mention USING (mention_id, version_id)
    INNER JOIN subject USING (subject_id)
    ANTI JOIN (SELECT story_id FROM story WHERE is_flood) AS flooded
        ON flooded.story_id = mention.story_id
    WHERE
        mention.occurred_at >= $start AND mention.occurred_at < $until
        AND NOT mention.is_own AND subject.is_active AND subject.facet IN ('brand', 'company')
)

SELECT
    language,
    phrase,
    now,
    before,
    strength,
    before = 0 AS is_new
FROM phrases_standing_out('told', $fewest, $fewest_before)
WHERE contains(phrase, ' ')
ORDER BY strength DESC, language, key
LIMIT 200;

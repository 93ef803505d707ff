-- One row: a word that stands out in this period's stories about brand or company
-- ([$since, $until)) against those of the time before ([$start, $since)); the strongest first.
-- Names of subjects and of persons, addresses and handles are left out.
WITH told AS (
    SELECT
        story_id,
        occurred_at >= $since AS is_recent,
        lower(
            regexp_replace(
                arg_min(concat_ws(' ', title, left(text, 2000)), mention_id),
                '(https?://|www\.)\S+|@\S+', ' ', 'g'
            )
        ) AS text
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE
        occurred_at >= $start AND occurred_at < $until
        AND NOT is_own AND facet IN ('brand', 'company')
    GROUP BY story_id, is_recent
),

total AS (
    SELECT
        count(*) FILTER (is_recent) AS stories_now,
        count(*) FILTER (NOT is_recent) AS stories_before
    FROM told
),

word AS (
    SELECT
        is_recent,
        unnest(list_distinct(regexp_extract_all(text, '\p{L}[\p{L}\p{M}-]{2,}\p{L}'))) AS term
    FROM told
),

named AS (
    SELECT unnest(regexp_extract_all(lower(name), '\p{L}[\p{L}\p{M}-]{2,}\p{L}')) AS term
    FROM (
        SELECT DISTINCT form AS name FROM subject_match
        UNION
        SELECT name FROM subject
        UNION
        SELECT DISTINCT text FROM entity WHERE label IN ('PER', 'PERSON')
    )
),

counted AS (
    SELECT
        term,
        count(*) FILTER (is_recent) AS now,
        count(*) FILTER (NOT is_recent) AS before
    FROM word
    ANTI JOIN named USING (term)
    GROUP BY term
)

SELECT
    counted.term,
    counted.now,
    counted.before,
    total.stories_now,
    total.stories_before
FROM counted
CROSS JOIN total
WHERE
    counted.now >= $fewest
    AND counted.now * (total.stories_before + 1) > 2 * (counted.before + 0.5) * total.stories_now
ORDER BY
    round(
        counted.now
        * ln(counted.now * (total.stories_before + 1) / ((counted.before + 0.5) * total.stories_now)),
        6
    ) DESC,
    counted.term
LIMIT 60;
